// The kinds of analyses, what each needs, and where its results lie.

import { ARTIFACTS, type ArtifactName } from "@kym/kym-schema";

/** What can be computed of a ROI. */
export type AnalysisKind = "velocity" | "lspiv" | "events" | "heartRate" | "diameter";

/** In the order in which they are computed. */
export const ANALYSIS_KINDS: readonly AnalysisKind[] = [
  "velocity",
  "lspiv",
  "events",
  "heartRate",
  "diameter",
];

/** The name of the table and of the JSON of each kind. */
export const ANALYSIS_ARTIFACTS: Readonly<Record<AnalysisKind, ArtifactName>> = {
  velocity: ARTIFACTS.flowVelocity,
  lspiv: ARTIFACTS.flowLspiv,
  events: ARTIFACTS.flowEvents,
  heartRate: ARTIFACTS.flowHeartRate,
  diameter: ARTIFACTS.flowDiameter,
};

/** Kinds that are computed in windows of lines. */
export const IN_WINDOWS: ReadonlySet<AnalysisKind> = new Set(["velocity", "lspiv"]);

/** Kinds that are computed from the velocities, not from pixels. */
export const FROM_VELOCITY: ReadonlySet<AnalysisKind> = new Set(["events", "heartRate"]);

/** The kinds that were asked for and those that they need, in the order in which they are computed. */
export function withNeeded(kinds: readonly AnalysisKind[]): readonly AnalysisKind[] {
  const needsVelocity = kinds.some((kind) => FROM_VELOCITY.has(kind));
  return ANALYSIS_KINDS.filter((kind) => kinds.includes(kind) || (kind === "velocity" && needsVelocity));
}
