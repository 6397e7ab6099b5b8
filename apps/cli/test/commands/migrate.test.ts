import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findSharedData } from "../../../../test/support/find-shared-data.ts";
import { kym, kymJson } from "../support/kym.ts";
import { treeHash } from "../support/tree-hash.ts";

const SOURCE = findSharedData("python_v1/dataset.zarr");

describe.skipIf(SOURCE === undefined)("kym migrate and kym explain", () => {
  const source = SOURCE ?? "";
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), "kym-migrate-"));
  });
  afterEach(() => rm(cwd, { recursive: true }));

  it("migrates python_v1, indexes it with the known counts, and a second run changes nothing", async () => {
    expect((await kymJson(["migrate", source, "study.zarr", "-n"], { cwd })).data).toMatchObject({
      dryRun: true,
      found: 5,
    });
    const { data } = await kymJson(["migrate", source, "study.zarr"], { cwd });
    expect([data.migrated.length, data.unchanged, data.conflicts, data.failed]).toEqual([5, [], [], []]);
    const indexed = await kymJson(["index", "study.zarr"], { cwd });
    expect(indexed.data.indexers).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          name: "velocity_events",
          updated: 0,
          skipped: 2,
          notAnalysed: 3,
          failed: 0,
        }),
        expect.objectContaining({ name: "radon", updated: 1, skipped: 0, notAnalysed: 4, failed: 0 }),
      ]),
    );
    const again = await kymJson(["index", "study.zarr"], { cwd });
    expect(again.data.indexers).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: "velocity_events", updated: 0, skipped: 2 }),
        expect.objectContaining({ name: "radon", updated: 0, skipped: 1 }),
      ]),
    );
    const before = await treeHash(join(cwd, "study.zarr"));
    const second = await kym(["migrate", source, "study.zarr"], { cwd });
    expect([second.exitCode, second.stdout.split("\n")[0]]).toEqual([
      0,
      "migrated 5 of 5 images · 0 new, 5 unchanged",
    ]);
    expect(await treeHash(join(cwd, "study.zarr"))).toBe(before);
  });

  it("explains each table of one image in words, and finds no image that is none", async () => {
    await using dataset = await openLocalDataset(join(cwd, "study.zarr"));
    await dataset.addImage({ dtype: "uint8", shape: [1, 2], data: new Uint8Array(2) }, { id: "image-one" });
    const { stdout } = await kym(["explain", "study.zarr", "image-one"], { cwd });
    expect(stdout).toContain("image-one in kym_velocity_events: not analysed\n");
    expect(stdout).toContain("image-one in kym_radon: not analysed\n");
    const { data } = await kymJson(["explain", "study.zarr", "image-one", "--indexer", "radon"], { cwd });
    expect(data).toMatchObject([{ indexer: "radon", state: "not_analysed", because: "no_inputs" }]);
    expect((await kym(["explain", "study.zarr", "nobody"], { cwd })).exitCode).toBe(6);
  });
});
