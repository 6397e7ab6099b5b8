// A simulated study in a dataset, and the reports of it that tests ask for.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { summarizeMetadata } from "@kym/kym-schema";
import { openLocalDataset } from "@kym/zarr-store/node";
import { expect } from "vitest";
import { type LoadedReport, loadReport } from "../../apps/cli/src/report/load-report.ts";
import type { ReportImageDetail } from "../../apps/cli/src/report/report-data.ts";
import { kym } from "../../apps/cli/test/support/kym.ts";
import { testHost } from "../../apps/cli/test/support/test-host.ts";
import { type SimulatedScan, simulateLabFolder } from "../../apps/demos/src/simulator/simulate-lab-folder.ts";

export interface SimulatedStudy {
  /** The folder of `study.zarr`. */
  readonly cwd: string;
  /** The truth of each scan, also of those that did not come in. */
  readonly scans: readonly SimulatedScan[];
  /** Runs the command where the dataset is `study.zarr`. */
  readonly run: (...args: readonly string[]) => Promise<void>;
  readonly report: (where?: string) => Promise<LoadedReport["data"]>;
  readonly detail: (imageId: string) => Promise<ReportImageDetail>;
  readonly remove: () => Promise<void>;
}

/** Makes 16 scans of four animals in four sessions; one file is cut short, and one analysis has no scan. */
export async function simulatedStudy(): Promise<SimulatedStudy> {
  const cwd = await mkdtemp(join(tmpdir(), "kym-report-"));
  const scans = await simulateLabFolder(join(cwd, "lab"), { imageCount: 16, lines: 600, px: 14 });
  const run = async (...args: readonly string[]): Promise<void> => {
    const { exitCode, stderr } = await kym(args, { cwd });
    expect([0, 3], stderr).toContain(exitCode);
  };
  const load = async <Found>(where: string | undefined, ask: (report: LoadedReport) => Promise<Found>) => {
    await using dataset = await openLocalDataset(join(cwd, "study.zarr"), {
      mode: "r",
      summarize: summarizeMetadata,
    });
    const context = { signal: new AbortController().signal, onExit: testHost().onExit };
    const file = "study.ingest-report.json";
    const text = await readFile(join(cwd, file), "utf8");
    const request = { dataset: "study.zarr", title: "study", where, ingestReport: { file, text } };
    return ask(await loadReport(context, dataset, request));
  };
  await run("ingest", "lab", "study.zarr");
  await run("index", "study.zarr");
  return {
    cwd,
    scans,
    run,
    report: (where) => load(where, async ({ data }) => data),
    detail: (imageId) => load(undefined, ({ detailOf }) => detailOf(imageId)),
    remove: () => rm(cwd, { recursive: true, force: true }),
  };
}
