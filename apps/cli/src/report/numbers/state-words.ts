// Says in sentences whether rows are fresh, and whether analyses are of what is there now.

import type { AnalysisState } from "@kym/kym-schema";
import { ANALYSIS_STATES } from "@kym/kym-schema/calibration";
import type { ReportAnalysisState, ReportStaleness } from "../report-data.ts";
import type { PooledFacts } from "./image-facts.ts";

/** Sentences about one analysis or all of an image. */
export const STATE_WORDS: Readonly<Record<AnalysisState, string>> = {
  current: "Analysed as it is now: ROI, pixels and calibration are the same.",
  roi_changed: "The ROI was moved or deleted after it was analysed.",
  pixels_changed: "The pixels changed after they were analysed.",
  calibration_changed: "The calibration changed after the analysis.",
  unknown: "Whether ROI, pixels and calibration are those that were analysed is not known.",
};

/** The worst of several states, in words; without any, those of an image that was never analysed. */
export function analysisStateOf(states: readonly unknown[]): ReportAnalysisState {
  const state = ANALYSIS_STATES.find((one) => states.includes(one)) ?? null;
  return { state, words: state === null ? "It was never analysed." : STATE_WORDS[state] };
}

/** What an index would do with the rows of an image, in a sentence. */
export function stalenessWords({ table, label, staleness }: PooledFacts): ReportStaleness {
  const { state, because } = staleness;
  const words =
    state === "fresh"
      ? `The ${label} are up to date.`
      : state === "not_analysed"
        ? `No ${label} are stored.`
        : `The ${label} are stale: ${STALE_WORDS[because]}. kym index renews them.`;
  return { table, label, state, words };
}

const STALE_WORDS = {
  never_indexed: "the results are not in the table yet",
  version_changed: "this version of kym makes other rows",
  inputs_changed: "the results changed after the last index",
  params_changed: "the parameters of the analysis changed",
  roi_changed: "a ROI was moved, added or deleted",
  context_changed: "ROIs, accepted, calibration, experiment or source changed",
  rows_differ: "the table does not have the rows that the last index made",
  marker_differs: "the table does not have the rows that its last run counted",
  schema_changed: "the table lacks a column",
  settings_changed: "the dataset remembers other settings, such as whose analyses count",
} as const;
