// Runs the command as a user does, in its own process with pipes, for tests that need a process.
import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import type { Run } from "./kym.ts";

/** Arguments of Node, before those of the command, that run it from its sources. */
export const KYM: readonly string[] = [
  "--conditions=@kym/source",
  join(import.meta.dirname, "../../src/main.ts"),
];

export interface ProcessOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The content of stdin; empty by default. */
  readonly stdin?: string | Uint8Array;
}

/** The environment of a process that runs the command in `cwd`. */
export function processEnvironment({ cwd, env }: ProcessOptions): NodeJS.ProcessEnv {
  return {
    ...process.env,
    INIT_CWD: cwd ?? process.cwd(),
    ...env,
  };
}

/** Runs the command in a process of its own. */
export function kymProcess(args: readonly string[], options: ProcessOptions = {}): Promise<Run> {
  const child = spawn(process.execPath, [...KYM, ...args], {
    cwd: options.cwd,
    env: processEnvironment(options),
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => undefined).end(options.stdin);
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}
