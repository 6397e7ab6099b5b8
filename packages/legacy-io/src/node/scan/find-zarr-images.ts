// Finds the OME-Zarr images below a folder: alone, in a series, and in collections of acqstore.

import { basename, dirname, join } from "node:path";
import { ZARR_NODE_NAME } from "@kym/zarr-store/layout";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { isLegacyIoError, LegacyIoError } from "../../errors.ts";
import { KYM_MANIFEST } from "../../export/ngff/kym-manifest.ts";
import type { BundleFile, FolderScan, LegacyBundle, ScanNote, SidecarFile } from "../../folder/bundle.ts";
import { comparePaths } from "../../folder/compare-paths.ts";
import { isZarrArchive } from "../../folder/zarr-name.ts";
import {
  type AcqstoreCollection,
  COLLECTION_DOCUMENT,
  type CollectedImage,
  readAcqstoreCollection,
} from "../../formats/acqstore/acqstore-collection.ts";
import {
  type AcqstoreManifest,
  MANIFEST_DOCUMENT,
  readAcqstoreManifest,
  STORED_SIDECAR,
} from "../../formats/acqstore/acqstore-manifest.ts";
import { acqstoreJsonFormat } from "../../formats/sidecars/acqstore-json-format.ts";
import {
  acqstoreDocumentFormat,
  acqstorePeaksFormat,
  acqstoreReferenceFormat,
  acqstoreStoredTableFormat,
  storedTableKey,
  tableOfAnalysis,
} from "../../formats/sidecars/acqstore-stored-formats.ts";
import { isNgffImage, isNgffSeries, readNgffImage, seriesOf } from "../../ngff/ngff-image.ts";
import { folderOfArchive } from "../ngff/archive-files.ts";
import { groupAttributes, MAX_NODE_BYTES } from "../ngff/open-zarr-image.ts";
import { filesOf, totals } from "../ngff/read-zarr-image.ts";
import { filesOfFolder, type ZarrFile, type ZarrFiles } from "../ngff/zarr-files.ts";

type Note = { readonly path: string; readonly reason: string };

/** The notes that are about images which something happens to. What was told once about an image that stays is not told again. */
export function notesToTell(
  notes: readonly Note[],
  actions: readonly { readonly action: string; readonly bundle: Pick<LegacyBundle, "image"> }[],
): readonly Note[] {
  const quiet = actions.filter(({ action }) => action === "unchanged").map(({ bundle }) => bundle.image);
  const told = actions.filter(({ action }) => action !== "unchanged").map(({ bundle }) => bundle.image);
  const isAbout = (path: string, { relPath }: BundleFile): boolean =>
    path.startsWith(`${relPath}/`) || relPath.startsWith(`${path.slice(0, path.indexOf("/acqstore/"))}/`);
  return notes.filter(
    ({ path }) => told.some((image) => isAbout(path, image)) || !quiet.some((image) => isAbout(path, image)),
  );
}

/** A scan with the images of Zarr folders. */
export interface FoundZarr {
  readonly scan: FolderScan;
  /** Images that an export wrote, with the folder from which they are restored. They are not in the scan. */
  readonly exports: readonly LegacyBundle[];
  readonly notes: readonly Note[];
}

/** Folders of an image that hold files of their own. */
const OWN_FOLDERS = ["acqstore", "kym"] as const;
const REFERENCE = "reference";
/** What a group says of itself, in either version of Zarr. It is kept, because no more than the axes of it is understood. */
const GROUP_DOCUMENTS = ["zarr.json", ".zattrs"] as const;
const MAX_DOCUMENT_BYTES = 64 * 2 ** 20;

/** True for a folder that is a Zarr group or array itself, and for the name of a zip file that may hold one. */
export async function isZarrGroup(root: string): Promise<boolean> {
  if (isZarrArchive(root)) {
    return true;
  }
  const files = filesOfFolder(root);
  for (const name of [ZARR_NODE_NAME, ".zgroup", ".zarray"]) {
    if ((await files.read(name, MAX_NODE_BYTES)) !== undefined) {
      return true;
    }
  }
  return false;
}

/** What is found, while the folders are looked through. */
interface Finding {
  readonly root: string;
  readonly isWanted: (name: string) => boolean;
  readonly signal: AbortSignal | undefined;
  readonly bundles: LegacyBundle[];
  readonly exports: LegacyBundle[];
  readonly unreadable: ScanNote[];
  readonly notes: Note[];
  readonly taken: Set<string>;
}

/**
 * Adds the images of Zarr folders to a scan. A folder that holds none, such as a dataset, stays ignored. One that cannot be read is
 * unreadable, and so is each image of a collection.
 *
 * @param isWanted decides by the name of a folder whether its images are taken
 * @throws LegacyIoError `aborted`
 */
export async function findZarrImages(
  root: string,
  scan: FolderScan,
  isWanted: (name: string) => boolean,
  signal: AbortSignal | undefined,
): Promise<FoundZarr> {
  const finding: Finding = {
    ...{ root, isWanted, signal },
    ...{ bundles: [], exports: [], unreadable: [], notes: [], taken: new Set() },
  };
  for (const group of scan.zarrGroups ?? []) {
    throwIfAborted(signal, LegacyIoError);
    await guarded(finding, group, () => lookAtGroup(finding, placeOf(root, group)));
  }
  for (const { relPath, isOnlineOnly } of scan.unrecognised.filter((file) => isZarrArchive(file.relPath))) {
    throwIfAborted(signal, LegacyIoError);
    await guarded(finding, relPath, async () => {
      const path = join(root, relPath);
      const folder = isOnlineOnly === true ? undefined : await folderOfArchive(path);
      if (folder !== undefined) {
        await lookAtGroup(finding, placeOf(root, relPath, { path, folder }));
      }
    });
  }
  return {
    scan: {
      ...scan,
      bundles: [...scan.bundles, ...finding.bundles].toSorted((a, b) =>
        comparePaths(a.image.relPath, b.image.relPath),
      ),
      unreadable: [...scan.unreadable, ...finding.unreadable].toSorted((a, b) =>
        comparePaths(a.relPath, b.relPath),
      ),
      ignored: scan.ignored.filter(({ relPath }) => !finding.taken.has(relPath)),
      unrecognised: scan.unrecognised.filter(({ relPath }) => !finding.taken.has(relPath)),
    },
    exports: finding.exports.toSorted((a, b) => comparePaths(a.image.relPath, b.image.relPath)),
    notes: finding.notes,
  };
}

/** Runs a look; an error about the files makes the folder unreadable, and the others are looked at. */
async function guarded(finding: Finding, relPath: string, look: () => Promise<void>): Promise<void> {
  try {
    await look();
  } catch (error) {
    if (!isLegacyIoError(error) || error.code === "aborted") {
      throw error;
    }
    finding.taken.add(relPath);
    finding.unreadable.push({ relPath, reason: error.message });
  }
}

/** A Zarr group on the disk or in an archive. */
interface Place {
  readonly root: string;
  readonly relPath: string;
  readonly path: string;
  readonly archive: BundleFile["archive"];
  readonly files: ZarrFiles;
}

function placeOf(root: string, relPath: string, archive?: BundleFile["archive"]): Place {
  const path = join(root, relPath);
  return { root, relPath, path, archive, files: filesOf({ path, ...(archive && { archive }) }) };
}

function placeBelow({ root, relPath, archive }: Place, name: string): Place {
  return placeOf(
    root,
    `${relPath}/${name}`,
    archive && { ...archive, folder: archive.folder === "" ? name : `${archive.folder}/${name}` },
  );
}

async function lookAtGroup(finding: Finding, place: Place): Promise<void> {
  const { isWanted, taken } = finding;
  const { relPath: group, files } = place;
  if (!isWanted(basename(group))) {
    return;
  }
  const document = await files.read(COLLECTION_DOCUMENT, MAX_DOCUMENT_BYTES);
  if (document !== undefined) {
    taken.add(group);
    await lookAtCollection(finding, place, readAcqstoreCollection(document));
    return;
  }
  const attributes = await groupAttributes(files);
  if (attributes === undefined) {
    return;
  }
  if (isNgffImage(attributes)) {
    taken.add(group);
    await takeImage(finding, place);
  } else if (isNgffSeries(attributes)) {
    taken.add(group);
    await lookAtSeries(finding, place);
  }
}

async function takeImage(finding: Finding, place: Place): Promise<void> {
  const { bundle, isExport } = await bundleOf(finding, place, undefined);
  (isExport ? finding.exports : finding.bundles).push(bundle);
}

/** The images that Bio-Formats' layout lists, else those named 0, 1, … */
async function lookAtSeries(finding: Finding, place: Place): Promise<void> {
  const { relPath: group, files } = place;
  const problems: string[] = [];
  const listed = seriesOf(await groupAttributes(files, "OME"), problems);
  finding.notes.push(...problems.map((reason) => ({ path: group, reason })));
  const found: string[] = [...listed];
  if (found.length === 0) {
    for (let index = 0; (await groupAttributes(files, String(index))) !== undefined; index++) {
      found.push(String(index));
    }
  }
  for (const path of found) {
    const relPath = `${group}/${path}`;
    await guarded(finding, relPath, async () => {
      await takeImage(finding, placeBelow(place, path));
    });
  }
}

async function lookAtCollection(
  finding: Finding,
  place: Place,
  collection: AcqstoreCollection,
): Promise<void> {
  const { relPath: group } = place;
  const { images, refused, problems, tables } = collection;
  const path = `${group}/${COLLECTION_DOCUMENT}`;
  finding.notes.push(...problems.map((reason) => ({ path, reason })));
  finding.unreadable.push(...refused.map(({ place, reason }) => ({ relPath: `${path} ${place}`, reason })));
  for (const [index, image] of images.entries()) {
    const relPath = `${group}/${image.imagePath}`;
    await guarded(finding, relPath, async () => {
      const { bundle } = await bundleOf(finding, placeBelow(place, image.imagePath), { group, image });
      const first = index === 0 ? await documentOf(finding, place) : [];
      finding.bundles.push({ ...bundle, sidecars: inOrder([...first, ...bundle.sidecars]) });
    });
  }
  for (const table of tables) {
    const reason = "a pooled table of acqstore, made of the images: not taken, kym index makes its own";
    finding.notes.push({ path: `${group}/${table}`, reason });
  }
}

/** The document of a collection, which its first image keeps. */
async function documentOf(finding: Finding, place: Place): Promise<readonly SidecarFile[]> {
  const at = placeBelow(place, dirname(COLLECTION_DOCUMENT));
  const listed = await at.files.list([], finding.signal);
  const file = listed.find((one) => one.path === basename(COLLECTION_DOCUMENT));
  return file === undefined ? [] : [sidecarOf(at, file, { kind: acqstoreDocumentFormat.name })];
}

/** Where an image stands in a collection. */
interface InCollection {
  readonly group: string;
  readonly image: CollectedImage;
}

async function bundleOf(
  finding: Finding,
  place: Place,
  collected: InCollection | undefined,
): Promise<{ readonly bundle: LegacyBundle; readonly isExport: boolean }> {
  const { relPath, path, archive, files } = place;
  const attributes = await groupAttributes(files);
  if (attributes === undefined) {
    throw new LegacyIoError("invalid_file", "expected an OME-Zarr image, found no Zarr group", {});
  }
  const ngff = readNgffImage(attributes);
  const listed = await files.list([], finding.signal);
  const isExport = listed.some(({ path }) => path === KYM_MANIFEST);
  const inImage = collected && withinImage(finding, relPath, collected);
  const manifest = await manifestOf(finding, relPath, files, inImage?.manifest);
  const reference = manifest?.reference ?? inImage?.reference ?? REFERENCE;
  const levels = [ngff.path, ...ngff.smaller];
  const of = (path: string, folder: string): boolean => path.startsWith(`${folder}/`);
  const isLevel = ({ path }: ZarrFile): boolean =>
    !path.includes("/") || levels.some((level) => of(path, level));
  const without = [
    ...new Set(listed.filter((file) => !isLevel(file)).map(({ path }) => topOf(path, levels))),
  ];
  const others = (isExport ? [] : without).filter(
    (folder) => folder !== reference && !OWN_FOLDERS.some((own) => own === folder),
  );
  finding.notes.push(
    ...others.map((folder) => ({ path: `${relPath}/${folder}`, reason: "no part of the image: not taken" })),
  );
  const image: BundleFile = {
    ...{ path, relPath },
    ...(archive && { archive }),
    ...totals(listed.filter(isLevel)),
    zarr: { without },
  };
  const sidecars = sidecarsOf(finding, place, listed, { manifest, reference, sidecar: inImage?.sidecar });
  const bundle: LegacyBundle = {
    image,
    stem: basename(relPath),
    otherChannels: [],
    sidecars: inOrder(sidecars),
    ...(collected?.image.sourcePath !== undefined && { cameFrom: collected.image.sourcePath }),
  };
  return { bundle, isExport };
}

/** The longest folder above a file that holds no level: what is left out of the image. */
function topOf(path: string, levels: readonly string[]): string {
  const parts = path.split("/");
  for (let length = 1; length < parts.length; length++) {
    const folder = parts.slice(0, length).join("/");
    if (!levels.some((level) => level === folder || level.startsWith(`${folder}/`))) {
      return folder;
    }
  }
  return path;
}

/** The paths of a collection's entry, from the image on. One that lies elsewhere is named. */
function withinImage(
  finding: Finding,
  relPath: string,
  { group, image }: InCollection,
): {
  readonly manifest: string | undefined;
  readonly sidecar: string | undefined;
  readonly reference: string | undefined;
} {
  const inside = (path: string | undefined): string | undefined => {
    if (path === undefined || path.startsWith(`${image.imagePath}/`)) {
      return path?.slice(image.imagePath.length + 1);
    }
    finding.notes.push({
      path: `${group}/${path}`,
      reason: `lies outside of its image ${relPath}: not used`,
    });
    return undefined;
  };
  return {
    manifest: inside(image.manifestPath),
    sidecar: inside(image.sidecarPath),
    reference: inside(image.referencePath),
  };
}

/** The manifest of an image. One that cannot be read is named, and its tables are then kept unread. */
async function manifestOf(
  finding: Finding,
  relPath: string,
  files: ZarrFiles,
  stated: string | undefined,
): Promise<AcqstoreManifest | undefined> {
  const path = stated ?? MANIFEST_DOCUMENT;
  const tell = (reason: string): void => {
    finding.notes.push({ path: `${relPath}/${path}`, reason });
  };
  try {
    const bytes = await files.read(path, MAX_NODE_BYTES);
    if (bytes === undefined) {
      if (stated !== undefined) {
        tell("the manifest is not there");
      }
      return undefined;
    }
    const manifest = readAcqstoreManifest(bytes);
    for (const problem of manifest.problems) {
      tell(problem);
    }
    return manifest;
  } catch (error) {
    if (!isLegacyIoError(error)) {
      throw error;
    }
    tell(`the manifest is not used: ${error.message}`);
    return undefined;
  }
}

function sidecarsOf(
  finding: Finding,
  place: Place,
  listed: readonly ZarrFile[],
  {
    manifest,
    reference,
    sidecar,
  }: {
    readonly manifest: AcqstoreManifest | undefined;
    readonly reference: string;
    readonly sidecar: string | undefined;
  },
): readonly SidecarFile[] {
  const { relPath } = place;
  const byPath = new Map(listed.map((file) => [file.path, file]));
  const kinds = new Map<string, Pick<SidecarFile, "kind" | "artifact">>();
  const claim = (path: string | undefined, what: Pick<SidecarFile, "kind" | "artifact">): void => {
    if (path === undefined) {
      return;
    }
    if (!byPath.has(path)) {
      finding.notes.push({ path: `${relPath}/${path}`, reason: "named by the manifest, and not there" });
    } else if (!kinds.has(path)) {
      kinds.set(path, what);
    }
  };
  const document = manifest?.sidecar ?? sidecar ?? STORED_SIDECAR;
  if (manifest !== undefined || sidecar !== undefined || byPath.has(document)) {
    claim(document, { kind: acqstoreJsonFormat.name });
  }
  for (const { name, channel, roiId, table, peaks } of manifest?.analyses ?? []) {
    const known = tableOfAnalysis(name);
    if (known !== undefined) {
      claim(table, {
        kind: acqstoreStoredTableFormat.name,
        artifact: storedTableKey(known, channel, roiId),
      });
    }
    claim(peaks, { kind: acqstorePeaksFormat.name });
  }
  for (const path of [...GROUP_DOCUMENTS, MANIFEST_DOCUMENT]) {
    if (byPath.has(path)) {
      claim(path, { kind: acqstoreDocumentFormat.name });
    }
  }
  const rest = listed.filter(
    ({ path }) => !kinds.has(path) && path.startsWith("acqstore/") && !path.startsWith(`${reference}/`),
  );
  for (const { path } of rest) {
    kinds.set(path, { kind: "other" });
  }
  const files = [...kinds].flatMap(([path, what]): readonly SidecarFile[] => {
    const file = byPath.get(path);
    return file === undefined ? [] : [sidecarOf(place, file, what)];
  });
  const ofReference = listed.filter(({ path }) => path.startsWith(`${reference}/`));
  if (ofReference.length === 0) {
    if (manifest?.reference !== undefined) {
      finding.notes.push({ path: `${relPath}/${reference}`, reason: "named by the manifest, and not there" });
    }
    return files;
  }
  const below = placeBelow(place, reference);
  return [
    ...files,
    {
      ...{ path: below.path, relPath: below.relPath },
      ...(below.archive && { archive: below.archive }),
      ...totals(ofReference),
      zarr: { without: [] },
      kind: acqstoreReferenceFormat.name,
    },
  ];
}

function sidecarOf(
  place: Place,
  { path: name, sizeBytes, mtimeNs }: ZarrFile,
  what: Pick<SidecarFile, "kind" | "artifact">,
): SidecarFile {
  const { path, relPath, archive } = placeBelow(place, name);
  return { path, relPath, ...(archive && { archive }), sizeBytes, mtimeNs, ...what };
}

function inOrder(sidecars: readonly SidecarFile[]): readonly SidecarFile[] {
  return sidecars.toSorted((a, b) => comparePaths(a.relPath, b.relPath));
}
