// Writes a lab's folder of simulated line scans, and returns the truth about each of them.

import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { mean } from "./analysis/mean.ts";
import { simulateEvents } from "./analysis/simulate-events.ts";
import { simulateTrace, type VelocityTrace } from "./analysis/simulate-trace.ts";
import { classicJsonText } from "./files/classic-json-text.ts";
import { eventsJsonText, radonCsvText, radonJsonText } from "./files/flow-analysis-text.ts";
import { olympusHeaderText } from "./files/olympus-header-text.ts";
import { writeFluoviewTiff } from "./files/write-fluoview-tiff.ts";
import { type PlanLabFolderOptions, type PlannedScan, planLabFolder } from "./plan-lab-folder.ts";
import { seededRandom } from "./random.ts";
import { statedCalibration } from "./scan-geometry.ts";
import { simulateKymograph } from "./simulate-kymograph.ts";

export interface SimulateLabFolderOptions extends PlanLabFolderOptions {
  readonly signal?: AbortSignal | undefined;
}

/** The truth about a simulated scan, which is not in any file of the folder. */
export interface SimulatedScan {
  readonly plan: PlannedScan;
  /** The path of its TIFF below the root, with `/`. */
  readonly relPath: string;
  /** In order of ROI id, from 1. */
  readonly rois: readonly SimulatedRoi[];
  /** The paths of all its files below the root. */
  readonly files: readonly string[];
}

export interface SimulatedRoi {
  readonly roiId: number;
  /** The true velocity, averaged over the windows of the analysis. */
  readonly meanMmPerS: number;
  /** The trace in the lab's files; undefined if the scan was not analysed. */
  readonly trace: VelocityTrace | undefined;
}

/**
 * Writes a folder as a lab has it: `<treatment>/<date>/<date>_<animal>_<index>.tif`, with text headers, metadata and
 * `flow-analysis/` beside the TIFFs. The same options write the same bytes.
 *
 * @throws an error if a file exists already
 */
export async function simulateLabFolder(
  root: string,
  options: SimulateLabFolderOptions = {},
): Promise<readonly SimulatedScan[]> {
  const scans: SimulatedScan[] = [];
  for (const plan of planLabFolder(options)) {
    options.signal?.throwIfAborted();
    const { files, ...scan } = simulateScan(plan, options.seed ?? "lab");
    for (const [relPath, content] of files) {
      const path = join(root, relPath);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content, { flag: "wx" });
    }
    scans.push({ ...scan, files: [...files.keys()] });
  }
  return scans;
}

type FileContents = ReadonlyMap<string, string | Uint8Array>;

function simulateScan(
  plan: PlannedScan,
  seed: string,
): Omit<SimulatedScan, "files"> & { readonly files: FileContents } {
  const random = seededRandom(`${seed}/scan/${plan.stem}`);
  const { pixels, velocityMmPerS } = simulateKymograph(plan.geometry, plan.profile, random);
  const traces = plan.rois.map(({ bounds }) => simulateTrace(plan.geometry, velocityMmPerS, bounds, random));
  return {
    plan,
    relPath: `${plan.folder}/${plan.stem}.tif`,
    rois: traces.map((trace, index) => ({
      roiId: index + 1,
      meanMmPerS: mean(trace.trueMmPerS),
      trace: plan.analysis === "none" ? undefined : trace,
    })),
    files: filesOf(plan, pixels, traces),
  };
}

function filesOf(plan: PlannedScan, pixels: Uint16Array, traces: readonly VelocityTrace[]): FileContents {
  const files = new Map<string, string | Uint8Array>();
  const beside = `${plan.folder}/${plan.stem}`;
  if (plan.image !== "missing") {
    const tiff = writeFluoviewTiff(plan.geometry, pixels);
    files.set(`${beside}.tif`, plan.image === "truncated" ? tiff.subarray(0, tiff.length / 2) : tiff);
  }
  if (plan.hasHeader && plan.image !== "missing") {
    files.set(`${beside}.txt`, olympusHeaderText(plan));
  }
  if (plan.hasMetadata && plan.image !== "missing") {
    files.set(`${beside}.json`, classicJsonText(plan, pixels));
  }
  const analysis = `${plan.folder}/flow-analysis/${plan.stem}`;
  if (plan.analysis !== "none") {
    files.set(`${analysis}_radon.csv`, radonCsvText(plan, traces));
    files.set(`${analysis}_radon.json`, radonJsonText(plan));
  }
  if (plan.analysis === "traces_and_events") {
    const { secondsPerLine } = statedCalibration(plan.geometry);
    const events = traces.map((trace) => simulateEvents(trace, plan.profile.stall, secondsPerLine));
    files.set(`${analysis}_events.json`, eventsJsonText(events));
  }
  return files;
}
