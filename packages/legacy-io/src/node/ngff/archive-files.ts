// The files of a folder in a zip file: listed by its directory, and read up to a bound.

import { ZARR_NODE_NAME } from "@kym/zarr-store/layout";
import { openZipFile } from "@kym/zarr-store/node";
import { isZarrStoreError } from "@kym/zarr-store/runtime";
import { LegacyIoError } from "../../errors.ts";
import type { BundleFile } from "../../folder/bundle.ts";
import { comparePaths } from "../../folder/compare-paths.ts";
import { systemErrorCode } from "../tiff/file-source.ts";
import { statOf, tooLarge, type ZarrFile, type ZarrFiles } from "./zarr-files.ts";

type Zip = Awaited<ReturnType<typeof openZipFile>>;

/** Archives that were opened last, by the state of their file: one image has many files, and each is read by itself. */
const opened = new Map<string, Promise<Zip>>();
const MOST_OPEN = 8;
const MAC_FOLDER = "__MACOSX/";

/** The files below a folder of a zip file; `folder` is empty for its root. Times are those of the zip file. */
export function filesOfArchive({ path, folder }: NonNullable<BundleFile["archive"]>): ZarrFiles {
  const start = folder === "" ? "" : `${folder}/`;
  return {
    where: path,
    list: async (without) => {
      const { mtimeNs } = await statOf(path);
      const zip = await openOnce(path);
      const found: ZarrFile[] = [];
      for (const key of zip.keys) {
        const below = key.startsWith(start) && !key.startsWith(MAC_FOLDER) ? key.slice(start.length) : "";
        const isOut = without.some((out) => below === out || below.startsWith(`${out}/`));
        if (below !== "" && !isOut) {
          const sizeBytes = (await zip.stat(key))?.sizeBytes ?? 0;
          found.push({ path: below, sizeBytes, mtimeNs });
        }
      }
      return found.toSorted((a, b) => comparePaths(a.path, b.path));
    },
    read: async (name, maxBytes) => {
      const zip = await openOnce(path);
      const key = zip.keys.find((one) => one === `${start}${name}`);
      if (key === undefined) {
        return undefined;
      }
      const sizeBytes = (await zip.stat(key))?.sizeBytes ?? 0;
      if (sizeBytes > maxBytes) {
        throw tooLarge(name, sizeBytes, maxBytes);
      }
      return understood(path, () => zip.get(key));
    },
  };
}

/** The folder of an archive that holds the Zarr group: its root, or its only folder, under which some programs pack. */
export async function folderOfArchive(path: string): Promise<string> {
  const { keys } = await openOnce(path);
  const own = keys.filter((key) => !key.startsWith(MAC_FOLDER) && !/(^|\/)\.DS_Store$/.test(key));
  const isGroup = (folder: string): boolean =>
    GROUP_NAMES.some((name) => own.some((key) => key === `${folder}${name}`));
  const [first = ""] = own;
  const top = first.includes("/") ? first.slice(0, first.indexOf("/")) : "";
  const isOnly = top !== "" && own.every((key) => key.startsWith(`${top}/`));
  return !isGroup("") && isOnly && isGroup(`${top}/`) ? top : "";
}

const GROUP_NAMES: readonly string[] = [ZARR_NODE_NAME, ".zgroup", ".zattrs"];

async function openOnce(path: string): Promise<Zip> {
  const { sizeBytes, mtimeNs } = await statOf(path);
  const state = `${sizeBytes} ${mtimeNs} ${path}`;
  const known = opened.get(state);
  if (known !== undefined) {
    return known;
  }
  const opening = understood(path, () => openZipFile(path));
  opened.set(state, opening);
  for (const [oldest] of [...opened].slice(0, Math.max(0, opened.size - MOST_OPEN))) {
    opened.delete(oldest);
  }
  opening.catch(() => opened.delete(state));
  return opening;
}

/** Runs a read of an archive with errors of this package. */
async function understood<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (isZarrStoreError(cause)) {
      const code = (["invalid_name", "not_supported", "io"] as const).find((one) => one === cause.code);
      throw new LegacyIoError(code ?? "invalid_file", cause.message, { path, cause });
    }
    throw new LegacyIoError("io", `cannot read ${path}: ${systemErrorCode(cause)}`, { path, cause });
  }
}
