// Walks a lab's folder and sorts its files into bundles, orphans and the rest.

import type { BigIntStats, Dirent } from "node:fs";
import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { basename, join, sep } from "node:path";
import process from "node:process";
import { ZARR_NODE_NAME } from "@kym/zarr-store/layout";
import { throwIfAborted, whenAllDone } from "@kym/zarr-store/runtime";
import { LegacyIoError } from "../../errors.ts";
import { EXPORT_MANIFEST } from "../../export/export-manifest.ts";
import { EXPORT_MARKER } from "../../export/export-marker.ts";
import type { BundleFile, FolderScan, ScanNote } from "../../folder/bundle.ts";
import { bundleFiles, type FolderFiles } from "../../folder/bundle-files.ts";
import { comparePaths } from "../../folder/compare-paths.ts";
import { fileOfPlaceholder, isOnlineOnly } from "../../folder/online-only.ts";
import { namePattern } from "../../folder/paths/name-pattern.ts";
import { ANY_IMAGE, imageStem } from "../../folder/sidecar-name.ts";
import { recordingFormatOf } from "../../formats/all-recording-formats.ts";
import type { SidecarFormat } from "../../formats/sidecar-format.ts";
import { sidecarFormats } from "../../formats/sidecar-formats.ts";
import { systemErrorCode } from "../tiff/file-source.ts";
import { firstBytesAreZero } from "./first-bytes-are-zero.ts";

const STATS_AT_ONCE = 64;

export interface ScanFolderOptions {
  /** File names of the images, with `*`, `?` and `{a,b}`; case is ignored. Default: every TIFF and recording. */
  readonly pattern?: string | undefined;
  /** Formats of sidecars besides the built-in ones. */
  readonly formats?: readonly SidecarFormat[] | undefined;
  /** The name of the only entry of the folder to look at. Default: all of them. */
  readonly only?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of images and their bytes so far, after every few files. */
  readonly onFound?: ((images: number, sizeBytes: number, recordings: number) => void) | undefined;
}

/**
 * Finds the images below a folder and the files that belong to each. Reads names, sizes and times, but no content.
 *
 * - Links to folders are not followed. Links to files are followed if their target is inside the folder.
 * - The order of the result depends on names alone.
 * - Anything that cannot be read is in the result with its reason; only the folder itself must be readable.
 *
 * @throws LegacyIoError `not_found`, `invalid_argument` if the path is not a folder or the pattern or `formats` are bad,
 * `io`, `aborted`.
 *
 * @example
 * const { bundles, orphans, unreadable } = await scanFolder("lab/20250722");
 */
export async function scanFolder(root: string, options: ScanFolderOptions = {}): Promise<FolderScan> {
  return (await scanFolderWithTimes(root, options)).scan;
}

/** A scan, and the change time of each file in nanoseconds since 1970, by its path. */
export interface TimedScan {
  readonly scan: FolderScan;
  readonly ctimesNs: ReadonlyMap<string, bigint>;
}

/** The same, with the time at which each file last changed in any way. It lists each folder once. */
export async function scanFolderWithTimes(root: string, options: ScanFolderOptions = {}): Promise<TimedScan> {
  const matches = namePattern(options.pattern ?? ANY_IMAGE);
  const isSelected = (name: string): boolean => imageStem(name) !== undefined && matches(name);
  const formats = sidecarFormats(options.formats);
  const realRoot = await resolveRoot(root);
  const ctimesNs = new Map<string, bigint>();
  const walk: Walk = {
    root,
    realRoot,
    isSelected,
    folders: [],
    unreadable: [],
    ignored: [],
    zarrGroups: [],
    ctimesNs,
    only: options.only,
  };
  let [images, sizeBytes, recordings] = [0, 0, 0];
  const onFiles = (files: readonly BundleFile[]): void => {
    const selected = files.filter(({ relPath }) => isSelected(basename(relPath)));
    images += selected.length;
    sizeBytes += selected.reduce((sum, file) => sum + file.sizeBytes, 0);
    recordings += selected.filter(({ relPath }) => recordingFormatOf(relPath) !== undefined).length;
    options.onFound?.(images, sizeBytes, recordings);
  };
  const pending: PendingFolder[] = [{ folder: "", folderName: basename(realRoot) }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    throwIfAborted(options.signal, LegacyIoError);
    pending.push(...(await readFolder(walk, next, { signal: options.signal, onFiles })));
  }
  const { ignored, ...bundled } = bundleFiles(walk.folders, isSelected, formats);
  const byPath = (a: ScanNote, b: ScanNote): number => comparePaths(a.relPath, b.relPath);
  const scan = {
    root,
    ...bundled,
    unreadable: walk.unreadable.toSorted(byPath),
    ignored: [...ignored, ...walk.ignored].toSorted(byPath),
    ...(walk.zarrGroups.length > 0 && { zarrGroups: walk.zarrGroups.toSorted(comparePaths) }),
  };
  return { scan, ctimesNs };
}

interface PendingFolder {
  readonly folder: string;
  readonly folderName: string;
}

interface Walk {
  readonly root: string;
  readonly realRoot: string;
  readonly isSelected: (name: string) => boolean;
  readonly folders: FolderFiles[];
  readonly unreadable: ScanNote[];
  readonly ignored: ScanNote[];
  readonly zarrGroups: string[];
  readonly only: string | undefined;
  readonly ctimesNs: Map<string, bigint>;
}

async function resolveRoot(root: string): Promise<string> {
  try {
    const realRoot = await realpath(root);
    if (!(await stat(realRoot)).isDirectory()) {
      throw new LegacyIoError("invalid_argument", `${root} is not a folder`, { path: root });
    }
    return realRoot;
  } catch (cause) {
    throw cause instanceof LegacyIoError ? cause : unreadableRoot(root, cause);
  }
}

function unreadableRoot(root: string, cause: unknown): LegacyIoError {
  const reason = systemErrorCode(cause);
  const code = reason === "ENOENT" || reason === "ENOTDIR" ? "not_found" : "io";
  return new LegacyIoError(code, `cannot read the folder ${root}: ${reason}`, { path: root, cause });
}

/** Adds the folder's files to the walk. Returns its subfolders. */
async function readFolder(
  walk: Walk,
  { folder, folderName }: PendingFolder,
  {
    signal,
    onFiles,
  }: {
    readonly signal: AbortSignal | undefined;
    readonly onFiles: (files: readonly BundleFile[]) => void;
  },
): Promise<readonly PendingFolder[]> {
  const path = join(walk.root, folder);
  let entries: readonly Dirent[];
  try {
    const all = await readdir(path, { withFileTypes: true });
    const { only } = walk;
    entries = folder === "" && only !== undefined ? all.filter(({ name }) => name === only) : all;
  } catch (cause) {
    if (folder === "") {
      throw unreadableRoot(walk.root, cause);
    }
    walk.unreadable.push({ relPath: folder, reason: `the folder cannot be read: ${systemErrorCode(cause)}` });
    return [];
  }
  if (folder !== "" && folder !== walk.only && isExport(entries)) {
    walk.ignored.push({ relPath: folder, reason: "an export of a dataset: ingest this folder separately" });
    return [];
  }
  if (folder !== "" && entries.some((entry) => ZARR_NODES.has(entry.name) && entry.isFile())) {
    walk.zarrGroups.push(folder);
    walk.ignored.push({
      relPath: folder,
      reason: "a Zarr group or array, such as a dataset: not searched for images",
    });
    return [];
  }
  const files: BundleFile[] = [];
  const folders: PendingFolder[] = [];
  for (let start = 0; start < entries.length; start += STATS_AT_ONCE) {
    throwIfAborted(signal, LegacyIoError);
    const batch = entries.slice(start, start + STATS_AT_ONCE);
    const found = await whenAllDone(batch.map((entry) => inspect(walk, folder, entry)));
    onFiles(found.flatMap((item) => (item.kind === "file" ? [item.file] : [])));
    for (const item of found) {
      switch (item.kind) {
        case "file":
          files.push(item.file);
          break;
        case "folder":
          folders.push({ folder: item.note.relPath, folderName: basename(item.note.relPath) });
          if (walk.isSelected(basename(item.note.relPath))) {
            walk.unreadable.push(item.note);
          }
          break;
        default:
          walk[item.kind].push(item.note);
      }
    }
  }
  walk.folders.push({ folder, folderName, files });
  return folders;
}

/** Files that mark a Zarr group or array of either version. An attachment in a dataset may be a TIFF, but is not a lab's. */
const ZARR_NODES: ReadonlySet<string> = new Set([ZARR_NODE_NAME, ".zgroup", ".zarray"]);

type Inspected =
  | { readonly kind: "file"; readonly file: BundleFile }
  | { readonly kind: "folder" | "unreadable" | "ignored"; readonly note: ScanNote };

/** True for the folder of an export. Its TIFFs are copies of images of a dataset; ingesting them would duplicate those. */
function isExport(entries: readonly Dirent[]): boolean {
  const isThere = (name: string, isKind: (entry: Dirent) => boolean): boolean =>
    entries.some((entry) => entry.name === name && isKind(entry));
  return (
    isThere(EXPORT_MARKER, (entry) => entry.isFile()) ||
    (isThere(EXPORT_MANIFEST, (entry) => entry.isFile()) && isThere("images", (entry) => entry.isDirectory()))
  );
}

/** The name of the temporary folder in which `exportLegacyFolder` writes. */
const UNFINISHED_EXPORT = /\.partial-[0-9a-f]{8}-[0-9a-f-]{27}(-old)?$/;

async function inspect(walk: Walk, folder: string, entry: Dirent): Promise<Inspected> {
  const relPath = folder === "" ? entry.name : `${folder}/${entry.name}`;
  const path = join(walk.root, folder, entry.name);
  const note = (kind: "folder" | "unreadable" | "ignored", reason: string): Inspected => ({
    kind,
    note: { relPath, reason },
  });
  if (entry.isDirectory()) {
    if (UNFINISHED_EXPORT.test(entry.name)) {
      return note("ignored", "an export that was not finished");
    }
    const isHidden = entry.name.startsWith(".") || entry.name === "__MACOSX";
    return isHidden ? note("ignored", "a hidden folder") : note("folder", "a folder, not an image");
  }
  if (entry.name.startsWith(".") && !entry.isFile()) {
    return note("ignored", "hidden");
  }
  const kept = fileOfPlaceholder(entry.name);
  if (kept !== undefined) {
    return inspectPlaceholder(walk, path, folder, kept, note);
  }
  const refusal = walk.isSelected(entry.name) ? "unreadable" : "ignored";
  if (entry.isSymbolicLink()) {
    return inspectLink(walk, path, relPath, refusal);
  }
  if (!entry.isFile()) {
    return note(refusal, "not a regular file");
  }
  try {
    const status = await lstat(path, { bigint: true });
    walk.ctimesNs.set(path, status.ctimeNs);
    return { kind: "file", file: await fileOf(path, relPath, status) };
  } catch (cause) {
    return note("unreadable", `cannot be read: ${systemErrorCode(cause)}`);
  }
}

async function fileOf(path: string, relPath: string, status: BigIntStats): Promise<BundleFile> {
  const sizeBytes = Number(status.size);
  const place = { platform: process.platform, sizeBytes, blocks: Number(status.blocks) };
  const answer = isOnlineOnly(place);
  const isAway = answer === "yes" || (answer === "if it is empty" && (await firstBytesAreZero(path)));
  return { path, relPath, sizeBytes, mtimeNs: status.mtimeNs, ...(isAway && { isOnlineOnly: true }) };
}

/** Lists the file that iCloud keeps online, under its own name, if it is not there as well. */
async function inspectPlaceholder(
  walk: Walk,
  path: string,
  folder: string,
  name: string,
  note: (kind: "ignored" | "unreadable", reason: string) => Inspected,
): Promise<Inspected> {
  const own = join(walk.root, folder, name);
  try {
    const { mtimeNs, ctimeNs } = await lstat(path, { bigint: true });
    if (await isThere(own)) {
      return note("ignored", "a placeholder of iCloud for a file that is here");
    }
    walk.ctimesNs.set(own, ctimeNs);
    const relPath = folder === "" ? name : `${folder}/${name}`;
    return { kind: "file", file: { path: own, relPath, sizeBytes: 0, mtimeNs, isOnlineOnly: true } };
  } catch (cause) {
    return note("unreadable", `cannot be read: ${systemErrorCode(cause)}`);
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch {
    return false;
  }
}

async function inspectLink(
  walk: Walk,
  path: string,
  relPath: string,
  refusal: "unreadable" | "ignored",
): Promise<Inspected> {
  try {
    const target = await realpath(path);
    const status = await stat(target, { bigint: true });
    if (status.isDirectory()) {
      return { kind: refusal, note: { relPath, reason: "a link to a folder, not followed" } };
    }
    if (!status.isFile()) {
      return { kind: refusal, note: { relPath, reason: "a link to something that is not a regular file" } };
    }
    if (!target.startsWith(walk.realRoot.endsWith(sep) ? walk.realRoot : walk.realRoot + sep)) {
      return {
        kind: "unreadable",
        note: { relPath, reason: "a link to a file outside the folder, not followed" },
      };
    }
    walk.ctimesNs.set(path, status.ctimeNs);
    return { kind: "file", file: await fileOf(path, relPath, status) };
  } catch (cause) {
    const code = systemErrorCode(cause);
    const reason =
      code === "ENOENT" ? "a link to a file that does not exist" : `a link that cannot be followed: ${code}`;
    return { kind: "unreadable", note: { relPath, reason } };
  }
}
