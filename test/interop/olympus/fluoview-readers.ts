// Runs Python with the readers of FluoView's files, which need a newer Python than the other interop tests.

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
/** The last release whose source has a file of a microscope. */
const SAMPLE_RELEASE = "oiffile==2026.2.8";
const UNPACK = `
import glob, shutil, sys, tarfile
with tarfile.open(glob.glob(sys.argv[1] + "/*.tar.gz")[0]) as packed:
    name = next(name for name in packed.getnames() if name.endswith("/test.oib"))
    with packed.extractfile(name) as source, open(sys.argv[2], "wb") as target:
        shutil.copyfileobj(source, target)
`;

interface Readers {
  readonly python: string;
  readonly sample: string;
}

let readers: Promise<Readers | undefined> | undefined;

/**
 * Whether there is a Python with the readers. The first call installs them, and the sample that oiffile ships, below `.cache/`. Without
 * a Python that is new enough, it prints that the tests are skipped, also in CI.
 *
 * @throws {Error} if they cannot be installed and `CI` is set
 */
export async function hasFluoViewReaders(): Promise<boolean> {
  return (await openReaders()) !== undefined;
}

/** The path of the sample that oiffile ships: a frame scan of an FV1000. */
export async function fluoViewSample(): Promise<string> {
  return (await wanted()).sample;
}

/** Runs a Python file with `args`, and returns what it prints. */
export async function runFluoViewReaders(script: URL, args: readonly string[]): Promise<string> {
  const { python } = await wanted();
  const { stdout } = await run(python, ["-X", "utf8", fileURLToPath(script), ...args]);
  return stdout;
}

async function wanted(): Promise<Readers> {
  const found = await openReaders();
  if (found === undefined) {
    throw new Error("there is no Python: skip the test unless hasFluoViewReaders()");
  }
  return found;
}

function openReaders(): Promise<Readers | undefined> {
  readers ??= makeReaders().catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message.trim() : String(cause);
    if (process.env["CI"]) {
      throw new Error(`The interop tests need readers of FluoView's files, and CI runs them all: ${reason}`, {
        cause,
      });
    }
    console.warn(`SKIPPED: the tests with readers of FluoView's files: ${reason}`);
    return undefined;
  });
  return readers;
}

/** Installs beside the final folder and then renames, so that two runs at the same time do not share a half-made one. */
async function makeReaders(): Promise<Readers | undefined> {
  const text = readFileSync(REQUIREMENTS, "utf8") + SAMPLE_RELEASE;
  const home = join(CACHE, `fluoview-${createHash("sha256").update(text).digest("hex").slice(0, 12)}`);
  const readersIn = (folder: string): Readers => ({
    python: join(folder, "bin", "python"),
    sample: join(folder, "test.oib"),
  });
  if (existsSync(home)) {
    return readersIn(home);
  }
  const interpreter = await findNewerPython(OLDEST_MINOR, "the tests with readers of FluoView's files");
  if (interpreter === undefined) {
    return undefined;
  }
  await mkdir(CACHE, { recursive: true });
  const unfinished = await mkdtemp(`${home}-`);
  try {
    await run(interpreter, ["-m", "venv", unfinished]);
    const { python, sample } = readersIn(unfinished);
    const pip = ["-m", "pip", "--quiet", "--disable-pip-version-check"];
    await run(python, [
      ...pip,
      "install",
      "--only-binary",
      ":all:",
      "--no-deps",
      "--requirement",
      REQUIREMENTS,
    ]);
    const source = ["download", "--no-deps", "--no-binary", ":all:", "--dest", join(unfinished, "source")];
    await run(python, [...pip, ...source, SAMPLE_RELEASE]);
    await run(python, ["-c", UNPACK, join(unfinished, "source"), sample]);
    await rename(unfinished, home).catch((error: unknown) => {
      if (!existsSync(home)) {
        throw error;
      }
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return readersIn(home);
}
