// Runs the command as a user does, in its own process with pipes, for tests that need a process.
import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import type { Run } from "./kym.ts";

const REPOSITORY = join(import.meta.dirname, "../../../..");

/** Arguments of Node, before those of the command, that run it from its sources. */
export const KYM: readonly string[] = [
  "--conditions=@kym/source",
  join(import.meta.dirname, "../../src/main.ts"),
];

/**
 * The folder where Node keeps compiled code for the processes of all tests. It halves the time of a short command. Node
 * writes each file whole, under the hash of its source, so any number of processes can share the folder.
 */
export const COMPILE_CACHE: string = join(REPOSITORY, "node_modules/.cache/kym-tests");

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
