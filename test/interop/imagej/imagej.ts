// Runs a real ImageJ without a window, for tests that compare with it.

import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { hasPython, runPython } from "../python-environment.ts";

const CACHE = resolve(import.meta.dirname, "../../../.cache");
const JAR = join(CACHE, "ij-1.54p.jar");
const RUNNER = new URL("./run_imagej.py", import.meta.url);

let found: Promise<boolean> | undefined;

/**
 * Whether ImageJ and its Java are available. Both come from the Python environment. The first call stores ImageJ below
 * `.cache/`, after checking its sha256.
 *
 * If it is not available, prints that its tests are skipped.
 *
 * @throws {Error} if it is not available and `CI` is set
 */
export async function hasImageJ(): Promise<boolean> {
  found ??= findImageJ();
  return found;
}

/**
 * Runs a Python file or text inside a headless ImageJ, with `args` as `sys.argv[1:]`, and returns its output.
 *
 * The script imports ImageJ's classes as modules: `from ij.io import RoiDecoder`. It cannot open a window, so it has to use
 * the methods of `RoiManager` without its frame.
 *
 * @throws {Error} with the text of stderr if the script fails
 */
export async function runImageJ(script: URL | string, args: readonly string[] = []): Promise<string> {
  if (!(await hasImageJ())) {
    throw new Error("there is no ImageJ: skip the test unless hasImageJ()");
  }
  return start(script, args);
}

async function start(script: URL | string, args: readonly string[]): Promise<string> {
  mkdirSync(CACHE, { recursive: true });
  const source = typeof script === "string" ? ["-c", script] : [fileURLToPath(script)];
  return runPython(RUNNER, [JAR, ...source, ...args]);
}

async function findImageJ(): Promise<boolean> {
  if (!(await hasPython())) {
    return false;
  }
  if (existsSync(JAR)) {
    return true;
  }
  try {
    await start("from ij import IJ", []);
    return true;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.trim() : String(cause);
    if (process.env["CI"]) {
      throw new Error(`The interop tests need ImageJ, and CI runs them all: ${reason}`, { cause });
    }
    console.warn(`\nThe tests with ImageJ are SKIPPED, because it cannot be started: ${reason}\n`);
    return false;
  }
}
