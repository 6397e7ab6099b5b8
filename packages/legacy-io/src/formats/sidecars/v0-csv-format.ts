// The format of `<folder>-analysis/<stem>.csv`: the oldest form of a velocity trace, one per image.

import { ARTIFACTS } from "@kym/kym-schema";
import type { RoiAnalysis } from "../flow-analysis.ts";
import type { SidecarFormat } from "../sidecar-format.ts";
import { parseVelocityTrace } from "../velocity-trace.ts";

/** How every trace of this form was made; no file records it. */
const V0_RUN: RoiAnalysis = {
  roiId: 1,
  channel: 1,
  algorithm: "mpRadon_v0",
  windowSize: 16,
  analyzedAt: undefined,
  roiRevisionAtAnalysis: undefined,
  extra: new Map(),
};

export const v0CsvFormat: SidecarFormat = {
  name: "v0_csv",
  endings: [".csv"],
  folder: v0AnalysisFolder,
  artifacts: [
    { kind: "table", name: ARTIFACTS.radonVelocity },
    { kind: "json", name: ARTIFACTS.radonParams },
  ],
  precedence: { trace: 300 },
  parse: (bytes) => ({ trace: { table: parseVelocityTrace(bytes), usualRuns: [V0_RUN] } }),
};

/** The folder with the oldest analyses of the images in a folder: `20250722/20250722-analysis`. */
export function v0AnalysisFolder(imageFolder: string): string {
  return `${imageFolder}-analysis`;
}
