// Reads Arrow columns, of any version of Arrow, as plain buffers.

import type { Table, Vector } from "apache-arrow";
import { ZarrStoreError } from "../../errors.ts";
import { type ColumnBuffers, concatColumns } from "./column-buffers.ts";
import { readChunk, typeReadFrom } from "./read-chunk.ts";

/**
 * Reads an Arrow column, all its chunks as one, and converts the types of other writers to ours.
 *
 * The result is a copy. With `borrowed` it shares memory with the table if possible, for callers that only read it.
 * `where` names the table in messages.
 *
 * @throws {ZarrStoreError} `not_supported`, naming the column, for a type that has no counterpart here.
 */
export function readColumn(
  vector: Vector,
  name: string,
  where: string,
  memory: "own" | "borrowed" = "own",
): ColumnBuffers {
  const column = `column ${name} of ${where}`;
  const type = typeReadFrom(vector.type, column);
  const [only] = vector.data;
  if (vector.data.length === 1 && only !== undefined) {
    return readChunk(only, type, column, memory);
  }
  return concatColumns(
    vector.data.map((data) => readChunk(data, type, column, "borrowed")),
    type,
  );
}

/** Reads all columns of a table with {@link readColumn}. */
export function readColumns(
  table: Table,
  where = "the table",
  memory: "own" | "borrowed" = "own",
): readonly ColumnBuffers[] {
  return table.schema.fields.map((field, index) =>
    readColumn(columnAt(table, index, where), field.name, where, memory),
  );
}

/** Returns a column by its index. @throws {ZarrStoreError} `invalid_argument` if the column has no data. */
export function columnAt(table: Table, index: number, where: string): Vector {
  const vector = table.getChildAt(index);
  if (vector === null) {
    const name = table.schema.fields[index]?.name ?? "";
    throw new ZarrStoreError("invalid_argument", `column ${name} of ${where} has no data`, { path: name });
  }
  return vector;
}
