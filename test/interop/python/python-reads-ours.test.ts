// Checks that Python reads the tables and arrays of a dataset of real kymographs.

import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { CellValue, ZarrDataset } from "@kym/zarr-store";
import { ndArrayBytes } from "@kym/zarr-store/array";
import { openLocalDataset, packDataset } from "@kym/zarr-store/node";
import { columnOf } from "@kym/zarr-store/table";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findSharedData } from "../../support/find-shared-data.ts";
import { hasPython, runPython } from "../python-environment.ts";
import { makeStudy } from "./study.ts";

const KYMOGRAPHS = findSharedData("kymographs");
const isPossible = (await hasPython()) && KYMOGRAPHS !== undefined;

interface PythonTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

interface PythonArray {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly dimension_names: readonly string[];
  readonly sha256: string;
}

interface PythonStudy {
  readonly attributes: Readonly<Record<string, unknown>>;
  /** What it reads of the packed file. */
  readonly packed: unknown;
  readonly images: Readonly<
    Record<string, { readonly attributes: Readonly<Record<string, unknown>>; readonly pixels: PythonArray }>
  >;
  readonly arrays: Readonly<Record<string, PythonArray>>;
  readonly tables: Readonly<Record<string, { readonly pandas: PythonTable; readonly duckdb: PythonTable }>>;
}

/** Python treats warnings as errors, and its values are compared bit by bit. */
describe.skipIf(!isPossible)("Python reads our dataset", () => {
  let path = "";
  let dataset: ZarrDataset;
  let python: PythonStudy;

  beforeAll(async () => {
    path = await makeStudy(KYMOGRAPHS ?? "");
    dataset = await openLocalDataset(path, { mode: "r" });
    await packDataset(path, `${path}.zip`);
    python = JSON.parse(await runPython(new URL("read_study.py", import.meta.url), [path, `${path}.zip`]));
  }, 300_000);
  afterAll(() => rm(dirname(path), { recursive: true, force: true }));

  it("has five tables, each as it is for us, in pandas with pyarrow and in DuckDB", async () => {
    const names = await dataset.listTableNames();
    expect(names).toEqual([
      "kym_radon",
      "kym_radon_runs",
      "kym_velocity_events",
      "kym_velocity_events_runs",
      "sources",
    ]);
    expect(Object.keys(python.tables).sort()).toEqual(names);
    for (const name of names) {
      const table = await dataset.loadTable(name);
      const columns = table.schema.fields.map((field) => field.name);
      const cells = columns.map((column) => columnOf(table, column));
      const rows = Array.from({ length: table.numRows }, (_, row) =>
        cells.map((column) => spelled(column[row] ?? null)),
      );
      const expected = { columns, rows };
      expect({ name, table: normalised(python.tables[name]?.pandas) }).toEqual({ name, table: expected });
      expect({ name, table: normalised(python.tables[name]?.duckdb) }).toEqual({ name, table: expected });
    }
    expect((await dataset.loadTable("kym_radon")).numRows).toBe(7);
    expect((await dataset.loadTable("kym_velocity_events")).numRows).toBe(5);
  });

  it("has the pixels of every image in zarr-python 3, with their axes", async () => {
    const ids = await dataset.listImageIds();
    expect(Object.keys(python.images).sort()).toEqual(ids);
    for (const id of ids) {
      const image = await dataset.record(id).loadArray();
      expect(python.images[id]?.pixels).toEqual({
        dtype: "uint16",
        shape: image.shape,
        dimension_names: ["t", "x"],
        sha256: sha256(ndArrayBytes(image)),
      });
      expect(python.images[id]?.attributes["axes"]).toEqual(["t", "x"]);
    }
    expect(python.attributes).toMatchObject({ format: "zarr-image-dataset", format_version: 3 });
  });

  it("packed into one file, it has the same pixels in zarr-python's ZipStore and the same tables in pandas", () => {
    expect(python.packed).toEqual({
      ...{ first: "zarr.json", damaged: null, stored: true },
      pixels: Object.fromEntries(
        Object.entries(python.images).map(([id, { pixels }]) => [id, pixels.sha256]),
      ),
      tables: Object.fromEntries(
        Object.entries(python.tables).map(([name, { pandas }]) => [
          name,
          [pandas.rows.length, pandas.columns.length],
        ]),
      ),
    });
  });

  it("has array artifacts of every dtype in zarr-python 3", async () => {
    const dtypes = new Set<string>();
    for (const [place, found] of Object.entries(python.arrays)) {
      const [, id = "", , ...rest] = place.split("/");
      const array = await dataset.record(id).loadArrayArtifact(rest.slice(0, -1).join("/"));
      expect(found).toEqual({
        dtype: array.dtype,
        shape: array.shape,
        // An axis that has another length than the one of its name in the image carries its own.
        dimension_names: ["y", "x"].map((axis, at) =>
          expect.stringMatching(new RegExp(`^${axis}(_${array.shape[at]})?$`)),
        ),
        sha256: sha256(ndArrayBytes(array)),
      });
      dtypes.add(found.dtype);
    }
    expect([...dtypes].sort()).toEqual(
      ["bool", "float32", "float64", "int16", "int32", "int64", "int8", "uint32", "uint64"].sort(),
    );
  });
});

/** A cell in the spelling of the script: integers as text, floats by their bits. */
function spelled(value: CellValue): unknown {
  return typeof value === "bigint" ? `int ${value}` : typeof value === "number" ? floatBits(value) : value;
}

function normalised(table: PythonTable | undefined): PythonTable | undefined {
  return table && { ...table, rows: table.rows.map((row) => row.map(withFloatBits)) };
}

function withFloatBits(cell: unknown): unknown {
  return typeof cell === "string" && /^-?0x[01]\.|^-?(inf|nan)$/.test(cell) ? floatBits(fromHex(cell)) : cell;
}

function floatBits(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return `float ${view.getBigUint64(0).toString(16)}`;
}

/** Reads a number in the form of Python's `float.hex`. */
function fromHex(text: string): number {
  const match = /^(-?)0x([01])\.([0-9a-f]*)p([+-]\d+)$/.exec(text);
  if (match === null) {
    return Number(text.replace("inf", "Infinity"));
  }
  const [, sign = "", whole = "0", fraction = "", exponent = "0"] = match;
  const mantissa = Number.parseInt(whole + fraction, 16) / 16 ** fraction.length;
  return (sign === "-" ? -1 : 1) * mantissa * 2 ** Number(exponent);
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
