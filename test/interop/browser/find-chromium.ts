// Finds a Chromium, or installs one: that of Debian wherever apt can, otherwise that of npm.

import { execFile } from "node:child_process";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import process from "node:process";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { createBrotliDecompress } from "node:zlib";
import { installFromNpm } from "../install-from-npm.ts";

const execute = promisify(execFile);
const CACHE = resolve(import.meta.dirname, "../../../.cache");
const OF_DEBIAN = "/usr/bin/chromium";
const APT = "/usr/bin/apt-get";
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;

/** A program, and where the libraries lie that came with it. */
export interface ChromiumProgram {
  readonly path: string;
  /** For the loader of the system; empty if the system has all. */
  readonly libraries: readonly string[];
  readonly from: "debian" | "npm";
  /** How to start it without a window: npm's is built for nothing else. */
  readonly headless: "--headless" | "--headless=shell";
}

/** Whether `findChromium` can succeed here. Installs nothing. */
export function canHaveChromium(): boolean {
  return process.platform === "linux" && (existsSync(OF_DEBIAN) || existsSync(APT) || process.arch === "x64");
}

let found: Promise<ChromiumProgram> | undefined;

/**
 * The Chromium that Debian installed. Where it is missing, apt installs it: into the system as root in CI, otherwise below
 * `.cache/`, which needs no rights. Where apt cannot, npm's, and says so.
 *
 * @throws {Error} if none of them can be had
 */
export function findChromium(): Promise<ChromiumProgram> {
  found ??= find();
  return found;
}

async function find(): Promise<ChromiumProgram> {
  const reasons: string[] = [];
  if (!existsSync(OF_DEBIAN) && process.env["CI"] && process.getuid?.() === 0) {
    await install().catch((error: unknown) => reasons.push(wordsOf(error)));
  }
  if (existsSync(OF_DEBIAN)) {
    return { path: OF_DEBIAN, libraries: [], from: "debian", headless: "--headless" };
  }
  try {
    return await unpackedFromDebian(join(CACHE, "debian-chromium"));
  } catch (error) {
    reasons.push(wordsOf(error));
  }
  console.warn(`\nThe tests of pages run in the Chromium of npm, as apt has none: ${reasons.join("; ")}\n`);
  return unpackedFromNpm();
}

async function install(): Promise<void> {
  const options = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  await execute(APT, ["update", "-q"], options);
  await execute(APT, ["install", "-q", "-y", "--no-install-recommends", "chromium"], {
    ...options,
    maxBuffer: MOST_OUTPUT_BYTES,
  });
}

/**
 * Chromium and what it needs that the system does not have, unpacked into a folder. Nothing of the system is changed: apt keeps
 * its lists in that folder as well.
 *
 * @param status what apt holds for installed; default: what is
 */
export async function unpackedFromDebian(home: string, status?: string): Promise<ChromiumProgram> {
  if (!existsSync(home)) {
    const parent = join(home, "..");
    await mkdir(parent, { recursive: true });
    const half = await mkdtemp(join(parent, "half-unpacked-"));
    try {
      await downloadAndUnpack(half, status);
      await rename(half, home);
    } catch (error) {
      await rm(half, { recursive: true, force: true });
      throw error;
    }
  }
  const libraries = await librariesBelow(home);
  return { path: join(home, "usr/lib/chromium/chromium"), libraries, from: "debian", headless: "--headless" };
}

async function downloadAndUnpack(folder: string, status: string | undefined): Promise<void> {
  const apt = join(folder, "apt");
  const packages = join(apt, "packages");
  for (const part of ["lists/partial", "cache/archives/partial", "packages"]) {
    await mkdir(join(apt, part), { recursive: true });
  }
  const settings = [`Dir::State::lists=${apt}/lists`, `Dir::Cache=${apt}/cache`, "Debug::NoLocking=1"];
  const options = [...settings, ...(status === undefined ? [] : [`Dir::State::status=${status}`])];
  const run = async (command: readonly string[]): Promise<string> => {
    const args = ["-q", ...options.flatMap((option) => ["-o", option]), ...command];
    return (await execute(APT, args, { cwd: packages, maxBuffer: MOST_OUTPUT_BYTES })).stdout;
  };
  await run(["update"]);
  const planned = await run(["install", "--simulate", "--no-install-recommends", "chromium"]);
  const wanted = [...planned.matchAll(/^Inst (\S+) (?:\[\S+\] )?\((\S+)/gm)];
  await run(["download", ...wanted.map(([, name = "", version = ""]) => `${name}=${version}`)]);
  for (const file of await readdir(packages)) {
    await execute("dpkg-deb", ["--extract", join(packages, file), folder]);
  }
  await rm(apt, { recursive: true });
}

/** The folders that hold libraries of this machine, such as `usr/lib/x86_64-linux-gnu`. */
async function librariesBelow(home: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const lib of ["usr/lib", "lib"]) {
    const names = await readdir(join(home, lib)).catch(() => []);
    found.push(...names.filter((name) => name.endsWith("-linux-gnu")).map((name) => join(home, lib, name)));
  }
  return found;
}

/** The package holds the program and its libraries packed. */
async function unpackedFromNpm(): Promise<ChromiumProgram> {
  if (process.arch !== "x64") {
    throw new Error(`npm has Chromium for Linux on x64, and this is ${process.platform} on ${process.arch}`);
  }
  const home = await installFromNpm("@sparticuz/chromium", "153.0.0");
  const folder = join(home, "unpacked");
  if (!existsSync(folder)) {
    const half = await mkdtemp(join(home, "half-unpacked-"));
    await unpack(join(home, "bin/chromium.br"), join(half, "chromium"));
    await unpack(join(home, "bin/al2023.tar.br"), join(half, "libraries.tar"));
    await execute("tar", ["-xf", "libraries.tar"], { cwd: half });
    await rename(half, folder);
  }
  const path = join(folder, "chromium");
  return { path, libraries: [join(folder, "lib")], from: "npm", headless: "--headless=shell" };
}

function unpack(from: string, to: string): Promise<void> {
  return pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to, { mode: 0o755 }));
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message.trim() : String(error);
}
