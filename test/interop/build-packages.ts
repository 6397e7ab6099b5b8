// Builds the packages as they are published, for tests that use them so.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { REPOSITORY_ROOT } from "../gates/source/source-tree.ts";

let built: Promise<unknown> | undefined;

/** Builds every package into its `dist`, once for all files of a run. */
export async function buildPackages(): Promise<void> {
  built ??= promisify(execFile)("pnpm", ["-r", "--filter", "./packages/*", "run", "build"], {
    cwd: REPOSITORY_ROOT,
    shell: process.platform === "win32",
    maxBuffer: 2 ** 26,
  });
  await built;
}
