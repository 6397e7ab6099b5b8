// `bench`: measures all goals, or those that are named, and prints them as a table; as JSON and as a page on request.

/**
 *     npx -y pnpm@12 bench [NAME…] [--short] [--rounds N] [--json FILE] [--write] [--check] [--list]
 *
 * A name is a room, such as `ingest`, or a goal in it, such as `ingest.none.cp`; its room is then measured whole. `--short` takes
 * small inputs. `--json` writes the figures to a file, or to the output if it is `-`. `--write` takes them into
 * `docs/performance.md`, where rooms that were not measured keep the last figures. With `--check` the last line is `N passed, N
 * failed`, and the run fails if a goal is not met.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { type BenchOptions, isWithin, parseBenchOptions } from "./goals/bench-options.ts";
import {
  type BenchReport,
  closingLineOf,
  mergeReports,
  type RoomReport,
  reportText,
} from "./goals/goal-report.ts";
import { judgeGoal } from "./goals/judge-goal.ts";
import { currentLoad, thisMachine } from "./goals/machine.ts";
import { performancePage } from "./goals/performance-page.ts";
import { makeBenchFolder } from "./inputs/bench-folder.ts";
import { PeerPython } from "./peers/peer-python.ts";
import { ROOMS } from "./rooms/all-rooms.ts";
import type { Room } from "./rooms/room.ts";

const REPOSITORY = resolve(import.meta.dirname, "..");
const PAGE = join(REPOSITORY, "docs/performance.md");
/** The last figures, from which the page is written. */
const FIGURES = join(REPOSITORY, "bench/performance.json");

const options = readOptions();
if (options.list) {
  for (const room of ROOMS) {
    console.log(`${room.name}: ${room.title}`);
    for (const goal of room.goals(options)) {
      console.log(`  ${goal.id}: ${goal.what}${goal.peer === undefined ? "" : `, beside ${goal.peer}`}`);
    }
  }
} else {
  await main();
}

function readOptions(): BenchOptions {
  const known = ROOMS.flatMap((room) => [room.name, ...room.goals({ isShort: false }).map(({ id }) => id)]);
  try {
    return parseBenchOptions(process.argv.slice(2), known);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  }
}

async function main(): Promise<void> {
  const rooms = ROOMS.filter((room) => isChosen(room));
  const python = rooms.every(({ name }) => name === "ci") ? "not needed" : await PeerPython.find();
  if (typeof python === "string" && python !== "not needed") {
    console.error(`The peers of Python are left out: ${python}`);
  }
  const peers = typeof python === "string" ? undefined : python;
  const reports: RoomReport[] = [];
  try {
    for (const room of rooms) {
      console.error(`bench ${room.name}: ${room.title} …`);
      const begun = performance.now();
      reports.push(await measureRoom(room, peers));
      console.error(`  ${((performance.now() - begun) / 1000).toFixed(0)} s`);
    }
  } finally {
    peers?.end();
  }
  give({
    format: 1,
    date: today(),
    commit: commit(),
    size: options.isShort ? "short" : "full",
    machine: thisMachine(),
    rooms: reports,
  });
}

function isChosen(room: Room): boolean {
  return options.names.length === 0
    ? room.isOnRequest !== true
    : options.names.some((name) => isWithin(name, room.name));
}

async function measureRoom(room: Room, python: PeerPython | undefined): Promise<RoomReport> {
  const load = currentLoad();
  const notes: string[] = [];
  const memory = makeBenchFolder();
  const disk = makeBenchFolder(tmpdir());
  const rounds = options.rounds ?? (options.isShort ? Math.min(3, room.rounds) : room.rounds);
  try {
    const samples = await room.measure({
      ...{ memory, disk, rounds, python, isShort: options.isShort },
      note: (sentence) => notes.push(sentence),
    });
    const { name, title } = room;
    const goals = room.goals(options).map((goal) => judgeGoal(goal, samples));
    return { room: name, title, at: `${today()}, ${commit()}`, load, rounds, notes, goals };
  } finally {
    for (const folder of [memory, disk]) {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

function give(report: BenchReport): void {
  const json = `${JSON.stringify(report, undefined, 2)}\n`;
  if (options.json === "-") {
    process.stdout.write(json);
  } else {
    console.log(`\n${reportText(report)}`);
  }
  if (options.json !== undefined && options.json !== "-") {
    writeFileSync(options.json, json);
  }
  if (options.write) {
    const last: BenchReport | undefined = existsSync(FIGURES)
      ? JSON.parse(readFileSync(FIGURES, "utf8"))
      : undefined;
    const merged = mergeReports(last, report);
    mkdirSync(join(REPOSITORY, "docs"), { recursive: true });
    writeFileSync(FIGURES, `${JSON.stringify(merged, undefined, 2)}\n`);
    writeFileSync(
      PAGE,
      performancePage(
        merged,
        ROOMS.map(({ name }) => name),
      ),
    );
    console.error(`wrote ${PAGE}`);
  }
  if (options.check) {
    const goals = report.rooms.flatMap((room) => room.goals);
    const line = closingLineOf(goals);
    console.log(line);
    process.exitCode = line.endsWith(" 0 failed") ? 0 : 1;
  }
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function commit(): string {
  return execFileSync("git", ["rev-parse", "--short=8", "HEAD"], {
    cwd: REPOSITORY,
    encoding: "utf8",
  }).trim();
}
