// Says which analyses of an image are no longer of what is there now, and with which calibration they were made.

import type { ImageAnalysis } from "@kym/kym-dataset";

/** One line for each state that is not `current`, with its ROIs; none if all analyses are current. */
export function analysisLines(analyses: readonly ImageAnalysis[]): readonly string[] {
  const bad = analyses.filter(({ state }) => state !== "current");
  const alike = Map.groupBy(bad, ({ state, calibration }) =>
    state === "calibration_changed" ? `${state}: ${usedWords(calibration)}` : state,
  );
  return [...alike].map(([words, ofWords]) => {
    const rois = ofWords.map(({ roiId, channel }) =>
      channel === 1 ? `${roiId}` : `${roiId} (channel ${channel})`,
    );
    return `analysis of ROI ${rois.join(", ")}: ${words}`;
  });
}

function usedWords({ umPerPx, secondsPerLine }: ImageAnalysis["calibration"]): string {
  const used = [
    ...(umPerPx === undefined ? [] : [`${umPerPx} µm/px`]),
    ...(secondsPerLine === undefined ? [] : [`${Number((secondsPerLine * 1000).toPrecision(6))} ms/line`]),
  ];
  return used.length === 0 ? "the calibration that it used is not known" : `it used ${used.join(" and ")}`;
}

/** The analyses as fields of JSON. */
export function analysisRecords(analyses: readonly ImageAnalysis[]): readonly object[] {
  return analyses.map(
    ({ roiId, channel, state, calibration: { umPerPx = null, secondsPerLine = null } }) => ({
      ...{ roi_id: roiId, channel, analysis_state: state },
      ...{ um_per_px: umPerPx, seconds_per_line: secondsPerLine },
    }),
  );
}
