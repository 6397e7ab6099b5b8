import { extname } from "node:path";
import type { GeoJsonOptions } from "@kym/roi";
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
        path === ""
          ? "FILE is missing"
          : `FILE ends with .roi, .zip or .geojson, not ${JSON.stringify(path)}`,
        "kym roi --help",
      );
  }
}

/** What stdin holds, which has no name: by its first bytes. */
export function kindOfBytes(bytes: Uint8Array): RoiFileKind {
  const head = String.fromCharCode(...bytes.subarray(0, 4));
  return head === "Iout" ? "roi" : head.startsWith("PK") ? "zip" : "geojson";
}

/** `--pixel-center` */
export function pixelCenterOf(value: unknown): GeoJsonOptions["pixelCenter"] {
  if (value === undefined) {
    return undefined;
  }
  if (value !== "0" && value !== "0.5") {
    throw usageError(`--pixel-center is 0 or 0.5, not ${JSON.stringify(value)}`);
  }
  return value === "0" ? 0 : 0.5;
}
