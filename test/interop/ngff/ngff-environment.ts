// Runs Python 3.12 or newer with the readers of OME-Zarr in `requirements.txt`.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findNewerPython } from "../newer-python.ts";

const run = promisify(execFile);

const REQUIREMENTS = join(import.meta.dirname, "requirements.txt");
const CACHE = resolve(import.meta.dirname, "../../../.cache");
const OLDEST_MINOR = 12;
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;

let environment: Promise<string | undefined> | undefined;

/**
 * Whether there is a Python with the readers. The first call installs them below `.cache/`, in a minute or two. Without a Python that
 * is new enough, it prints that the tests are skipped, also in CI.
 *
 * @throws {Error} if they cannot be installed and `CI` is set
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
      throw new Error(`Readers of OME-Zarr cannot be installed, and CI runs them: ${reason}`, { cause });
    }
    console.warn(`SKIPPED: the tests with readers of OME-Zarr: ${reason}`);
    return undefined;
  });
  return environment;
}

/** Installs beside the final folder and then renames, so that two runs at the same time do not share a half-made one. */
async function makeEnvironment(): Promise<string | undefined> {
  const hash = createHash("sha256").update(readFileSync(REQUIREMENTS)).digest("hex").slice(0, 12);
  const home = join(CACHE, `ngff-${hash}`);
  if (existsSync(home)) {
    return pythonIn(home);
  }
  const interpreter = await findNewerPython(OLDEST_MINOR, "the tests with readers of OME-Zarr");
  if (interpreter === undefined) {
    return undefined;
  }
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
