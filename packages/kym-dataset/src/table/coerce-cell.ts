// Converts a value to its column's type, and refuses a value that would lose something.

import type { CellValue, Column } from "@kym/zarr-store";
import { canonicalJson } from "@kym/zarr-store/json";
import { KymDatasetError } from "../errors.ts";

/**
 * Converts a value to its column's type if nothing is lost:
 *
 * - an integer of any width that fits the column
 * - a whole float in an integer column: pandas turns integers into floats if one is missing
 * - a number or a boolean as text in a text column
 * - NaN, undefined and, in a column of floats, an infinity as NULL: a mean over a pooled table stays a number
 *
 * @throws {KymDatasetError} `schema_mismatch`, naming the column, for any other value
 */
export function coerceCell(column: Column, value: CellValue | undefined): CellValue {
  if (value === null || value === undefined || Number.isNaN(value) || isInfinity(column, value)) {
    if (column.nullable === false) {
      throw unfit(column, null);
    }
    return null;
  }
  const fitting = fit(column, value);
  if (fitting === undefined) {
    throw unfit(column, value);
  }
  return fitting;
}

/** True for an infinity in a column of floats. */
export function isInfinity({ type }: Column, value: CellValue | undefined): boolean {
  return type === "float64" && (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY);
}

/** The text of a cell outside the schema: a string unchanged, any other value as canonical JSON. */
export function extraText(value: CellValue | undefined): string | null {
  if (value === null || value === undefined || Number.isNaN(value)) {
    return null;
  }
  return typeof value === "string" ? value : scalarText(value);
}

function scalarText(value: number | bigint | boolean): string {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : canonicalJson(value);
}

function fit(column: Column, value: bigint | number | string | boolean): CellValue | undefined {
  switch (column.type) {
    case "int64": {
      const integer = integerOf(value);
      return integer !== undefined && BigInt.asIntN(64, integer) === integer ? integer : undefined;
    }
    case "int32": {
      const integer = integerOf(value);
      return integer !== undefined && BigInt.asIntN(32, integer) === integer ? Number(integer) : undefined;
    }
    case "float64":
      return typeof value === "bigint" && BigInt(Number(value)) === value ? Number(value) : numberOf(value);
    case "utf8":
      return typeof value === "string" ? wellFormed(value) : scalarText(value);
    case "bool":
      return typeof value === "boolean" ? value : undefined;
    default:
      return column.type satisfies never;
  }
}

function integerOf(value: CellValue): bigint | undefined {
  if (typeof value === "bigint") {
    return value;
  }
  return Number.isSafeInteger(value) ? BigInt(Number(value)) : undefined;
}

function numberOf(value: CellValue): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function wellFormed(text: string): string | undefined {
  return text.isWellFormed() ? text : undefined;
}

function unfit(column: Column, found: CellValue): KymDatasetError {
  const shown = typeof found === "string" ? JSON.stringify(found.slice(0, 60)) : String(found);
  const expected = found === null ? "a value" : column.type;
  return new KymDatasetError(
    "schema_mismatch",
    `column ${column.name}: expected ${expected}, found ${shown}`,
    {
      path: column.name,
      expected,
      found,
    },
  );
}
