// Where a Zarr group is, on the disk or in an archive, and the files below it.

import { join } from "node:path";
import type { BundleFile, SidecarFile } from "../../folder/bundle.ts";
import { comparePaths } from "../../folder/compare-paths.ts";
import { filesOf } from "./read-zarr-image.ts";
import type { ZarrFile, ZarrFiles } from "./zarr-files.ts";

/** A sentence about a file. */
export interface Note {
  readonly path: string;
  readonly reason: string;
}

/** What a look at a group adds to, and what ends it. */
export interface Telling {
  readonly notes: Note[];
  readonly signal: AbortSignal | undefined;
}

/** A Zarr group on the disk or in an archive. */
export interface Place {
  readonly root: string;
  readonly relPath: string;
  readonly path: string;
  readonly archive: BundleFile["archive"];
  readonly files: ZarrFiles;
}

export function placeOf(root: string, relPath: string, archive?: BundleFile["archive"]): Place {
  const path = join(root, relPath);
  return { root, relPath, path, archive, files: filesOf({ path, ...(archive && { archive }) }) };
}

export function placeBelow({ root, relPath, archive }: Place, name: string): Place {
  return placeOf(
    root,
    `${relPath}/${name}`,
    archive && { ...archive, folder: archive.folder === "" ? name : `${archive.folder}/${name}` },
  );
}

/** A file of a group that belongs to its image. */
export function sidecarOf(
  place: Place,
  { path: name, sizeBytes, mtimeNs }: ZarrFile,
  what: Pick<SidecarFile, "kind" | "artifact">,
): SidecarFile {
  const { path, relPath, archive } = placeBelow(place, name);
  return { path, relPath, ...(archive && { archive }), sizeBytes, mtimeNs, ...what };
}

export function inOrder(sidecars: readonly SidecarFile[]): readonly SidecarFile[] {
  return sidecars.toSorted((a, b) => comparePaths(a.relPath, b.relPath));
}
