// Measures the greatest resident size of a process that ingests a TIFF of a gigabyte, or writes or reads an
// array.

/**
 * The result is the size above that of the same task with a tiny file; the median of a few runs, as the system
 * counts it. The goal: at most 128 MB for the ingest.
 *
 *     npx -y pnpm@12 bench:memory [megabytes] [runs]
 *     npx -y pnpm@12 bench:memory [megabytes] --against COMMIT [--rounds N]
 *
 * Against a commit, the greatest size itself is compared, with 128 MiB by default.
 */
import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { createNdArray } from "@kym/zarr-store";
import { REPOSITORY } from "../against/commit-build.ts";
import { compareBuilds } from "../against/compare-builds.ts";
import { readBenchArguments } from "../bench-arguments.ts";
import { makeBenchFolder } from "../inputs/bench-folder.ts";
import { madeScan } from "../inputs/made-scan.ts";
import { BYTES_A_ROW, greatestBytes, type MemoryTask, rowsOf } from "../measures/memory.ts";
import { median } from "../rounds/paired-rounds.ts";

const { against, positionals, rounds } = readBenchArguments();
const megabytes = Number(positionals[0] ?? (against === undefined ? 1024 : 128));
const runs = rounds ?? Number(positionals[1] ?? 3);
const TINY_ROWS = 100_600;
const folder = makeBenchFolder();
const rows = rowsOf(megabytes);

try {
  await (against === undefined
    ? benchmark()
    : compareBuilds({
        benchmark: "memory",
        against,
        rounds,
        size: megabytes,
        title: `greatest memory with ${megabytes} MiB`,
        writeInputs: (inputs) => writeScanOf(rows, inputs),
        folder,
      }));
} finally {
  rmSync(folder, { recursive: true });
}

function benchmark(): void {
  const [tiny, large] = [tiffOf("tiny", TINY_ROWS), tiffOf("large", rows)];
  compare("ingest of a TIFF", (target, isLarge) => peak("ingest", target, isLarge ? large : tiny));
  compare("write of an array, itself included", (target, isLarge) =>
    peak("write", target, String(isLarge ? rows : TINY_ROWS)),
  );
  for (const [name, source] of [
    ["tiny", tiny],
    ["large", large],
  ] as const) {
    peak("ingest", join(folder, `${name}.zarr`), source);
  }
  const stored = (isLarge: boolean): string => join(folder, isLarge ? "large.zarr" : "tiny.zarr");
  compare("read of the whole array, itself included", (_, isLarge) => peak("read all", stored(isLarge)));
  compare("read of 500 rows", (_, isLarge) => peak("read rows", stored(isLarge)));
}

function tiffOf(name: string, rowCount: number): string {
  const path = join(folder, name);
  mkdirSync(path);
  const file = writeScanOf(rowCount, path);
  console.log(`${name}: ${(statSync(file).size / 2 ** 20).toFixed(0)} MiB`);
  return path;
}

function writeScanOf(rowCount: number, place: string): string {
  const file = join(place, "scan.tif");
  writeFileSync(file, writeImageJTiff(madeScan(createNdArray, [rowCount, BYTES_A_ROW / 2])));
  return file;
}

function peak(task: MemoryTask, target: string, argument = ""): number {
  return greatestBytes({ root: REPOSITORY, task, target, argument, nodeFlags: ["--conditions=@kym/source"] });
}

function compare(name: string, run: (target: string, isLarge: boolean) => number): void {
  const sizes = (isLarge: boolean): readonly number[] =>
    Array.from({ length: runs }, () => {
      const target = join(folder, "out.zarr");
      const size = run(target, isLarge);
      rmSync(target, { recursive: true, force: true });
      return size;
    });
  const [base, all] = [median(sizes(false)), median(sizes(true))];
  console.log(
    `${name}: ${((all - base) / 2 ** 20).toFixed(0)} MiB above the ${(base / 2 ** 20).toFixed(0)} MiB of a tiny one`,
  );
}
