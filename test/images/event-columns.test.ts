// Compares the columns of velocity events in an image and in the pooled table.

import { velocityEventIndexer } from "@kym/kym-dataset";
import { VELOCITY_EVENTS_SCHEMA } from "@kym/kym-schema";
import type { Column } from "@kym/zarr-store";
import { expect, test } from "vitest";

/** Columns about the image, which only the pooled table has. */
const OF_THE_IMAGE = ["rel_path", "analysis_state"];
/** Columns that an ingest always writes. The pooled table also accepts events of other programs, which may lack them. */
const KEYS = ["roi_id", "event_id"];

const pooled = velocityEventIndexer.schema.columns.filter(({ name }) => !OF_THE_IMAGE.includes(name));

test("an image's events and the pooled table have the same columns in the same order", () => {
  expect(pooled.map(({ name }) => name)).toEqual(VELOCITY_EVENTS_SCHEMA.columns.map(({ name }) => name));
});

test.for(VELOCITY_EVENTS_SCHEMA.columns)(
  "the pooled table says of $name what an image's events say: type, unit, NULL and words",
  (column) => {
    const { nullable, ...said } = column;
    expect(nullable, "only keys are always there").toBe(KEYS.includes(column.name) ? false : undefined);
    const expected: Column = said;
    expect(pooled.find(({ name }) => name === column.name)).toEqual(expected);
  },
);

test("scores, baselines and times of events have units in the pooled table", () => {
  const units = Object.fromEntries(pooled.map(({ name, unit }) => [name, unit]));
  expect(units).toMatchObject({ score: "mm/s", baseline_before: "mm/s", baseline_after: "mm/s" });
  expect(units).toMatchObject({ t_start_s: "s", t_end_s: "s", peak_t_s: "s", duration_s: "s" });
});
