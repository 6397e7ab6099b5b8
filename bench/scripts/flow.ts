// Measures velocities from pixels beside scipy.sparse and scikit-image, in two threads, the memory that they take, and how long other work waits.

/**
 * The goals, for 30 000 × 38 at 16 lines a window: at least 1.5 times as fast as scipy.sparse with the number of windows at
 * once that suits it best, one thread each; two threads at least 1.8 times as fast as one; at most 32 MB above the pixels,
 * and 64 MB at 500 columns and 256 lines; time that grows as windows do; other work has its turn at least every 50 ms.
 *
 *     npx -y pnpm@12 bench:flow [rounds]
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { radonVelocity, stallSummary } from "@kym/flow";
import { WorkerPool } from "@kym/zarr-store/node";
import { longJobs, traceOf } from "../../packages/flow/test/support/long-jobs.ts";
import { longestHold } from "../../packages/flow/test/support/longest-hold.ts";
import type { FlowJob } from "../children/flow-worker.ts";
import { makeBenchFolder } from "../inputs/bench-folder.ts";
import { madePixels } from "../inputs/made-flow.ts";
import { type PythonPeer, startPython } from "../peers/python-peer.ts";
import { median, pairedRounds } from "../rounds/paired-rounds.ts";

const LINES = 30_000;
const COLUMNS = 38;
const WINDOW_LINES = 16;
const STEP_LINES = WINDOW_LINES / 4;
const UNCALIBRATED = { secondsPerLine: null, umPerPixel: null };
const BATCHES = [8, 16, 32, 64, 128];
const LOOP_LINES = 400;
const rounds = Number(process.argv[2] ?? 7);

// One thread for each side.
process.env["OMP_NUM_THREADS"] = "1";
process.env["OPENBLAS_NUM_THREADS"] = "1";
const pixels = madePixels(LINES, COLUMNS);
const plane = { pixels, lines: LINES, columns: COLUMNS };
const folder = makeBenchFolder();
const python = await startPython("flow");
try {
  console.log(`${LINES} × ${COLUMNS}, ${WINDOW_LINES} lines a window`);
  await (python === undefined ? console.log("  Python: not measured, none was found") : besidePython(python));
  await inThreads();
  await byLength();
  await memory();
  await holds();
} finally {
  python?.end();
  rmSync(folder, { recursive: true });
}

async function besidePython(peer: PythonPeer): Promise<void> {
  const path = join(folder, "pixels");
  writeFileSync(path, pixels);
  const request = (method: string, lines: number, batch: number): readonly unknown[] => [
    method,
    path,
    lines,
    COLUMNS,
    WINDOW_LINES,
    batch,
  ];
  const times = new Map<number, number>();
  for (const batch of BATCHES) {
    await peer.ask(request("sparse", LINES / 10, batch));
    times.set(batch, (await peer.ask(request("sparse", LINES / 3, batch))).ms);
  }
  const best = BATCHES.toSorted((a, b) => (times.get(a) ?? 0) - (times.get(b) ?? 0))[0] ?? 0;
  const { thetaDeg } = await radonVelocity(plane, UNCALIBRATED);
  const ours = createHash("sha256").update(thetaDeg).digest("hex");
  const [ratios, cpuRatios]: [number[], number[]] = [[], []];
  const [mine, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    const [begun, cpu] = [performance.now(), process.cpuUsage()];
    await radonVelocity(plane, UNCALIBRATED);
    const [ms, spent] = [performance.now() - begun, process.cpuUsage(cpu)];
    const answer = await peer.ask(request("sparse", LINES, best));
    if (answer.sha256 !== ours) {
      throw new Error("scipy.sparse has other angles");
    }
    mine.push(ms);
    theirs.push(answer.ms);
    ratios.push(answer.ms / ms);
    cpuRatios.push((answer.cpuMs ?? Number.NaN) / ((spent.user + spent.system) / 1000));
  }
  console.log(`  ours, one thread: ${median(mine).toFixed(0)} ms, the same angles as scipy.sparse`);
  console.log(
    `  scipy.sparse, ${best} windows at once: ${median(theirs).toFixed(0)} ms; ours is ${median(ratios).toFixed(2)} times as fast (goal 1.5), ${median(cpuRatios).toFixed(2)} in time of the processor`,
  );
  const loop = await peer.ask(request("loop", LOOP_LINES, 1));
  const perWindow = loop.ms / (LOOP_LINES / STEP_LINES - 3);
  const windowCount = LINES / STEP_LINES - 3;
  console.log(
    `  scikit-image, one window after another: ${((perWindow * windowCount) / 1000).toFixed(0)} s, from ${perWindow.toFixed(1)} ms a window`,
  );
}

async function inThreads(): Promise<void> {
  await using pool = new WorkerPool<FlowJob, number>({
    module: new URL("../children/flow-worker.ts", import.meta.url),
    size: 2,
  });
  const runIn = (lineStart: number, lineStop: number): Promise<unknown> =>
    pool.run({ pixels, lines: LINES, columns: COLUMNS, lineStart, lineStop });
  const half = LINES / 2;
  // The windows about the middle belong to the first half.
  const overlap = WINDOW_LINES - STEP_LINES;
  const one = (): Promise<unknown> => runIn(0, LINES);
  const two = (): Promise<unknown> => Promise.all([runIn(0, half + overlap), runIn(half, LINES)]);
  await two();
  const spent: [number[], number[]] = [[], []];
  const counted = async (run: () => Promise<unknown>, into: number[]): Promise<void> => {
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    into.push(user + system);
  };
  const { ratio } = await pairedRounds(
    rounds,
    () => counted(one, spent[0]),
    () => counted(two, spent[1]),
  );
  console.log(`  two threads of a pool are ${ratio.toFixed(2)} times as fast as one (goal 1.8)`);
  const share = median(spent[1]) / median(spent[0]);
  console.log(`  both together take ${share.toFixed(2)} of its time of the processor`);
}

async function byLength(): Promise<void> {
  const timeOf = async (lines: number): Promise<number> => {
    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const begun = performance.now();
      const region = { lineStart: 0, lineStop: lines, columnStart: 0, columnStop: COLUMNS };
      await radonVelocity(plane, { ...UNCALIBRATED, region });
      times.push(performance.now() - begun);
    }
    return median(times) / (lines / STEP_LINES - 3);
  };
  const [few, many] = [await timeOf(LINES / 4), await timeOf(LINES)];
  console.log(`  a window of ${LINES} lines takes ${(many / few).toFixed(2)} of one of ${LINES / 4} lines`);
}

async function memory(): Promise<void> {
  const run = promisify(execFile);
  const child = join(import.meta.dirname, "../children/flow-memory-child.ts");
  for (const [lines, columns, windowLines, goal] of [
    [LINES, COLUMNS, WINDOW_LINES, 32],
    [3000, 500, 16, 64],
    [1600, 500, 256, 64],
  ] as const) {
    const args = [
      "--expose-gc",
      "--conditions=@kym/source",
      child,
      `${lines}`,
      `${columns}`,
      `${windowLines}`,
    ];
    const { stdout } = await run(process.execPath, args);
    const megabytes = (Number(stdout) / 1e6).toFixed(0);
    console.log(
      `  ${windowLines} lines × ${columns} columns: ${megabytes} MB above the pixels (goal ${goal})`,
    );
  }
}

async function holds(): Promise<void> {
  const windows = 400_000;
  console.log(
    `  the longest hold of the thread, of ${windows} windows and of 60000 × ${COLUMNS} pixels (goal 50 ms)`,
  );
  const jobs = longJobs({
    windows,
    manyWindows: windows,
    lombFrequencies: 512,
    lines: 60_000,
    largeWindow: [256, 500],
  });
  for (const [name, run] of jobs) {
    const { wallMs, cpuMs, totalCpuMs } = await longestHold(run);
    console.log(
      `    ${name}: ${wallMs.toFixed(0)} ms, ${cpuMs.toFixed(0)} of the processor's time; in all ${totalCpuMs.toFixed(0)}`,
    );
  }
  const trace = traceOf(windows);
  const begun = performance.now();
  stallSummary(trace);
  console.log(`    stallSummary, which is not asynchronous: ${(performance.now() - begun).toFixed(0)} ms`);
}
