/** A table that has become large is kept in parts: each change touches the parts of its images, and every reader sees one table. */
import {
  createNdArray,
  type KeyValueStore,
  memoryStore,
  openDataset,
  type Row,
  rowsOf,
  type ZarrDataset,
} from "@kym/zarr-store";
import { expect, test } from "vitest";
import { type Indexer, KymDataset, velocityEventIndexer } from "../../src/index.ts";
import { BUCKETS } from "../../src/table/table-buckets.ts";
import { countReads } from "../support/counting-store.ts";
import { EVENT_SCHEMA, eventRow } from "../support/image-fixture.ts";

const IDS = Array.from({ length: 16 }, (_, index) => `scan-${String(index).padStart(2, "0")}`);
const TABLE = "kym_velocity_events";
const PART = /^tables\/kym_velocity_events(_runs)?\/part-\d{8}\.parquet$/;

async function study(store: KeyValueStore = memoryStore()): Promise<ZarrDataset> {
  const dataset = await openDataset(store);
  await dataset.transaction(async (transaction) => {
    for (const [index, id] of IDS.entries()) {
      const record = await transaction.addImage(createNdArray("uint8", [1, 1]), { id });
      await record.saveParquet("velocity_events/events", [eventRow(index)], { schema: EVENT_SCHEMA });
    }
  });
  return dataset;
}

const run = (dataset: ZarrDataset, partsBeyondBytes = 100, indexer: Indexer = velocityEventIndexer) =>
  new KymDataset(dataset, { partsBeyondBytes, nowEpochNs: () => 5n }).updateIndex(indexer, {
    mode: "incremental",
  });

/** The rows of a table by image, as text. */
async function rowsIn(dataset: ZarrDataset, name = TABLE): Promise<readonly string[]> {
  return Array.from(rowsOf(await dataset.loadTable(name)), (row: Row) =>
    JSON.stringify({ ...row, sources_sha256: "of the time of the image" }, (_, value: unknown) =>
      typeof value === "bigint" ? `${value}` : value,
    ),
  ).sort();
}

const filesOf = async (dataset: ZarrDataset): Promise<readonly string[]> =>
  [...(await dataset.exact.below("tables")).keys()].filter((path) => path.includes("kym_"));

test("a table grows into parts in one commit when it passes the size, and holds what one file would", async () => {
  const [small, large] = [await study(), await study()];
  await run(small, 1e9);
  expect(await filesOf(small)).toEqual([`tables/${TABLE}.parquet`, `tables/${TABLE}_runs.parquet`]);
  const { version } = small;
  await small
    .record(IDS[3] ?? "")
    .saveParquet("velocity_events/events", [eventRow(99)], { schema: EVENT_SCHEMA });
  await large
    .record(IDS[3] ?? "")
    .saveParquet("velocity_events/events", [eventRow(99)], { schema: EVENT_SCHEMA });
  await run(large);
  const report = await run(small);
  expect([report.updated, small.version]).toEqual([1, version + 2]);
  for (const dataset of [small, large]) {
    const files = await filesOf(dataset);
    expect(files.every((path) => PART.test(path))).toBe(true);
    expect(files.length).toBeLessThanOrEqual(2 * BUCKETS);
    expect((await dataset.check()).problems).toEqual([]);
  }
  expect(await filesOf(small)).toEqual(await filesOf(large));
  expect(await rowsIn(small)).toEqual(await rowsIn(large));
  expect(await rowsIn(small, `${TABLE}_runs`)).toEqual(await rowsIn(large, `${TABLE}_runs`));
  expect(await rowsIn(small)).toHaveLength(IDS.length);
});

test("a change of one image reads the ledger and one part of the table, and writes two files; a run without a change writes none", async () => {
  const { store, takeReads } = countReads(memoryStore());
  const dataset = await study(store);
  await run(dataset);
  const { version } = dataset;
  expect(await run(dataset)).toMatchObject({ updated: 0, skipped: IDS.length, committed: false });
  expect(dataset.version).toBe(version);
  await dataset
    .record("scan-07")
    .saveParquet("velocity_events/events", [eventRow(70)], { schema: EVENT_SCHEMA });
  takeReads();
  const report = await run(dataset);
  const read = takeReads().filter((key) => key.startsWith(`tables/${TABLE}/`));
  expect(new Set(read).size).toBe(1);
  expect(report).toMatchObject({ updated: 1, skipped: IDS.length - 1, missing: 0 });
  for await (const { ops } of dataset.log({ after: dataset.version - 1 })) {
    expect(ops.map(({ op, path }) => [op, PART.test(path)])).toEqual([
      ["put", true],
      ["put", true],
    ]);
  }
  expect((await rowsIn(dataset)).filter((row) => row.includes("scan-07"))).toHaveLength(1);
});

test("rows of deleted images go, and two runs at once on different images both count", async () => {
  const dataset = await study();
  await run(dataset);
  await dataset.deleteImage("scan-00");
  expect((await run(dataset)).purged).toBe(1);
  for (const index of [1, 2]) {
    await dataset
      .record(IDS[index] ?? "")
      .saveParquet("velocity_events/events", [], { schema: EVENT_SCHEMA });
  }
  const shards = [0, 1, 2].map((index) => ({ index, count: 3 }));
  const reports = await Promise.all(
    shards.map((shard) =>
      new KymDataset(dataset, { partsBeyondBytes: 100 }).updateIndex(velocityEventIndexer, {
        mode: "incremental",
        shard,
      }),
    ),
  );
  expect(reports.reduce((sum, { updated }) => sum + updated, 0)).toBe(2);
  const ids = new Set((await rowsIn(dataset)).map((row) => JSON.parse(row).image_id));
  expect([...ids].sort()).toEqual(IDS.slice(3));
});

test("rows that another program changed in a part are seen, and a column that comes later is in every part", async () => {
  const dataset = await study();
  await run(dataset);
  await dataset.replaceRowsForImageId(TABLE, "scan-05", []);
  expect(await run(dataset)).toMatchObject({ updated: 1 });
  expect(await rowsIn(dataset)).toHaveLength(IDS.length);
  const more: Indexer = {
    ...velocityEventIndexer,
    analysisVersion: "test@2",
    forSettings: () => more,
    schema: {
      columns: [...velocityEventIndexer.schema.columns, { name: "extra_um", type: "float64", unit: "um" }],
    },
  };
  expect(await run(dataset, 100, more)).toMatchObject({ updated: IDS.length });
  expect((await dataset.loadTable(TABLE)).schema.fields.map(({ name }) => name)).toContain("extra_um");
  expect(await run(dataset, 100, more)).toMatchObject({ updated: 0, committed: false });
});

test("a part whose file is lost is made again by a rebuild", async () => {
  const dataset = await study();
  await run(dataset);
  const before = await rowsIn(dataset);
  const kym = new KymDataset(dataset, { partsBeyondBytes: 100, nowEpochNs: () => 5n });
  expect(await kym.updateIndex(velocityEventIndexer)).toMatchObject({
    updated: IDS.length,
    committed: false,
  });
  expect(await rowsIn(dataset)).toEqual(before);
});
