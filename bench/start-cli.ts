/**
 * How long `kym --help` and `kym --version`, as they are published, take beside a node that does nothing, in turn, round by
 * round. Goal P13 of performance.md.
 *
 *     npx -y pnpm@12 bench:start [rounds]
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { buildKym } from "../apps/cli/test/built-kym.ts";
import { pairedRounds } from "./paired-rounds.ts";

const [rounds = 40] = process.argv.slice(2).map(Number);
const execute = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "kym-bench-start-"));
await using built = await buildKym();
try {
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
} finally {
  rmSync(folder, { recursive: true });
}
