import { type CellValue, serializeLossless } from "@kym/zarr-store";
import { guardFormula } from "../formula-guard.ts";

/** A column of a CSV that pandas could have written. */
export interface KymflowColumn {
  readonly name: string;
  /** Numbers with a point, as pandas writes them: `1.0`. */
  readonly isFloat: boolean;
  readonly values: readonly CellValue[];
}

/**
 * A CSV as `to_csv(index=False)` of pandas makes it: LF, quotes only where they must be, NULL and empty text both empty,
 * `True` and `False`, floats with the shortest digits that mean the same number. Texts that a spreadsheet would run as a
 * formula get a `'` before them.
 */
export function kymflowCsv(columns: readonly KymflowColumn[], rowCount: number): Uint8Array<ArrayBuffer> {
  const parts = [`${columns.map(({ name }) => textCell(name)).join(",")}\n`];
  for (let row = 0; row < rowCount; row++) {
    parts.push(`${columns.map(({ values, isFloat }) => cell(values[row] ?? null, isFloat)).join(",")}\n`);
  }
  return new TextEncoder().encode(parts.join(""));
}

function cell(value: CellValue, isFloat: boolean): string {
  switch (typeof value) {
    case "string":
      return textCell(value);
    case "boolean":
      return value ? "True" : "False";
    case "number":
      return isFloat ? pythonFloat(value) : String(value);
    case "bigint":
      return String(value);
    default:
      return "";
  }
}

/** The text that Python's `repr` gives; infinities as pandas writes them. */
export function pythonFloat(value: number): string {
  if (Number.isNaN(value)) {
    return "";
  }
  if (!Number.isFinite(value)) {
    return value > 0 ? "inf" : "-inf";
  }
  const text = serializeLossless(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

function textCell(text: string): string {
  const safe = guardFormula(text);
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
