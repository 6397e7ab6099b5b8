/** Shards of an index and of an analysis take every image once, also those whose rows are to be removed. */
import { createNdArray, memoryStore, openDataset, type Row, rowsOf, type ZarrDataset } from "@kym/zarr-store";
import { expect, test } from "vitest";
import { analyzeImages, KymDataset, velocityEventIndexer } from "../../src/index.ts";
import { EVENT_SCHEMA, eventRow } from "../support/image-fixture.ts";

const IDS = Array.from({ length: 12 }, (_, index) => `scan-${index}`);
const SHARDS = [0, 1, 2].map((index) => ({ index, count: 3 }));

async function study(): Promise<ZarrDataset> {
  const dataset = await openDataset(memoryStore());
  await dataset.transaction(async (transaction) => {
    for (const [index, id] of IDS.entries()) {
      const record = await transaction.addImage(createNdArray("uint8", [2, 2]), { id });
      await record.saveParquet("velocity_events/events", [eventRow(index)], { schema: EVENT_SCHEMA });
    }
  });
  return dataset;
}

const idsIn = async (dataset: ZarrDataset): Promise<readonly unknown[]> =>
  Array.from(rowsOf(await dataset.loadTable("kym_velocity_events")), (row: Row) => row["image_id"]);

test("shards of an index make the rows of one run, whether they run at once or in turn, and purge what is of their part", async () => {
  const dataset = await study();
  const reports = await Promise.all(
    SHARDS.map((shard) =>
      new KymDataset(dataset).updateIndex(velocityEventIndexer, { mode: "incremental", shard }),
    ),
  );
  expect(reports.reduce((sum, { updated }) => sum + updated, 0)).toBe(IDS.length);
  expect(reports.every(({ updated }) => updated > 0)).toBe(true);
  expect(await idsIn(dataset)).toEqual(IDS.toSorted());
  const { version } = dataset;
  for (const shard of SHARDS) {
    const again = await new KymDataset(dataset).updateIndex(velocityEventIndexer, {
      mode: "incremental",
      shard,
    });
    expect([again.updated, again.committed]).toEqual([0, false]);
  }
  expect(dataset.version).toBe(version);
  await dataset.deleteImage("scan-3");
  const purged = [];
  for (const shard of SHARDS) {
    const { purged: count } = await new KymDataset(dataset).updateIndex(velocityEventIndexer, {
      mode: "incremental",
      shard,
    });
    purged.push(count);
  }
  expect(purged.toSorted()).toEqual([0, 0, 1]);
  expect(await idsIn(dataset)).toEqual(IDS.filter((id) => id !== "scan-3").sort());
});

test("shards of chosen images and of overviews divide them", async () => {
  const dataset = await study();
  const kym = new KymDataset(dataset);
  const imageIds = IDS.slice(0, 5);
  let [updated, made] = [0, 0];
  for (const shard of SHARDS) {
    updated += (await kym.updateIndex(velocityEventIndexer, { shard, imageIds })).updated;
    made += (await kym.updateOverviews({ shard, dryRun: true })).made.length;
  }
  expect([updated, made]).toEqual([imageIds.length, IDS.length]);
});

test("shards of an analysis plan every image once; one that cannot be is refused", async () => {
  const dataset = await study();
  const images = [];
  for (const shard of SHARDS) {
    images.push(...(await analyzeImages(dataset, { shard, dryRun: true })).images);
  }
  expect(images.map(({ imageId }) => imageId).sort()).toEqual(IDS.toSorted());
  const shard = { index: 2, count: 2 };
  await expect(analyzeImages(dataset, { shard })).rejects.toMatchObject({ code: "invalid_argument" });
  await expect(new KymDataset(dataset).updateIndex(velocityEventIndexer, { shard })).rejects.toMatchObject({
    code: "invalid_argument",
  });
});
