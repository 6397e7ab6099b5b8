// Counts what this process reads and writes, as Linux reports it.

import { existsSync, readFileSync } from "node:fs";

/** The reads and writes that this process, including its threads, asked of the system. Only Linux counts them. */
export interface ProcessIo {
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly readCalls: number;
  readonly writeCalls: number;
}

const COUNTERS = "/proc/self/io";

/**
 * Runs something and returns what it read and wrote, from disk or from memory; undefined on systems that do not
 * count it.
 */
export async function countIo(run: () => Promise<unknown>): Promise<ProcessIo | undefined> {
  if (!existsSync(COUNTERS)) {
    await run();
    return undefined;
  }
  const before = counters();
  await run();
  const after = counters();
  const since = (name: string): number => (after.get(name) ?? 0) - (before.get(name) ?? 0);
  return {
    readBytes: since("rchar"),
    writtenBytes: since("wchar"),
    readCalls: since("syscr"),
    writeCalls: since("syscw"),
  };
}

function counters(): ReadonlyMap<string, number> {
  const lines = readFileSync(COUNTERS, "utf8").trim().split("\n");
  return new Map(lines.map((line) => [line.split(": ")[0] ?? "", Number(line.split(": ")[1])]));
}
