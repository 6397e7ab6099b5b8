// Builds this tree, or a commit in a worktree of its own that later runs use again.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import process from "node:process";
import { BuildError } from "./build-error.ts";

export const REPOSITORY: string = resolve(import.meta.dirname, "../..");

const PNPM = ["npx", "-y", "pnpm@12"] as const;

/** Returns the full hash of a commit that is given as a hash, a branch, a tag or `HEAD~3`. */
export function hashOfCommit(commit: string, repository: string = REPOSITORY): string {
  const { status, stdout } = run(repository, [
    "git",
    "rev-parse",
    "--verify",
    "--quiet",
    "--end-of-options",
    `${commit}^{commit}`,
  ]);
  if (status !== 0) {
    throw new BuildError(`--against ${commit}: no such commit in ${repository}; a shallow clone may lack it`);
  }
  return stdout.trim();
}

/**
 * Returns the folder of a commit's build, which is built first if necessary.
 *
 * Each run builds in a folder of its own. Only a complete build is recorded for later runs, so that a run that
 * was killed, or one that still builds, does not disturb others.
 */
export function buildCommit(
  hash: string,
  repository: string = REPOSITORY,
  build: (root: string, name: string) => void = installAndBuild,
): string {
  const builds = join(repository, ".cache/builds");
  const note = join(builds, `${hash}.built`);
  const known = existsSync(note) ? join(builds, readFileSync(note, "utf8")) : undefined;
  if (known !== undefined && existsSync(known)) {
    return known;
  }
  mkdirSync(builds, { recursive: true });
  removeAbandoned(builds, hash);
  const root = join(builds, `${hash}-${process.pid}`);
  // Force twice: git still counts a worktree whose folder is gone, and may have locked it.
  must(repository, ["git", "worktree", "add", "--force", "--force", "--detach", root, hash], hash);
  build(root, hash);
  writeFileSync(note, basename(root));
  return root;
}

/**
 * Removes what ended runs left behind. A process that such a run started may still write there; then a later
 * run removes it.
 */
function removeAbandoned(builds: string, hash: string): void {
  for (const name of readdirSync(builds)) {
    const pid = new RegExp(`^${hash}-(\\d+)$`).exec(name)?.[1];
    if (pid !== undefined && (Number(pid) === process.pid || !isRunning(Number(pid)))) {
      try {
        rmSync(join(builds, name), { recursive: true, force: true });
      } catch (error) {
        console.error(`${join(builds, name)} is left: ${error instanceof Error ? error.message : error}`);
      }
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Builds all packages of a tree, without turbo's cache, which does not look at every file that a build reads. */
export function buildTree(root: string, name: string): void {
  must(root, [...PNPM, "build"], name);
}

function installAndBuild(root: string, name: string): void {
  console.error(`building ${name} in ${root}`);
  must(root, [...PNPM, "install", "--frozen-lockfile"], name);
  buildTree(root, name);
}

function must(folder: string, command: readonly string[], name: string): void {
  const { status, stdout, stderr } = run(folder, command);
  if (status !== 0) {
    throw new BuildError(
      `${name} cannot be built: "${command.join(" ")}" ended with ${status} in ${folder}\n${stdout}${stderr}`,
    );
  }
}

function run(
  folder: string,
  [program = "", ...args]: readonly string[],
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const env = { ...process.env, CI: "true", DO_NOT_TRACK: "1", TURBO_FORCE: "true" };
  const result = spawnSync(program, args, { cwd: folder, env, encoding: "utf8", maxBuffer: 2 ** 28 });
  if (result.error !== undefined) {
    throw new BuildError(`"${program}" cannot be run: ${result.error.message}`);
  }
  return result;
}
