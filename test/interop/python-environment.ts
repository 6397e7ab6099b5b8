// Runs Python with the libraries of `requirements.txt`, for tests that compare with them.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

const REQUIREMENTS = join(import.meta.dirname, "requirements.txt");
const CACHE = resolve(import.meta.dirname, "../../.cache");
const INTERPRETERS = ["python3", "python3.13", "python3.12", "python3.11", "python"];
/** Packages that are published as sources alone. */
const SOURCE_ONLY = ["--no-binary", "connection_pool"];
const OLDEST_MINOR = 11;
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;
const IS_WINDOWS = process.platform === "win32";

let environment: Promise<string | undefined> | undefined;

/**
 * Whether a Python with the libraries of `requirements.txt` is available. The first call installs it below `.cache/`, in
 * one or two minutes. If it is not available, prints that the interop tests are skipped.
 *
 * @throws {Error} if it is not available and `CI` is set
 */
export async function hasPython(): Promise<boolean> {
  return (await pythonPath()) !== undefined;
}

/**
 * Runs a Python file or text with `args` as `sys.argv[1:]`, and returns its output.
 *
 * @throws {Error} with the text of stderr if it fails
 */
export async function runPython(script: URL | string, args: readonly string[] = []): Promise<string> {
  const python = await pythonPath();
  if (python === undefined) {
    throw new Error("there is no Python: skip the test unless hasPython()");
  }
  const source = typeof script === "string" ? ["-c", script] : [fileURLToPath(script)];
  const { stdout } = await run(python, ["-X", "utf8", ...source, ...args], { maxBuffer: MOST_OUTPUT_BYTES });
  return stdout;
}

async function pythonPath(): Promise<string | undefined> {
  environment ??= makeEnvironment().catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message.trim() : String(cause);
    if (process.env["CI"]) {
      throw new Error(`The interop tests need Python, and CI runs them all: ${reason}`, { cause });
    }
    console.warn(`\nThe interop tests are SKIPPED, because there is no Python for them: ${reason}\n`);
    return undefined;
  });
  return environment;
}

/**
 * Makes a Python with what a file of requirements lists, unless it is there; returns its path. Installs beside the final folder and
 * then renames, so that two runs at the same time do not share a half-made one.
 */
export async function makeEnvironment(
  requirements: string = REQUIREMENTS,
  name = "interop",
): Promise<string> {
  const hash = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  const home = join(CACHE, `${name}-${hash}`);
  if (existsSync(home)) {
    return pythonIn(home);
  }
  const interpreter = await findInterpreter();
  await mkdir(CACHE, { recursive: true });
  const unfinished = await mkdtemp(`${home}-`);
  try {
    await run(interpreter, ["-m", "venv", unfinished]);
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"];
    await run(pythonIn(unfinished), [...pip, ...SOURCE_ONLY, "--requirement", requirements]);
    await rename(unfinished, home).catch((error: unknown) => {
      if (!existsSync(home)) {
        throw error;
      }
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return pythonIn(home);
}

function pythonIn(home: string): string {
  return IS_WINDOWS ? join(home, "Scripts", "python.exe") : join(home, "bin", "python");
}

async function findInterpreter(): Promise<string> {
  const found: string[] = [];
  for (const name of INTERPRETERS) {
    const version = await run(name, ["-c", "import sys; print(*sys.version_info[:2], sep='.')"]).then(
      ({ stdout }) => stdout.trim(),
      () => undefined,
    );
    const [major, minor] = (version ?? "").split(".").map(Number);
    if (major === 3 && minor !== undefined && minor >= OLDEST_MINOR) {
      return name;
    }
    if (version !== undefined) {
      found.push(`${name} is ${version}`);
    }
  }
  throw new Error(`Python 3.${OLDEST_MINOR} or newer is wanted, found ${found.join(", ") || "none"}`);
}
