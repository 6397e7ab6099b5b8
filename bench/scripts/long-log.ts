// Measures what a long commit log takes: bytes on the disk, the time to open the dataset, and the time to check it.

/**
 * The records are made by the record encoder, and packed by a session that ends. The goal for 100 000 commits: at most 60 MB by
 * `du`, and opened in at most twice the time of 100.
 *
 *     npx -y pnpm@12 bench:log [commits] [folder]
 */
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { localStore, openLocalDataset } from "@kym/zarr-store/node";
import { endSession, growLog, startDataset } from "../../packages/zarr-store/test/commit/packs/long-log.ts";
import { testRuntime } from "../../packages/zarr-store/test/support/test-runtime.ts";
import { readBenchArguments } from "../bench-arguments.ts";
import { makeBenchFolder } from "../inputs/bench-folder.ts";

const { positionals } = readBenchArguments();
const most = Number(positionals[0] ?? 100_000);
const OPENINGS = 15;
/** How many commits a session makes before it ends. */
const SESSION_COMMITS = 5000;

interface LogCost {
  readonly commits: number;
  readonly files: number;
  readonly megabytes: number;
  readonly makeS: number;
  readonly openMs: number;
  readonly openWithoutCheckpointMs: number;
  readonly checkMs: number;
}

const folder = makeBenchFolder(positionals[1]);
try {
  const costs = [await costOf(100), await costOf(most)] as const;
  console.log(
    "| commits | files of the log | MB by du | making, s | opening, ms | without a checkpoint, ms | check, ms |",
  );
  console.log("|---|---|---|---|---|---|---|");
  for (const { commits, files, megabytes, makeS, ...times } of costs) {
    const row = [times.openMs, times.openWithoutCheckpointMs, times.checkMs].map((ms) => ms.toFixed(1));
    console.log(`| ${[commits, files, megabytes.toFixed(1), makeS.toFixed(0), ...row].join(" | ")} |`);
  }
  console.log(`opening: ${(costs[1].openMs / costs[0].openMs).toFixed(2)} times the time of 100 commits`);
} finally {
  rmSync(folder, { recursive: true });
}

async function costOf(commits: number): Promise<LogCost> {
  const path = join(folder, `${commits}.zarr`);
  const store = localStore(path);
  const runtime = { ...testRuntime(), newId: randomUUID };
  const startedMs = performance.now();
  await startDataset(store, runtime);
  for (let to = Math.min(SESSION_COMMITS, commits); ; to = Math.min(to + SESSION_COMMITS, commits)) {
    await growLog(store, runtime, to - 1);
    await endSession(store, runtime);
    if (to === commits) {
      break;
    }
  }
  const makeS = (performance.now() - startedMs) / 1000;
  const log = join(path, "__commits");
  const [kilobytes = ""] = execFileSync("du", ["-sk", log], { encoding: "utf8" }).split("\t");
  const files = readdirSync(log).length;
  const openMs = await medianMs(OPENINGS, () => open(path, commits));
  const checkMs = await medianMs(3, async () => {
    const { problems } = await (await openLocalDataset(path, { mode: "r" })).check();
    if (problems.length > 0) {
      throw new Error(`check: ${problems[0]?.message}`);
    }
  });
  rmSync(join(log, "checkpoint"));
  const openWithoutCheckpointMs = await medianMs(3, () => open(path, commits));
  return {
    commits,
    files,
    megabytes: Number(kilobytes) / 1000,
    makeS,
    openMs,
    openWithoutCheckpointMs,
    checkMs,
  };
}

async function open(path: string, commits: number): Promise<void> {
  const dataset = await openLocalDataset(path, { mode: "r" });
  if (dataset.version !== commits) {
    throw new Error(`version ${dataset.version}, expected ${commits}`);
  }
}

async function medianMs(times: number, run: () => Promise<void>): Promise<number> {
  const took: number[] = [];
  await run();
  for (let time = 0; time < times; time++) {
    const startedMs = performance.now();
    await run();
    took.push(performance.now() - startedMs);
  }
  return took.toSorted((a, b) => a - b)[Math.floor(times / 2)] ?? Number.NaN;
}
