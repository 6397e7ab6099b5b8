// Checks that the files of `kym query -o` are what Excel, pandas, Arrow and DuckDB take them for.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kym } from "../../../apps/cli/test/support/kym.ts";
import { hasPython, runPython } from "../python-environment.ts";

const NOTES = ["=1+1", "constructor", 'a\tb, "c"', "  µ é \ud83d\ude00  ", null] as const;
const BIG = 2n ** 53n + 1n;

interface Frame {
  readonly types: Readonly<Record<string, string>>;
  readonly rows: readonly (readonly unknown[])[];
}

interface Read {
  readonly xlsx: readonly (readonly (readonly [value: unknown, type: string])[])[];
  readonly frozen: string;
  readonly excel: Frame;
  readonly parquet: Frame & { readonly units: Readonly<Record<string, string>> };
  readonly csv: Frame;
  readonly tsv: Frame;
  readonly json: Frame;
  /** Per program and row, whether the only cell is missing. */
  readonly "one column": readonly (readonly boolean[])[];
  readonly duckdb: readonly (readonly unknown[])[];
}

describe.skipIf(!(await hasPython()))("Python reads what kym query -o writes", () => {
  let cwd = "";
  let read: Read;

  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), "kym-output-"));
    await using dataset = await openLocalDataset(join(cwd, "study.zarr"));
    const rows = NOTES.map((note, index) => ({
      id: BigInt(index),
      big: index === 0 ? BIG : 7n,
      vel_mean: index === 4 ? null : index + 0.1,
      ok: index === 4 ? null : index % 2 === 0,
      note,
    }));
    await dataset.saveTable("scores", rows, {
      schema: {
        columns: [
          { name: "id", type: "int64" },
          { name: "big", type: "int64" },
          { name: "vel_mean", type: "float64", unit: "mm/s" },
          { name: "ok", type: "bool" },
          { name: "note", type: "utf8" },
        ],
      },
    });
    for (const ending of ["xlsx", "parquet", "csv", "tsv", "json"]) {
      const sql = "from scores order by id";
      const { exitCode, stdout } = await kym(["query", "study.zarr", sql, "-o", `t.${ending}`], { cwd });
      expect([exitCode, stdout]).toEqual([0, `wrote 5 rows to t.${ending}\n`]);
    }
    const one = "select vel_mean from scores order by id";
    expect((await kym(["query", "study.zarr", one, "-o", "one.csv"], { cwd })).exitCode).toBe(0);
    read = JSON.parse(await runPython(new URL("read_output.py", import.meta.url), [cwd]));
  }, 300_000);
  afterAll(() => rm(cwd, { recursive: true, force: true }));

  it("xlsx: numbers, truth values and texts are cells of their types, no text is a formula, and titles stay in sight", () => {
    const [titles, ...rows] = read.xlsx;
    expect(titles?.map(([value]) => value)).toEqual(["id", "big", "vel_mean", "ok", "note"]);
    expect(rows[0]).toEqual([
      [0, "n"],
      [String(BIG), "s"],
      [0.1, "n"],
      [true, "b"],
      ["=1+1", "s"],
    ]);
    expect(rows.map((row) => row[4]?.[0])).toEqual(NOTES);
    expect(rows[4]?.slice(2).map(([value]) => value)).toEqual([null, null, null]);
    expect(read.frozen).toBe("A2");
    expect(read.excel.types).toMatchObject({ id: "int64", vel_mean: "float64" });
  });

  it("Parquet: pyarrow has our types, units and values", () => {
    expect(read.parquet.types).toEqual({
      id: "int64",
      big: "int64",
      vel_mean: "double",
      ok: "bool",
      note: "string",
    });
    expect(read.parquet.units).toMatchObject({ vel_mean: "mm/s", id: "" });
    expect(read.parquet.rows.map((row) => row[4])).toEqual(NOTES);
    expect(read.parquet.rows[4]).toEqual([4, 7, null, null, null]);
  });

  it("CSV and TSV: TRUE and FALSE are truth values in pandas and DuckDB, as they are in base R", () => {
    for (const frame of [read.csv, read.tsv]) {
      expect(frame.rows.map((row) => row[3])).toEqual([true, false, true, false, null]);
      expect(frame.rows.map((row) => row[4])).toEqual(["'=1+1", ...NOTES.slice(1)]);
      expect(frame.types["big"]).toBe("int64");
    }
    expect(read.duckdb.map(([type, ok]) => [type, ok])).toEqual(
      [true, false, true, false, null].map((ok) => ["BOOLEAN", ok]),
    );
  });

  it("CSV of one column: pandas, pyarrow and DuckDB keep the row without a value", () => {
    const expected = [false, false, false, false, true];
    expect(read["one column"]).toEqual([expected, expected, expected]);
  });

  it("JSON: pandas has one row an object", () => {
    expect(read.json.rows.map((row) => row[4])).toEqual(NOTES);
    expect(read.json.types).toMatchObject({ id: "int64", vel_mean: "float64" });
  });
});
