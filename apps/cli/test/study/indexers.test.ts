import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineIndexer, KymDataset } from "@kym/kym-dataset";
import { createNdArray } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { INDEXERS } from "../../src/study/indexers.ts";
import { kym, kymJson } from "../support/kym.ts";

/** An indexer of a lab, which nothing in the repository knows. */
const snrIndexer = defineIndexer({
  name: "snr",
  schemaVersion: "1",
  schema: { columns: [{ name: "snr", type: "float64" }] },
  analysisVersion: "my-lab.snr@1",
  inputs: [{ format: "json", name: "snr/result" }],
  context: async () => null,
  extract: async (record) => [{ snr: Number(await record.loadJson("snr/result")) }],
});

let cwd = "";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-indexers-"));
  await using dataset = await openLocalDataset(join(cwd, "study.zarr"));
  const image = await dataset.addImage(createNdArray("uint8", [4, 3]), { id: "bare", axes: ["t", "x"] });
  await image.saveJson("snr/result", 7.5);
  for (const { name, inputs } of INDEXERS) {
    const analysed = await dataset.addImage(createNdArray("uint8", [4, 3]), { id: `with-${name}` });
    const [input] = inputs;
    if (input?.format === "json") {
      await analysed.saveJson(input.name, {});
    } else {
      await analysed.saveParquet(input?.name ?? "", [{ roi_id: 1 }], {
        schema: { columns: [{ name: "roi_id", type: "int64" }] },
      });
    }
  }
  await new KymDataset(dataset).updateIndex(snrIndexer);
});
afterAll(() => rm(cwd, { recursive: true }));

it("kym ls names the analysis of every indexer in the list, by its label or its name, and no other", async () => {
  const { data } = await kymJson(["ls", "study.zarr"], { cwd });
  const analyses = data.map((image: { image_id: string; analyses: readonly string[] }) => [
    image.image_id,
    image.analyses,
  ]);
  const expected = INDEXERS.map(({ name, label = name }) => [`with-${name}`, [label]]);
  expect(Object.fromEntries(analyses)).toEqual({ bare: [], ...Object.fromEntries(expected) });
});

it("kym index --help names the table of every indexer in the list, and --indexer takes each by its name", async () => {
  const { stdout } = await kym(["index", "--help"], { cwd });
  for (const { name, tableName } of INDEXERS) {
    expect(stdout).toContain(`tables/${tableName}.parquet`);
    const { data } = await kymJson(["index", "study.zarr", "-n", "--indexer", name], { cwd });
    expect(data.indexers.map((report: { name: string }) => report.name)).toEqual([name]);
  }
});

it("an indexer that a program adds at run time is in that program: kym reads its table, and does not run it", async () => {
  const sql = "select image_id, snr from kym_snr";
  expect((await kymJson(["query", "study.zarr", sql], { cwd })).data).toEqual([
    { image_id: "bare", snr: 7.5 },
  ]);
  const { data } = await kymJson(["index", "study.zarr", "-n"], { cwd });
  expect(data.indexers.map((report: { name: string }) => report.name)).toEqual(
    INDEXERS.map(({ name }) => name),
  );
  const { exitCode, stderr } = await kym(["index", "study.zarr", "--indexer", "snr"], { cwd });
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining(`--indexer must be `)]);
});
