import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Acknowledged, WorkerTask } from "./worker-plan.ts";

export interface WorkerResult {
  readonly acknowledged: readonly Acknowledged[];
  /** The signal that ended it, null if it ended by itself. */
  readonly signal: NodeJS.Signals | null;
  readonly exitCode: number | null;
  readonly stderr: string;
}

const WORKER = fileURLToPath(new URL("./commit-worker.ts", import.meta.url));

/** Runs `commit-worker.ts` as a process and waits until it is gone. */
export async function runWorker(task: WorkerTask): Promise<WorkerResult> {
  const child = spawn(process.execPath, ["--conditions=@kym/source", WORKER, JSON.stringify(task)]);
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    stdout += part;
  });
  child.stderr.setEncoding("utf8").on("data", (part: string) => {
    stderr += part;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode, signal) => {
      const acknowledged = stdout
        .split("\n")
        .filter((line) => line !== "")
        .map((line): Acknowledged => JSON.parse(line));
      resolve({ acknowledged, signal, exitCode, stderr });
    });
  });
}
