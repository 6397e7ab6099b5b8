import { spawn } from "node:child_process";
import { join } from "node:path";

export const MAIN: string = join(import.meta.dirname, "../src/main.ts");

export interface Run {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What comes on stdin; nothing without it. */
  readonly stdin?: string | Uint8Array;
}

/** Runs the command as a user does: in a process of its own, its output a pipe. */
export function kym(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const child = spawn(process.execPath, ["--conditions=@kym/source", MAIN, ...args], {
    cwd: options.cwd,
    env: { ...process.env, INIT_CWD: options.cwd ?? process.cwd(), ...options.env },
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

/** Runs the command with `--json` and gives back the parsed object. */
export async function kymJson(args: readonly string[], options: RunOptions = {}): Promise<Envelope> {
  const { stdout } = await kym([...args, "--json"], options);
  return JSON.parse(stdout);
}

/** What `--json` prints. `data` is whatever the command says; a test looks into it. */
export interface Envelope {
  readonly ok: boolean;
  readonly kind: string;
  readonly schemaVersion: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test asserts the shape that it looks at
  readonly data: any;
  readonly warnings: readonly string[];
  readonly error?: string;
  readonly message?: string;
  readonly hint?: string | null;
}
