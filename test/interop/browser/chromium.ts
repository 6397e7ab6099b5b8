// Starts a real Chromium without a window, for tests of pages.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { type ChromiumProgram, canHaveChromium, findChromium } from "./find-chromium.ts";
import { firstMatch } from "./first-match.ts";

const FLAGS = [
  "--no-sandbox",
  "--no-zygote",
  "--no-first-run",
  "--disable-gpu",
  "--disable-software-rasterizer",
  "--disable-dev-shm-usage",
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
 * Whether Chromium can run here. If it cannot, prints that its tests are skipped.
 *
 * @throws {Error} if it cannot and `CI` is set
 */
export function hasChromium(): boolean {
  if (canHaveChromium()) {
    return true;
  }
  const here = `${process.platform} on ${process.arch}`;
  if (process.env["CI"]) {
    throw new Error(`The tests of pages need Chromium, which neither apt nor npm has for ${here}.`);
  }
  console.warn(`\nThe tests in a browser are SKIPPED: neither apt nor npm has Chromium for ${here}.\n`);
  return false;
}

/** Starts a Chromium with a profile of its own. The first call installs one that is missing. */
export async function startChromium(program?: ChromiumProgram): Promise<Chromium> {
  const { path, libraries, headless } = program ?? (await findChromium());
  const profile = await mkdtemp(join(tmpdir(), "kym-chromium-"));
  const child = spawn(path, [headless, ...FLAGS, `--user-data-dir=${profile}`], {
    env: { ...process.env, ...(libraries.length > 0 && { LD_LIBRARY_PATH: libraries.join(":") }) },
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
