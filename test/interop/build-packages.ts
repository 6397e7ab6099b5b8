// Builds the packages as they are published, for tests that use them so.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { REPOSITORY_ROOT } from "../gates/source/source-tree.ts";

/** Builds every package into its `dist`. */
export async function buildPackages(): Promise<void> {
  await promisify(execFile)("pnpm", ["-r", "--filter", "./packages/*", "run", "build"], {
    cwd: REPOSITORY_ROOT,
    shell: process.platform === "win32",
    maxBuffer: 2 ** 26,
  });
}
