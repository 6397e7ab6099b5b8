// What a caller may pass as a table, and the check that its rows belong to one image.

import type { Table } from "apache-arrow";
import { ZarrStoreError } from "../../errors.ts";
import { columnOf } from "../../table/rows/rows-of.ts";
import type { Row } from "../../table/table-schema.ts";

/** Plain rows, or an Arrow table with its own schema. */
export type TableInput = Table | readonly Row[];

/** True for plain rows. */
export function isRows(input: TableInput): input is readonly Row[] {
  return Array.isArray(input);
}

/**
 * Checks that every row belongs to the image.
 *
 * @throws {ZarrStoreError} `invalid_argument` if a row has another id, or the id column is missing
 */
export function assertRowsBelongTo(rows: Table, imageId: string, imageIdColumn: string, where: string): void {
  if (!rows.schema.fields.some((field) => field.name === imageIdColumn)) {
    throw new ZarrStoreError("invalid_argument", `${where}: the rows have no column ${imageIdColumn}`, {
      path: imageIdColumn,
    });
  }
  const column = columnOf(rows, imageIdColumn);
  for (let index = 0; index < rows.numRows; index++) {
    const found = column[index];
    if (found !== imageId) {
      throw new ZarrStoreError(
        "invalid_argument",
        `${where}: row ${index} belongs to ${String(found)}, not to ${imageId}`,
        { path: imageIdColumn, expected: imageId, found },
      );
    }
  }
}
