// Runs Python 3.12 or newer with the readers of OME-Zarr in `requirements.txt`.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

const REQUIREMENTS = join(import.meta.dirname, "requirements.txt");
const CACHE = resolve(import.meta.dirname, "../../../.cache");
const OLDEST_MINOR = 12;
const NAMES = ["python3", "python3.14", "python3.13", "python3.12"];
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;

let environment: Promise<string | undefined> | undefined;

/**
 * Whether there is a Python with the readers. The first call installs them below `.cache/`, in a minute or two.
 *
 * @throws {Error} if it is missing and `CI` is set
 */
export async function hasNgffReaders(): Promise<boolean> {
  return (await pythonPath()) !== undefined;
}

/** Runs a Python file with `args`, and returns its output. @throws {Error} with the text of stderr if it fails */
export async function runNgffReaders(script: URL, args: readonly string[]): Promise<string> {
  const python = await pythonPath();
  if (python === undefined) {
    throw new Error("there is no Python with readers of OME-Zarr: skip the test unless hasNgffReaders()");
  }
  const { stdout } = await run(python, ["-X", "utf8", fileURLToPath(script), ...args], {
    maxBuffer: MOST_OUTPUT_BYTES,
  });
  return stdout;
}

async function pythonPath(): Promise<string | undefined> {
  environment ??= makeEnvironment().catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message.trim() : String(cause);
    if (process.env["CI"]) {
      throw new Error(`Readers of OME-Zarr need Python 3.${OLDEST_MINOR}, and CI runs them: ${reason}`, {
        cause,
      });
    }
    console.warn(`\nReaders of OME-Zarr are SKIPPED, because there is no Python for them: ${reason}\n`);
    return undefined;
  });
  return environment;
}

/** Installs beside the final folder and then renames, so that two runs at the same time do not share a half-made one. */
async function makeEnvironment(): Promise<string> {
  const hash = createHash("sha256").update(readFileSync(REQUIREMENTS)).digest("hex").slice(0, 12);
  const home = join(CACHE, `ngff-${hash}`);
  if (existsSync(home)) {
    return pythonIn(home);
  }
  const interpreter = await findInterpreter();
  await mkdir(CACHE, { recursive: true });
  const unfinished = await mkdtemp(`${home}-`);
  try {
    await run(interpreter, ["-m", "venv", unfinished]);
    const options = ["--quiet", "--disable-pip-version-check", "--only-binary", ":all:", "--no-deps"];
    await run(pythonIn(unfinished), [
      ...["-m", "pip", "install", ...options],
      ...["--no-compile", "--requirement", REQUIREMENTS],
    ]);
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
  return process.platform === "win32" ? join(home, "Scripts", "python.exe") : join(home, "bin", "python");
}

/** The first that is new enough: on the path, or kept by pyenv. */
async function findInterpreter(): Promise<string> {
  const kept = join(homedir(), ".pyenv/versions");
  const ofPyenv = existsSync(kept) ? readdirSync(kept).map((name) => join(kept, name, "bin", "python3")) : [];
  for (const name of [...NAMES, ...ofPyenv]) {
    const version = await run(name, ["-c", "import sys; print(*sys.version_info[:2], sep='.')"]).then(
      ({ stdout }) => stdout.trim(),
      () => "",
    );
    const [major, minor] = version.split(".").map(Number);
    if (major === 3 && minor !== undefined && minor >= OLDEST_MINOR) {
      return name;
    }
  }
  throw new Error(`none of ${[...NAMES, ...ofPyenv].join(", ")} is Python 3.${OLDEST_MINOR} or newer`);
}
