// Runs Python with the readers of `requirements.txt` beside the libraries of all interop tests.

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { runPython } from "../python-environment.ts";

const REQUIREMENTS = join(import.meta.dirname, "requirements.txt");
const CACHE = resolve(import.meta.dirname, "../../../.cache");
const PIP = "import sys, runpy\nsys.argv[0] = 'pip'\nrunpy.run_module('pip', run_name='__main__')";

let libraries: Promise<string> | undefined;

/**
 * Runs a Python file as {@link runPython} does, with the readers as well. The first call installs them below `.cache/`. Call it
 * only if there is Python.
 */
export async function runReaders(script: URL, args: readonly string[]): Promise<string> {
  libraries ??= installReaders();
  const found = await libraries;
  return runPython(
    "import sys, runpy\nsys.path.insert(0, sys.argv.pop(1))\nsys.argv.pop(0)\nrunpy.run_path(sys.argv[0], run_name='__main__')",
    [found, script.pathname, ...args],
  );
}

/** Installs beside the final folder and then renames, so that two runs at the same time do not share a half-made one. */
async function installReaders(): Promise<string> {
  const hash = createHash("sha256").update(readFileSync(REQUIREMENTS)).digest("hex").slice(0, 12);
  const home = join(CACHE, `readers-${hash}`);
  if (existsSync(home)) {
    return home;
  }
  const unfinished = await mkdtemp(`${home}-`);
  try {
    const options = ["--quiet", "--disable-pip-version-check", "--only-binary", ":all:", "--no-deps"];
    await runPython(PIP, ["install", ...options, "--target", unfinished, "--requirement", REQUIREMENTS]);
    await rename(unfinished, home).catch((error: unknown) => {
      if (!existsSync(home)) {
        throw error;
      }
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return home;
}
