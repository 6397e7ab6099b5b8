// Runs the command `kym` from its sources, as a user would type it.

import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";

const MAIN = join(import.meta.dirname, "../../../cli/src/main.ts");

export interface KymRun {
  readonly exitCode: number;
  readonly stdout: string;
  /** Both streams, in the order of arrival: what a terminal shows. */
  readonly shown: string;
}

/** Runs the command in its own process, with `folder` as the working folder. */
export function runKym(args: readonly string[], folder: string): Promise<KymRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ["--conditions=@kym/source", "--disable-warning=ExperimentalWarning", MAIN, ...args],
      // pnpm sets INIT_CWD for its scripts, and the command resolves relative paths against it.
      { cwd: folder, env: { ...process.env, INIT_CWD: folder }, stdio: ["ignore", "pipe", "pipe"] },
    );
    let stdout = "";
    let shown = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      shown += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      shown += text;
    });
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode: exitCode ?? -1, stdout, shown }));
  });
}

/** Writes the command as a user types it into a shell. */
export function commandLine(args: readonly string[]): string {
  const words = args.map((arg) => (/^[\w./=-]+$/.test(arg) ? arg : `"${arg.replace(/["\\$`]/g, "\\$&")}"`));
  return ["kym", ...words].join(" ");
}
