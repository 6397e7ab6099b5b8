// Makes a report of simulated scans, of any number and with any names, without a dataset.

import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createRectRoi, toEnvelope } from "@kym/roi";
import { LineReduction, overviewOf } from "@kym/view";
import { pageScript } from "@kym/viewer-elements/page-script";
import { type PictureParts, packPicture } from "../../../apps/cli/src/page/picture/pack-picture.ts";
import { reportScriptText } from "../../../apps/cli/src/page/report-script-text.ts";
import { pagePieces, type ShownImage } from "../../../apps/cli/src/page/write-page.ts";
import { MEASURES } from "../../../apps/cli/src/report/numbers/measures.ts";
import type {
  ReportData,
  ReportGrouping,
  ReportImage,
  ReportImageDetail,
} from "../../../apps/cli/src/report/report-data.ts";

const COLUMNS = 38;
const LINES = 30_000;
const WINDOWS = 7497;

export interface MadeReport {
  readonly images: number;
  /** Stands in each name, note, condition and reason. */
  readonly name: string;
}

/** Writes the report. Each scan has its own noise, so that nothing is packed better than in a lab's. */
export async function writeMadeReport(file: string, { images: count, name }: MadeReport): Promise<void> {
  const images = Array.from({ length: count }, (_, index) => imageOf(index, name));
  const data = dataOf(images, name);
  const pieces = pagePieces({
    ...{ data, measures: MEASURES, scripts: [await pageScript(), await reportScriptText()] },
    nameOf: ({ telling, imageId }) => telling?.name ?? imageId,
    load: async ({ imageId }): Promise<ShownImage> => {
      const detail = detailOf(imageId, name);
      return { detail, picture: packPicture(partsOf(Number(imageId), detail)), pictureNotes: [] };
    },
  });
  await pipeline(Readable.from(pieces), createWriteStream(file));
}

function imageOf(index: number, name: string): ReportImage {
  const values = Object.fromEntries(MEASURES.map(({ key }) => [key, null]));
  return {
    imageId: String(index),
    telling: {
      ...{ name: `${name} ${index}`, relPath: `${name}/${index}.tif`, condition: conditionOf(index, name) },
      ...{ treatment: name, animal: `A${index % 7}`, day: name, acquiredLocal: null, note: name },
    },
    ...{ accepted: index % 9 !== 8, lines: LINES, columns: COLUMNS, channels: 1, umPerPx: 0.276 },
    ...{ msPerLine: 1.17, durationS: 35.1, nRois: 1 },
    values: { ...values, velocity: velocityOf(index) } as ReportImage["values"],
    staleness: [
      { table: "kym_radon", label: "velocities", state: "fresh", words: "The velocities are up to date." },
    ],
    analysis: { state: "current", words: "Analysed as it is now." },
    notes: [],
  };
}

function conditionOf(index: number, name: string): string {
  return index % 2 === 0 ? "Control" : name;
}

function velocityOf(index: number): number {
  return 0.5 + ((index * 37) % 101) / 100;
}

function dataOf(images: readonly ReportImage[], name: string): ReportData {
  return {
    format: "kym-report",
    title: name,
    madeBy: { program: "kym", version: "0.0.0" },
    source: { dataset: `/lab/${name}.zarr`, datasetVersion: 7, committedUtc: "2026-11-30T12:00:00.000Z" },
    selection: {
      where: `condition = '${name}'`,
      inDataset: images.length,
      shown: images.length,
      leftOutForNull: 0,
    },
    summary: {
      ...{ images: images.length, accepted: images.filter(({ accepted }) => accepted).length, rejected: 0 },
      ...{ rois: images.length, withVelocity: images.length, stale: 0, outdated: 0, uncalibrated: 0 },
      ...{ durationS: 35.1 * images.length, userEvents: 3 },
    },
    groupings: [groupingOf(images, name)],
    images,
    ingest: {
      ...{ file: name, words: "The last ingest: 1 failed.", failed: [{ path: name, reason: name }] },
      ...{ skipped: [], conflicts: [], orphans: [] },
    },
    notes: ["Medians and tests count each image once."],
  };
}

function groupingOf(images: readonly ReportImage[], name: string): ReportGrouping {
  const groups = ["Control", name];
  return {
    ...{ field: "condition", from: "the field condition", groups, ungrouped: null },
    units: { kind: "animal", words: "Mean ± SEM are over animals." },
    measures: MEASURES.filter(({ key }) => key === "velocity").map((facts) => ({
      ...facts,
      groups: groups.map((group) => {
        const points = images
          .filter(({ telling }) => telling?.condition === group)
          .map(({ imageId, values }) => ({ imageId, value: values.velocity ?? 0, unit: null }));
        return { name: group, n: points.length, median: 1, mean: 1, sem: 0.1, nUnits: 7, points };
      }),
      test: { kind: "none", words: "No test." },
      leftOut: [{ reason: name, imageIds: ["0"] }],
    })),
  };
}

function detailOf(imageId: string, name: string): ReportImageDetail {
  const random = noise(Number(imageId) + 1);
  const velocities = Array.from({ length: WINDOWS }, (_, window) =>
    window % 50 < 2 ? null : 1.2 + 0.1 * Math.sin(window / 20) + 0.2 * random(),
  );
  const roi = createRectRoi({
    id: 1,
    bounds: { dim0Start: 0, dim0Stop: LINES, dim1Start: 4, dim1Stop: 30 },
  });
  return {
    imageId,
    rois: [
      {
        roiId: 1,
        channel: 1,
        telling: { name, note: name },
        envelope: toEnvelope(roi),
        words: "ROI 1: rect",
      },
    ],
    traces: [
      {
        ...{
          roiId: 1,
          channel: 1,
          software: "lab",
          algorithm: name,
          state: "current",
          stateWords: "As it is now.",
        },
        centreLine: velocities.map((_, window) => 8 + 4 * window),
        ...{ calibrated: true, windowLines: 16, velocityMmPerS: velocities },
        pxPerLine: velocities.map((velocity) => (velocity === null ? null : velocity * 4.2)),
      },
    ],
    events: [
      { roiId: 1, channel: 1, eventType: "baseline_drop", userType: name, byUser: false, startS: 4, endS: 6 },
    ],
    problem: null,
  };
}

/** Streaks with the noise of photons, 12 bits. */
function partsOf(index: number, detail: ReportImageDetail): PictureParts {
  const random = noise(index + 7);
  const streaks = (lines: number, from: number): Uint16Array =>
    Uint16Array.from({ length: lines * COLUMNS }, (_, at) => {
      const [line, column] = [from + Math.floor(at / COLUMNS), at % COLUMNS];
      const isCell = (((column - 4.2 * line) % 23) + 23) % 23 < 7;
      return (isCell ? 400 : 1500) + 500 * random();
    });
  const reduction = new LineReduction({ lines: 4000, columns: COLUMNS, bins: 1000 });
  reduction.add(0, { pixels: streaks(4000, 0), lines: 4000, columns: COLUMNS });
  return {
    ...{ lines: LINES, columns: COLUMNS, secondsPerLine: 0.00117, umPerPx: 0.276, detail },
    overview: { ...overviewOf(reduction), lines: LINES },
    stretch: { firstLine: 3000, plane: { pixels: streaks(600, 3000), lines: 600, columns: COLUMNS } },
  };
}

function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
