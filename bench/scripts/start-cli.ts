// Measures how long `kym --help` and `kym --version` take beside a node that does nothing, in turn, round by
// round.

/**
 * Measures them as they are published. The goal: at most 15 ms more than the empty node.
 *
 *     npx -y pnpm@12 bench:start [rounds]
 *     npx -y pnpm@12 bench:start --against COMMIT [--rounds N]
 */
import { execFile } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { buildKym } from "../../apps/cli/test/support/built-kym.ts";
import { compareBuilds } from "../against/compare-builds.ts";
import { readBenchArguments } from "../bench-arguments.ts";
import { makeBenchFolder } from "../inputs/bench-folder.ts";
import { writeTiffFolder } from "../inputs/tiff-folder.ts";
import { pairedRounds } from "../rounds/paired-rounds.ts";

const LISTED_IMAGES = 5;
const { against, positionals, rounds: askedRounds } = readBenchArguments();
const rounds = askedRounds ?? Number(positionals[0] ?? 40);
const execute = promisify(execFile);
const folder = makeBenchFolder(against === undefined ? tmpdir() : undefined);
try {
  await (against === undefined
    ? benchmark()
    : compareBuilds({
        benchmark: "start",
        against,
        rounds,
        size: LISTED_IMAGES,
        title: `start of kym, and ls of ${LISTED_IMAGES} images`,
        writeInputs: (inputs) => writeTiffFolder(inputs, LISTED_IMAGES),
        folder,
      }));
} finally {
  rmSync(folder, { recursive: true });
}

async function benchmark(): Promise<void> {
  await using built = await buildKym();
  const empty = join(folder, "empty.mjs");
  writeFileSync(empty, "");
  const node = (...args: readonly string[]) => execute(process.execPath, args);
  for (const flag of ["--help", "--version"]) {
    const { subjectMs, peerMs, differenceMs, bestDifferenceMs } = await pairedRounds(
      rounds,
      () => node(built.main, flag),
      () => node(empty),
    );
    console.log(
      `kym ${flag}: ${subjectMs.toFixed(1)} ms, an empty node ${peerMs.toFixed(1)} ms: + ${differenceMs.toFixed(1)} ms (fastest of each: + ${bestDifferenceMs.toFixed(1)} ms) in ${rounds} rounds; the goal is + 15 ms`,
    );
  }
}
