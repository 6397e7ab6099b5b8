// Makes Arrow columns of plain buffers, and puts columns together into Arrow tables.

import type { Data, DataType, Field, Table } from "apache-arrow";
import { arrow } from "#arrow";
import { ZarrStoreError } from "../../errors.ts";
import { type Column, type ColumnType, columnTypeOf, type TableSchema } from "../table-schema.ts";
import { type ColumnBuffers, lengthOf } from "./column-buffers.ts";

/**
 * Makes a table of one batch, with the nullable flags of the schema.
 *
 * No two columns may share a buffer: apache-arrow 21.2 would write a corrupt IPC stream.
 *
 * @throws {ZarrStoreError} `schema_mismatch`, naming the column and row, for a null in a column that is not nullable.
 */
export function tableOfColumns(
  schema: TableSchema,
  columns: readonly ColumnBuffers[],
  rowCount: number,
  metadata: ReadonlyMap<string, string> = new Map(),
): Table {
  const children = columns.map((column, index) => dataOf(column, schema.columns[index]));
  return tableOfData(schema, children, rowCount, metadata);
}

/** Makes a table of one batch from Arrow data, as {@link tableOfColumns} does from buffers. */
export function tableOfData(
  schema: TableSchema,
  children: readonly Data[],
  rowCount: number,
  metadata: ReadonlyMap<string, string> = new Map(),
): Table {
  return wrap(schema.columns.map(fieldOf), [...children], rowCount, metadata);
}

/** Converts a column to Arrow data. */
export function encodeColumn(column: ColumnBuffers): { readonly type: ColumnType; readonly data: Data } {
  return { type: column.type, data: dataOf(column, undefined) };
}

/** Returns the same data, not copied, with the nullable flags and notes of a schema. The table must match it. */
export function withSchema(table: Table, schema: TableSchema, metadata: ReadonlyMap<string, string>): Table {
  const children = schema.columns.map((_, index) => table.getChildAt(index)?.data[0]);
  const present = children.filter((data) => data !== undefined).map(writable);
  return tableOfData(schema, present, table.numRows, metadata);
}

/**
 * Data that every version of Arrow can write. Before 21.2 it writes no values for bools that are all null, and readers refuse
 * such a file. The same bits under another type are written as they are.
 */
function writable(data: Data): Data {
  const { length, nullCount, nullBitmap } = data;
  if (length === 0 || nullCount < length || columnTypeOf(data.type) !== "bool") {
    return data;
  }
  const { Int8, makeData } = arrow();
  return makeData({
    type: new Int8(),
    data: new Int8Array(Math.ceil(length / 8)),
    length,
    nullCount,
    nullBitmap,
  });
}

function wrap(
  fields: Field[],
  children: Data[],
  rowCount: number,
  metadata: ReadonlyMap<string, string>,
): Table {
  const { makeData, RecordBatch, Schema, Struct, Table } = arrow();
  const data = makeData({ type: new Struct(fields), length: rowCount, nullCount: 0, children });
  const schema = new Schema(fields, new Map(metadata));
  return new Table(schema, new RecordBatch(schema, data));
}

function fieldOf(column: Column): Field {
  const notes = new Map<string, string>();
  if (column.unit !== undefined) {
    notes.set("unit", column.unit);
  }
  if (column.description !== undefined) {
    notes.set("description", column.description);
  }
  const { Field } = arrow();
  return new Field(column.name, arrowTypeOf(column.type), column.nullable ?? true, notes);
}

function arrowTypeOf(type: ColumnType): DataType {
  const { Bool, Float64, Int32, Int64, Utf8 } = arrow();
  switch (type) {
    case "int64":
      return new Int64();
    case "int32":
      return new Int32();
    case "float64":
      return new Float64();
    case "utf8":
      return new Utf8();
    case "bool":
      return new Bool();
    default:
      return type satisfies never;
  }
}

function dataOf(column: ColumnBuffers, target: Column | undefined): Data {
  const length = lengthOf(column);
  const firstNull = column.valid?.indexOf(0) ?? -1;
  if (firstNull >= 0 && target?.nullable === false) {
    throw new ZarrStoreError(
      "schema_mismatch",
      `column ${target.name}, row ${firstNull}: expected a value, found null`,
      {
        path: target.name,
        expected: target.type,
        found: null,
      },
    );
  }
  const nulls =
    firstNull < 0 || column.valid === undefined
      ? { length, nullCount: 0 }
      : { length, nullCount: countZeros(column.valid), nullBitmap: packBits(column.valid) };
  const { Bool, Float64, Int32, Int64, makeData, Utf8 } = arrow();
  switch (column.type) {
    case "int64":
      return makeData({ type: new Int64(), data: column.values, ...nulls });
    case "int32":
      return makeData({ type: new Int32(), data: column.values, ...nulls });
    case "float64":
      return makeData({ type: new Float64(), data: column.values, ...nulls });
    case "bool":
      return makeData({ type: new Bool(), data: packBits(column.values), ...nulls });
    case "utf8":
      return makeData({ type: new Utf8(), valueOffsets: column.offsets, data: column.bytes, ...nulls });
    default:
      return column satisfies never;
  }
}

function packBits(flags: Uint8Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(flags.length / 8));
  if (!flags.includes(1)) {
    return bits;
  }
  for (let byte = 0; byte < bits.length; byte += 1) {
    let packed = 0;
    const first = byte << 3;
    const count = Math.min(8, flags.length - first);
    for (let bit = 0; bit < count; bit += 1) {
      packed |= flags[first + bit] === 0 ? 0 : 1 << bit;
    }
    bits[byte] = packed;
  }
  return bits;
}

function countZeros(flags: Uint8Array): number {
  let zeros = 0;
  for (let row = 0; row < flags.length; row += 1) {
    if (flags[row] === 0) {
      zeros += 1;
    }
  }
  return zeros;
}
