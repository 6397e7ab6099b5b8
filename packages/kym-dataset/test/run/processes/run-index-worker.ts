import { execFile } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";

/** What a process `index-worker.ts` is told to do, as one argument of JSON. */
export interface IndexTask {
  readonly folder: string;
  /** The images whose events it edits, one after the other, before each run of the index. */
  readonly imageIds: readonly string[];
  readonly rounds: number;
  readonly firstScore: number;
  readonly mode: "replace" | "incremental";
}

/** Runs the process to its end; it fails if the process does. Returns how many images its runs updated. */
export async function runIndexWorker(task: IndexTask): Promise<{ readonly updated: number }> {
  const script = join(import.meta.dirname, "index-worker.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--conditions=@kym/source",
    script,
    JSON.stringify(task),
  ]);
  return JSON.parse(stdout);
}
