/** What a session that updates the tables of a large dataset reads of it. */
import { createNdArray, memoryStore, openDataset, type Row } from "@kym/zarr-store";
import { countingStore } from "@kym/zarr-store/testing";
import { expect } from "vitest";
import { KymDataset, radonIndexer, velocityEventIndexer } from "../../src/index.ts";
import { countReads } from "./counting-store.ts";
import { EVENT_SCHEMA, eventRow, saveEvents, TRACE_SCHEMA } from "./image-fixture.ts";

const INDEXERS = [velocityEventIndexer, radonIndexer];
const TABLES = INDEXERS.flatMap(({ tableName }) => [
  `tables/${tableName}.parquet`,
  `tables/${tableName}_runs.parquet`,
]);

/** What a session reads, and how many reads it asks for, that opens a dataset of so many images and updates both tables. */
async function readsOfSession(
  count: number,
  edit: "nothing" | "one image",
): Promise<{ readonly files: readonly string[]; readonly gets: number }> {
  const store = memoryStore();
  const dataset = await openDataset(store);
  await dataset.transaction(async (transaction) => {
    const pixel = createNdArray("uint8", [1, 1]);
    for (let index = 0; index < count; index++) {
      const record = await transaction.addImage(pixel, { id: `image-${index}` });
      await record.saveParquet("velocity_events/events", [eventRow(index), eventRow(1)], {
        schema: EVENT_SCHEMA,
      });
      const trace: Row = { roi_id: 1n, channel: 1n, time_s: 0, velocity_mm_s: index };
      await record.saveParquet("radon/velocity", [trace], { schema: TRACE_SCHEMA });
    }
  });
  for (const indexer of INDEXERS) {
    await new KymDataset(dataset).updateIndex(indexer);
  }
  const updated = edit === "nothing" ? [0, 0] : [1, 0];
  if (edit === "one image") {
    await saveEvents(dataset.record("image-3"), [eventRow(-1), eventRow(-2)]);
  }
  await dataset.updateManifest();
  const counting = countingStore(store);
  const { store: noting, takeReads } = countReads(counting.store);
  const session = await openDataset(noting);
  for (const [at, indexer] of INDEXERS.entries()) {
    expect(await new KymDataset(session).updateIndex(indexer, { mode: "incremental" })).toMatchObject({
      updated: updated[at],
      skipped: count - (updated[at] ?? 0),
    });
  }
  const { byMethod, bytesRead } = counting.take();
  // The records and packs of the log differ with its length, and what stands in staging has a new name each time.
  const files = [
    ...new Set<string>(takeReads().map((key) => key.replace(/^__staging\/obstacle-held-[^%]*%2F/, "held: "))),
  ].filter((key) => !/^__commits\/(pack-)?\d|^__staging\/probe-/.test(key));
  console.log(`${count} images, ${edit} changed: ${files.length} files opened, ${bytesRead} bytes read`);
  return { files: files.sort(), gets: byMethod.get ?? 0 };
}

/** Where nothing changed, `many` images cost the reads of ten: the checkpoint, the root and the tables. */
export async function checkReadsOfNothingChanged(many: number): Promise<void> {
  const [few, all] = [await readsOfSession(10, "nothing"), await readsOfSession(many, "nothing")];
  expect(few.files).toEqual(["__commits/checkpoint", ...TABLES, "zarr.json"].sort());
  expect(all.files).toEqual(few.files);
  expect(all.gets).toBe(few.gets);
}

/** Where one image changed, its files are read besides. */
export async function checkReadsOfOneChanged(many: number): Promise<void> {
  const [few, all] = [await readsOfSession(10, "one image"), await readsOfSession(many, "one image")];
  const images = all.files.filter((key) => key.startsWith("images/"));
  expect(images).toContain("images/image-3/analysis/velocity_events/events.parquet");
  expect(images.every((key) => key.startsWith("images/image-3/"))).toBe(true);
  expect(all.files).toEqual(few.files);
}
