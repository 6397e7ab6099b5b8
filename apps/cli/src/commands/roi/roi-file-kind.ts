import { extname } from "node:path";
import type { GeoJsonOptions } from "@kym/roi/geojson";
import { usageError } from "../../terminal/cli-error.ts";

/** What ImageJ, QuPath and napari call their files. */
export type RoiFileKind = "roi" | "zip" | "geojson";

/** What a file of ROIs is, by its name. */
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
        `FILE ends with .roi, .zip or .geojson, not ${JSON.stringify(path)}`,
        "kym roi --help",
      );
  }
}

/** What stdin holds, which has no name: by its first bytes. */
export function kindOfBytes(bytes: Uint8Array): RoiFileKind {
  const head = String.fromCharCode(...bytes.subarray(0, 4));
  return head === "Iout" ? "roi" : head.startsWith("PK") ? "zip" : "geojson";
}

/** Where in pixel 0 the coordinate 0 of a .geojson lies. */
export const PIXEL_CENTER_OPTION = {
  "pixel-center": {
    value: "X",
    choices: ["0", "0.5"],
    help: "of pixel 0 in a .geojson: 0.5 (QuPath, the default) or 0 (napari)",
  },
} as const;

/** `--pixel-center` */
export function pixelCenterOf(value: "0" | "0.5" | undefined): GeoJsonOptions["pixelCenter"] {
  if (value === undefined) {
    return undefined;
  }
  return value === "0" ? 0 : 0.5;
}
