/** Runs a script of this package's `package.json` as a process, as its turbo task does. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

export const PACKAGE_FOLDER: string = join(import.meta.dirname, "..");

export interface ScriptRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The scripts `demo` and `demo:NAME`, by name. */
export function demoScripts(): ReadonlyMap<string, string> {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(
    readFileSync(join(PACKAGE_FOLDER, "package.json"), "utf8"),
  );
  return new Map(Object.entries(scripts).filter(([name]) => /^demo(:|$)/.test(name)));
}

/** Runs `node …`, with `temporary` as the system's folder for temporary files. */
export function runScript(script: string, temporary: string): Promise<ScriptRun> {
  const [program, ...args] = script.split(" ");
  if (program !== "node") {
    throw new Error(`a demo's script runs node, not ${program}`);
  }
  return run(process.execPath, args, PACKAGE_FOLDER, { TMPDIR: temporary, TEMP: temporary });
}

/** Runs any program. `env` is added to this process's environment. */
export function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ScriptRun> {
  // A test run in colour would colour the demo's output too.
  const { FORCE_COLOR: _, ...inherited } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...inherited, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const texts = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      texts.stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      texts.stderr += text;
    });
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, ...texts }));
  });
}
