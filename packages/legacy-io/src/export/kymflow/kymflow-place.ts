// Chooses the path of each image in an export, and its cells in the older application's tables, by where it came from.

import { nameBeforeEscape, safeFileName } from "../../folder/safe-file-name.ts";
import { sameFileKey } from "../../folder/same-file-key.ts";
import { imageStem } from "../../folder/sidecar-name.ts";

/** The file from which an image was ingested, as far as the dataset knows. */
export interface ImageOrigin {
  readonly imageId: string;
  readonly sourceRelPath: string | undefined;
  /** Absolute path. */
  readonly sourcePrimaryPath: string | undefined;
}

/** The path of an image in the export, and the parts of it that the older application's tables list. */
export interface KymflowPlace {
  readonly imageId: string;
  /** Folder relative to the exported folder: empty for that folder itself, otherwise with a `/` at the end. */
  readonly folder: string;
  readonly fileName: string;
  /** The file's name without its ending. The names of its sidecars begin with it. */
  readonly stem: string;
  readonly relPath: string;
  /** Path of the file that was ingested, or `relPath` if that is unknown. */
  readonly path: string;
  readonly parentFolder: string;
  readonly grandparentFolder: string;
  /** True if another image has the path that this one came from, so that this one was renamed. */
  readonly isMoved: boolean;
}

/**
 * Gives every image a path: the one it had relative to the ingested folder, or `<id>.tif` if its origin is unknown or
 * leads out of that folder. Names that Windows forbids are escaped, see `safeFileName`. If several images have the same
 * path, also in another case, the first keeps it, and the others get `~2`, `~3`, ….
 */
export function placeImages(origins: readonly ImageOrigin[]): readonly KymflowPlace[] {
  const taken = new Set<string>();
  return origins.map((origin) => {
    const wanted = safePath(origin.sourceRelPath) ?? `${origin.imageId}.tif`;
    const slash = wanted.lastIndexOf("/") + 1;
    const [folder, name] = [wanted.slice(0, slash), wanted.slice(slash)];
    const ending = /\.tiff?$/i.exec(name)?.[0] ?? "";
    const wantedStem = ending === "" ? (imageStem(name) ?? name) : name.slice(0, name.length - ending.length);
    const stem = freeStem(folder, wantedStem, taken);
    const fileName = `${stem}${ending === "" ? ".tif" : ending}`;
    const relPath = `${folder}${fileName}`;
    const path = origin.sourcePrimaryPath ?? relPath;
    const [, parentFolder = "", grandparentFolder = ""] = partsOf(path).toReversed();
    return {
      imageId: origin.imageId,
      folder,
      fileName,
      stem,
      relPath,
      path,
      parentFolder,
      grandparentFolder,
      isMoved: stem !== wantedStem,
    };
  });
}

/** Finds a stem that no other image in the folder has: with equal stems, two images would share sidecars. */
function freeStem(folder: string, stem: string, taken: Set<string>): string {
  for (let copy = 1; ; copy++) {
    const free = copy === 1 ? stem : `${stem}~${copy}`;
    const key = sameFileKey(`${folder}${free}`);
    // A number that looks like an escape would be taken for one.
    if (!taken.has(key) && nameBeforeEscape(free) === nameBeforeEscape(stem) + free.slice(stem.length)) {
      taken.add(key);
      return free;
    }
  }
}

function safePath(path: string | undefined): string | undefined {
  const parts = path?.split("/") ?? [];
  const isSafe = path?.isWellFormed() === true && parts.every((part) => !/^\.{0,2}$/.test(part));
  return isSafe ? parts.map(safeFileName).join("/") : undefined;
}

/** Splits a path of any system into its parts, without a drive letter. */
function partsOf(path: string): readonly string[] {
  const separator = /^([A-Za-z]:[\\/]|\\\\)/.test(path) ? /[\\/]/ : /\//;
  return path.split(separator).filter((part) => part !== "" && !/^[A-Za-z]:$/.test(part));
}
