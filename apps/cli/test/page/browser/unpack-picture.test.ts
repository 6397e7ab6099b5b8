import { createRectRoi, toEnvelope } from "@kym/roi";
import { LineReduction, overviewOf, overviewPlane, valueRange } from "@kym/view";
import { expect, it } from "vitest";
import { unpackPicture } from "../../../src/page/browser/unpack-picture.ts";
import { packPicture } from "../../../src/page/picture/pack-picture.ts";
import type { ReportTrace } from "../../../src/report/report-data.ts";

const [LINES, COLUMNS] = [900, 7];
const pixels = Float32Array.from({ length: LINES * COLUMNS }, (_, index) =>
  index % 97 === 0 ? Number.NaN : (index * 7919) % 4096,
);

function trace(velocities: readonly (number | null)[], more: Partial<ReportTrace> = {}): ReportTrace {
  return {
    ...{ roiId: 1, channel: 1, software: "lab", algorithm: null, state: "current", stateWords: "" },
    ...{ calibrated: true, windowLines: 16 },
    centreLine: velocities.map((_, window) => 8 + 4 * window),
    velocityMmPerS: velocities,
    pxPerLine: velocities.map((velocity) => (velocity === null ? null : velocity * 2.5)),
    ...more,
  };
}

function unpacked(traces: readonly ReportTrace[]): ReturnType<typeof unpackPicture> {
  const reduction = new LineReduction({ lines: LINES, columns: COLUMNS, bins: 300 });
  reduction.add(0, { pixels, lines: LINES, columns: COLUMNS });
  const roi = createRectRoi({ id: 1, bounds: { dim0Start: 0, dim0Stop: 9, dim1Start: 1, dim1Stop: 6 } });
  const packed = packPicture({
    ...{ lines: LINES, columns: COLUMNS, secondsPerLine: 0.001, umPerPx: 0.3 },
    overview: overviewOf(reduction),
    stretch: {
      firstLine: 100,
      plane: { pixels: pixels.subarray(700, 700 + 600 * COLUMNS), lines: 600, columns: COLUMNS },
    },
    detail: {
      rois: [{ roiId: 1, channel: 1, telling: null, envelope: toEnvelope(roi), words: "" }],
      traces,
      events: [],
    },
  });
  return unpackPicture(JSON.parse(JSON.stringify(packed)));
}

it("the overview comes back as it was, and pixels within a step of their contrast, with NaN where there is none", () => {
  const reduction = new LineReduction({ lines: LINES, columns: COLUMNS, bins: 300 });
  reduction.add(0, { pixels, lines: LINES, columns: COLUMNS });
  const { overview, stretches, rois } = unpacked([]);
  expect(overview).toBeDefined();
  expect(overview && overviewPlane(overview)).toEqual(overviewPlane(overviewOf(reduction)));
  const [stretch] = stretches;
  expect(stretch?.firstLine).toBe(100);
  for (const [index, value] of (stretch?.plane.pixels ?? []).entries()) {
    const expected = pixels[700 + index] ?? 0;
    expect(Number.isNaN(expected) ? Number.isNaN(value) : Math.abs(value - expected) <= 4096 / 63).toBe(true);
  }
  expect(rois.map(({ id }) => id)).toEqual([1]);
});

it("velocities come back to a thousandth of their axis, gaps as gaps, and zero as zero", () => {
  const velocities = Array.from({ length: 400 }, (_, window) =>
    window % 11 === 0 ? null : Math.sin(window),
  );
  velocities[5] = 0;
  const [back] = unpacked([trace(velocities)]).traces;
  const { from, to } = valueRange(Float64Array.from(velocities, (value) => value ?? Number.NaN));
  for (const [window, velocity] of velocities.entries()) {
    const value = back?.velocityMmPerS[window] ?? 0;
    expect(velocity === null ? Number.isNaN(value) : Math.abs(value - velocity) <= (to - from) / 2000).toBe(
      true,
    );
    expect(velocity === null || Math.abs((back?.pxPerLine?.[window] ?? 0) - value * 2.5) < 1e-9).toBe(true);
  }
  expect(back?.velocityMmPerS[5]).toBe(0);
  expect(back?.centreLine[399]).toBeCloseTo(8 + 4 * 399);
});

it("shifts of an uncalibrated image, uneven centres and an empty trace come back as well", () => {
  const [bare, uneven, empty] = unpacked([
    trace([null, null, null], { pxPerLine: [1.5, null, -2] }),
    trace([1, 2, 3], { centreLine: [1, 2, 100], pxPerLine: [null, null, null] }),
    trace([]),
  ]).traces;
  expect(bare?.velocityMmPerS.every(Number.isNaN)).toBe(true);
  expect(bare?.pxPerLine?.[0]).toBeCloseTo(1.5, 2);
  expect(bare?.pxPerLine?.[1]).toBeNaN();
  expect([...(uneven?.centreLine ?? [])]).toEqual([1, 2, 100]);
  expect(uneven?.pxPerLine).toBeUndefined();
  expect(empty?.centreLine).toHaveLength(0);
});
