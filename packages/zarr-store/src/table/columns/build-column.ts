// Checks the values that a caller gives for a column and packs them into buffers.

import { ZarrStoreError } from "../../errors.ts";
import type { CellValue, Column } from "../table-schema.ts";
import type { ColumnBuffers } from "./column-buffers.ts";
import { packStrings } from "./utf8-strings.ts";

/**
 * The values of one column: a typed array of the column's own kind (NaN is a null), an array of cells, or one value for
 * all rows. They are copied.
 */
export type ColumnData =
  | Float64Array
  | Int32Array
  | BigInt64Array
  | readonly (CellValue | undefined)[]
  | { readonly constant: CellValue };

/**
 * Checks the values of a column and copies them.
 *
 * @throws {ZarrStoreError} `schema_mismatch`, naming the column and row, for a value of another type or out of range.
 */
export function buildColumn(column: Column, data: ColumnData, rowCount: number): ColumnBuffers {
  if (!isColumnArray(data)) {
    return buildFromCells(column, new Array<CellValue>(rowCount).fill(data.constant));
  }
  if (data.length !== rowCount) {
    throw new ZarrStoreError(
      "schema_mismatch",
      `column ${column.name}: expected ${rowCount} rows, found ${data.length}`,
      { path: column.name, expected: rowCount, found: data.length },
    );
  }
  if (data instanceof Float64Array && column.type === "float64") {
    return withoutNaN(data.slice());
  }
  if (data instanceof Int32Array && column.type === "int32") {
    return { type: "int32", values: data.slice() };
  }
  if (data instanceof BigInt64Array && column.type === "int64") {
    return { type: "int64", values: data.slice() };
  }
  return buildFromCells(column, Array.from<CellValue | undefined>(data));
}

function isColumnArray(data: ColumnData): data is Exclude<ColumnData, { readonly constant: CellValue }> {
  return Array.isArray(data) || ArrayBuffer.isView(data);
}

function withoutNaN(values: Float64Array): ColumnBuffers {
  let valid: Uint8Array | undefined;
  for (let row = 0; row < values.length; row += 1) {
    if (Number.isNaN(values[row])) {
      valid ??= new Uint8Array(values.length).fill(1);
      valid[row] = 0;
    }
  }
  return { type: "float64", values, valid };
}

function buildFromCells(column: Column, cells: readonly (CellValue | undefined)[]): ColumnBuffers {
  switch (column.type) {
    case "float64":
      return withoutNaN(
        fill(new Float64Array(cells.length), cells, (cell, row) => floatOf(cell, column, row)),
      );
    case "int32":
      return {
        type: "int32",
        values: fill(new Int32Array(cells.length), cells, (cell, row) => int32Of(cell, column, row)),
        valid: validOf(cells),
      };
    case "int64":
      return {
        type: "int64",
        values: fill(new BigInt64Array(cells.length), cells, (cell, row) => int64Of(cell, column, row)),
        valid: validOf(cells),
      };
    case "bool":
      return {
        type: "bool",
        values: fill(new Uint8Array(cells.length), cells, (cell, row) => boolOf(cell, column, row)),
        valid: validOf(cells),
      };
    case "utf8":
      return packStrings(cells.map((cell, row) => stringOf(cell ?? null, column, row)));
    default:
      return column.type satisfies never;
  }
}

/** Fills a typed array. Its own `from` takes several times as long. */
function fill<A extends { [row: number]: T }, T>(
  values: A,
  cells: readonly (CellValue | undefined)[],
  toValue: (cell: CellValue, row: number) => T,
): A {
  for (let row = 0; row < cells.length; row += 1) {
    values[row] = toValue(cells[row] ?? null, row);
  }
  return values;
}

function validOf(cells: readonly (CellValue | undefined)[]): Uint8Array | undefined {
  let valid: Uint8Array | undefined;
  for (let row = 0; row < cells.length; row += 1) {
    if ((cells[row] ?? null) === null) {
      valid ??= new Uint8Array(cells.length).fill(1);
      valid[row] = 0;
    }
  }
  return valid;
}

function floatOf(cell: CellValue, column: Column, row: number): number {
  if (cell === null) {
    return Number.NaN;
  }
  if (typeof cell !== "number") {
    throw cellError(cell, column, row, "a number");
  }
  return cell;
}

function int32Of(cell: CellValue, column: Column, row: number): number {
  if (cell === null) {
    return 0;
  }
  if (typeof cell !== "number" || (cell | 0) !== cell) {
    throw cellError(cell, column, row, "an integer of 32 bits");
  }
  return cell;
}

function int64Of(cell: CellValue, column: Column, row: number): bigint {
  if (cell === null) {
    return 0n;
  }
  if (typeof cell === "number" && Number.isSafeInteger(cell)) {
    return BigInt(cell);
  }
  if (typeof cell !== "bigint" || BigInt.asIntN(64, cell) !== cell) {
    throw cellError(cell, column, row, "a bigint of 64 bits or a safe integer");
  }
  return cell;
}

function boolOf(cell: CellValue, column: Column, row: number): number {
  if (cell !== null && typeof cell !== "boolean") {
    throw cellError(cell, column, row, "a boolean");
  }
  return cell === true ? 1 : 0;
}

function stringOf(cell: CellValue, column: Column, row: number): string | null {
  if (cell !== null && typeof cell !== "string") {
    throw cellError(cell, column, row, "a string");
  }
  if (cell !== null && !cell.isWellFormed()) {
    throw cellError("a lone surrogate", column, row, "Unicode text");
  }
  return cell;
}

function cellError(cell: unknown, column: Column, row: number, expected: string): ZarrStoreError {
  const found =
    typeof cell === "string" ? JSON.stringify(cell.slice(0, 40)) : `${typeof cell} ${String(cell)}`;
  return new ZarrStoreError(
    "schema_mismatch",
    `column ${column.name}, row ${row}: expected ${expected}, found ${found}`,
    { path: column.name, expected, found: cell },
  );
}
