// Makes what a report says of what was read: pure, without a file or a clock.

import { COLUMNS } from "@kym/kym-schema";
import { EXPERIMENT_KEYS } from "@kym/kym-schema/keys";
import { POOLED_TABLES } from "@kym/kym-schema/tables";
import { counted } from "../../terminal/text-table.ts";
import type {
  ReportData,
  ReportGrouping,
  ReportImage,
  ReportIngest,
  ReportMadeBy,
  ReportSelection,
  ReportSource,
  ReportSummary,
} from "../report-data.ts";
import { type CountedImage, groupingsOf } from "./groupings.ts";
import type { ImageFacts } from "./image-facts.ts";
import { durationOf, imageValues } from "./image-values.ts";
import { numberIn, textIn } from "./number-in.ts";
import { analysisStateOf, stalenessWords } from "./state-words.ts";
import { originOf } from "./units.ts";

/** What was read. */
export interface ReportFacts {
  readonly title: string;
  readonly madeBy: ReportMadeBy;
  readonly source: ReportSource;
  readonly selection: ReportSelection;
  /** In the order of the table of images. */
  readonly images: readonly ImageFacts[];
  readonly ingest: ReportIngest;
}

/** Makes a report: what each image counts as, the comparisons of accepted images, and what a reader must know. */
export function buildReport({ images: facts, ...said }: ReportFacts): ReportData {
  const all = facts.map((image) => ({
    facts: image,
    origin: originOf(image.row),
    values: imageValues(image),
  }));
  const images = all.map(reportImage);
  const groupings = groupingsOf(all.filter(({ facts: { row } }) => row[COLUMNS.accepted] !== false));
  const summary = summaryOf(images);
  return {
    format: "kym-report",
    ...said,
    summary,
    groupings,
    images,
    notes: notesOf(summary, groupings, said.selection),
  };
}

function reportImage({ facts, origin, values: { values, missing, notes } }: CountedImage): ReportImage {
  const { row, pooled } = facts;
  const staleness = [...pooled.values()].map(stalenessWords);
  const states = [
    ...facts.analyses.map(({ state }) => state),
    ...[...pooled.values()].flatMap(({ rows, staleness: { state } }) =>
      state === "stale" && facts.analyses.length > 0
        ? []
        : rows.flatMap((of) => of[COLUMNS.analysisState] ?? []),
    ),
  ];
  // Tables of the Python system do not have the column.
  const isAnalysed = (pooled.get(POOLED_TABLES.radon)?.staleness.state ?? "not_analysed") !== "not_analysed";
  return {
    imageId: facts.imageId,
    telling: {
      name: facts.name,
      relPath: textIn(row, COLUMNS.relPath),
      condition: textIn(row, EXPERIMENT_KEYS.condition),
      treatment: textIn(row, EXPERIMENT_KEYS.treatment) ?? origin.folderTreatment,
      animal: origin.animal,
      day: origin.day,
      acquiredLocal: textIn(row, COLUMNS.acquiredLocal),
      note: textIn(row, EXPERIMENT_KEYS.note),
    },
    accepted: row[COLUMNS.accepted] !== false,
    lines: numberIn(row, "lines"),
    columns: numberIn(row, "px"),
    channels: numberIn(row, "channels"),
    umPerPx: numberIn(row, COLUMNS.umPerPx),
    msPerLine: numberIn(row, COLUMNS.msPerLine),
    durationS: durationOf(row),
    nRois: numberIn(row, COLUMNS.nRois) ?? 0,
    values,
    staleness,
    analysis: analysisStateOf(isAnalysed && states.length === 0 ? ["unknown"] : states),
    notes: [
      ...(facts.hasReadableMetadata ? [] : [UNREADABLE]),
      ...(missing.velocity === undefined ? [] : [`No velocity counts: ${missing.velocity}.`]),
      ...(missing.user_events === undefined ? [] : [`User events are not known: ${missing.user_events}.`]),
      ...notes,
    ],
  };
}

const UNREADABLE =
  "Its metadata cannot be read: whether it was accepted is not known, and it counts as accepted.";

const OUTDATED: ReadonlySet<string | null> = new Set([
  "roi_changed",
  "pixels_changed",
  "calibration_changed",
]);

function summaryOf(images: readonly ReportImage[]): ReportSummary {
  const countOf = (isCounted: (image: ReportImage) => boolean): number => images.filter(isCounted).length;
  const sumOf = (numberOf: (image: ReportImage) => number | null): number =>
    images.reduce((sum, image) => sum + (numberOf(image) ?? 0), 0);
  return {
    images: images.length,
    accepted: countOf(({ accepted }) => accepted),
    rejected: countOf(({ accepted }) => !accepted),
    rois: sumOf(({ nRois }) => nRois),
    withVelocity: countOf(({ values }) => values.velocity !== null),
    stale: countOf(({ staleness }) => staleness.some(({ state }) => state === "stale")),
    outdated: countOf(({ analysis }) => OUTDATED.has(analysis.state)),
    uncalibrated: countOf(({ umPerPx, msPerLine }) => umPerPx === null || msPerLine === null),
    durationS: sumOf(({ durationS }) => durationS),
    userEvents: sumOf(({ values }) => values.user_events),
  };
}

function notesOf(
  summary: ReportSummary,
  groupings: readonly ReportGrouping[],
  { leftOutForNull }: ReportSelection,
): readonly string[] {
  const { rejected, stale, outdated, uncalibrated } = summary;
  const tests = groupings.flatMap(({ measures }) => measures.filter(({ test }) => test.kind !== "none"));
  const when = (holds: boolean, sentence: string): readonly string[] => (holds ? [sentence] : []);
  return [
    ...when(
      stale > 0,
      `${counted(stale, "image")} ${stale === 1 ? "has" : "have"} stale rows: run kym index and make the report again.`,
    ),
    ...when(
      leftOutForNull > 0,
      `${counted(leftOutForNull, "image")} ${leftOutForNull === 1 ? "is" : "are"} not in the report, because something that --where asks for is not known there.`,
    ),
    ...when(
      outdated > 0,
      `${counted(outdated, "image")} ${outdated === 1 ? "has an analysis" : "have analyses"} of a ROI, pixels or a calibration that changed since; what those gave does not count.`,
    ),
    ...when(
      uncalibrated > 0,
      `${counted(uncalibrated, "image")} ${uncalibrated === 1 ? "lacks" : "lack"} a pixel size or a line period; what needs it is not known there.`,
    ),
    ...when(
      summary.images > 0 && groupings.length === 0,
      summary.accepted === 0
        ? "No groups are compared: no image is accepted."
        : "No groups are compared: no accepted image has a condition or a treatment.",
    ),
    ...when(
      rejected > 0,
      `${counted(rejected, "rejected image")} ${rejected === 1 ? "is" : "are"} in the table and in no statistics.`,
    ),
    ...when(
      groupings.length > 0,
      "Medians and tests count each image once, as the lab's scripts do, so they take images of one animal as independent.",
    ),
    ...when(tests.length > 1, `${tests.length} tests were made, and no p is corrected for their number.`),
  ];
}
