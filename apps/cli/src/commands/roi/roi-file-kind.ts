// Recognises a file of ROIs by its name or its first bytes.

import { extname } from "node:path";
import type { GeoJsonOptions } from "@kym/roi/geojson";
import { usageError } from "../../terminal/cli-error.ts";

/** `roi` and `zip` are files of ImageJ, `geojson` of QuPath and napari. */
export type RoiFileKind = "roi" | "zip" | "geojson";

/** The kind of a file, by its extension. @throws {CliError} `usage` for another extension */
export function roiFileKind(path: string): RoiFileKind {
  switch (extname(path).toLowerCase()) {
    case ".roi":
      return "roi";
    case ".zip":
      return "zip";
    case ".geojson":
    case ".json":
      return "geojson";
    default:
      throw usageError(
        `FILE must end with .roi, .zip or .geojson, not ${JSON.stringify(path)}`,
        "kym roi --help shows examples",
      );
  }
}

/** The kind of data from stdin, which does not have a name, by its first bytes. */
export function kindOfBytes(bytes: Uint8Array): RoiFileKind {
  const head = String.fromCharCode(...bytes.subarray(0, 4));
  return head === "Iout" ? "roi" : head.startsWith("PK") ? "zip" : "geojson";
}

/** The coordinate that the centre of pixel 0 has in a .geojson file. */
export const PIXEL_CENTER_OPTION = {
  "pixel-center": {
    value: "X",
    choices: ["0", "0.5"],
    help: "centre of pixel 0 in a .geojson: 0.5 (QuPath, the default) or 0 (napari)",
  },
} as const;

/** Reads `--pixel-center`; undefined if it is not given. */
export function pixelCenterOf(value: "0" | "0.5" | undefined): GeoJsonOptions["pixelCenter"] {
  if (value === undefined) {
    return undefined;
  }
  return value === "0" ? 0 : 0.5;
}
