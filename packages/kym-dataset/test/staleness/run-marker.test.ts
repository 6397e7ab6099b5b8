import { memoryStore, openDataset, type ZarrDataset } from "@kym/zarr-store";
import { describe, expect, it, test } from "vitest";
import { KymDataset, paramsHash, velocityEventIndexer } from "../../src/index.ts";
import { parseRunMarker } from "../../src/staleness/run-marker.ts";
import { addAnalysedImage, addImage, EVENT_SCHEMA, eventRow, saveEvents } from "../support/image-fixture.ts";

const HASH = paramsHash({ threshold: 0.2, window: 5 });
const VERSION = "kymflow.velocity_events@0.1";
const MARKER = {
  marker_version: "1",
  indexer_name: "velocity_events",
  params_hash: HASH,
  analysis_version: VERSION,
  n_rows: 0,
  ran_utc_epoch_ns: 1795215919522899045n,
  status: "ok",
};

describe("run markers of the Python system (python-system.md §1.13)", () => {
  it("reads version 1 and the older form of the velocity events", () => {
    const expected = { analysisVersion: VERSION, paramsHash: HASH, nRows: 0 };
    expect(parseRunMarker(MARKER)).toEqual(expected);
    expect(parseRunMarker({ n_events: 3, params_hash: HASH, analysis_version: VERSION })).toEqual({
      ...expected,
      nRows: 3,
    });
  });

  it.each([
    ["a negative number of rows", { ...MARKER, n_rows: -1 }],
    ["another version", { ...MARKER, marker_version: "2" }],
    ["no name", { ...MARKER, indexer_name: " " }],
    ["no hash", { ...MARKER, params_hash: 1 }],
    ["a list", [MARKER]],
  ])("%s is no marker", (_what, value) => {
    expect(parseRunMarker(value)).toBeUndefined();
  });
});

/** A dataset with one analysed image that no ledger knows, as `migrate` leaves it. */
async function unrecorded(
  marker: unknown,
  options: { readonly rows: number; readonly events: number },
): Promise<ZarrDataset> {
  const dataset = await openDataset(memoryStore());
  const record = await addAnalysedImage(dataset, "a", 1);
  await saveEvents(
    record,
    Array.from({ length: options.events }, () => eventRow(1)),
  );
  if (marker !== undefined) {
    await record.saveJson("velocity_events_run", marker);
  }
  const stamps = { image_id: "a", analysis_version: VERSION, params_hash: HASH };
  await dataset.saveTable(
    "kym_velocity_events",
    Array.from({ length: options.rows }, () => ({ ...eventRow(1), ...stamps })),
    {
      schema: {
        columns: [
          ...EVENT_SCHEMA.columns,
          ...["image_id", "analysis_version", "params_hash"].map((name) => ({ name, type: "utf8" }) as const),
        ],
      },
    },
  );
  return dataset;
}

/** Decisions of the Python system that we share. */
test.each([
  ["rows, and a marker that says there are none", { ...MARKER }, 1, "stale", "marker_differs"],
  ["rows that carry the current hash and version", undefined, 1, "fresh", "rows_agree"],
  [
    "rows, and a marker of other params that says none",
    { ...MARKER, params_hash: "x" },
    1,
    "fresh",
    "rows_agree",
  ],
  ["no rows, as the marker says", MARKER, 0, "fresh", "no_rows_marker"],
  ["no rows and no marker", undefined, 0, "stale", "never_indexed"],
  ["no rows and a garbled marker", { ...MARKER, n_rows: -1 }, 0, "stale", "never_indexed"],
  ["no rows where the marker says three", { ...MARKER, n_rows: 3 }, 0, "stale", "marker_differs"],
  ["no rows, of another version", { ...MARKER, analysis_version: "v0" }, 0, "stale", "version_changed"],
  ["no rows, with other params", { ...MARKER, params_hash: "x" }, 0, "stale", "params_changed"],
] as const)("ticket 19: %s", async (_what, marker, rows, state, because) => {
  const dataset = await unrecorded(marker, { rows, events: rows });
  const kym = new KymDataset(dataset);
  expect(await kym.getStaleness(velocityEventIndexer, "a")).toEqual({ state, because });
  expect(await kym.explain(velocityEventIndexer, "a")).toContain(`: ${state}. `);
  const report = await kym.updateIndex(velocityEventIndexer, { mode: "incremental" });
  expect(report).toMatchObject(state === "fresh" ? { skipped: 1, updated: 0 } : { skipped: 0, updated: 1 });
  // From then on the ledger counts, and no marker was written.
  expect(await kym.getStaleness(velocityEventIndexer, "a")).toMatchObject({ state: "fresh" });
  expect(await dataset.record("a").json.list()).toEqual(
    marker === undefined ? ["velocity_events/params"] : ["velocity_events/params", "velocity_events_run"],
  );
});

test("a zero-row marker of an image without results counts for nothing: it is not analysed", async () => {
  const dataset = await openDataset(memoryStore());
  const record = await addImage(dataset, "a");
  await record.saveJson("velocity_events_run", MARKER);
  const kym = new KymDataset(dataset);
  expect(await kym.getStaleness(velocityEventIndexer, "a")).toMatchObject({ state: "not_analysed" });
});
