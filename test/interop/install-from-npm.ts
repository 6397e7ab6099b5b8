// Installs a version of a package from npm below `.cache/`, once.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);
const CACHE = resolve(import.meta.dirname, "../../.cache/npm-versions");

/** The folder of the package in its own `node_modules`. Installs beside the final folder and then renames. */
export async function installFromNpm(name: string, version: string): Promise<string> {
  const folder = join(CACHE, `${name.replace("/", "+")}-${version}`);
  if (!existsSync(folder)) {
    await mkdir(CACHE, { recursive: true });
    const half = await mkdtemp(join(CACHE, "half-made-"));
    await writeFile(join(half, "package.json"), '{ "private": true }');
    await execute("npm", ["install", "--no-audit", "--no-fund", `${name}@${version}`], {
      cwd: half,
      shell: process.platform === "win32",
    });
    await rename(half, folder).catch(async (error: unknown) => {
      await rm(half, { recursive: true });
      if (!existsSync(folder)) {
        throw error;
      }
    });
  }
  return join(folder, "node_modules", name);
}
