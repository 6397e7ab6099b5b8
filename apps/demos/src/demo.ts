// Demo: the whole job on a simulated folder, done with the command `kym`, its results beside the true velocities.

import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { indexInThreeRuns } from "./kymdataset-velocity-events.ts";
import { showMainJob, showReport } from "./main-job/main-job.ts";
import { type SimulatedScan, simulateLabFolder } from "./simulator/simulate-lab-folder.ts";
import { closingText } from "./transcript/closing-text.ts";
import { startTranscript, type Transcript } from "./transcript/transcript.ts";

/** What the incremental index has to print, line by line. */
const THREE_RUNS = [
  "replace stats: {'updated': 2, 'skipped': 0, 'missing': 2}",
  "incremental stats (no changes): {'updated': 0, 'skipped': 2, 'missing': 0}",
  "incremental stats (one params changed): {'updated': 1, 'skipped': 1, 'missing': 0}",
  "rows: 2",
  "table key exists: True",
];

/**
 * Simulates a lab's folder in `folder`, does the main job on it, shows an incremental index, and says how to go on.
 * Every line goes to `print`.
 *
 * @returns the claims that did not hold; empty if all is well
 */
export async function mainDemo(folder: string, print: (line: string) => void): Promise<readonly string[]> {
  const transcript = startTranscript(print);
  const startMs = performance.now();
  transcript.title("From a lab's folder of kymographs to a dataset and its tables, and back.");
  transcript.heading("A lab's folder, simulated, so that the true velocities are known");
  const scans = await simulateLabFolder(join(folder, "lab"));
  showFolder(scans, transcript);
  await showMainJob({ folder, scans, transcript });
  const report = await showReport({ folder, scans, transcript });
  await showThreeRuns(folder, transcript);
  transcript.heading("Now with your own folder, which is only read");
  transcript.say(CLOSING);
  const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
  const { failures } = transcript;
  print("");
  print(`What this demo wrote stays in ${folder} until you delete it.`);
  print(`Its report, for a browser: ${report}`);
  print(closingText(failures, ` (${seconds} s)`));
  return failures;
}

const CLOSING = `
npx -y pnpm@12 --silent kym ingest ./my-folder study.zarr
npx -y pnpm@12 --silent kym index study.zarr
npx -y pnpm@12 --silent kym query study.zarr "select rel_path, roi_id, vel_mean from kym_radon"
npx -y pnpm@12 --silent kym --help

npx -y pnpm@12 link-kym   # puts kym on the PATH; from then on, kym ingest ./my-folder study.zarr`;

function showFolder(scans: readonly SimulatedScan[], transcript: Transcript): void {
  for (const folder of new Set(scans.map(({ plan }) => plan.folder))) {
    transcript.say(`\nlab/${folder}/`);
    for (const { plan, files, rois } of scans.filter((scan) => scan.plan.folder === folder)) {
      const endings = files.map((file) => file.slice(file.indexOf(plan.stem) + plan.stem.length));
      const trueMmPerS = rois[0]?.meanMmPerS ?? plan.profile.meanMmPerS;
      transcript.say(`  ${plan.stem}  ${trueMmPerS.toFixed(3).padStart(6)} mm/s  ${plan.description}`);
      transcript.say(`      ${endings.join("  ")}`);
    }
  }
}

async function showThreeRuns(folder: string, transcript: Transcript): Promise<void> {
  transcript.heading("The library itself: incremental velocity events (src/kymdataset-velocity-events.ts)");
  const lines: string[] = [];
  transcript.say("");
  await indexInThreeRuns(join(folder, "velocity-events.zarr"), (line) => {
    lines.push(line);
    transcript.say(line);
  });
  transcript.say("");
  transcript.check(
    lines.join("\n") === THREE_RUNS.join("\n"),
    "each run updated what had changed, and nothing else",
  );
}

if (import.meta.main) {
  const folder = await mkdtemp(join(tmpdir(), "kym-demo-"));
  const failures = await mainDemo(folder, console.log);
  process.exitCode = failures.length === 0 ? 0 : 1;
}
