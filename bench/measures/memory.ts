// Measures of one build: the greatest memory of a process that ingests a large TIFF, or writes or reads an
// array.

import { execFileSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import type { Measure, MeasurePlace } from "../against/measure.ts";

export type MemoryTask = "ingest" | "ingest by three" | "write" | "read all" | "read rows";

export const BYTES_A_ROW = 76;

export async function measureMemory({
  root,
  inputs,
  folder,
  size,
}: MeasurePlace): Promise<readonly Measure[]> {
  const peak = (task: MemoryTask, target: string, argument = ""): number =>
    greatestBytes({ root, task, target, argument, nodeFlags: [] });
  const stored = join(folder, "large.zarr");
  if (!existsSync(stored)) {
    peak("ingest", stored, inputs);
  }
  const out = join(folder, "out.zarr");
  const making = (task: MemoryTask, argument: string) => async (): Promise<number> => {
    rmSync(out, { recursive: true, force: true });
    return peak(task, out, argument);
  };
  return [
    { name: `ingest of a TIFF of ${size} MiB`, countBytes: making("ingest", inputs) },
    { name: `write of an array of ${size} MiB`, countBytes: making("write", String(rowsOf(size))) },
    { name: "read of the whole array", countBytes: async () => peak("read all", stored) },
    { name: "read of 500 rows", countBytes: async () => peak("read rows", stored) },
  ];
}

export function rowsOf(megabytes: number): number {
  return Math.round((megabytes * 2 ** 20) / BYTES_A_ROW);
}

/** Returns the greatest resident size of a process that does one task with the build of `root`. */
export function greatestBytes({
  root,
  task,
  target,
  argument,
  nodeFlags,
}: {
  readonly root: string;
  readonly task: MemoryTask;
  readonly target: string;
  readonly argument: string;
  readonly nodeFlags: readonly string[];
}): number {
  const child = join(import.meta.dirname, "../children/memory-child.ts");
  const output = execFileSync(
    process.execPath,
    [...nodeFlags, "--disable-warning=ExperimentalWarning", child, root, task, target, argument],
    { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
  );
  return Number(output);
}
