// Measures this tree's build and an older one in turn, round by round, and prints how they compare.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { BuildError } from "./build-error.ts";
import type { MeasureTitle } from "./build-messages.ts";
import { type BuildProcess, startBuild } from "./build-process.ts";
import { buildCommit, buildTree, hashOfCommit, REPOSITORY } from "./commit-build.ts";
import { compareRounds, type Round } from "./compare-rounds.ts";
import { comparisonLine, summaryLine } from "./comparison-line.ts";
import type { BenchmarkName } from "./measures-of.ts";

export interface CompareOptions {
  readonly benchmark: BenchmarkName;
  /** The commit of the old build. */
  readonly against: string;
  readonly rounds: number | undefined;
  /** The number of images or megabytes. */
  readonly size: number;
  /** A title for the output. */
  readonly title: string;
  /** Writes the files that every build reads. */
  readonly writeInputs?: (inputs: string) => unknown;
  /** An empty folder for all files; the caller removes it. */
  readonly folder: string;
}

const DEFAULT_ROUNDS = 15;
/**
 * Two processes of the same build can differ in speed for their whole life, so each lives for only a few
 * rounds.
 */
const ROUNDS_A_PROCESS = 3;
const LEAST_MS = 30;
const MOST_TIMES = 50;
const SIDES = ["new", "old", "oldAgain"] as const;

type Processes = Readonly<Record<(typeof SIDES)[number], BuildProcess>>;

/** Compares the builds. If one cannot be built or measured, prints the reason and ends the process with 1. */
export async function compareBuilds(options: CompareOptions): Promise<void> {
  try {
    await compare(options);
  } catch (error) {
    if (!(error instanceof BuildError)) {
      throw error;
    }
    console.error(error.message);
    process.exitCode = 1;
  }
}

async function compare({ rounds = DEFAULT_ROUNDS, ...options }: CompareOptions): Promise<void> {
  const hash = hashOfCommit(options.against);
  const roots = { old: buildCommit(hash), new: REPOSITORY };
  buildTree(roots.new, "this tree");
  const { benchmark, size, folder } = options;
  const inputs = join(folder, "inputs");
  mkdirSync(inputs);
  await options.writeInputs?.(inputs);
  console.log(`${options.title}: this tree against ${hash.slice(0, 7)}, rounds: ${rounds}`);
  const start = (root: string, side: string): Promise<BuildProcess> =>
    startBuild({ benchmark, size, root, inputs, folder: join(folder, side) });
  const measured = await measureRounds(rounds, async (stack) => ({
    new: stack.use(await start(roots.new, "new")),
    old: stack.use(await start(roots.old, "old")),
    oldAgain: stack.use(await start(roots.old, "old-again")),
  }));
  report(benchmark, hash, measured);
}

interface Measured {
  readonly title: MeasureTitle;
  readonly rounds: readonly Round[];
}

async function measureRounds(
  rounds: number,
  start: (stack: AsyncDisposableStack) => Promise<Processes>,
): Promise<readonly Measured[]> {
  const measured: { title: MeasureTitle; times: number; rounds: Round[] }[] = [];
  for (let first = 0; first < rounds; first += ROUNDS_A_PROCESS) {
    await using stack = new AsyncDisposableStack();
    const processes = await start(stack);
    if (first === 0) {
      measured.push(...processes.new.measures.map((title) => ({ title, times: 1, rounds: [] })));
    }
    const last = Math.min(first + ROUNDS_A_PROCESS, rounds);
    console.error(`rounds ${first + 1} to ${last} of ${rounds}`);
    // A round to warm up comes before the rounds that count.
    for (let round = first - 1; round < last; round++) {
      for (const [index, one] of measured.entries()) {
        const found = await measureRound(processes, round + 1, { measure: index, times: one.times });
        if (round >= first) {
          one.rounds.push(found);
        } else if (first === 0 && one.title.unit === "ms") {
          one.times = Math.min(MOST_TIMES, Math.max(1, Math.ceil(LEAST_MS / found.old)));
        }
      }
    }
  }
  return measured;
}

/** The sides take turns at going first, so that no side always follows the same other side. */
async function measureRound(
  processes: Processes,
  round: number,
  request: { readonly measure: number; readonly times: number },
): Promise<Round> {
  const found = { new: Number.NaN, old: Number.NaN, oldAgain: Number.NaN };
  for (const offset of SIDES.keys()) {
    const side = SIDES[(round + offset) % SIDES.length] ?? "new";
    found[side] = await processes[side].measure(request);
  }
  return found;
}

function report(benchmark: BenchmarkName, hash: string, measured: readonly Measured[]): void {
  const compared = measured.map(({ title, rounds }) => ({ title, comparison: compareRounds(rounds) }));
  for (const { title, comparison } of compared) {
    console.log(comparisonLine(title, comparison));
  }
  console.log(summaryLine(`bench:${benchmark} against ${hash.slice(0, 7)}`, compared));
}
