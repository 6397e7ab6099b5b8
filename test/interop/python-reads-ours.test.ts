import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { ndArrayBytes, type ZarrDataset } from "@kym/zarr-store";
import { openDataset } from "@kym/zarr-store/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasPython, runPython } from "./python-environment.ts";
import { normalised, type PythonStudy, spelledTable } from "./python-study.ts";
import { findSharedData } from "./shared-data.ts";
import { makeStudy } from "./study.ts";

const KYMOGRAPHS = findSharedData("kymographs");
const isPossible = (await hasPython()) && KYMOGRAPHS !== undefined;

/** Python, with warnings as errors, reads what we wrote: value for value, bit for bit. */
describe.skipIf(!isPossible)("Python reads our dataset", () => {
  let path = "";
  let dataset: ZarrDataset;
  let python: PythonStudy;

  beforeAll(async () => {
    path = await makeStudy(KYMOGRAPHS ?? "");
    dataset = await openDataset(path, { mode: "r" });
    python = JSON.parse(await runPython(new URL("read_study.py", import.meta.url), [path]));
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
    expect(Object.keys(python.tables).sort()).toEqual(names.map((name) => `tables/${name}.parquet`));
    for (const name of names) {
      const table = await dataset.loadTable(name);
      const expected = spelledTable(table);
      expect({ name, table: normalised(python.tables[`tables/${name}.parquet`]?.pandas) }).toEqual({
        name,
        table: expected,
      });
      expect({ name, table: normalised(python.tables[`tables/${name}.parquet`]?.duckdb) }).toEqual({
        name,
        table: expected,
      });
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
    expect(python.attributes).toMatchObject({ format: "zarr-image-dataset", format_version: 2 });
  });

  it("has array artifacts of every dtype in zarr-python 3", async () => {
    const dtypes = new Set<string>();
    for (const [place, found] of Object.entries(python.arrays)) {
      const [, id = "", , ...rest] = place.split("/");
      const array = await dataset.record(id).loadArrayArtifact(rest.slice(0, -1).join("/"));
      expect(found).toEqual({
        dtype: array.dtype,
        shape: array.shape,
        dimension_names: ["y", "x"],
        sha256: sha256(ndArrayBytes(array)),
      });
      dtypes.add(found.dtype);
    }
    expect([...dtypes].sort()).toEqual(
      ["bool", "float32", "float64", "int16", "int32", "int64", "int8", "uint32", "uint64"].sort(),
    );
  });
});

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
