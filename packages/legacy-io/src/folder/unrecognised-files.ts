// Groups the files of a folder that an ingest does not understand, one group per kind.

import { compareCodePoints } from "@kym/zarr-store/runtime";
import type { BundleFile, FolderScan } from "./bundle.ts";
import { imageStem } from "./sidecar-name.ts";

/** Files of one kind that no rule of an ingest knows. They were left alone. */
export interface UnrecognisedFiles {
  /** The ending in lower case, with its dot: `.oir`; empty for names without one. */
  readonly kind: string;
  readonly count: number;
  /** Relative to the folder, sorted. */
  readonly paths: readonly string[];
}

/** The reports that `kym ingest` keeps beside a dataset, which may lie in the folder as well. */
const REPORT = /\.ingest-report\.json$/;

const OME_ZARR = /\.ome\.zarr$/i;

/** Images that the pattern leaves out, and the files beside them, are left out on purpose and are in no group. */
export function unrecognisedFiles({
  unrecognised,
  ignored = [],
}: Pick<FolderScan, "unrecognised"> & Partial<Pick<FolderScan, "ignored">>): readonly UnrecognisedFiles[] {
  const leftOut = unrecognised.flatMap(({ relPath }) => {
    const stem = imageStem(fileNameOf(relPath));
    return stem === undefined ? [] : [relPath.slice(0, relPath.length - fileNameOf(relPath).length) + stem];
  });
  const isBeside = (relPath: string): boolean => leftOut.some((stem) => relPath.startsWith(stem));
  const files = [
    ...unrecognised.filter(({ relPath }) => !isBeside(relPath) && !REPORT.test(relPath)),
    // A folder, but one image or several to other programs.
    ...ignored.filter(({ relPath }) => OME_ZARR.test(relPath)),
  ];
  return [...Map.groupBy(files, kindOf)]
    .map(([kind, group]) => ({
      kind,
      count: group.length,
      paths: group.map(({ relPath }) => relPath).toSorted(compareCodePoints),
    }))
    .toSorted((a, b) => b.count - a.count || compareCodePoints(a.kind, b.kind));
}

function kindOf({ relPath }: Pick<BundleFile, "relPath">): string {
  if (OME_ZARR.test(relPath)) {
    return ".ome.zarr";
  }
  const name = fileNameOf(relPath);
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(dot).toLowerCase() : "";
}

function fileNameOf(relPath: string): string {
  return relPath.slice(relPath.lastIndexOf("/") + 1);
}
