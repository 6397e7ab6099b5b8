// The file `.kym-export.json`: lists the files of an export that has no `export.json`.

import { parseLossless, plainValue, serializeLossless } from "@kym/zarr-store/json";

/** Name of the marker. From it, a later export with `overwrite` knows which files it may replace. */
export const EXPORT_MARKER = ".kym-export.json";
const FORMAT = "kym-export-files";

/** Encodes a marker. `format` is the kind of export: `kymflow`, `imagej`, or `legacy` without pixels. */
export function encodeExportMarker(format: string, paths: readonly string[]): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(
    `${serializeLossless({ format: FORMAT, format_version: 1, written_for: format, files: paths.toSorted() })}\n`,
  );
}

/** Returns the files that a marker lists, or undefined if the bytes are not a marker. */
export function decodeExportMarker(bytes: Uint8Array): readonly string[] | undefined {
  let root: unknown;
  try {
    root = plainValue(parseLossless(new TextDecoder().decode(bytes)));
  } catch {
    return undefined;
  }
  if (typeof root !== "object" || root === null || !("format" in root) || root.format !== FORMAT) {
    return undefined;
  }
  return "files" in root && Array.isArray(root.files) ? root.files.map(String) : undefined;
}
