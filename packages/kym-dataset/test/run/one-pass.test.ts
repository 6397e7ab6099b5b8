/** One pass for several indexers reads each file of an image once, and ends as one run after the other does. */
import { createNdArray, memoryStore, openDataset, type Row, rowsOf } from "@kym/zarr-store";
import { nodeRuntime } from "@kym/zarr-store/node";
import { expect, test } from "vitest";
import {
  defineIndexer,
  type IndexEvent,
  type Indexer,
  KymDataset,
  radonIndexer,
  velocityEventIndexer,
} from "../../src/index.ts";
import { countReads } from "../support/counting-store.ts";
import { EVENT_SCHEMA, eventRow, TRACE_SCHEMA } from "../support/image-fixture.ts";

const INDEXERS = [velocityEventIndexer, radonIndexer];
const IDS = ["a", "b", "c"];
/** Ledgers hash nodes that say when they were made. */
const NOW_EPOCH_MS = Date.now();

/** A dataset of three images with metadata, params, events and a trace. */
async function study(): Promise<{
  readonly kym: KymDataset;
  readonly takeReads: () => readonly string[];
  readonly tables: () => Promise<readonly Uint8Array[]>;
}> {
  const { store, takeReads } = countReads(memoryStore());
  const dataset = await openDataset(store, { runtime: { ...nodeRuntime(), nowEpochMs: () => NOW_EPOCH_MS } });
  await dataset.transaction(async (transaction) => {
    for (const [index, id] of IDS.entries()) {
      const record = await transaction.addImage(createNdArray("uint8", [1, 1]), { id });
      await record.saveMetadataPayload({ version: "2.0", rois: [], accepted: index !== 1 });
      await record.saveJson("velocity_events/params", { mad_k: 3 });
      await record.saveParquet("velocity_events/events", [eventRow(index), eventRow(1)], {
        schema: EVENT_SCHEMA,
      });
      const trace: Row = { roi_id: 1n, channel: 1n, time_s: 0, velocity_mm_s: index };
      await record.saveParquet("radon/velocity", [trace], { schema: TRACE_SCHEMA });
    }
  });
  const kym = new KymDataset(dataset, { nowEpochNs: () => 5n });
  const tables = async (): Promise<readonly Uint8Array[]> => {
    const files = await Promise.all(
      INDEXERS.flatMap(({ tableName }) => [tableName, `${tableName}_runs`]).map((name) =>
        dataset.loadTableFiles(name),
      ),
    );
    return files.flat().map(({ bytes }) => bytes);
  };
  takeReads();
  return { kym, takeReads, tables };
}

test("each file of an image is read once for all indexers", async () => {
  const { kym, takeReads } = await study();
  const reports = await kym.updateIndexes(INDEXERS);
  expect(reports.map(({ indexer, updated }) => [indexer, updated])).toEqual([
    ["velocity_events", 3],
    ["radon", 3],
  ]);
  const read = takeReads().filter((key) => key.startsWith("images/") && key.includes("/analysis/"));
  expect(read.toSorted()).toEqual([...new Set(read)].sort());
  expect(read).toHaveLength(4 * IDS.length);
});

test("the tables and ledgers have the bytes of one run after the other", async () => {
  const [one, other] = [await study(), await study()];
  await one.kym.updateIndexes(INDEXERS);
  for (const indexer of INDEXERS) {
    await other.kym.updateIndex(indexer);
  }
  expect(await one.tables()).toEqual(await other.tables());
});

test("events count the images of each indexer, and say which it is", async () => {
  const { kym } = await study();
  const seen: [string, IndexEvent["done"], IndexEvent["total"]][] = [];
  const onEvent = ({ done, total }: IndexEvent, { name }: Indexer): void =>
    void seen.push([name, done, total]);
  await kym.updateIndexes(INDEXERS, { onEvent });
  for (const { name } of INDEXERS) {
    expect(seen.filter(([of]) => of === name).map(([, ...counts]) => counts)).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
  }
});

test("only the images are opened that are stale for some indexer, and those for it alone", async () => {
  const { kym, takeReads } = await study();
  await kym.updateIndexes(INDEXERS);
  await kym.dataset.record("b").saveJson("velocity_events/params", { mad_k: 4 });
  takeReads();
  const reports = await kym.updateIndexes(INDEXERS, { mode: "incremental" });
  expect(reports.map(({ updated, skipped, committed }) => [updated, skipped, committed])).toEqual([
    [1, 2, true],
    [0, 3, false],
  ]);
  const images = takeReads().filter((key) => key.startsWith("images/"));
  expect(images.length).toBeGreaterThan(0);
  expect(images.every((key) => key.startsWith("images/b/"))).toBe(true);
});

test("an image that fails for one indexer is indexed by the other", async () => {
  const failing = defineIndexer({
    name: "failing",
    schemaVersion: "1",
    schema: { columns: [{ name: "value", type: "float64" }] },
    analysisVersion: "lab.failing@1",
    inputs: [{ format: "parquet", name: "radon/velocity" }],
    context: async () => null,
    extract: async (record) => {
      if (record.id === "b") {
        throw new RangeError("no peak");
      }
      return [{ value: 1 }];
    },
  });
  const { kym } = await study();
  const [first, second] = await kym.updateIndexes([failing, radonIndexer]);
  expect(first).toMatchObject({ updated: 2 });
  expect(first?.reasons.map(({ imageId, outcome }) => `${imageId} ${outcome}`)).toEqual([
    "a updated",
    "b failed",
    "c updated",
  ]);
  expect(second).toMatchObject({ updated: 3 });
  expect(second && Array.from(rowsOf(await second.table()), ({ image_id: id }) => id)).toEqual(IDS);
});

test("no indexer gives no report, and an unknown mode commits nothing", async () => {
  const { kym } = await study();
  expect(await kym.updateIndexes([])).toEqual([]);
  const { version } = kym.dataset;
  await expect(kym.updateIndexes(INDEXERS, { mode: "all" as "replace" })).rejects.toMatchObject({
    code: "invalid_argument",
  });
  expect(kym.dataset.version).toBe(version);
});
