import { memoryStore, openDataset, parseStoreKey, rowsOf, type ZarrDataset } from "@kym/zarr-store";
import { encodeParquet } from "@kym/zarr-store/table";
import { expect, test } from "vitest";
import { KymDataset, velocityEventIndexer } from "../../src/index.ts";
import { addAnalysedImage, eventRow, saveEvents } from "../support/image-fixture.ts";

const TABLE = "kym_velocity_events";
const INCREMENTAL = { mode: "incremental" } as const;

const sessions = new Map<ZarrDataset, KymDataset>();

/** Runs in the one session of a dataset, which remembers what it decoded. */
async function run(dataset: ZarrDataset): Promise<readonly [updated: number, skipped: number]> {
  const kym = sessions.get(dataset) ?? new KymDataset(dataset);
  sessions.set(dataset, kym);
  const { updated, skipped } = await kym.updateIndex(velocityEventIndexer, INCREMENTAL);
  return [updated, skipped];
}

test("a table that was edited outside is refused, also by a session that has just decoded it", async () => {
  const store = memoryStore();
  const dataset = await openDataset(store);
  await addAnalysedImage(dataset, "a", 1);
  expect(await run(dataset)).toEqual([1, 0]);
  expect(await run(dataset)).toEqual([0, 1]);
  for (const name of [TABLE, `${TABLE}_runs`]) {
    const key = parseStoreKey(`tables/${name}.parquet`);
    const bytes = await store.get(key);
    await store.put(key, new Uint8Array([...(bytes ?? []), 0]));
    await expect(run(dataset)).rejects.toMatchObject({ code: "modified_outside" });
    await store.put(key, bytes ?? new Uint8Array());
  }
  expect(await run(dataset)).toEqual([0, 1]);
});

test("a table and a ledger that are folders of parts count as the same rows in one file, and the next rows make one", async () => {
  const store = memoryStore();
  const dataset = await openDataset(store);
  for (const [index, id] of ["a", "b", "c"].entries()) {
    await addAnalysedImage(dataset, id, index);
  }
  expect(await run(dataset)).toEqual([3, 0]);
  const before = await dataset.loadTableBytes(TABLE);
  for (const name of [TABLE, `${TABLE}_runs`]) {
    const table = await dataset.loadTable(name);
    await dataset.deleteTable(name);
    for (const [index, part] of [table.slice(0, 2), table.slice(2)].entries()) {
      const key = parseStoreKey(`tables/${name}/part-0000000${index}.parquet`);
      await store.put(key, await encodeParquet(part));
    }
  }
  expect((await dataset.adopt()).adopted).toHaveLength(4);
  expect(await dataset.loadTableBytes(TABLE)).toEqual(before);
  expect(await run(await openDataset(store))).toEqual([0, 3]);
  expect(await run(dataset)).toEqual([0, 3]);
  expect(await dataset.loadTableFiles(TABLE)).toHaveLength(2);
  await saveEvents(dataset.record("b"), [eventRow(7), eventRow(8)]);
  expect(await run(dataset)).toEqual([1, 2]);
  expect(await dataset.loadTableFiles(TABLE)).toMatchObject([{ path: `tables/${TABLE}.parquet` }]);
  expect(await run(await openDataset(store))).toEqual([0, 3]);
  const scores = Array.from(rowsOf(await dataset.loadTable(TABLE)), ({ image_id: id, score }) => [id, score]);
  expect(scores).toEqual([
    ["a", 0],
    ["b", 7],
    ["b", 8],
    ["c", 2],
  ]);
});

test("two sessions that take turns see each other's edits and rows, and end in what a new session makes", async () => {
  const store = memoryStore();
  const [ours, theirs] = [await openDataset(store), await openDataset(store)];
  for (const [index, id] of ["a", "b", "c"].entries()) {
    await addAnalysedImage(ours, id, index);
  }
  expect(await run(ours)).toEqual([3, 0]);
  expect(await run(theirs)).toEqual([0, 3]);
  await saveEvents(ours.record("b"), [eventRow(7), eventRow(8)]);
  expect(await run(theirs)).toEqual([1, 2]);
  expect(await run(ours)).toEqual([0, 3]);
  await theirs.deleteImage("a");
  await saveEvents(theirs.record("c"), []);
  expect(await run(ours)).toEqual([1, 1]);
  expect(await run(theirs)).toEqual([0, 2]);
  const incremental = await ours.loadTableBytes(TABLE);
  expect(await run(await openDataset(store))).toEqual([0, 2]);
  await new KymDataset(await openDataset(store)).updateIndex(velocityEventIndexer);
  expect(await ours.loadTableBytes(TABLE)).toEqual(incremental);
  const scores = Array.from(rowsOf(await ours.loadTable(TABLE)), ({ image_id: id, score }) => [id, score]);
  expect(scores).toEqual([
    ["b", 7],
    ["b", 8],
  ]);
});
