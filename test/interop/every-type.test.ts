import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DTYPES, ndArrayBytes, type ZarrDataset } from "@kym/zarr-store";
import { openDataset } from "@kym/zarr-store/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EVERY_COLUMN, ROWS, saveEveryType } from "./every-type.ts";
import { hasPython, runPython } from "./python-environment.ts";
import { normalised, type PythonStudy, spelledTable } from "./python-study.ts";

describe.skipIf(!(await hasPython()))("Python reads every type that we write", () => {
  let path = "";
  let dataset: ZarrDataset;
  let python: PythonStudy;

  beforeAll(async () => {
    path = join(await mkdtemp(join(tmpdir(), "kym-types-")), "types.zarr");
    await saveEveryType(await openDataset(path));
    dataset = await openDataset(path, { mode: "r" });
    python = JSON.parse(await runPython(new URL("read_study.py", import.meta.url), [path]));
  }, 300_000);
  afterAll(() => rm(dirname(path), { recursive: true, force: true }));

  it("images of every dtype and rank, in chunks, with their axes, in zarr-python 3 and xarray", async () => {
    const ids = await dataset.listImageIds();
    expect(ids).toHaveLength(4 * DTYPES.length);
    for (const id of ids) {
      const image = await dataset.record(id).loadArray();
      const axes = await dataset.record(id).getAxes();
      expect({ id, ...python.images[id]?.pixels }).toEqual({
        id,
        dtype: image.dtype,
        shape: image.shape,
        dimension_names: axes,
        sha256: createHash("sha256").update(ndArrayBytes(image)).digest("hex"),
      });
      expect({ id, dims: python.xarray[id] }).toEqual({ id, dims: axes });
    }
  });

  it("array artifacts of every dtype and of ranks 1 and 3", async () => {
    const found = Object.entries(python.arrays);
    expect(found).toHaveLength(2 * DTYPES.length);
    for (const [place, array] of found) {
      const [, id = "", , ...rest] = place.split("/");
      const ours = await dataset.record(id).loadArrayArtifact(rest.slice(0, -1).join("/"));
      expect({ place, dtype: array.dtype, shape: array.shape, sha256: array.sha256 }).toEqual({
        place,
        dtype: ours.dtype,
        shape: ours.shape,
        sha256: createHash("sha256").update(ndArrayBytes(ours)).digest("hex"),
      });
    }
  });

  it("columns of every type, empty, missing and extreme, in pandas and DuckDB; integers stay integers", async () => {
    const artifact = "images/uint16-2d/analysis/every/column.parquet";
    const cases = [
      [python.tables["tables/every.parquet"], await dataset.loadTable("every")],
      [python.tables["tables/empty.parquet"], await dataset.loadTable("empty")],
      [python.artifacts[artifact], await dataset.record("uint16-2d").loadParquet("every/column")],
    ] as const;
    for (const [found, table] of cases) {
      const expected = spelledTable(table);
      expect(normalised(found?.pandas)).toEqual(expected);
      expect(normalised(found?.duckdb)).toEqual(expected);
    }
    const every = normalised(python.tables["tables/every.parquet"]?.pandas);
    expect(every?.rows[0]?.slice(0, 3)).toEqual(["a", `int ${2n ** 63n - 1n}`, "int -2147483648"]);
    expect(python.tables["tables/empty.parquet"]?.pandas.columns).toEqual(
      EVERY_COLUMN.columns.map(({ name }) => name),
    );
    expect(every?.rows).toHaveLength(ROWS.length);
  });

  it("csv.gz, by pandas, with every cell", async () => {
    const script = `
import json, sys, pandas
frame = pandas.read_csv(sys.argv[1], dtype=str, keep_default_na=False)
print(json.dumps([list(frame.columns), frame.values.tolist()]))`;
    const file = join(path, "images/uint16-2d/analysis/every/column.csv.gz");
    const [columns, rows] = JSON.parse(await runPython(script, [file]));
    expect(columns).toEqual(EVERY_COLUMN.columns.map(({ name }) => name));
    expect(rows[0].slice(0, 5)).toEqual(["a", `${2n ** 63n - 1n}`, "-2147483648", "0.1", ROWS[0]?.["text"]]);
    const again = await dataset.record("uint16-2d").loadCsvGz("every/column", { schema: EVERY_COLUMN });
    expect(spelledTable(again).rows).toHaveLength(ROWS.length);
  });
});
