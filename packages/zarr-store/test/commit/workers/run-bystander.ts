import { startProcess } from "./run-worker.ts";

/** What the process `bystander-worker.ts` is told to do, as one argument of JSON. */
export interface BystanderTask {
  readonly root: string;
  readonly role: "read" | "gc";
}

export interface BystanderReport {
  readonly reads: number;
  readonly fromStaging: number;
  readonly fromAside: number;
  /** The most looks at one object without a newer version. */
  readonly roundsMax: number;
  /** Garbage collections that had something to fence off. */
  readonly fences: number;
  readonly errors: readonly string[];
}

/** Starts a process that reads or collects garbage; the function returned ends it. */
export function runBystander(task: BystanderTask): () => Promise<BystanderReport> {
  const child = startProcess("bystander-worker.ts", task);
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    stdout += part;
  });
  child.stderr.setEncoding("utf8").on("data", (part: string) => {
    stderr += part;
  });
  const closed = new Promise<void>((resolve) => {
    child.on("close", () => resolve());
  });
  return async () => {
    child.kill("SIGTERM");
    await closed;
    if (stdout === "") {
      throw new Error(`the process that was to ${task.role} said nothing: ${stderr}`);
    }
    return JSON.parse(stdout);
  };
}
