import type { ImageAnalysis, Staleness } from "@kym/kym-dataset";
import type { Row } from "@kym/zarr-store";
import { expect, test } from "vitest";
import type { ImageFacts, PooledFacts } from "../../src/report/numbers/image-facts.ts";
import { imageValues } from "../../src/report/numbers/image-values.ts";

const CALIBRATED: Row = { lines: 1000n, px: 20n, um_per_px: 0.5, ms_per_line: 2 };
const FRESH: Staleness = { state: "fresh", because: "sources_unchanged" };

function pooled(table: string, rows: readonly Row[], staleness: Staleness = FRESH): [string, PooledFacts] {
  return [table, { table, label: "velocities", rows, staleness }];
}

function velocities(rows: readonly Row[], staleness?: Staleness): [string, PooledFacts] {
  const defaults = { roi_id: 1n, channel: 1n, software: "lab", analysis_state: "current" };
  return pooled(
    "kym_radon",
    rows.map((row) => ({ ...defaults, ...row })),
    staleness,
  );
}

function image(facts: Partial<ImageFacts>, ...tables: readonly [string, PooledFacts][]): ImageFacts {
  const row = { ...CALIBRATED, ...facts.row };
  return {
    imageId: "a",
    name: "a",
    analyses: [],
    hasReadableMetadata: true,
    userEvents: null,
    ...facts,
    row,
    pooled: new Map(tables),
  };
}

test("an image's velocity is the mean of its ROIs, and its speed the mean without signs", () => {
  const { values, missing } = imageValues(
    image({}, velocities([{ vel_mean: -1 }, { roi_id: 2n, vel_mean: 0.5 }])),
  );
  expect(values).toMatchObject({ velocity: -0.25, speed: 0.75, heart_rate: null });
  expect(missing).toMatchObject({ heart_rate: "it was not analysed for this" });
  expect(missing.velocity).toBeUndefined();
});

test("a ROI of two channels counts once, by its lowest channel that has a value", () => {
  const rows = [
    { channel: 2n, vel_mean: 9 },
    { channel: 1n, vel_mean: 1 },
    { roi_id: 2n, channel: 1n, vel_mean: null },
    { roi_id: 2n, channel: 3n, vel_mean: 2 },
  ];
  expect(imageValues(image({}, velocities(rows))).values.velocity).toBe(1.5);
});

test("a NaN, an infinite value and a missing one are no values, and the image is left out with a reason", () => {
  const rows = [{ vel_mean: Number.NaN }, { roi_id: 2n, vel_mean: Number.POSITIVE_INFINITY }, { roi_id: 3n }];
  const { values, missing } = imageValues(image({}, velocities(rows)));
  expect(values.velocity).toBeNull();
  expect(missing.velocity).toBe("its velocities have no value");
});

test.each([
  ["roi_changed", "its ROI was moved or deleted after it was analysed"],
  ["pixels_changed", "its pixels changed after it was analysed"],
  ["calibration_changed", "its calibration changed after it was analysed"],
])("a value whose analysis is %s does not count", (state, reason) => {
  const changed = { vel_mean: 5, analysis_state: state };
  expect(imageValues(image({}, velocities([changed]))).missing.velocity).toBe(reason);
  const { values, notes } = imageValues(
    image({ userEvents: 0 }, velocities([changed, { roi_id: 2n, vel_mean: 1 }])),
  );
  expect(values.velocity).toBe(1);
  expect(notes).toEqual([`1 of 2 rows of kym_radon do not count: ${reason}.`]);
});

test("a value of which nobody knows whether ROI and pixels are the same counts, as most of a lab's", () => {
  const unknown = { vel_mean: 5, analysis_state: "unknown" };
  expect(imageValues(image({}, velocities([unknown]))).values.velocity).toBe(5);
});

test.each([
  ["never_indexed", [], "its results are not in kym_radon yet: kym index takes them in"],
  [
    "inputs_changed",
    [{ vel_mean: 5 }],
    "its results changed after the last kym index, so kym_radon has old numbers",
  ],
  [
    "rows_differ",
    [{ vel_mean: 5 }],
    "its results changed after the last kym index, so kym_radon has old numbers",
  ],
] as const)("rows that are stale because %s do not count", (because, rows, reason) => {
  const { values, missing } = imageValues(image({}, velocities(rows, { state: "stale", because })));
  expect(values.velocity).toBeNull();
  expect(missing.velocity).toBe(reason);
});

test.each(["context_changed", "version_changed", "params_changed", "roi_changed", "schema_changed"] as const)(
  "rows that are stale because %s count, unless the analysis is outdated as of now",
  (because) => {
    const stale = velocities([{ vel_mean: 5 }, { roi_id: 2n, vel_mean: 7 }], { state: "stale", because });
    const moved: ImageAnalysis = {
      ...{ artifact: "radon/analysis", roiId: 2, channel: 1, state: "roi_changed" },
      calibration: { umPerPx: undefined, secondsPerLine: undefined },
    };
    expect(imageValues(image({}, stale)).values.velocity).toBe(6);
    expect(imageValues(image({ analyses: [moved] }, stale)).values.velocity).toBe(5);
  },
);

test("what needs a pixel size or a line period is not known without it", () => {
  const rows = velocities([{ vel_mean: 1, stalls_per_min: 3 }]);
  const diameters = pooled("kym_diameter", [{ roi_id: 1n, diameter_mean_um: 5 }]);
  const noSize = imageValues(image({ row: { um_per_px: null }, userEvents: 2 }, rows, diameters));
  expect(noSize.values).toMatchObject({
    velocity: null,
    stalls: 3,
    user_events_per_s: 1,
    diameter: null,
  });
  const noTime = imageValues(image({ row: { ms_per_line: null }, userEvents: 2 }, rows, diameters));
  expect(noTime.values).toMatchObject({ velocity: null, stalls: null, user_events: 2, diameter: 5 });
  expect(noTime.missing.user_events_per_s).toBe("its line period is not known");
});

test("a heart rate counts where both methods agree", () => {
  const rates = [
    { roi_id: 1n, status: "ok", lomb_bpm: 480 },
    { roi_id: 2n, status: "method_disagree", lomb_bpm: 300 },
  ];
  expect(imageValues(image({}, pooled("kym_heart_rate", rates))).values.heart_rate).toBe(480);
});

test("events that cannot be read are unknown, not 0", () => {
  const { values, missing } = imageValues(image({ userEvents: "unreadable" }, velocities([{ vel_mean: 1 }])));
  expect(values).toMatchObject({ user_events: null, user_events_per_s: null, velocity: 1 });
  expect(missing.user_events).toBe("its events cannot be read");
});

test("events without types do not tell whether a person added them", () => {
  const events = pooled("kym_velocity_events", [{ roi_id: 1n }]);
  const untyped = image({ userEvents: "untyped" }, velocities([{ vel_mean: 1 }]), events);
  const { values, missing, notes } = imageValues(untyped);
  expect(values.user_events).toBeNull();
  expect(missing.user_events).toBe("its events have no types, so those that a person added are not known");
  expect(notes).toEqual([]);
});

test("events that a program found do not make user events unknown: nobody marked anything, which counts as 0", () => {
  const found = pooled("kym_velocity_events", [{ roi_id: 1n, event_type: "baseline_drop" }]);
  const { values, notes } = imageValues(image({}, velocities([{ vel_mean: 1 }]), found));
  expect(values.user_events).toBe(0);
  expect(notes).toEqual([
    "Nobody's events are stored: it counts as 0 user events, as in the lab's table of files.",
  ]);
});
