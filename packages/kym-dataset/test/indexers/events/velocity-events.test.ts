import { type Column, memoryStore, openDataset, type Row, rowsOf, type TableSchema } from "@kym/zarr-store";
import { schemaOfTable } from "@kym/zarr-store/table";
import { expect, test } from "vitest";
import { KymDataset, paramsHash, velocityEventIndexer } from "../../../src/index.ts";
import {
  addImage,
  EVENT_SCHEMA,
  emptyDataset,
  eventRow,
  rectEnvelope,
  saveAnalysis,
  saveEvents,
  saveProvenance,
  saveRois,
} from "../../support/image-fixture.ts";

const NAME = "velocity_events/events";

async function rowsIn(kym: KymDataset): Promise<readonly Row[]> {
  const { reasons } = await kym.updateIndex(velocityEventIndexer, { mode: "incremental" });
  expect(reasons.filter(({ outcome }) => outcome === "failed")).toEqual([]);
  return [...rowsOf(await kym.dataset.loadTable("kym_velocity_events"))];
}

test("ticket 20: events come from parquet, then csv.gz, then the older name", async () => {
  const dataset = await emptyDataset();
  const record = await addImage(dataset, "a");
  const kym = new KymDataset(dataset);
  const save = { schema: EVENT_SCHEMA };
  await record.saveCsvGz("velocity_events", [eventRow(1)], save);
  expect(await rowsIn(kym)).toMatchObject([{ score: 1 }]);
  await record.saveParquet("velocity_events", [eventRow(2)], save);
  expect(await rowsIn(kym)).toMatchObject([{ score: 2 }]);
  await record.saveCsvGz(NAME, [eventRow(3)], save);
  expect(await rowsIn(kym)).toMatchObject([{ score: 3, event_id: "e0", roi_id: 1n }]);
  await record.saveParquet(NAME, [eventRow(4)], save);
  expect(await rowsIn(kym)).toMatchObject([{ score: 4 }]);
});

test("ticket 20: params come from the first of three names, and are {} without one", async () => {
  const dataset = await emptyDataset();
  const record = await addImage(dataset, "a");
  const kym = new KymDataset(dataset);
  await record.saveParquet(NAME, [eventRow(1)], { schema: EVENT_SCHEMA });
  expect(await rowsIn(kym)).toMatchObject([{ params_hash: paramsHash({}) }]);
  for (const [window, name] of [
    "velocity_events.params",
    "velocity_events_params",
    "velocity_events/params",
  ].entries()) {
    await record.saveJson(name, { window });
    expect(await rowsIn(kym)).toMatchObject([{ params_hash: paramsHash({ window }) }]);
  }
});

test("every column that ingest writes is kept with its type, and fewer are NULL", async () => {
  const dataset = await emptyDataset();
  const full: Row = {
    ...eventRow(0.5),
    channel: 1n,
    event_type: "baseline_drop",
    i_start: 1n,
    i_peak: 2n,
    i_end: null,
    baseline_before: 1.5,
    baseline_after: 1,
    strength: 2,
    nan_fraction_in_event: null,
    n_valid_in_event: 7n,
    duration_s: 0.25,
    machine_type: "stall_candidate",
    user_type: "unreviewed",
    note: "",
  };
  const ours = new Set(["rel_path", "analysis_state"]);
  const schema: TableSchema = {
    columns: velocityEventIndexer.schema.columns.filter(({ name }) => !ours.has(name)),
  };
  await (await addImage(dataset, "a")).saveParquet(NAME, [full], { schema });
  const few: TableSchema = {
    columns: [
      { name: "roi_id", type: "int64" },
      { name: "t_start_s", type: "float64" },
    ],
  };
  await (await addImage(dataset, "b")).saveParquet(NAME, [{ roi_id: 7n, t_start_s: 3 }], { schema: few });
  const [first, second] = await rowsIn(new KymDataset(dataset));
  expect(first).toMatchObject(full);
  expect(second).toMatchObject({ t_start_s: 3, roi_id: 7n, event_id: null, analysis_state: "unknown" });
});

/** The columns that differ now, as builds before schema version 0.3 wrote them: without words, and `score` without a unit. */
const BEFORE: Readonly<Record<string, Column>> = {
  event_id: { name: "event_id", type: "utf8" },
  peak_value: { name: "peak_value", type: "float64" },
  score: { name: "score", type: "float64" },
  i_start: { name: "i_start", type: "int64" },
  i_peak: { name: "i_peak", type: "int64" },
  i_end: { name: "i_end", type: "int64" },
};
const indexerBefore: typeof velocityEventIndexer = {
  ...velocityEventIndexer,
  schemaVersion: "0.2",
  schema: { columns: velocityEventIndexer.schema.columns.map((column) => BEFORE[column.name] ?? column) },
};

test("a table of a build that gave the score no unit is made anew once, and is then that of a rebuild", async () => {
  const files = memoryStore();
  const dataset = await emptyDataset(files);
  for (const [index, id] of ["a", "b", "c"].entries()) {
    await saveEvents(await addImage(dataset, id), index === 2 ? [] : [eventRow(index)]);
  }
  await addImage(dataset, "unanalysed");
  await new KymDataset(dataset).updateIndex(indexerBefore);
  const old = await dataset.loadTable("kym_velocity_events");
  expect(schemaOfTable(old).columns.find(({ name }) => name === "score")).toEqual(BEFORE["score"]);

  const reopened = await openDataset(files);
  const kym = new KymDataset(reopened);
  const { updated, failed, reasons } = await kym.updateIndex(velocityEventIndexer, { mode: "incremental" });
  expect([updated, failed]).toEqual([3, 0]);
  expect(new Set(reasons.map(({ because }) => because))).toEqual(new Set(["schema_changed", "no_inputs"]));
  const bytes = await reopened.loadTableBytes("kym_velocity_events");
  expect(schemaOfTable(await reopened.loadTable("kym_velocity_events")).columns).toEqual(
    expect.arrayContaining([...velocityEventIndexer.schema.columns]),
  );
  expect(await kym.updateIndex(velocityEventIndexer, { mode: "incremental" })).toMatchObject({
    updated: 0,
    skipped: 3,
    committed: false,
  });
  await kym.updateIndex(velocityEventIndexer);
  expect(await reopened.loadTableBytes("kym_velocity_events")).toEqual(bytes);
  await reopened.deleteTable("kym_velocity_events");
  await kym.updateIndex(velocityEventIndexer);
  expect(await reopened.loadTableBytes("kym_velocity_events")).toEqual(bytes);
});

test("a run over one image gives the rows of all others the units that they have now", async () => {
  const dataset = await emptyDataset();
  for (const [index, id] of ["a", "b"].entries()) {
    await saveEvents(await addImage(dataset, id), [eventRow(index)]);
  }
  const kym = new KymDataset(dataset);
  await kym.updateIndex(indexerBefore);
  await kym.updateIndex(velocityEventIndexer, { mode: "incremental", imageIds: ["b"] });
  const bytes = await dataset.loadTableBytes("kym_velocity_events");
  expect(await kym.updateIndex(velocityEventIndexer, { mode: "incremental" })).toMatchObject({ updated: 0 });
  await kym.updateIndex(velocityEventIndexer);
  expect(await dataset.loadTableBytes("kym_velocity_events")).toEqual(bytes);
});

test("each event says whether its own ROI and channel are still what was analysed", async () => {
  const dataset = await emptyDataset();
  const record = await addImage(dataset, "a");
  await saveProvenance(record, "day/a.tif");
  await saveAnalysis(record, [rectEnvelope(1, 0, 6), rectEnvelope(2, 0, 3)]);
  const schema = { columns: [...EVENT_SCHEMA.columns, { name: "channel", type: "int64" }] } as const;
  const event = eventRow(1);
  await record.saveParquet(
    NAME,
    [event, { ...event, roi_id: 2n, channel: 1n }, { ...event, channel: 2n }, { ...event, roi_id: null }],
    { schema },
  );
  const kym = new KymDataset(dataset);
  const states = async (): Promise<readonly unknown[]> =>
    (await rowsIn(kym)).map(({ analysis_state: state }) => state);
  expect(await states()).toEqual(["current", "current", "unknown", "unknown"]);
  expect(await rowsIn(kym)).toMatchObject([{ rel_path: "day/a.tif" }, {}, {}, {}]);
  await saveRois(record, [
    { ...rectEnvelope(1, 0, 6), name: "renamed" },
    rectEnvelope(2, 1, 3, { revision: 1 }),
  ]);
  expect(await states()).toEqual(["current", "roi_changed", "unknown", "unknown"]);
});

test("a ROI moved under its events updates their image as roi_changed, a renamed one updates nothing", async () => {
  const dataset = await emptyDataset();
  const record = await addImage(dataset, "a");
  await saveAnalysis(record, [rectEnvelope(1, 0, 6)]);
  await record.saveParquet(NAME, [eventRow(1)], { schema: EVENT_SCHEMA });
  const kym = new KymDataset(dataset);
  await kym.updateIndex(velocityEventIndexer);
  await saveRois(record, [{ ...rectEnvelope(1, 0, 6), name: "renamed" }]);
  expect(await kym.updateIndex(velocityEventIndexer, { mode: "incremental" })).toMatchObject({ updated: 0 });
  await saveRois(record, [rectEnvelope(1, 1, 6, { revision: 1 })]);
  const { reasons } = await kym.updateIndex(velocityEventIndexer, { mode: "incremental" });
  expect(reasons).toEqual([{ imageId: "a", outcome: "updated", because: "roi_changed" }]);
});
