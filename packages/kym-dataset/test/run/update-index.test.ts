import { memoryStore, openDataset, parseStoreKey, type Row, rowsOf, type ZarrDataset } from "@kym/zarr-store";
import { schemaOfTable } from "@kym/zarr-store/table";
import { expect, test, vi } from "vitest";
import {
  defineIndexer,
  type IndexEvent,
  KymDataset,
  paramsHash,
  velocityEventIndexer,
} from "../../src/index.ts";
import { countReads } from "../support/counting-store.ts";
import {
  addAnalysedImage,
  addImage,
  EVENT_SCHEMA,
  emptyDataset,
  eventRow,
  saveEvents,
} from "../support/image-fixture.ts";

const TABLE = "kym_velocity_events";
const INCREMENTAL = { mode: "incremental" } as const;

async function rows(dataset: ZarrDataset, table: string = TABLE): Promise<readonly Row[]> {
  return [...rowsOf(await dataset.loadTable(table))];
}

async function scores(dataset: ZarrDataset): Promise<Readonly<Record<string, unknown>>> {
  return Object.fromEntries((await rows(dataset)).map(({ image_id: id, score }) => [id, score]));
}

/** Images a, b, … with one event each, indexed. */
async function indexedImages(...ids: readonly string[]): Promise<KymDataset> {
  const dataset = await emptyDataset();
  for (const [index, id] of ids.entries()) {
    await addAnalysedImage(dataset, id, index);
  }
  const kym = new KymDataset(dataset);
  await kym.updateIndex(velocityEventIndexer);
  return kym;
}

test("tickets 19 and 21: replace 2/0/2, no changes 0/2/0, one params artifact changed 1/1/0", async () => {
  const dataset = await emptyDataset();
  await addAnalysedImage(dataset, "a", 0.5);
  await addAnalysedImage(dataset, "b", 0.6);
  const kym = new KymDataset(dataset);
  expect(kym.lastUpdateStats).toEqual({ updated: 0, skipped: 0, missing: 0 });

  await kym.updateIndex(velocityEventIndexer);
  expect(kym.lastUpdateStats).toEqual({ updated: 2, skipped: 0, missing: 2 });

  await kym.updateIndex(velocityEventIndexer, INCREMENTAL);
  expect(kym.lastUpdateStats).toEqual({ updated: 0, skipped: 2, missing: 0 });

  await dataset.record("b").saveJson("velocity_events/params", { threshold: 0.3, window: 5 });
  const report = await kym.updateIndex(velocityEventIndexer, INCREMENTAL);
  expect(kym.lastUpdateStats).toEqual({ updated: 1, skipped: 1, missing: 0 });
  expect(report.reasons).toEqual([{ imageId: "b", outcome: "updated", because: "params_changed" }]);

  expect((await report.table()).numRows).toBe(2);
  expect(await dataset.listTableNames()).toContain(TABLE);
});

test("ticket 17: rows carry image_id, analysis_version and params_hash, in that order, last", async () => {
  const kym = await indexedImages("a");
  const [row] = await rows(kym.dataset);
  expect(Object.keys(row ?? {}).slice(-3)).toEqual(["image_id", "analysis_version", "params_hash"]);
  expect(row).toMatchObject({
    score: 0,
    channel: null,
    rel_path: null,
    analysis_state: "unknown",
    image_id: "a",
    analysis_version: "kymflow.velocity_events@0.1",
    params_hash: "bdb824b54cfee56b70607dcd07a368810cc20340c374fdc41b0f4c02951a46bb",
  });
});

test("a run that changes nothing commits nothing, in either mode", async () => {
  const kym = await indexedImages("a", "b");
  const { version } = kym.dataset;
  for (const mode of ["incremental", "replace"] as const) {
    expect(await kym.updateIndex(velocityEventIndexer, { mode })).toMatchObject({
      committed: false,
      version,
    });
  }
  expect(kym.lastUpdateStats).toEqual({ updated: 2, skipped: 0, missing: 0 });
});

test("the log line is one, with every count", async () => {
  const { dataset } = await indexedImages("a", "b", "c");
  const info = vi.fn();
  const others = { debug: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const kym = new KymDataset(dataset, { logger: { ...others, info } });
  await kym.updateIndex(velocityEventIndexer, INCREMENTAL);
  expect(info.mock.calls).toEqual([
    ["kym_velocity_events: updated=0 skipped=3 missing=0 notAnalysed=0 purged=0 failed=0"],
  ]);
  expect(Object.values(others).flatMap((say) => say.mock.calls)).toEqual([]);
});

test("an image that was never analysed is counted, and its rows appear when it is, with the same params", async () => {
  const kym = await indexedImages("a");
  const record = await addImage(kym.dataset, "b");
  await record.saveJson("velocity_events/params", { threshold: 0.2, window: 5 });
  const before = await kym.updateIndex(velocityEventIndexer, INCREMENTAL);
  expect(before).toMatchObject({ updated: 0, skipped: 1, notAnalysed: 1, committed: false });
  expect(before.reasons).toEqual([{ imageId: "b", outcome: "notAnalysed", because: "no_inputs" }]);

  await saveEvents(record, [eventRow(7)]);
  const after = await kym.updateIndex(velocityEventIndexer, INCREMENTAL);
  expect(after).toMatchObject({ updated: 1, skipped: 1, missing: 1, notAnalysed: 0 });
  expect(await scores(kym.dataset)).toEqual({ a: 0, b: 7 });
});

test("results that are replaced under the same params change the rows", async () => {
  const kym = await indexedImages("a", "b");
  await saveEvents(kym.dataset.record("a"), [eventRow(9)]);
  const report = await kym.updateIndex(velocityEventIndexer, INCREMENTAL);
  expect(report.reasons).toEqual([{ imageId: "a", outcome: "updated", because: "inputs_changed" }]);
  expect(await scores(kym.dataset)).toEqual({ a: 9, b: 1 });
});

test("an image without events is analysed: it has no rows, a ledger entry, and stays fresh", async () => {
  const kym = await indexedImages("a");
  await saveEvents(await addImage(kym.dataset, "b"), []);
  expect(await kym.updateIndex(velocityEventIndexer, INCREMENTAL)).toMatchObject({ updated: 1, missing: 1 });
  expect(await kym.updateIndex(velocityEventIndexer, INCREMENTAL)).toMatchObject({ updated: 0, skipped: 2 });
  expect(await rows(kym.dataset)).toHaveLength(1);
  expect(await rows(kym.dataset, `${TABLE}_runs`)).toMatchObject([
    { image_id: "a", n_rows: 1n },
    { image_id: "b", n_rows: 0n, params_hash: paramsHash({}) },
  ]);
});

test("rows of a deleted image go, and those of one whose results are gone", async () => {
  const kym = await indexedImages("a", "b", "c");
  await kym.dataset.deleteImage("a");
  await kym.dataset.record("b").deleteAnalysis({ suffixes: ["events.parquet"] });
  const report = await kym.updateIndex(velocityEventIndexer, INCREMENTAL);
  expect(report).toMatchObject({ updated: 0, skipped: 1, notAnalysed: 1, purged: 2 });
  expect(report.reasons).toEqual([
    { imageId: "a", outcome: "purged", because: "deleted" },
    { imageId: "b", outcome: "notAnalysed", because: "no_inputs" },
    { imageId: "b", outcome: "purged", because: "no_inputs" },
  ]);
  expect(await scores(kym.dataset)).toEqual({ c: 2 });
  expect(await rows(kym.dataset, `${TABLE}_runs`)).toHaveLength(1);
});

test("an image that fails stops nothing: it is named, and what it had of other results goes", async () => {
  const kym = await indexedImages("a", "b", "c");
  const foreign = { columns: [...EVENT_SCHEMA.columns, { name: "image_id", type: "utf8" }] } as const;
  await kym.dataset
    .record("b")
    .saveParquet("velocity_events/events", [{ ...eventRow(5), image_id: "c" }], { schema: foreign });
  await saveEvents(kym.dataset.record("c"), [eventRow(8)]);

  const report = await kym.updateIndex(velocityEventIndexer, INCREMENTAL);
  expect(report).toMatchObject({ updated: 1, skipped: 1, failed: 1, purged: 0 });
  expect(report.reasons).toMatchObject([
    { imageId: "b", outcome: "failed", message: "row 0 belongs to image c, not to b" },
    { imageId: "c", outcome: "updated" },
  ]);
  expect(await scores(kym.dataset)).toEqual({ a: 0, c: 8 });

  await saveEvents(kym.dataset.record("b"), [eventRow(6)]);
  expect(await kym.updateIndex(velocityEventIndexer, INCREMENTAL)).toMatchObject({ updated: 1, missing: 1 });
  expect(await scores(kym.dataset)).toEqual({ a: 0, b: 6, c: 8 });
});

test("an image that fails although nothing of it changed keeps its rows", async () => {
  const store = memoryStore();
  const dataset = await openDataset(store);
  await addAnalysedImage(dataset, "a", 1);
  const kym = new KymDataset(dataset);
  await kym.updateIndex(velocityEventIndexer);
  const path = parseStoreKey("images/a/analysis/velocity_events/events.parquet");
  await store.put(path, new TextEncoder().encode("edited outside"));
  const report = await kym.updateIndex(velocityEventIndexer, { mode: "replace" });
  expect(report).toMatchObject({ failed: 1, committed: false });
  expect(await scores(dataset)).toEqual({ a: 1 });
});

test("two runs at once, over one store, end in the tables of one after the other", async () => {
  const store = memoryStore();
  const first = await openDataset(store);
  for (const [index, id] of ["a", "b", "c", "d"].entries()) {
    await addAnalysedImage(first, id, index);
  }
  const second = await openDataset(store);
  const reports = await Promise.all([
    new KymDataset(first).updateIndex(velocityEventIndexer, { imageIds: ["a", "b"] }),
    new KymDataset(second).updateIndex(velocityEventIndexer, { imageIds: ["c", "d"] }),
  ]);
  expect(reports.map(({ updated }) => updated)).toEqual([2, 2]);
  await first.refresh();
  expect(await scores(first)).toEqual({ a: 0, b: 1, c: 2, d: 3 });
  const kym = new KymDataset(first);
  expect(await kym.updateIndex(velocityEventIndexer, INCREMENTAL)).toMatchObject({
    skipped: 4,
    committed: false,
  });
});

test("two whole runs at once count the same images and leave the same table", async () => {
  const store = memoryStore();
  const [first, second] = [await openDataset(store), await openDataset(store)];
  await addAnalysedImage(first, "a", 1);
  await Promise.all(
    [first, second].map((dataset) => new KymDataset(dataset).updateIndex(velocityEventIndexer)),
  );
  await first.refresh();
  expect(await scores(first)).toEqual({ a: 1 });
  expect(await rows(first, `${TABLE}_runs`)).toHaveLength(1);
});

test("rows of an edit that another run has indexed meanwhile are not written over by older ones", async () => {
  const store = memoryStore();
  const [slow, quick] = [await openDataset(store), await openDataset(store)];
  await addAnalysedImage(slow, "a", 1);
  await addAnalysedImage(slow, "b", 1);
  const overtaken: typeof velocityEventIndexer = {
    ...velocityEventIndexer,
    extract: async (record, args) => {
      const rows = await velocityEventIndexer.extract(record, args);
      if (record.id === "a") {
        await saveEvents(quick.record("a"), [eventRow(2), eventRow(3)]);
        await new KymDataset(quick).updateIndex(velocityEventIndexer, { imageIds: ["a"] });
      }
      return rows;
    },
  };
  await new KymDataset(slow).updateIndex(overtaken);
  await slow.refresh();
  const found = (await rows(slow)).map(({ image_id: id, score }) => [id, score]);
  expect(found).toEqual([
    ["a", 2],
    ["a", 3],
    ["b", 1],
  ]);
  const again = await new KymDataset(slow).updateIndex(velocityEventIndexer, INCREMENTAL);
  expect(again).toMatchObject({ updated: 0, skipped: 2, committed: false });
});

test("an image that is edited or deleted while it is indexed gets no rows of before; the next run sees it", async () => {
  const kym = await indexedImages("a", "b", "c");
  const { dataset } = kym;
  const edited: typeof velocityEventIndexer = {
    ...velocityEventIndexer,
    extract: async (record, args) => {
      const rows = await velocityEventIndexer.extract(record, args);
      if (record.id === "a") {
        await saveEvents(record, [eventRow(7)]);
        await dataset.deleteImage("b");
      }
      return rows;
    },
  };
  await saveEvents(dataset.record("a"), [eventRow(6)]);
  await kym.updateIndex(edited, { imageIds: ["a"] });
  expect(await scores(dataset)).toEqual({ a: 0, b: 1, c: 2 });
  expect(await kym.updateIndex(velocityEventIndexer, INCREMENTAL)).toMatchObject({ updated: 1, purged: 1 });
  expect(await scores(dataset)).toEqual({ a: 7, c: 2 });
});

test("some images alone are updated, the rows of the others stay; an unknown id is an error", async () => {
  const kym = await indexedImages("a", "b", "c");
  for (const [index, id] of ["a", "b", "c"].entries()) {
    await saveEvents(kym.dataset.record(id), [eventRow(10 + index)]);
  }
  const report = await kym.updateIndex(velocityEventIndexer, { imageIds: ["b", "b"] });
  expect(report).toMatchObject({ updated: 1, skipped: 0 });
  expect(await scores(kym.dataset)).toEqual({ a: 0, b: 11, c: 2 });
  await expect(kym.updateIndex(velocityEventIndexer, { imageIds: ["nobody"] })).rejects.toMatchObject({
    code: "not_found",
  });
});

test("what cannot be run is refused before anything is read", async () => {
  const store = memoryStore();
  const dataset = await openDataset(store);
  await addAnalysedImage(dataset, "a", 1);
  const mode: string = "sometimes";
  await expect(
    Reflect.apply(KymDataset.prototype.updateIndex, new KymDataset(dataset), [
      velocityEventIndexer,
      { mode },
    ]),
  ).rejects.toMatchObject({ code: "invalid_argument" });
  const readOnly = new KymDataset(await openDataset(store, { mode: "r" }));
  await expect(readOnly.updateIndex(velocityEventIndexer)).rejects.toMatchObject({ code: "read_only" });
});

test("an abort commits nothing and leaves the counts of the run before", async () => {
  const kym = await indexedImages("a", "b");
  await saveEvents(kym.dataset.record("a"), [eventRow(9)]);
  const { version } = kym.dataset;
  const before = kym.lastUpdateStats;
  const controller = new AbortController();
  await expect(
    kym.updateIndex(velocityEventIndexer, { signal: controller.signal, onEvent: () => controller.abort() }),
  ).rejects.toMatchObject({ code: "aborted" });
  expect(kym.dataset.version).toBe(version);
  expect(kym.lastUpdateStats).toEqual(before);
});

test("progress says each image once, and how many are done", async () => {
  const kym = await indexedImages("a", "b");
  await addImage(kym.dataset, "c");
  const events: IndexEvent[] = [];
  await kym.updateIndex(velocityEventIndexer, {
    mode: "incremental",
    onEvent: (event) => events.push(event),
  });
  expect(events.map(({ done, total }) => [done, total])).toEqual([
    [1, 3],
    [2, 3],
    [3, 3],
  ]);
  expect(events.toSorted((x, y) => (x.imageId < y.imageId ? -1 : 1))).toMatchObject([
    { imageId: "a", outcome: "skipped", because: "sources_unchanged" },
    { imageId: "b", outcome: "skipped", because: "sources_unchanged" },
    { imageId: "c", outcome: "notAnalysed", because: "no_inputs" },
  ]);
});

test("no image is opened whose hashes say fresh: a run reads the same few objects for 3 images and for 30", async () => {
  const readsOf = async (count: number): Promise<readonly string[]> => {
    const { store, takeReads } = countReads(memoryStore());
    const dataset = await openDataset(store);
    for (let index = 0; index < count; index += 1) {
      await addAnalysedImage(dataset, `image-${index}`, index);
    }
    await new KymDataset(dataset).updateIndex(velocityEventIndexer);
    const again = new KymDataset(await openDataset(store));
    takeReads();
    expect(await again.updateIndex(velocityEventIndexer, INCREMENTAL)).toMatchObject({ skipped: count });
    return takeReads().map((key) => key.replace(/\d{20}/, "<next>"));
  };
  const reads = await readsOf(3);
  expect(reads.filter((key) => key.startsWith("images/"))).toEqual([]);
  expect([...new Set(reads)]).toEqual([
    "__commits/<next>.json",
    "__commits/pack-<next>",
    `tables/${TABLE}.parquet`,
    `tables/${TABLE}_runs.parquet`,
  ]);
  expect(await readsOf(30)).toEqual(reads);
});

test("one image changed: that image alone is opened", async () => {
  const { store, takeReads } = countReads(memoryStore());
  const dataset = await openDataset(store);
  for (const id of ["a", "b", "c"]) {
    await addAnalysedImage(dataset, id, 1);
  }
  const kym = new KymDataset(dataset);
  await kym.updateIndex(velocityEventIndexer);
  await saveEvents(dataset.record("b"), [eventRow(2)]);
  takeReads();
  await kym.updateIndex(velocityEventIndexer, INCREMENTAL);
  const images = takeReads().filter((key) => key.startsWith("images/"));
  expect(images.length).toBeGreaterThan(0);
  expect(images.filter((key) => !key.startsWith("images/b/"))).toEqual([]);
});

test("columns outside the schema are text, sorted by name before the provenance, and go with their last value", async () => {
  const kym = await indexedImages("a", "b");
  const wide = {
    columns: [
      ...EVENT_SCHEMA.columns,
      { name: "zeta", type: "float64" },
      { name: "beta", type: "int64" },
      { name: "alpha", type: "utf8" },
      { name: "empty", type: "utf8" },
    ],
  } as const;
  await kym.dataset
    .record("b")
    .saveParquet("velocity_events/events", [{ ...eventRow(5), zeta: 0.25, beta: 3n, alpha: "é" }], {
      schema: wide,
    });
  await kym.updateIndex(velocityEventIndexer, INCREMENTAL);
  const names = (await kym.dataset.loadTable(TABLE)).schema.fields.map(({ name }) => name);
  expect(names.slice(-7)).toEqual([
    "analysis_state",
    "alpha",
    "beta",
    "zeta",
    "image_id",
    "analysis_version",
    "params_hash",
  ]);
  expect(await rows(kym.dataset)).toMatchObject([
    { image_id: "a", alpha: null, beta: null, zeta: null },
    { image_id: "b", alpha: "é", beta: "3", zeta: "0.25" },
  ]);

  await saveEvents(kym.dataset.record("b"), [eventRow(5)]);
  await kym.updateIndex(velocityEventIndexer, INCREMENTAL);
  expect((await kym.dataset.loadTable(TABLE)).schema.fields.map(({ name }) => name)).not.toContain("alpha");
});

test("other sources that do not matter to the rows are taken note of, so that they are read once", async () => {
  const { store, takeReads } = countReads(memoryStore());
  const dataset = await openDataset(store);
  await addAnalysedImage(dataset, "a", 1);
  const kym = new KymDataset(dataset);
  await kym.updateIndex(velocityEventIndexer);
  await dataset.record("a").saveMetadataPayload({ experiment_metadata: { note: "seen" } });
  const events: IndexEvent[] = [];
  const report = await kym.updateIndex(velocityEventIndexer, {
    mode: "incremental",
    onEvent: (event) => events.push(event),
  });
  expect(report).toMatchObject({ updated: 0, skipped: 1, committed: true });
  expect(events).toMatchObject([{ because: "provenance_unchanged" }]);
  takeReads();
  expect(await kym.updateIndex(velocityEventIndexer, INCREMENTAL)).toMatchObject({ committed: false });
  expect(takeReads().filter((key) => key.startsWith("images/"))).toEqual([]);
});

test("rows without a ledger, as the Python system left them, are fresh if hash and version agree", async () => {
  const dataset = await emptyDataset();
  await addAnalysedImage(dataset, "a", 1);
  await addAnalysedImage(dataset, "b", 2);
  await addAnalysedImage(dataset, "c", 3);
  const stamps = ["image_id", "analysis_version", "params_hash"].map(
    (name) => ({ name, type: "utf8" }) as const,
  );
  const hash = paramsHash({ threshold: 0.2, window: 5 });
  const row = (image_id: string, version: string, params_hash: string): Row => ({
    ...eventRow(-1),
    extra: "kept",
    image_id,
    analysis_version: `kymflow.velocity_events@${version}`,
    params_hash,
  });
  await dataset.saveTable(TABLE, [row("c", "0.1", "another"), row("a", "0.1", hash), row("b", "0.0", hash)], {
    schema: { columns: [...EVENT_SCHEMA.columns, ...stamps, { name: "extra", type: "utf8" }] },
  });
  const kym = new KymDataset(dataset);
  const report = await kym.updateIndex(velocityEventIndexer, INCREMENTAL);
  expect(report).toMatchObject({ updated: 2, skipped: 1, missing: 0 });
  expect(report.reasons).toMatchObject([
    { imageId: "b", because: "version_changed" },
    { imageId: "c", because: "params_changed" },
  ]);
  expect(await rows(dataset)).toMatchObject([
    { image_id: "a", score: -1, extra: "kept", rel_path: null },
    { image_id: "b", score: 2, extra: null },
    { image_id: "c", score: 3, extra: null },
  ]);
  expect(await kym.updateIndex(velocityEventIndexer, INCREMENTAL)).toMatchObject({
    skipped: 3,
    committed: false,
  });
});

test("rows that the ledger does not account for are made anew", async () => {
  const kym = await indexedImages("a", "b");
  await kym.dataset.replaceRowsForImageId(TABLE, "b", []);
  const report = await kym.updateIndex(velocityEventIndexer, INCREMENTAL);
  expect(report.reasons).toEqual([{ imageId: "b", outcome: "updated", because: "rows_differ" }]);
  expect(await scores(kym.dataset)).toEqual({ a: 0, b: 1 });
  await kym.dataset.deleteTable(TABLE);
  expect(await kym.updateIndex(velocityEventIndexer, INCREMENTAL)).toMatchObject({ updated: 2, missing: 2 });
});

test("another version, and other columns under the same version, make all rows anew", async () => {
  const dataset = await emptyDataset();
  await (await addImage(dataset, "a")).saveJson("snr/result", { snr: 3, cv: 0.5 });
  const kym = new KymDataset(dataset);
  const snr = (version: string, names: readonly ("snr" | "cv")[]): ReturnType<typeof defineIndexer> =>
    defineIndexer({
      name: "snr",
      schemaVersion: "1",
      schema: { columns: names.map((name) => ({ name, type: "float64" })) },
      analysisVersion: version,
      inputs: [{ format: "json", name: "snr/result" }],
      context: async () => null,
      extract: async (record) => {
        const result = Object(await record.loadJson("snr/result"));
        return [Object.fromEntries(names.map((name) => [name, Number(result[name])]))];
      },
    });
  const run = async (indexer: ReturnType<typeof defineIndexer>): Promise<unknown> =>
    (await kym.updateIndex(indexer, INCREMENTAL)).reasons[0]?.because;
  expect(await run(snr("lab.snr@1", ["snr"]))).toBe("never_indexed");
  expect(await run(snr("lab.snr@2", ["snr"]))).toBe("version_changed");
  expect(await run(snr("lab.snr@2", ["snr", "cv"]))).toBe("schema_changed");
  expect(await run(snr("lab.snr@2", ["snr", "cv"]))).toBeUndefined();
  expect(await rows(dataset, "kym_snr")).toMatchObject([{ snr: 3, cv: 0.5, image_id: "a" }]);
});

test("a table without rows gets the columns and units that the indexer has now, in one commit", async () => {
  const dataset = await emptyDataset();
  await addImage(dataset, "a");
  const kym = new KymDataset(dataset);
  const before = {
    ...velocityEventIndexer,
    schema: { columns: velocityEventIndexer.schema.columns.map(({ name, type }) => ({ name, type })) },
  };
  await kym.updateIndex(before, INCREMENTAL);
  expect(await kym.updateIndex(velocityEventIndexer, INCREMENTAL)).toMatchObject({ committed: true });
  expect(schemaOfTable(await dataset.loadTable(TABLE)).columns).toEqual(
    expect.arrayContaining([...velocityEventIndexer.schema.columns]),
  );
  expect(await kym.updateIndex(velocityEventIndexer, INCREMENTAL)).toMatchObject({ committed: false });
});

test("an index of a dataset that has nothing to index is an empty table with its columns", async () => {
  const dataset = await emptyDataset();
  await addImage(dataset, "a");
  const report = await new KymDataset(dataset).updateIndex(velocityEventIndexer, INCREMENTAL);
  expect(report).toMatchObject({ notAnalysed: 1, committed: true });
  const table = await report.table();
  expect(table.numRows).toBe(0);
  expect(table.schema.fields.map(({ name }) => name)).toContain("t_start_s");
});

test("staleness is explained in words, and asking changes nothing", async () => {
  const kym = await indexedImages("a");
  await addImage(kym.dataset, "b");
  const { version } = kym.dataset;
  const explain = (id: string): Promise<string> => kym.explain(velocityEventIndexer, id);
  expect(await kym.getStaleness(velocityEventIndexer, "a")).toEqual({
    state: "fresh",
    because: "sources_unchanged",
  });
  expect(await explain("a")).toBe(
    "a in kym_velocity_events: fresh. 1 row, made by kymflow.velocity_events@0.1 from analysis/velocity_events/events.parquet with params bdb824b54cfe. Neither the results nor anything else that the rows use has changed since.",
  );
  expect(await explain("b")).toBe(
    "b in kym_velocity_events: not analysed. It has none of velocity_events/events.parquet, velocity_events/events.csv.gz, velocity_events.parquet, velocity_events.csv.gz, acqstore/velocity_events.parquet, acqstore/velocity_events.csv.gz, flow/events.parquet.",
  );
  expect(kym.dataset.version).toBe(version);
  await kym.dataset.record("a").saveJson("velocity_events/params", {});
  expect(await explain("a")).toBe(
    "a in kym_velocity_events: stale. The params changed: their hash was bdb824b54cfe and is 44136fa355b3.",
  );
  await expect(explain("nobody")).rejects.toMatchObject({ code: "not_found" });
});

test("a dry run says what a run would do, also of a dataset that is only read, and commits nothing", async () => {
  const store = memoryStore();
  const dataset = await openDataset(store);
  await addAnalysedImage(dataset, "a", 0.5);
  const kym = new KymDataset(dataset);
  const { version } = dataset;
  const planned = await new KymDataset(await openDataset(store, { mode: "r" })).updateIndex(
    velocityEventIndexer,
    { ...INCREMENTAL, dryRun: true },
  );
  expect(planned).toMatchObject({ updated: 1, committed: false, version });
  expect(await dataset.listTableNames()).toEqual([]);
  const done = await kym.updateIndex(velocityEventIndexer, INCREMENTAL);
  expect(done.reasons).toEqual(planned.reasons);
  await kym.updateIndex(velocityEventIndexer, { dryRun: true });
  expect([kym.lastUpdateStats.updated, dataset.version]).toEqual([1, version + 1]);
});
