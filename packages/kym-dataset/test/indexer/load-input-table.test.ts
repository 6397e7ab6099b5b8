// What an indexer needs of its input: its key columns, in any spelling, or an error that names the first that is missing.
import type { Row, TableSchema } from "@kym/zarr-store";
import { rowsOf } from "@kym/zarr-store";
import { expect, test } from "vitest";
import type { Indexer } from "../../src/indexer/indexer.ts";
import { velocityEventIndexer } from "../../src/indexers/events/velocity-events.ts";
import { radonIndexer } from "../../src/indexers/radon/radon.ts";
import { KymDataset } from "../../src/kym-dataset.ts";
import { addImage, emptyDataset, eventRow, saveEvents } from "../support/image-fixture.ts";

type Outcome = { readonly rows: readonly Row[]; readonly problem: string | undefined };

/** Indexes one table of an image, beside an image that is right. */
async function indexed(
  indexer: Indexer,
  artifact: string,
  columns: TableSchema["columns"],
  rows: readonly Row[],
): Promise<Outcome> {
  const dataset = await emptyDataset();
  await saveEvents(await addImage(dataset, "right"), [eventRow(1)]);
  await (await addImage(dataset, "b")).saveParquet(artifact, rows, { schema: { columns } });
  const { reasons, failed } = await new KymDataset(dataset).updateIndex(indexer);
  const [problem] = reasons.flatMap((reason) => (reason.outcome === "failed" ? [reason.message] : []));
  expect(failed).toBe(problem === undefined ? 0 : 1);
  const table = [...rowsOf(await dataset.loadTable(indexer.tableName))];
  return { rows: table.filter(({ image_id: id }) => id === "b"), problem };
}

const EVENTS = "velocity_events/events";

test.each<[string, Indexer, string, TableSchema["columns"], Row, string]>([
  [
    "a whole line of titles as one column",
    velocityEventIndexer,
    EVENTS,
    [{ name: "roi_id|t_start_s", type: "utf8" }],
    { "roi_id|t_start_s": "1|0.5" },
    "velocity_events/events has no column roi_id, there are roi_id|t_start_s",
  ],
  [
    "events without a start",
    velocityEventIndexer,
    EVENTS,
    [{ name: "roi_id", type: "int64" }],
    { roi_id: 1n },
    "velocity_events/events has no column t_start_s, there are roi_id",
  ],
  [
    "two columns that could be the key",
    velocityEventIndexer,
    EVENTS,
    [
      { name: "ROI_ID", type: "int64" },
      { name: "Roi_Id", type: "int64" },
      { name: "t_start_s", type: "float64" },
    ],
    { ROI_ID: 1n, Roi_Id: 2n, t_start_s: 0.5 },
    "velocity_events/events has no column roi_id, there are ROI_ID, Roi_Id, t_start_s",
  ],
  [
    "a trace without velocities",
    radonIndexer,
    "radon/velocity",
    [
      { name: "roi_id", type: "int64" },
      { name: "speed", type: "float64" },
    ],
    { roi_id: 1n, speed: 1 },
    "radon/velocity has no column velocity_mm_s, there are roi_id, speed",
  ],
  [
    "summaries without a ROI",
    radonIndexer,
    "radon/results",
    [{ name: "vel_mean", type: "float64" }],
    { vel_mean: 1 },
    "radon/results has no column roi_id, there are vel_mean",
  ],
])(
  "an input without a key column fails its image and no other: %s",
  async (_name, indexer, artifact, columns, row, problem) => {
    expect(await indexed(indexer, artifact, columns, [row])).toEqual({ rows: [], problem });
  },
);

test("columns with capitals, blanks and points are those that the indexer knows, and others stay text", async () => {
  const { rows, problem } = await indexed(
    velocityEventIndexer,
    EVENTS,
    [
      { name: "ROI_ID", type: "int64" },
      { name: "T start s", type: "float64" },
      { name: "Score", type: "float64" },
      { name: "event.type", type: "utf8" },
      { name: "Mine", type: "float64" },
    ],
    [{ ROI_ID: 3n, "T start s": 0.5, Score: 0.25, "event.type": "baseline_drop", Mine: 2 }],
  );
  expect(problem).toBeUndefined();
  expect(rows).toMatchObject([
    { roi_id: 3n, t_start_s: 0.5, score: 0.25, event_type: "baseline_drop", Mine: "2" },
  ]);
  expect(Object.keys(rows[0] ?? {})).not.toContain("Score");
});

test("a table without rows says that nothing was found, whatever its columns", async () => {
  const columns = [{ name: "event_id", type: "utf8" }] as const;
  expect(await indexed(velocityEventIndexer, EVENTS, columns, [])).toEqual({ rows: [], problem: undefined });
});

test("rows without any value are left out, and one that only lacks its keys is an error", async () => {
  const columns = [
    { name: "roi_id", type: "int64" },
    { name: "t_start_s", type: "float64" },
    { name: "note", type: "utf8" },
  ] as const;
  const event = { roi_id: 1n, t_start_s: 0.5, note: null };
  const blank = { roi_id: null, t_start_s: null, note: null };
  const { rows } = await indexed(velocityEventIndexer, EVENTS, columns, [event, blank, event, blank]);
  expect(rows).toHaveLength(2);
  expect(await indexed(velocityEventIndexer, EVENTS, columns, [event, { ...blank, note: "x" }])).toEqual({
    rows: [],
    problem: "velocity_events/events, row 1: no value in roi_id and t_start_s",
  });
});

test("an infinity stays in its artifact, does not enter statistics, and is NULL and counted in pooled tables", async () => {
  const dataset = await emptyDataset();
  const record = await addImage(dataset, "a");
  const infinity = Number.POSITIVE_INFINITY;
  await saveEvents(record, [eventRow(infinity), { ...eventRow(1), peak_value: -infinity }, eventRow(2)]);
  const columns = [
    { name: "roi_id", type: "int64" },
    { name: "velocity_mm_s", type: "float64" },
  ] as const;
  const velocities = [1, infinity, 3, -infinity];
  await record.saveParquet(
    "radon/velocity",
    velocities.map((velocity) => ({ roi_id: 1n, velocity_mm_s: velocity })),
    { schema: { columns } },
  );
  const kym = new KymDataset(dataset);
  const { reasons } = await kym.updateIndex(velocityEventIndexer);
  expect(reasons).toEqual([{ imageId: "a", outcome: "updated", because: "never_indexed", infinities: 2 }]);
  await kym.updateIndex(radonIndexer);
  const stored = [...rowsOf(await record.loadParquet("radon/velocity"))];
  expect(stored.map(({ velocity_mm_s: velocity }) => velocity)).toEqual(velocities);
  expect([...rowsOf(await dataset.loadTable("kym_velocity_events"))]).toMatchObject([
    { score: null, peak_value: 1 },
    { score: 1, peak_value: null },
    { score: 2, peak_value: 1 },
  ]);
  expect([...rowsOf(await dataset.loadTable("kym_radon"))]).toMatchObject([
    { vel_mean: 2, vel_min: 1, vel_max: 3, vel_n_nan: 2n },
  ]);
});
