// What `kym analyze` says about images, as text and as JSON.

import type { AnalysisReport, ImageAnalysisReport } from "@kym/kym-dataset";
import type { ImageNames } from "../../study/image-names.ts";
import { counted, printable } from "../../terminal/text-table.ts";

/** How the report is worded. */
export interface AnalysisWords {
  readonly names: ImageNames;
  readonly dryRun: boolean;
  readonly verbose: boolean;
}

/** As many images of one reason as are named without `-v`. */
const MOST_NAMED = 10;

/** The report for people, a line for each thing that happened. */
export function analysisLines(report: AnalysisReport, words: AnalysisWords): readonly string[] {
  const { images } = report;
  const count = countsOf(report);
  const { dryRun } = words;
  const analysed = images.filter(({ outcome }) => outcome === "analysed");
  const rest = [
    ...counting(count.current, "up to date"),
    ...counting(count.left_out, "left out"),
    ...counting(count.changed_meanwhile, "changed meanwhile"),
    ...counting(count.failed, "failed"),
  ];
  const rois = analysed.reduce((sum, { rois: list }) => sum + list.length, 0);
  const windows = dryRun || count.windows === 0 ? [] : [counted(count.windows, "window")];
  const did = `${dryRun ? "would analyse" : "analysed"} ${counted(rois, "ROI")} of ${counted(analysed.length, "image")}`;
  const headline = analysed.length === 0 ? "nothing to do" : did;
  return [
    [headline, ...windows, ...rest].join(" · "),
    ...(dryRun ? planLines(analysed, words) : []),
    ...listed(
      dryRun ? "would add a ROI of the whole image" : "added a ROI of the whole image",
      images.filter(({ addedRoiId }) => addedRoiId !== undefined),
      words,
    ),
    ...listed(
      dryRun ? "would remove results of deleted ROIs" : "removed results of deleted ROIs",
      analysed.filter(({ removed }) => removed > 0),
      words,
    ),
    ...listed(
      "no calibration, so angle and px per line, but no mm/s and no events",
      images.filter(({ lacksCalibration }) => lacksCalibration),
      words,
    ),
    ...leftOutLines(images, words),
    ...listed(
      "changed while they were analysed; run it again",
      images.filter(({ outcome }) => outcome === "changed_meanwhile"),
      words,
    ),
  ];
}

/** One note for each image that failed. */
export function analysisFailures({ images }: AnalysisReport, names: ImageNames): readonly string[] {
  return images.flatMap(({ imageId, outcome, message = "" }) =>
    outcome === "failed" ? [`${printable(names.of(imageId))}: ${printable(names.in(message))}`] : [],
  );
}

/** How many images had each outcome, and how many windows and commits there were. */
export interface AnalysisCounts {
  readonly images: number;
  readonly analysed: number;
  readonly current: number;
  readonly left_out: number;
  readonly changed_meanwhile: number;
  readonly failed: number;
  readonly windows: number;
  readonly commits: number;
}

export function countsOf({ images, commits }: AnalysisReport): AnalysisCounts {
  const of = (wanted: ImageAnalysisReport["outcome"]): number =>
    images.filter(({ outcome }) => outcome === wanted).length;
  return {
    images: images.length,
    analysed: of("analysed"),
    current: of("current"),
    left_out: of("left_out"),
    changed_meanwhile: of("changed_meanwhile"),
    failed: of("failed"),
    windows: images.reduce((sum, { windows }) => sum + windows, 0),
    commits,
  };
}

/** The report for `--json`. */
export function analysisData(report: AnalysisReport, { names, dryRun }: AnalysisWords): object {
  return {
    ...(dryRun && { dryRun }),
    ...countsOf(report),
    details: report.images
      .filter((image) => image.outcome !== "current" || image.lacksCalibration || image.leftOut.length > 0)
      .map((image) => ({
        image_id: image.imageId,
        name: names.of(image.imageId),
        outcome: image.outcome,
        rois: image.rois.map(({ roiId, channel, kinds }) => ({
          roi_id: roiId,
          channel,
          results: kinds.map(({ kind, because }) => ({ kind: KIND_WORDS[kind], because })),
        })),
        added_roi_id: image.addedRoiId ?? null,
        removed: image.removed,
        left_out: image.leftOut.map(({ roiId, reason }) => ({ roi_id: roiId ?? null, reason })),
        lacks_calibration: image.lacksCalibration,
        windows: image.windows,
        ...(image.message !== undefined && { message: image.message }),
      })),
  };
}

const KIND_WORDS = {
  velocity: "velocity",
  lspiv: "lspiv",
  events: "events",
  heartRate: "heart_rate",
  diameter: "diameter",
} as const;

/** What would be computed, by reason. */
function planLines(images: readonly ImageAnalysisReport[], words: AnalysisWords): readonly string[] {
  const reasons = images.flatMap((image) =>
    [...new Set(image.rois.flatMap(({ kinds }) => kinds.map(reasonOf)))].map((reason) => ({ image, reason })),
  );
  return [...Map.groupBy(reasons, ({ reason }) => reason)].flatMap(([reason, entries]) =>
    listed(
      reason,
      entries.map(({ image }) => image),
      words,
    ),
  );
}

function reasonOf({ kind, because }: ImageAnalysisReport["rois"][number]["kinds"][number]): string {
  return `${KIND_WORDS[kind].replaceAll("_", " ")}: ${because.replaceAll("_", " ")}`;
}

/** What cannot be computed, by reason. A ROI is named with its image. */
function leftOutLines(images: readonly ImageAnalysisReport[], words: AnalysisWords): readonly string[] {
  const entries = images.flatMap(({ imageId, leftOut }) =>
    leftOut.map(({ roiId, reason }) => ({
      reason,
      name: `${words.names.of(imageId)}${roiId === undefined ? "" : ` ROI ${roiId}`}`,
    })),
  );
  return [...Map.groupBy(entries, ({ reason }) => reason)].flatMap(([reason, alike]) =>
    namedLines(
      `left out: ${reason}`,
      alike.map(({ name }) => name),
      words,
    ),
  );
}

function listed(
  what: string,
  images: readonly ImageAnalysisReport[],
  words: AnalysisWords,
): readonly string[] {
  return namedLines(
    what,
    images.map(({ imageId }) => words.names.of(imageId)),
    words,
  );
}

function namedLines(what: string, all: readonly string[], { verbose }: AnalysisWords): readonly string[] {
  if (all.length === 0) {
    return [];
  }
  const named = all.map(printable).sort();
  const [shown, more] = verbose ? [named, 0] : [named.slice(0, MOST_NAMED), named.length - MOST_NAMED];
  const rest = more > 0 ? ` and ${more} more; -v lists them` : "";
  return [`  ${what} (${named.length}): ${shown.join(", ")}${rest}`];
}

function counting(count: number, words: string): readonly string[] {
  return count === 0 ? [] : [`${count} ${words}`];
}
