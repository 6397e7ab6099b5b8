import { parseLossless, plainValue, serializeLossless } from "@kym/zarr-store/json";

/** Lists the files of an export that has no `export.json`: so a later one knows that it may replace them. */
export const EXPORT_MARKER = ".kym-export.json";
const FORMAT = "kym-export-files";

/** `format` is the kind of export: `kymflow`, `imagej`. */
export function encodeExportMarker(format: string, paths: readonly string[]): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(
    `${serializeLossless({ format: FORMAT, format_version: 1, written_for: format, files: paths.toSorted() })}\n`,
  );
}

/** The files that it lists; undefined for bytes that are no marker. */
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
