// The file `index.csv` of an export: which file is which image.

import { PROVENANCE_KEYS } from "@kym/kym-schema/keys";
import { csvText } from "@kym/zarr-store/table";

/** Name of the table that says which file of an export is which image. */
export const EXPORT_INDEX = "index.csv";

/** A row of the table. */
export interface ExportIndexRow {
  /** Path of the pixels, relative to the exported folder; undefined if they are left out. */
  readonly file: string | undefined;
  readonly imageId: string;
  /** The path that the image came from, relative to the folder that was ingested; undefined if that is unknown. */
  readonly sourceRelPath: string | undefined;
}

/** Encodes the table for people: the columns file, image_id and source_rel_path. */
export function encodeExportIndex(rows: readonly ExportIndexRow[]): Uint8Array<ArrayBuffer> {
  const columns = [
    { name: "file", values: rows.map(({ file }) => file ?? null) },
    { name: "image_id", values: rows.map(({ imageId }) => imageId) },
    { name: PROVENANCE_KEYS.sourceRelPath, values: rows.map(({ sourceRelPath }) => sourceRelPath ?? null) },
  ];
  return new TextEncoder().encode(csvText(columns, rows.length, "spreadsheet"));
}
