// Makes the one value that an image has of each measure, or the reason why it has none.

import { diameterIndexer, heartRateIndexer } from "@kym/kym-dataset";
import { ARTIFACTS, COLUMNS } from "@kym/kym-schema";
import { POOLED_TABLES } from "@kym/kym-schema/tables";
import type { Row } from "@kym/zarr-store";
import type { MeasureKey } from "../report-data.ts";
import type { ImageFacts, PooledFacts } from "./image-facts.ts";
import { numberIn } from "./number-in.ts";

/** The values of an image, and why those that are missing are. */
export interface ImageValues {
  readonly values: Readonly<Record<MeasureKey, number | null>>;
  /** For each value that is null. */
  readonly missing: Readonly<Partial<Record<MeasureKey, string>>>;
  /** What a reader must know of the values that are there, in sentences that name no image. */
  readonly notes: readonly string[];
}

/** A value or the reason for having none. */
type Answer = { readonly value: number } | { readonly why: string };

const { radon: RADON } = POOLED_TABLES;
const { tableName: HEART_RATE } = heartRateIndexer;
const { tableName: DIAMETER } = diameterIndexer;

/** What a measure needs to know of the image's calibration. */
const NO_PIXEL_SIZE = "its pixel size is not known";
const NO_LINE_PERIOD = "its line period is not known";

/**
 * Makes the values of an image.
 *
 * - A ROI counts once: of several channels the lowest that has a value.
 * - A row counts unless its results changed after the last index, or the ROI, the pixels or the calibration that it is of.
 * - A value in µm or seconds needs the pixel size or the line period of the image.
 */
export function imageValues(image: ImageFacts): ImageValues {
  const inUm = unless(numberIn(image.row, COLUMNS.umPerPx) === null, NO_PIXEL_SIZE);
  const inSeconds = unless(numberIn(image.row, COLUMNS.msPerLine) === null, NO_LINE_PERIOD);
  const velocity = (row: Row): number | null => numberIn(row, COLUMNS.meanVelocity);
  const answers: Readonly<Record<MeasureKey, Answer>> = {
    ...userEvents(image),
    velocity: inUm(inSeconds(meanOfRois(image, RADON, velocity))),
    speed: inUm(inSeconds(meanOfRois(image, RADON, (row) => magnitude(velocity(row))))),
    stalls: inSeconds(meanOfRois(image, RADON, (row) => numberIn(row, COLUMNS.stallsPerMinute))),
    heart_rate: inSeconds(meanOfRois(image, HEART_RATE, rateOf)),
    diameter: inUm(meanOfRois(image, DIAMETER, (row) => numberIn(row, COLUMNS.meanDiameterUm))),
  };
  const keys = Object.keys(answers) as readonly MeasureKey[];
  return {
    values: recordOf(keys, (key) => ("value" in answers[key] ? answers[key].value : null)),
    missing: Object.fromEntries(
      keys.flatMap((key) => {
        const answer = answers[key];
        return "why" in answer ? [[key, answer.why]] : [];
      }),
    ),
    notes: notesOf(image),
  };
}

/** The duration of a scan in s; null without a line period or lines. */
export function durationOf(row: Row): number | null {
  const [lines, msPerLine] = [numberIn(row, "lines"), numberIn(row, COLUMNS.msPerLine)];
  return lines === null || msPerLine === null || lines * msPerLine <= 0 ? null : (lines * msPerLine) / 1000;
}

/** Takes a value away if something that it needs is not known. */
function unless(isUnknown: boolean, why: string): (answer: Answer) => Answer {
  return (answer) => (isUnknown && "value" in answer ? { why } : answer);
}

function recordOf<Value>(
  keys: readonly MeasureKey[],
  cellOf: (key: MeasureKey) => Value,
): Readonly<Record<MeasureKey, Value>> {
  return Object.fromEntries(keys.map((key) => [key, cellOf(key)])) as Record<MeasureKey, Value>;
}

function userEvents(image: ImageFacts): Readonly<Record<"user_events" | "user_events_per_s", Answer>> {
  const { row, userEvents: stored } = image;
  const count = isAssumedZero(image) ? 0 : stored;
  if (typeof count !== "number") {
    const why = NO_COUNT_WORDS[count ?? "none"];
    return { user_events: { why }, user_events_per_s: { why } };
  }
  const durationS = durationOf(row);
  return {
    user_events: { value: count },
    user_events_per_s: durationS === null ? { why: NO_LINE_PERIOD } : { value: count / durationS },
  };
}

/** A lab's table of files shows 0 for a file that was analysed and in which nobody marked anything. */
function isAssumedZero({ pooled, userEvents: stored }: ImageFacts): boolean {
  return stored === null && (pooled.get(RADON)?.staleness.state ?? "not_analysed") !== "not_analysed";
}

const NO_COUNT_WORDS = {
  none: "it was never analysed, and nobody's events are stored",
  untyped: "its events have no types, so those that a person added are not known",
  unreadable: "its events cannot be read",
} as const;

function rateOf(row: Row): number | null {
  return row["status"] === "ok" ? numberIn(row, COLUMNS.lombBpm) : null;
}

function magnitude(value: number | null): number | null {
  return value === null ? null : Math.abs(value);
}

function meanOfRois(image: ImageFacts, table: string, cellOf: (row: Row) => number | null): Answer {
  const pooled = image.pooled.get(table);
  const why = whyNoRows(pooled);
  if (pooled === undefined || why !== undefined) {
    return { why: why ?? NOT_ANALYSED };
  }
  const { counting, changed } = countingRows(image, pooled);
  const ofRois = new Map<string, { readonly channel: number; readonly value: number }>();
  for (const row of counting) {
    const value = cellOf(row);
    const roi = String(row[COLUMNS.roiId] ?? "");
    const channel = numberIn(row, COLUMNS.channel) ?? 1;
    const before = ofRois.get(roi);
    if (value !== null && (before === undefined || channel < before.channel)) {
      ofRois.set(roi, { channel, value });
    }
  }
  const values = [...ofRois.values()].map(({ value }) => value);
  const [state] = changed;
  if (values.length === 0) {
    return { why: state === undefined ? `its ${pooled.label} have no value` : CHANGED_WORDS[state] };
  }
  return { value: values.reduce((sum, value) => sum + value, 0) / values.length };
}

const NOT_ANALYSED = "it was not analysed for this";

/** Why none of the rows counts; undefined if they do. */
function whyNoRows(pooled: PooledFacts | undefined): string | undefined {
  const { table, staleness } = pooled ?? {};
  if (pooled === undefined || staleness === undefined || staleness.state === "not_analysed") {
    return NOT_ANALYSED;
  }
  if (staleness.state === "stale" && UNUSABLE.has(staleness.because)) {
    return staleness.because === "never_indexed"
      ? `its results are not in ${table} yet: kym index takes them in`
      : `its results changed after the last kym index, so ${table} has old numbers`;
  }
  return pooled.rows.length === 0 ? `${table} has no rows of it` : undefined;
}

/** The rows are not those of the results that are there now. */
const UNUSABLE: ReadonlySet<string> = new Set([
  "never_indexed",
  "inputs_changed",
  "rows_differ",
  "marker_differs",
]);

type ChangedState = "pixels_changed" | "roi_changed" | "calibration_changed";

const CHANGED_WORDS: Readonly<Record<ChangedState, string>> = {
  pixels_changed: "its pixels changed after it was analysed",
  roi_changed: "its ROI was moved or deleted after it was analysed",
  calibration_changed: "its calibration changed after it was analysed",
};

function isChanged(state: unknown): state is ChangedState {
  return typeof state === "string" && Object.hasOwn(CHANGED_WORDS, state);
}

/** The rows that count, and the states of those that do not. */
function countingRows(
  image: ImageFacts,
  pooled: PooledFacts,
): { readonly counting: readonly Row[]; readonly changed: readonly ChangedState[] } {
  const states = pooled.rows.map((row) => ({ row, state: stateNow(image, pooled, row) }));
  return {
    counting: states.flatMap(({ row, state }) => (isChanged(state) ? [] : [row])),
    changed: states.flatMap(({ state }) => (isChanged(state) ? [state] : [])),
  };
}

/** Fresh rows say their state themselves. Those of a stale table said it before something changed. */
function stateNow(image: ImageFacts, { table, staleness }: PooledFacts, row: Row): unknown {
  const stored = row[COLUMNS.analysisState];
  if (staleness.state !== "stale") {
    return stored;
  }
  const artifact =
    table === DIAMETER
      ? ARTIFACTS.flowDiameter
      : row[COLUMNS.software] === "lab"
        ? ARTIFACTS.radonAnalysis
        : ARTIFACTS.flowVelocity;
  const [roiId, channel] = [numberIn(row, COLUMNS.roiId), numberIn(row, COLUMNS.channel) ?? 1];
  const found = image.analyses.find(
    (analysis) => analysis.artifact === artifact && analysis.roiId === roiId && analysis.channel === channel,
  );
  return found?.state ?? stored;
}

function notesOf(image: ImageFacts): readonly string[] {
  const left = [...image.pooled.values()].flatMap((pooled) => {
    const { counting, changed } = whyNoRows(pooled) === undefined ? countingRows(image, pooled) : NONE;
    return changed.length === 0 || counting.length === 0
      ? []
      : [
          `${changed.length} of ${pooled.rows.length} rows of ${pooled.table} do not count: ${[...new Set(changed)].map((state) => CHANGED_WORDS[state]).join("; ")}.`,
        ];
  });
  return isAssumedZero(image)
    ? [...left, "Nobody's events are stored: it counts as 0 user events, as in the lab's table of files."]
    : left;
}

const NONE = { counting: [], changed: [] };
