import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Acknowledged, WorkerReport, WorkerTask } from "./worker-plan.ts";

export interface WorkerResult {
  readonly pid: number;
  readonly acknowledged: readonly Acknowledged[];
  readonly warnings: readonly string[];
  /** The signal that ended it, null if it ended by itself. */
  readonly signal: NodeJS.Signals | null;
  readonly exitCode: number | null;
  readonly stderr: string;
}

export interface RunWorkerOptions {
  /** Kills it from outside, so long after it said that it made so many commits. */
  readonly killAfter?: { readonly commits: number; readonly waitMs: number } | undefined;
  /** A worker that may have stopped itself is woken again and again, at random. Default true. */
  readonly isWoken?: boolean;
  readonly onReport?: (report: WorkerReport, process: RunningWorker) => void;
}

export interface RunningWorker {
  readonly pid: number;
  wake(): void;
}

const WAKE_WITHIN_MS = 60;

/** Runs `commit-worker.ts` as a process and waits until it is gone. */
export async function runWorker(task: WorkerTask, options: RunWorkerOptions = {}): Promise<WorkerResult> {
  const { killAfter, isWoken = true, onReport } = options;
  const child = startProcess("commit-worker.ts", task);
  const running: RunningWorker = { pid: child.pid ?? 0, wake: () => child.kill("SIGCONT") };
  let waking: NodeJS.Timeout | undefined;
  const wakeLater = (): void => {
    waking = setTimeout(() => {
      running.wake();
      wakeLater();
    }, Math.random() * WAKE_WITHIN_MS);
  };
  if (isWoken) {
    wakeLater();
  }
  const acknowledged: Acknowledged[] = [];
  const warnings: string[] = [];
  let stderr = "";
  createInterface(child.stdout).on("line", (line) => {
    const report: WorkerReport = JSON.parse(line);
    if (report.is === "warned") {
      warnings.push(report.message);
    }
    if (report.is === "acknowledged") {
      acknowledged.push(report.acknowledged);
      if (acknowledged.length === killAfter?.commits) {
        setTimeout(() => child.kill("SIGKILL"), killAfter.waitMs);
      }
    }
    onReport?.(report, running);
  });
  child.stderr.setEncoding("utf8").on("data", (part: string) => {
    stderr += part;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode, signal) => {
      clearTimeout(waking);
      resolve({ pid: running.pid, acknowledged, warnings, signal, exitCode, stderr });
    });
  });
}

/** Starts a script beside this one. */
export function startProcess(script: string, task: object): ChildProcessWithoutNullStreams {
  const path = fileURLToPath(new URL(script, import.meta.url));
  return spawn(process.execPath, ["--conditions=@kym/source", path, JSON.stringify(task)]);
}
