// The command as a user runs it: a process of its own, its output a pipe. For what needs a process to be shown.
import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import type { Run } from "./kym.ts";

const REPOSITORY = join(import.meta.dirname, "../../../..");

/** What Node is told, before the words of the command, to run it from its sources. */
export const KYM: readonly string[] = [
  "--conditions=@kym/source",
  join(import.meta.dirname, "../../src/main.ts"),
];

/**
 * Where Node keeps what it compiled, for all processes of all tests: half of what a short command costs. Node writes each
 * file of it whole, under the hash of its source, so that any number of processes may use it.
 */
export const COMPILE_CACHE: string = join(REPOSITORY, "node_modules/.cache/kym-tests");

export interface ProcessOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What comes on stdin; nothing without it. */
  readonly stdin?: string | Uint8Array;
}

/** The environment of a process of the command that is started in `cwd`. */
export function processEnvironment({ cwd, env }: ProcessOptions): NodeJS.ProcessEnv {
  return {
    ...process.env,
    INIT_CWD: cwd ?? process.cwd(),
    NODE_COMPILE_CACHE: COMPILE_CACHE,
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
