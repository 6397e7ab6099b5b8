// Reads the command line of a benchmark.

import process from "node:process";
import { parseArgs } from "node:util";

export interface BenchArguments {
  /** The commit whose build is compared with this tree's; undefined without a comparison. */
  readonly against: string | undefined;
  readonly rounds: number | undefined;
  /** Sizes and folders, in the order that the benchmark defines. */
  readonly positionals: readonly string[];
}

/** Reads the arguments of this process. If one is invalid, the process ends with a line that says why. */
export function readBenchArguments(): BenchArguments {
  try {
    return parseBenchArguments(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  }
}

export function parseBenchArguments(args: readonly string[]): BenchArguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { against: { type: "string" }, rounds: { type: "string" } },
    allowPositionals: true,
  });
  const { against, rounds } = values;
  if (against === "") {
    throw new Error("--against: expected a commit, found nothing");
  }
  return { against, rounds: rounds === undefined ? undefined : parseRounds(rounds), positionals };
}

function parseRounds(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) {
    throw new Error(`--rounds: expected a whole number of at least 1, found "${text}"`);
  }
  return Number(text);
}
