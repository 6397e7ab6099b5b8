import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { hasPython, runPython } from "../python-environment.ts";

const CACHE = resolve(import.meta.dirname, "../../../.cache");
const JAR = join(CACHE, "ij-1.54p.jar");
const RUNNER = new URL("./run_imagej.py", import.meta.url);

let found: Promise<boolean> | undefined;

/**
 * Whether there is a real ImageJ, with the Java that it needs. Both come from the Python environment; the first call
 * puts ImageJ, checked by its sha256, below `.cache/`. Without one its tests are skipped, which is said aloud; where
 * `CI` is set, it throws.
 */
export async function hasImageJ(): Promise<boolean> {
  found ??= findImageJ();
  return found;
}

/**
 * Runs Python inside a headless ImageJ, from a file or a text, with `args` as `sys.argv[1:]`, and gives what it
 * printed. The script imports ImageJ's classes as modules: `from ij.io import RoiDecoder`. No window can be opened,
 * so what `RoiManager` does needs its methods without its frame. Throws with what was written to stderr if it fails.
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
