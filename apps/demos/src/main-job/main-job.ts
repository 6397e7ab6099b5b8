// The main part of the demo: ingest, look, index, query, export and restore, all with the command `kym`.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { openLocalDataset } from "@kym/zarr-store/node";
import { compareVelocities, comparisonText, relativeError } from "../compare/compare-velocities.ts";
import { tableDifference } from "../compare/table-difference.ts";
import { treeHash } from "../compare/tree-hash.ts";
import type { SimulatedScan } from "../simulator/simulate-lab-folder.ts";
import type { Transcript } from "../transcript/transcript.ts";
import { commandLine, type KymRun, runKym } from "./run-kym.ts";

const EXIT_PARTIAL = 3;
const TOLERANCE = 0.02;
const TOLERANCE_S = 0.1;

const MEDIANS = `select condition, count(*) as n, round(median(abs(vel_mean)), 3) as mm_s
  from kym_radon where accepted group by 1 order by 1`;
const EVENTS = `select rel_path, event_type, round(t_start_s, 3) as t_start_s, user_type
  from kym_velocity_events order by t_start_s`;
const MEANS = "select rel_path, roi_id, vel_mean from kym_radon order by 1, 2";
const DROPS = "select rel_path, t_start_s from kym_velocity_events where event_type = 'baseline_drop'";

/** What every step of the job works with. */
export interface Stage {
  /** The working folder. It holds `lab`, and gets `study.zarr`, `out` and `copy.zarr`. */
  readonly folder: string;
  readonly scans: readonly SimulatedScan[];
  readonly transcript: Transcript;
}

/** Ingests the simulated folder `lab`, indexes and queries the dataset, exports it and restores it, with `kym`. */
export async function showMainJob(stage: Stage): Promise<void> {
  const labHash = await treeHash(join(stage.folder, "lab"));
  await takeIn(stage);
  await lookAround(stage);
  await indexAndQuery(stage);
  await runAgain(stage);
  await exportAndReturn(stage);
  const isUntouched = (await treeHash(join(stage.folder, "lab"))) === labHash;
  stage.transcript.check(isUntouched, "the lab's own folder was only read");
}

/** Writes the report of the dataset, and checks that it names what came in and what did not. */
export async function showReport(stage: Stage): Promise<string> {
  const { transcript, folder, scans } = stage;
  const file = join(folder, "report.html");
  transcript.heading("A report to send on: one HTML file");
  await kym(stage, ["report", "study.zarr", "-o", "report.html"]);
  const page = await readFile(file, "utf8");
  transcript.say("");
  transcript.check(
    scans.every(({ plan }) => page.includes(plan.stem)),
    "it names every scan, also the one that could not be read",
  );
  return file;
}

/** Shows a command and its output, and checks its exit code. */
async function kym(stage: Stage, args: readonly string[], expectedExitCode = 0): Promise<KymRun> {
  const line = commandLine(args);
  stage.transcript.command(line);
  const run = await runKym(args, stage.folder);
  stage.transcript.say(shortenIds(run.shown));
  if (run.exitCode !== expectedExitCode) {
    stage.transcript.check(false, `${line} ends with ${expectedExitCode}: it ended with ${run.exitCode}`);
  }
  return run;
}

/** Shortens ids as in a terminal: `kym ls` writes them in full into a pipe. */
function shortenIds(text: string): string {
  return text
    .replace(/^([0-9a-f]{8})-[0-9a-f-]{27}(?= {2})/gm, "$1")
    .replace(/^id {34}(?= {2})/gm, "id      ");
}

async function takeIn(stage: Stage): Promise<void> {
  const { transcript } = stage;
  transcript.heading("Into a dataset: pixels, headers, ROIs and analyses");
  const { stdout } = await kym(stage, ["ingest", "./lab", "study.zarr"], EXIT_PARTIAL);
  transcript.say("");
  transcript.check(stdout.includes("8 new"), "all eight whole images were ingested");
  const incomplete = stage.scans.filter(({ plan }) => plan.image !== "whole");
  transcript.check(
    incomplete.length > 0 && incomplete.every(({ plan }) => stdout.includes(plan.stem)),
    `the other files are named with the reason, and the exit code ${EXIT_PARTIAL} tells scripts`,
  );
}

async function lookAround(stage: Stage): Promise<void> {
  stage.transcript.heading("What is in it");
  await kym(stage, ["ls", "study.zarr"]);
  const shown = stage.scans.find(({ rois }) => rois.length === 2)?.plan.stem ?? "?";
  await kym(stage, ["show", "study.zarr", shown]);
}

async function indexAndQuery(stage: Stage): Promise<void> {
  stage.transcript.heading("Pooled tables, and what they say");
  await kym(stage, ["index", "study.zarr"]);
  await kym(stage, ["query", "study.zarr", MEDIANS]);
  await kym(stage, ["query", "study.zarr", EVENTS]);
  await checkStall(stage);
  await checkMeans(stage);
}

async function checkStall({ folder, scans, transcript }: Stage): Promise<void> {
  const stalled = scans.find(({ plan }) => plan.profile.stall !== undefined);
  const { tStartS = Number.NaN, tStopS = Number.NaN } = stalled?.plan.profile.stall ?? {};
  transcript.say(
    `\nThe truth: ${stalled?.plan.stem} stands still from ${tStartS.toFixed(3)} s to ${tStopS.toFixed(3)} s.`,
  );
  const [drop, ...others] = await queryRows(folder, DROPS);
  const isFound =
    others.length === 0 &&
    drop?.get("rel_path") === stalled?.relPath &&
    Math.abs(Number(drop?.get("t_start_s")) - tStartS) < TOLERANCE_S;
  transcript.check(
    isFound,
    `the table has this stall and no other, and its time is right to ${TOLERANCE_S} s`,
  );
}

async function checkMeans({ folder, scans, transcript }: Stage): Promise<void> {
  transcript.command(commandLine(["query", "study.zarr", MEANS, "--json"]));
  const rows = await queryRows(folder, MEANS);
  const comparisons = compareVelocities(scans, rows);
  transcript.say("Its rows, beside the truth that only the simulator knows:");
  transcript.say(comparisonText(comparisons));
  transcript.say("");
  transcript.check(
    rows.length === comparisons.length &&
      comparisons.every((comparison) => Math.abs(relativeError(comparison)) < TOLERANCE),
    `every mean in the table is within ${100 * TOLERANCE} % of the true one, sign included`,
  );
}

async function queryRows(folder: string, sql: string): Promise<readonly ReadonlyMap<string, unknown>[]> {
  const { stdout } = await runKym(["query", "study.zarr", sql, "--json"], folder);
  const envelope: unknown = JSON.parse(stdout);
  const rows: unknown =
    typeof envelope === "object" && envelope !== null && "data" in envelope ? envelope.data : undefined;
  return Array.isArray(rows)
    ? rows.map((row: unknown) => new Map<string, unknown>(Object.entries(row ?? {})))
    : [];
}

async function runAgain(stage: Stage): Promise<void> {
  const { transcript, folder } = stage;
  transcript.heading("Once more: nothing has changed, so nothing is done");
  const before = await treeHash(join(folder, "study.zarr"));
  const ingest = await kym(stage, ["ingest", "./lab", "study.zarr"], EXIT_PARTIAL);
  const index = await kym(stage, ["index", "study.zarr"]);
  transcript.say("");
  transcript.check(ingest.stdout.includes("0 new, 8 unchanged"), "every image is known");
  const updates = Array.from(index.stdout.matchAll(/updated (\d+)/g), ([, count]) => Number(count));
  transcript.check(updates.length > 0 && updates.every((count) => count === 0), "every table is fresh");
  transcript.check(
    (await treeHash(join(folder, "study.zarr"))) === before,
    "not a byte of the dataset changed",
  );
}

async function exportAndReturn(stage: Stage): Promise<void> {
  const { transcript, folder } = stage;
  transcript.heading("Out again as plain TIFF, JSON and CSV, and back");
  await kym(stage, ["export", "study.zarr", "./out"]);
  await kym(stage, ["ingest", "./out", "copy.zarr"]);
  await using study = await openLocalDataset(join(folder, "study.zarr"), { mode: "r" });
  await using copy = await openLocalDataset(join(folder, "copy.zarr"), { mode: "r" });
  const result = await tableDifference(study, copy);
  transcript.say("");
  if ("difference" in result) {
    transcript.check(false, `every row of every table came back: ${result.difference}`);
  } else {
    const counts = [...result.rows].map(([name, rows]) => `${name} ${rows}`).join(", ");
    transcript.check(result.rows.size > 0, `every row of every table came back (${counts})`);
  }
  const index = await kym(stage, ["index", "copy.zarr"]);
  transcript.say("");
  transcript.check(!/updated [1-9]/.test(index.stdout), "the copy knows that its tables are fresh");
}
