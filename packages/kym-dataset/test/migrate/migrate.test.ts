import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  type KeyValueStore,
  memoryStore,
  openDataset,
  parseStoreKey,
  rowsOf,
  type ZarrDataset,
} from "@kym/zarr-store";
import { openLocalDataset as openFolder } from "@kym/zarr-store/node";
import { encodeParquet, tableFromColumns } from "@kym/zarr-store/table";
import { beforeEach, describe, expect, it } from "vitest";
import { findSharedData } from "../../../../test/support/find-shared-data.ts";
import {
  KymDataset,
  type MigrateEvent,
  migrate,
  radonIndexer,
  velocityEventIndexer,
} from "../../src/index.ts";
import { addAnalysedImage, emptyDataset } from "../support/image-fixture.ts";

const FOLDER = findSharedData("python_v1/dataset.zarr");

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort();
}

function treeHash(folder: string): string {
  const hash = createHash("sha256");
  for (const path of filesBelow(folder)) {
    hash.update(path).update(readFileSync(join(folder, path)));
  }
  return hash.digest("hex");
}

describe.skipIf(FOLDER === undefined)("migrate a dataset of the Python system (python_v1)", () => {
  const folder = FOLDER ?? "";
  let store: KeyValueStore;
  let source: ZarrDataset;
  let target: ZarrDataset;
  beforeEach(async () => {
    store = memoryStore();
    source = await openFolder(folder, { mode: "r" });
    target = await openDataset(store);
  });

  it("takes over five images and three tables, and leaves the source as it is", async () => {
    const before = treeHash(folder);
    const events: MigrateEvent[] = [];
    const report = await migrate(source, target, { onEvent: (event) => events.push(event) });
    expect(report).toMatchObject({ found: 5, unchanged: [], conflicts: [], failed: [] });
    expect(report.migrated).toEqual(await source.listImageIds());
    expect(report.tables.copied).toEqual(["kym_radon", "kym_velocity_events", "sources"]);
    expect(events.map(({ done, outcome }) => [done, outcome])).toEqual(
      [1, 2, 3, 4, 5].map((done) => [done, "migrated"]),
    );
    expect(treeHash(folder)).toBe(before);
    expect((await target.check({ level: "data" })).problems).toEqual([]);
  });

  it("keeps every byte of every artifact's file, malformed JSON and gzipped JSON too", async () => {
    await migrate(source, target);
    const artifacts = filesBelow(folder).filter((path) => /^images\/[^/]+\/analysis\//.test(path));
    expect(artifacts.length).toBeGreaterThan(15);
    for (const path of artifacts) {
      const found = await store.get(parseStoreKey(path));
      expect(Buffer.from(found ?? []).equals(readFileSync(join(folder, path))), path).toBe(true);
    }
  });

  it("keeps the time of acquisition to the nanosecond, axes and the time of creation", async () => {
    await migrate(source, target);
    const order: string[] = [];
    for await (const { id } of target.iterRecords({ orderBy: "acquired_local_epoch_ns" })) {
      order.push(id);
    }
    const truth = JSON.parse(readFileSync(join(folder, "../truth.json"), "utf8"));
    expect(order).toEqual(truth.record_order_by_acquired);
    const five = target.record("61a5d0b0-4b3a-42cf-b73d-135760be70ef");
    expect(await five.attributes()).toMatchObject({
      axes: ["t", "z", "y", "x", "c"],
      created_utc: "2026-11-20T23:05:19Z",
    });
    expect(await target.record(order[1] ?? "").listArrayArtifacts()).toEqual([
      "nested/masks/7",
      "roi_mask_1",
    ]);
    expect((await target.loadSourcesIndex())[0]).toMatchObject({
      source_mtime_ns: 1753190060091123457n,
      ingested_epoch_ns: 1771700000123456789n,
    });
  });

  it("tickets 19 and 20: velocity events 2 fresh (4 rows), 3 not analysed; radon 1 updated (0.1 → 0.2), 4 not analysed", async () => {
    await migrate(source, target);
    const kym = new KymDataset(target);
    const events = await kym.updateIndex(velocityEventIndexer, { mode: "incremental" });
    expect(events).toMatchObject({ updated: 0, skipped: 2, notAnalysed: 3, failed: 0, purged: 0 });
    expect((await events.table()).numRows).toBe(4);
    const before = [...rowsOf(await target.loadTable("kym_radon"))];
    expect(before.map((row) => row["analysis_version"])).toEqual(["kymflow.radon@0.1"]);
    const radon = await kym.updateIndex(radonIndexer, { mode: "incremental" });
    expect(radon).toMatchObject({ updated: 1, skipped: 0, notAnalysed: 4, failed: 0, purged: 0 });
    expect(radon.reasons).toContainEqual({
      imageId: "869177df-59fb-48f6-9426-95827d479c11",
      outcome: "updated",
      because: "version_changed",
    });
    const after = [...rowsOf(await radon.table())];
    expect(after.map((row) => [row["analysis_version"], row["vel_mean"]])).toEqual([
      ["kymflow.radon@0.3", -1.167852822978529],
    ]);
    for (const indexer of [velocityEventIndexer, radonIndexer]) {
      const again = await kym.updateIndex(indexer, { mode: "incremental" });
      expect(again).toMatchObject({ updated: 0, committed: false });
    }
  });

  it("a second run copies nothing and commits nothing", async () => {
    const first = await migrate(source, target);
    const version = target.version;
    const again = await migrate(source, target);
    expect(again).toMatchObject({ migrated: [], unchanged: first.migrated, conflicts: [], failed: [] });
    expect(again.tables).toEqual({ copied: [], kept: first.tables.copied });
    expect(target.version).toBe(version);
  });

  it("goes on where an earlier run was interrupted, and leaves what was edited since", async () => {
    const aborter = new AbortController();
    await migrate(source, target);
    const [first = "", second = ""] = await source.listImageIds();
    await target.deleteImage(first);
    await target.record(second).saveJson("velocity_events/summary", { edited: true });
    const again = await migrate(source, target, { signal: aborter.signal });
    expect(again.migrated).toEqual([first]);
    expect(again.conflicts).toEqual([
      { imageId: second, reason: "analysis/velocity_events/summary.json has different bytes" },
    ]);
    aborter.abort();
    await expect(migrate(source, target, { signal: aborter.signal })).rejects.toMatchObject({
      code: "aborted",
    });
  });

  it("a dry run writes nothing", async () => {
    const report = await migrate(source, target, { dryRun: true });
    expect(report.migrated).toHaveLength(5);
    expect(target.version).toBe(0);
    expect(await target.listImageIds()).toEqual([]);
  });
});

describe("migrate, whatever the source", () => {
  it("one bad image stops nothing, and is in no commit", async () => {
    const store = memoryStore();
    const source = await emptyDataset(store);
    for (const id of ["a", "b", "c"]) {
      await addAnalysedImage(source, id, 1);
    }
    const damaged = parseStoreKey("images/b/data/c/0/0");
    await store.remove(damaged);
    await store.put(damaged, new Uint8Array([1, 2, 3]));
    const target = await emptyDataset();
    const report = await migrate(source, target);
    expect([report.migrated, report.failed.map(({ imageId }) => imageId)]).toEqual([["a", "c"], ["b"]]);
    expect(await target.listImageIds()).toEqual(["a", "c"]);
  });

  it("writes arrays in the form of today, with the scale of the axes and the name of the source", async () => {
    const source = await emptyDataset();
    const plane = { dtype: "uint8", shape: [2, 2], data: Uint8Array.of(1, 2, 3, 4) } as const;
    const old = { chunkKeySeparator: "." } as const;
    const record = await source.addImage(plane, { id: "a", axes: ["t", "x"], ...old });
    await record.saveArrayArtifact("mask", plane, old);
    await record.saveJson("provenance", { source_name: "a.tif" });
    await record.saveJson("metadata", { header: { voxels: [0.002, 1], voxels_units: ["s", "px"] } });
    const target = await emptyDataset();
    expect(await migrate(source, target)).toMatchObject({ migrated: ["a"], failed: [] });
    const copy = target.record("a");
    expect([...(await copy.objectHashes()).keys()].filter((key) => key.includes("data/c"))).toEqual([
      "analysis_arrays/mask/data/c/0/0",
      "data/c/0/0",
    ]);
    expect((await copy.openArray()).attributes).toEqual({
      dimension_units: ["0.002 s", null],
      dimension_steps: [0.002, null],
      dimension_origins: [0, null],
    });
    expect(await copy.attributes()).toMatchObject({ source_name: "a.tif" });
    expect(await migrate(source, target)).toMatchObject({ unchanged: ["a"], conflicts: [] });
  });

  it("refuses a target that is the source, and one that is only read", async () => {
    const store = memoryStore();
    const source = await emptyDataset(store);
    await addAnalysedImage(source, "a", 1);
    await expect(migrate(source, source)).rejects.toMatchObject({ code: "invalid_argument" });
    const target = await openDataset(store, { mode: "r" });
    await expect(migrate(await emptyDataset(), target)).rejects.toMatchObject({ code: "read_only" });
  });
});

it("a table that is a folder of parts is migrated with all its rows, into one file", async () => {
  const from = memoryStore();
  const source = await openDataset(from);
  await addAnalysedImage(source, "a", 1);
  const columns = [{ name: "image_id", type: "utf8" }] as const;
  for (const [index, id] of ["a", "b"].entries()) {
    const bytes = await encodeParquet(tableFromColumns({ columns }, { image_id: [id] }));
    await from.put(parseStoreKey(`tables/notes/part-0000000${index}.parquet`), bytes);
  }
  await source.adopt();
  const target = await openDataset(memoryStore());
  expect((await migrate(source, target)).tables).toMatchObject({ copied: ["notes"] });
  expect([...rowsOf(await target.loadTable("notes"))]).toEqual([{ image_id: "a" }, { image_id: "b" }]);
  expect(await target.loadTableFiles("notes")).toMatchObject([{ path: "tables/notes.parquet" }]);
  expect((await migrate(source, target)).tables).toMatchObject({ copied: [] });
});
