/** `<folder>-analysis/<stem>.csv`: the oldest form of a velocity trace, one of the whole image. */
import { ARTIFACTS } from "@kym/kym-schema";
import type { RoiAnalysis } from "../flow-analysis.ts";
import type { SidecarFormat } from "../sidecar-format.ts";
import { parseVelocityTrace } from "../velocity-trace.ts";

/** How every trace of that time was made: no file says so. */
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

/** The folder of the oldest analyses beside the images of a folder: `20250722/20250722-analysis`. */
export function v0AnalysisFolder(imageFolder: string): string {
  return `${imageFolder}-analysis`;
}
