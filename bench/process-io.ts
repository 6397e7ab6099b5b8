import { existsSync, readFileSync } from "node:fs";

/** What this process, its threads included, asked of the system; Linux alone counts it. */
export interface ProcessIo {
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly readCalls: number;
  readonly writeCalls: number;
}

const COUNTERS = "/proc/self/io";

/** Runs something and says what it read and wrote, whether from disk or from memory; undefined where nobody counts. */
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
