import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { BlindNames, placeText } from "../../src/blind/blind-names.ts";
import { blindDetail, blindReport } from "../../src/report/blind-report.ts";
import { MEASURES } from "../../src/report/numbers/measures.ts";
import type { ReportData, ReportImage, ReportImageDetail } from "../../src/report/report-data.ts";

/** Words that nobody and nothing but a lab writes. */
const word = fc.stringMatching(/^~[A-Za-z0-9 _.é<"-]{6,20}~$/);

function namesOf(ids: readonly string[]): BlindNames {
  const hash = (id: string): string => createHash("sha256").update(placeText("7", id)).digest("hex");
  return new BlindNames("7", new Map(ids.map((id) => [id, hash(id)])));
}

function imageOf(imageId: string, telling: string): ReportImage {
  const values = MEASURES.map(({ key }) => [key, key === "velocity" ? 0.5 : null]);
  return {
    imageId,
    telling: {
      ...{ name: telling, relPath: telling, condition: telling, treatment: telling },
      ...{ animal: telling, day: telling, acquiredLocal: telling, note: telling },
    },
    ...{
      accepted: true,
      lines: 100,
      columns: 8,
      channels: 1,
      umPerPx: 0.5,
      msPerLine: 1,
      durationS: 0.1,
      nRois: 1,
    },
    values: Object.fromEntries(values),
    staleness: [
      { table: "kym_radon", label: "velocities", state: "fresh", words: "The rows are fresh." },
      { table: telling, label: telling, state: "fresh", words: telling },
    ],
    analysis: { state: "current", words: "All analyses are of what is there now." },
    notes: ["No heart rate counts."],
  };
}

function reportOf(ids: readonly string[], telling: string): ReportData {
  return {
    format: "kym-report",
    title: telling,
    madeBy: { program: "kym", version: "1.0.0" },
    source: { dataset: telling, datasetVersion: 3, committedUtc: "2026-11-30T13:00:00Z" },
    selection: { where: telling, inDataset: 9, shown: 2, leftOutForNull: 0 },
    summary: {
      ...{ images: ids.length, accepted: 1, rejected: 0, rois: 1, withVelocity: 1, stale: 0, outdated: 0 },
      ...{ uncalibrated: 0, durationS: 0.1, userEvents: 0 },
    },
    groupings: [
      {
        field: "condition",
        from: telling,
        groups: [telling],
        ungrouped: { reason: telling, imageIds: ids },
        units: { kind: "animal", words: telling },
        measures: [],
      },
    ],
    images: ids.map((id) => imageOf(id, telling)),
    ingest: {
      file: telling,
      words: telling,
      failed: [{ path: telling, reason: telling }],
      skipped: [],
      conflicts: [],
      orphans: [],
    },
    notes: [telling],
  };
}

function detailOf(imageId: string, telling: string): ReportImageDetail {
  const data = { dim0_start: 0, dim0_stop: 4, dim1_start: 1, dim1_stop: 3, seen: telling, x: [1, 2] };
  const place = { roi_id: 1, roi_type: "rect", version: "1.0", channel: 1, z: 0, revision: 0 };
  return {
    imageId,
    rois: [
      {
        roiId: 1,
        channel: 1,
        telling: { name: telling, note: telling },
        envelope: { ...place, name: telling, note: telling, meta: { [telling]: telling }, data },
        words: "ROI 1: rect lines 0–4, px 1–3",
      },
    ],
    traces: [
      {
        ...{
          roiId: 1,
          channel: 1,
          software: telling,
          algorithm: telling,
          state: "current",
          calibrated: true,
        },
        ...{
          stateWords: "current",
          windowLines: 16,
          centreLine: [8],
          velocityMmPerS: [null],
          pxPerLine: [0.1],
        },
      },
    ],
    events: [
      { roiId: 1, channel: 1, eventType: telling, userType: telling, byUser: false, startS: 1, endS: null },
    ],
    problem: null,
  };
}

it("a blind report and its details hold no word of a lab and no id, and keep every number of an image", () => {
  fc.assert(
    fc.property(fc.uniqueArray(word, { minLength: 1, maxLength: 6 }), word, (ids, telling) => {
      const names = namesOf(ids);
      const report = blindReport(reportOf(ids, telling), names);
      const details = ids.map((id) => blindDetail(detailOf(id, telling), names));
      const bytes = JSON.stringify([report, details]);
      for (const hidden of [telling, ...ids]) {
        expect(bytes).not.toContain(JSON.stringify(hidden).slice(1, -1));
      }
      expect(report.images.map(({ imageId }) => imageId)).toEqual(names.imageIds.map((id) => names.of(id)));
      expect(
        report.images.every(({ values, telling: told }) => values.velocity === 0.5 && told === null),
      ).toBe(true);
      expect(details[0]?.rois[0]?.envelope).toMatchObject({
        data: { dim0_stop: 4, dim1_start: 1, x: [1, 2] },
      });
    }),
  );
});

it("comparisons, what failed at ingest, the place of the dataset and the selection are left out", () => {
  const { groupings, ingest, source, selection, summary } = blindReport(reportOf(["a"], "b"), namesOf(["a"]));
  expect([groupings, ingest, source, selection]).toEqual([[], null, null, null]);
  expect(summary.images).toBe(1);
});

it("the types of events and methods that programs write stay", () => {
  const detail = detailOf("a", "x");
  const [trace] = detail.traces;
  const [event] = detail.events;
  if (trace === undefined || event === undefined) {
    throw new Error("the detail has a trace and an event");
  }
  const known = blindDetail(
    {
      ...detail,
      traces: [{ ...trace, software: "lab", algorithm: "mpRadon" }],
      events: [{ ...event, eventType: "baseline_drop", userType: "true_stall" }],
    },
    namesOf(["a"]),
  );
  expect(known.traces[0]).toMatchObject({ software: "lab", algorithm: "mpRadon" });
  expect(known.events[0]).toMatchObject({ eventType: "baseline_drop", userType: "true_stall" });
});
