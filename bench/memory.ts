/**
 * The greatest resident size of a process that takes in a TIFF of a gigabyte, writes an array or reads one, above that of the
 * same with a tiny one. Goal P7 of performance.md. The counts are the system's; the median of a few runs.
 *
 *     npx -y pnpm@12 bench:memory [megabytes] [runs]
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { writeImageJTiff } from "@kym/legacy-io";
import { median } from "./paired-rounds.ts";
import { madeScan } from "./tiff-folder.ts";

const [megabytes = 1024, runs = 3] = process.argv.slice(2).map(Number);
const MEMORY = "/dev/shm";
const BYTES_A_ROW = 76;
const TINY_ROWS = 100_600;
const folder = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), "kym-bench-"));
const rows = Math.round((megabytes * 2 ** 20) / BYTES_A_ROW);

try {
  benchmark();
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
  const file = join(path, "scan.tif");
  writeFileSync(file, writeImageJTiff(madeScan([rowCount, BYTES_A_ROW / 2])));
  console.log(`${name}: ${(statSync(file).size / 2 ** 20).toFixed(0)} MiB`);
  return path;
}

function peak(task: string, target: string, argument = ""): number {
  const child = join(import.meta.dirname, "memory-child.ts");
  const output = execFileSync(
    process.execPath,
    ["--conditions=@kym/source", "--disable-warning=ExperimentalWarning", child, task, target, argument],
    { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
  );
  return Number(output);
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
