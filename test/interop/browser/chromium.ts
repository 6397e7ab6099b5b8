// Starts a real Chromium without a window, for tests of pages.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { createBrotliDecompress } from "node:zlib";
import { installFromNpm } from "../install-from-npm.ts";
import { firstMatch } from "./first-match.ts";

const FLAGS = [
  "--headless=shell",
  "--no-sandbox",
  "--no-zygote",
  "--no-first-run",
  "--disable-gpu",
  "--disable-software-rasterizer",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--remote-debugging-port=0",
];

/** A browser that runs, until it is disposed. */
export interface Chromium extends AsyncDisposable {
  /** Where its DevTools listen. */
  readonly devToolsUrl: string;
}

/**
 * Whether Chromium runs here. It comes from npm with the libraries that it needs, for Linux on x64 alone. If it does not,
 * prints that its tests are skipped.
 *
 * @throws {Error} if it does not and `CI` is set
 */
export function hasChromium(): boolean {
  if (process.platform === "linux" && process.arch === "x64") {
    return true;
  }
  const here = `${process.platform} on ${process.arch}`;
  if (process.env["CI"]) {
    throw new Error(`The tests of pages need Chromium, which npm has for Linux on x64 and not for ${here}.`);
  }
  console.warn(
    `\nThe tests in a browser are SKIPPED: npm has Chromium for Linux on x64, and this is ${here}.\n`,
  );
  return false;
}

/** Starts a Chromium with a profile of its own. The first call installs it below `.cache/`. */
export async function startChromium(): Promise<Chromium> {
  const folder = await unpackedChromium();
  const profile = await mkdtemp(join(tmpdir(), "kym-chromium-"));
  const child = spawn(join(folder, "chromium"), [...FLAGS, `--user-data-dir=${profile}`], {
    env: { ...process.env, LD_LIBRARY_PATH: join(folder, "lib") },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = once(child, "close");
  const end = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 10 });
  };
  try {
    const devToolsUrl = await firstMatch(child.stderr, /DevTools listening on (ws:\S+)/);
    return { devToolsUrl, [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** The folder of the program and of `lib`, which the package holds packed. */
async function unpackedChromium(): Promise<string> {
  const home = await installFromNpm("@sparticuz/chromium", "153.0.0");
  const folder = join(home, "unpacked");
  if (!existsSync(folder)) {
    const half = await mkdtemp(join(home, "half-unpacked-"));
    await unpack(join(home, "bin/chromium.br"), join(half, "chromium"));
    await unpack(join(home, "bin/al2023.tar.br"), join(half, "libraries.tar"));
    await promisify(execFile)("tar", ["-xf", "libraries.tar"], { cwd: half });
    await rename(half, folder);
  }
  return folder;
}

function unpack(from: string, to: string): Promise<void> {
  return pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to, { mode: 0o755 }));
}
