import type { CellValue, Row, TableSchema } from "@kym/zarr-store";
import { KymDatasetError } from "../errors.ts";
import { coerceCell, extraText } from "./coerce-cell.ts";
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

function setCell(cells: Record<string, CellValue>, name: string, value: CellValue): void {
  if (name === "__proto__") {
    Object.defineProperty(cells, name, { value, writable: true, enumerable: true, configurable: true });
  } else {
    cells[name] = value;
  }
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
