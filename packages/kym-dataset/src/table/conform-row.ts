// Fits an image's rows to the index table's schema and stamps them with what made them.

import type { CellValue, Row, TableSchema } from "@kym/zarr-store";
import { KymDatasetError } from "../errors.ts";
import { coerceCell, extraText, isInfinity } from "./coerce-cell.ts";
import { isProvenanceColumn } from "./index-schema.ts";

/** The provenance that every row of one image carries. */
export interface RowStamp {
  readonly imageId: string;
  readonly analysisVersion: string;
  readonly paramsHash: string;
}

/**
 * Fits a row to the schema, without provenance. A column that the row lacks becomes NULL. Columns outside the schema
 * become text if they are not NULL.
 *
 * @throws {KymDatasetError} `schema_mismatch`, naming the column
 */
export function conformRow(schema: TableSchema, row: Row): Row {
  const cells: Record<string, CellValue> = {};
  for (const column of schema.columns) {
    setCell(cells, column.name, coerceCell(column, row[column.name]));
  }
  for (const name of Object.keys(row)) {
    if (!Object.hasOwn(cells, name) && !isProvenanceColumn(name)) {
      const text = extraText(row[name]);
      if (text !== null) {
        setCell(cells, name, text);
      }
    }
  }
  return cells;
}

/** Counts the infinities that {@link conformRow} makes NULL. */
export function countInfinities(schema: TableSchema, rows: readonly Row[]): number {
  const floats = schema.columns.filter(({ type }) => type === "float64");
  return rows.reduce(
    (sum, row) => sum + floats.filter((column) => isInfinity(column, row[column.name])).length,
    0,
  );
}

function setCell(cells: Record<string, CellValue>, name: string, value: CellValue): void {
  if (name === "__proto__") {
    Object.defineProperty(cells, name, { value, writable: true, enumerable: true, configurable: true });
  } else {
    cells[name] = value;
  }
}

/**
 * Fits each row with {@link conformRow} and adds the image's provenance.
 *
 * @throws {KymDatasetError} `invalid_argument` for a row with another `image_id`, `schema_mismatch`
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
