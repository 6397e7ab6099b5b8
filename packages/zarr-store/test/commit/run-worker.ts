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

/** How often a worker that may have stopped itself is woken. */
const WAKE_EVERY_MS = 50;

/** Runs `commit-worker.ts` as a process and waits until it is gone. */
export async function runWorker(task: WorkerTask): Promise<WorkerResult> {
  const child = spawn(process.execPath, ["--conditions=@kym/source", WORKER, JSON.stringify(task)]);
  const waking = setInterval(() => child.kill("SIGCONT"), WAKE_EVERY_MS);
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
      clearInterval(waking);
      const acknowledged = stdout
        .split("\n")
        .filter((line) => line !== "")
        .map((line): Acknowledged => JSON.parse(line));
      resolve({ acknowledged, signal, exitCode, stderr });
    });
  });
}
