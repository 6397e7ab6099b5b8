import type { CellValue, Row, TableSchema } from "@kym/zarr-store";
import { coerceCell, extraText } from "./coerce-cell.ts";
import { KymDatasetError } from "./errors.ts";
import { isProvenanceColumn } from "./index-schema.ts";

/** What the rows of one image are stamped with. */
export interface RowStamp {
  readonly imageId: string;
  readonly analysisVersion: string;
  readonly paramsHash: string;
}

/**
 * A row as the index table has it, without the provenance: the schema's columns with their types, NULL where the row
 * lacks one, and all other columns that are not NULL as text.
 *
 * @throws {KymDatasetError} `schema_mismatch`, naming the column
 */
export function conformRow(schema: TableSchema, row: Row): Row {
  const known = schema.columns.map((column): [string, CellValue] => [
    column.name,
    coerceCell(column, row[column.name]),
  ]);
  const names = new Set(schema.columns.map(({ name }) => name));
  const extras = Object.entries(row).flatMap(([name, value]): [string, CellValue][] => {
    const text = names.has(name) || isProvenanceColumn(name) ? null : extraText(value);
    return text === null ? [] : [[name, text]];
  });
  return Object.fromEntries([...known, ...extras]);
}

/**
 * {@link conformRow} of each row, with the image's provenance.
 *
 * @throws {KymDatasetError} `invalid_argument` for a row that says another `image_id`, `schema_mismatch`
 */
export function stampRows(schema: TableSchema, rows: readonly Row[], stamp: RowStamp): readonly Row[] {
  return rows.map((row, index) => {
    const { image_id: found } = row;
    if (found !== undefined && found !== null && found !== stamp.imageId) {
      throw new KymDatasetError(
        "invalid_argument",
        `row ${index} belongs to image ${String(found)}, not to ${stamp.imageId}`,
        { path: "image_id", expected: stamp.imageId, found },
      );
    }
    return {
      ...conformRow(schema, row),
      image_id: stamp.imageId,
      analysis_version: stamp.analysisVersion,
      params_hash: stamp.paramsHash,
    };
  });
}
