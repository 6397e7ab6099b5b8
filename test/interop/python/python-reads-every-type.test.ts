// Checks that Python reads every dtype and every kind of table that we write.

import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { CellValue, ColumnType } from "@kym/zarr-store";
import { DTYPES, ndArrayBytes, sliceNdArray } from "@kym/zarr-store/array";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasPython, runPython } from "../python-environment.ts";
import { EVERY_TYPE, type EveryType, makeEveryType, TABLES } from "./every-type.ts";

interface PythonTable {
  readonly types: Readonly<Record<string, string>>;
  readonly rows: readonly (readonly unknown[])[];
}

interface PythonArray {
  readonly zarr: Readonly<Record<string, unknown>>;
  readonly xarray: Readonly<Record<string, unknown>>;
}

interface PythonDataset {
  readonly groups: readonly string[];
  readonly arrays: Readonly<Record<string, PythonArray>>;
  readonly parquet: Readonly<Record<string, { readonly pandas: PythonTable; readonly duckdb: PythonTable }>>;
  readonly csv: Readonly<
    Record<
      string,
      { readonly pandas: PythonTable; readonly guessed: PythonTable; readonly duckdb: PythonTable }
    >
  >;
}

const PANDAS: Readonly<Record<ColumnType, string>> = {
  int64: "Int64",
  int32: "Int32",
  float64: "Float64",
  utf8: "string",
  bool: "boolean",
};
const DUCKDB: Readonly<Record<ColumnType, string>> = {
  int64: "BIGINT",
  int32: "INTEGER",
  float64: "DOUBLE",
  utf8: "VARCHAR",
  bool: "BOOLEAN",
};

/** Python treats warnings as errors, and its values are compared bit by bit. */
describe.skipIf(!(await hasPython()))("Python reads every type", () => {
  let ours: EveryType;
  let python: PythonDataset;

  beforeAll(async () => {
    ours = await makeEveryType();
    python = JSON.parse(await runPython(new URL("read_types.py", import.meta.url), [ours.path]));
  }, 300_000);
  afterAll(() => rm(dirname(ours.path), { recursive: true, force: true }));

  it("arrays of 1 to 4 axes, in zarr-python and in xarray, which names the dimensions by our axes", () => {
    expect(python.groups).toEqual(["images"]);
    expect(Object.keys(python.arrays)).toHaveLength(DTYPES.length * 7);
    expect(Object.keys(python.arrays).sort()).toEqual([...ours.arrays.keys()].sort());
    for (const [path, array] of ours.arrays) {
      const { dtype, shape, chunks, axes } = array;
      const corner = shape.map((length, axis) => {
        const chunk = chunks[axis] ?? 1;
        return { start: Math.floor((length - 1) / chunk) * chunk, stop: length };
      });
      expect({ path, ...python.arrays[path] }).toEqual({
        path,
        zarr: {
          dtype,
          shape,
          chunks,
          fill: dtype === "bool" ? "False" : dtype.startsWith("float") ? "0.0" : "0",
          attributes: path.includes("analysis_arrays") ? { unit: "µm/s" } : {},
          dims: axes,
          sha256: sha256(ndArrayBytes(array)),
          corner: sha256(ndArrayBytes(sliceNdArray(array, corner))),
        },
        xarray: { dtype, shape, dims: axes, sha256: sha256(ndArrayBytes(array)) },
      });
    }
  });

  it("Parquet in pandas, its integers integers with the call that the documents name, and in DuckDB", () => {
    const places = Object.keys(TABLES).flatMap((name) => [
      `tables/${name}.parquet`,
      `images/uint8-2/analysis/types/${name}.parquet`,
    ]);
    expect(Object.keys(python.parquet).sort()).toEqual(places.sort());
    for (const [path, { pandas, duckdb }] of Object.entries(python.parquet)) {
      expect({ path, ...pandas }).toEqual({ path, types: typesBy(PANDAS), rows: rowsOf(path) });
      expect({ path, ...duckdb }).toEqual({ path, types: typesBy(DUCKDB), rows: rowsOf(path) });
    }
  });

  it("csv.gz in pandas by the types of the schema, and without them", () => {
    expect(Object.keys(python.csv)).toHaveLength(Object.keys(TABLES).length);
    for (const [path, { pandas, guessed, duckdb }] of Object.entries(python.csv)) {
      expect({ path, ...pandas }).toEqual({ path, types: typesBy(PANDAS), rows: rowsOf(path) });
      expect(Object.keys(duckdb.types)).toEqual(EVERY_TYPE.columns.map(({ name }) => name));
      if (path.includes("/full") || path.includes("/some")) {
        expect({ path, rows: guessed.rows }).toEqual({ path, rows: rowsOf(path) });
        expect({ path, rows: duckdb.rows }).toEqual({ path, rows: rowsOf(path) });
      }
    }
  });
});

function typesBy(names: Readonly<Record<ColumnType, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(EVERY_TYPE.columns.map(({ name, type }) => [name, names[type]]));
}

/** Values in the spelling of the script: integers as text, floats by their bits. */
function rowsOf(path: string): readonly unknown[] {
  const name = /([a-z]+)\.(parquet|csv\.gz)$/.exec(path)?.[1] ?? "";
  return (TABLES[name] ?? []).map((row) =>
    EVERY_TYPE.columns.map(({ name, type }) => spelled(row[name] ?? null, type)),
  );
}

function spelled(value: CellValue, type: ColumnType): unknown {
  if (typeof value !== "number" && typeof value !== "bigint") {
    return value;
  }
  const isFloat = type === "float64" && typeof value === "number";
  return isFloat ? `float ${Buffer.from(new Float64Array([value]).buffer).toString("hex")}` : `int ${value}`;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
