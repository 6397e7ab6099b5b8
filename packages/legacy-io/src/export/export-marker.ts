// The file `.kym-export.json`: lists the files of an export that has no `export.json`.

import { parseLossless, plainValue, serializeLossless } from "@kym/zarr-store/json";

/** Name of the marker. From it, a later export with `overwrite` knows which files it may replace. */
export const EXPORT_MARKER = ".kym-export.json";
const FORMAT = "kym-export-files";

/**
 * Encodes a marker. `format` is the kind of export: `kymflow`, `imagej`, `ome-zarr`, `acqstore`, or `legacy` without pixels.
 *
 * @param hashes the SHA-256 of each file, where edits by others are to be seen
 */
export function encodeExportMarker(
  format: string,
  paths: readonly string[],
  hashes?: ReadonlyMap<string, string>,
): Uint8Array<ArrayBuffer> {
  const files = paths.toSorted();
  const content = {
    format: FORMAT,
    format_version: 1,
    written_for: format,
    files,
    ...(hashes && { sha256: Object.fromEntries(files.map((path) => [path, hashes.get(path) ?? null])) }),
  };
  return new TextEncoder().encode(`${serializeLossless(content)}\n`);
}

/** Returns the files that a marker lists, with their hashes where it has them, or undefined if the bytes are not a marker. */
export function decodeExportMarker(bytes: Uint8Array): ReadonlyMap<string, string | undefined> | undefined {
  let root: unknown;
  try {
    root = plainValue(parseLossless(new TextDecoder().decode(bytes)));
  } catch {
    return undefined;
  }
  if (typeof root !== "object" || root === null || !("format" in root) || root.format !== FORMAT) {
    return undefined;
  }
  const hashes = new Map("sha256" in root ? Object.entries(root.sha256 ?? {}) : []);
  const hashOf = (path: string): string | undefined => {
    const hash = hashes.get(path);
    return typeof hash === "string" ? hash : undefined;
  };
  return "files" in root && Array.isArray(root.files)
    ? new Map(root.files.map(String).map((path) => [path, hashOf(path)]))
    : undefined;
}
