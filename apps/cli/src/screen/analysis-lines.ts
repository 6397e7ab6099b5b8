// Says which analyses of an image are no longer of what is there now, and with which calibration they were made.

import type { ImageAnalysis } from "@kym/kym-dataset";
import { ARTIFACTS } from "@kym/kym-schema";
import type { AnalysisSettings } from "@kym/kym-schema/flow";

/** One line for each state that is not `current`, with its ROIs; none if all analyses are current. */
export function analysisLines(analyses: readonly ImageAnalysis[]): readonly string[] {
  const bad = analyses.filter(({ state }) => state !== "current");
  const alike = Map.groupBy(bad, (analysis) => `${whoseOf(analysis)}\n${wordsOf(analysis)}`);
  return [...alike.values()].flatMap(([first, ...others]) => {
    if (first === undefined) {
      return [];
    }
    const rois = [first, ...others].map(({ roiId, channel }) =>
      channel === 1 ? `${roiId}` : `${roiId} (channel ${channel})`,
    );
    return [`${whoseOf(first)} of ROI ${rois.join(", ")}: ${wordsOf(first)}`];
  });
}

/** Artifacts of our own and of acqstore, in words; the others are the lab's. */
const WHOSE: ReadonlyMap<string, string> = new Map([
  [ARTIFACTS.flowVelocity, "velocity by kym analyze"],
  [ARTIFACTS.flowLspiv, "velocity by kym analyze --lspiv"],
  [ARTIFACTS.flowDiameter, "diameter by kym analyze"],
  [ARTIFACTS.acqstoreVelocity, "velocity by acqstore"],
  [ARTIFACTS.acqstoreDiameter, "diameter by acqstore"],
  [ARTIFACTS.acqstoreSumIntensity, "intensities by acqstore"],
]);

function whoseOf({ artifact }: ImageAnalysis): string {
  return WHOSE.get(artifact) ?? "analysis";
}

function wordsOf({ state, calibration }: ImageAnalysis): string {
  return state === "calibration_changed" ? `${state}: ${usedWords(calibration)}` : state;
}

function usedWords({ umPerPx, secondsPerLine }: ImageAnalysis["calibration"]): string {
  const used = [
    ...(umPerPx === undefined ? [] : [`${umPerPx} µm/px`]),
    ...(secondsPerLine === undefined ? [] : [`${Number((secondsPerLine * 1000).toPrecision(6))} ms/line`]),
  ];
  return used.length === 0 ? "the calibration that it used is not known" : `it used ${used.join(" and ")}`;
}

/** One line if the dataset remembers that ours count before the lab's. */
export function preferenceLines({ prefer }: Pick<AnalysisSettings, "prefer">): readonly string[] {
  return prefer === "kym"
    ? [
        "where a ROI has both, kym_radon and kym_velocity_events have the results of kym analyze, not the lab's: this dataset remembers --prefer ours",
      ]
    : [];
}

/** An analysis as fields of JSON. */
export interface AnalysisRecord {
  readonly artifact: string;
  readonly roi_id: number;
  readonly channel: number;
  readonly analysis_state: ImageAnalysis["state"];
  readonly um_per_px: number | null;
  readonly seconds_per_line: number | null;
}

/** The analyses as fields of JSON. */
export function analysisRecords(analyses: readonly ImageAnalysis[]): readonly AnalysisRecord[] {
  return analyses.map(
    ({ artifact, roiId, channel, state, calibration: { umPerPx = null, secondsPerLine = null } }) => ({
      ...{ artifact, roi_id: roiId, channel, analysis_state: state },
      ...{ um_per_px: umPerPx, seconds_per_line: secondsPerLine },
    }),
  );
}
