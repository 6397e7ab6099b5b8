import { mkdtemp, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CheckReport, ZarrDataset } from "../../src/index.ts";
import { openLocalDataset } from "../../src/node/index.ts";

const TERABYTE = 2 ** 40;

describe("a sparse file of a terabyte in a dataset's folder", () => {
  let root: string;
  let dataset: ZarrDataset;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "kym-sparse-"));
    dataset = await openLocalDataset(root);
    const data = Uint16Array.from({ length: 6 }, (_, index) => index);
    for (const id of ["one", "two"]) {
      const record = await dataset.addImage({ dtype: "uint16", shape: [2, 3], data }, { id });
      await record.saveJson("qc", { id });
    }
    const schema = { columns: [{ name: "image_id", type: "utf8", nullable: false }] } as const;
    await dataset.saveTable("pooled", [{ image_id: "one" }], { schema });
    await dataset.updateManifest();
  });
  afterEach(() => rm(root, { recursive: true }));
  const makeHuge = (path: string): Promise<void> => truncate(join(root, path), TERABYTE);
  const problemsOf = ({ problems }: CheckReport): readonly unknown[] =>
    problems.map(({ kind, path, remedy }) => `${kind} ${path} → ${remedy}`);

  it.each([
    "images/one/zarr.json",
    "images/one/data/c/0/0",
    "images/one/analysis/qc.json",
    "tables/pooled.parquet",
  ])("is a finding of check, and no end of it, in the place of %s", async (path) => {
    await makeHuge(path);
    expect(problemsOf(await dataset.check({ level: "structure" }))).toEqual([`damaged ${path} → restore`]);
    expect(problemsOf(await dataset.check())).toEqual([`damaged ${path} → restore`]);
    const again = await openLocalDataset(root, { mode: "r" });
    expect(await again.record("two").loadJson("qc")).toEqual({ id: "two" });
    expect((await again.record("two").loadArray()).data).toHaveLength(6);
  });

  it("fails what reads it with a typed error that names it, and commits beside it go on", async () => {
    await makeHuge("images/one/analysis/qc.json");
    const refusal = expect.objectContaining({
      code: "io",
      details: expect.objectContaining({ found: "EFBIG" }),
    });
    await expect(dataset.record("one").loadJson("qc")).rejects.toEqual(refusal);
    await expect(dataset.record("one").saveJson("qc", {})).rejects.toEqual(refusal);
    await dataset.record("one").saveJson("other", {});
    expect(await (await openLocalDataset(root)).record("one").loadJson("other")).toEqual({});
  });

  it("is a finding in the log, and no obstacle as a checkpoint", async () => {
    const checkpoint = "__commits/checkpoint";
    await makeHuge(checkpoint);
    expect(problemsOf(await dataset.check())).toEqual([`log ${checkpoint} → repair`]);
    const again = await openLocalDataset(root);
    expect(await again.record("two").loadJson("qc")).toEqual({ id: "two" });
    expect((await again.repair()).problems).toEqual([]);
    expect(problemsOf(await again.check())).toEqual([]);
    const record = "__commits/00000000000000000002.json";
    await makeHuge(record);
    expect(problemsOf(await dataset.check())).toContain(`log ${record} → restore`);
  });
});
