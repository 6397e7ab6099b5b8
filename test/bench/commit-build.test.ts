// Tests how the build of a commit is made and found again, in a small repository whose build writes one file.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildCommit, hashOfCommit } from "../../bench/against/commit-build.ts";

let repository = "";

const git = (...args: readonly string[]): string =>
  execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.org", ...args], {
    cwd: repository,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();

/** Stands in for the install and the build of a tree. */
const build = (root: string): void => {
  if (readFileSync(join(root, "source"), "utf8") === "broken") {
    throw new Error("does not build");
  }
  writeFileSync(join(root, "dist"), "built");
};

function commit(text: string): string {
  writeFileSync(join(repository, "source"), text);
  git("add", "source");
  git("commit", "-m", text);
  return git("rev-parse", "HEAD");
}

beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), "kym-commit-build-"));
  git("init");
});

afterEach(() => {
  rmSync(repository, { recursive: true });
});

test("a commit is found by its short hash and by a name, and an unknown one is an error that names it", () => {
  const hash = commit("one");
  expect(hashOfCommit(hash.slice(0, 7), repository)).toBe(hash);
  expect(hashOfCommit("HEAD", repository)).toBe(hash);
  for (const unknown of ["0123abc", "no-branch", "--all"]) {
    expect(() => hashOfCommit(unknown, repository)).toThrow(`--against ${unknown}: no such commit`);
  }
});

test("a commit is built once, from its own files, and found again", () => {
  const old = commit("one");
  commit("two");
  let builds = 0;
  const counted = (root: string): void => {
    builds++;
    build(root);
  };
  const root = buildCommit(old, repository, counted);
  expect(readFileSync(join(root, "source"), "utf8")).toBe("one");
  expect(existsSync(join(root, "dist"))).toBe(true);
  expect(buildCommit(old, repository, counted)).toBe(root);
  expect(builds).toBe(1);
});

test("a commit that does not build is not used by the next run either", () => {
  const broken = commit("broken");
  expect(() => buildCommit(broken, repository, build)).toThrow("does not build");
  expect(() => buildCommit(broken, repository, build)).toThrow("does not build");
});

test("what a killed run left of a worktree, locked and half written, is removed by the next one", () => {
  const hash = commit("one");
  let left = "";
  const kill = (root: string): void => {
    left = root;
    throw new Error("killed");
  };
  expect(() => buildCommit(hash, repository, kill)).toThrow("killed");
  git("worktree", "lock", left);
  const gone = `${left.slice(0, left.lastIndexOf("-"))}-${goneProcess()}`;
  renameSync(left, gone);
  expect(readFileSync(join(buildCommit(hash, repository, build), "dist"), "utf8")).toBe("built");
  expect(existsSync(gone)).toBe(false);
});

test("a build that another run is making is left alone", () => {
  const hash = commit("one");
  const others = join(repository, ".cache/builds", `${hash}-${process.ppid}`);
  mkdirSync(others, { recursive: true });
  writeFileSync(join(others, "dist"), "half");
  expect(readFileSync(join(buildCommit(hash, repository, build), "dist"), "utf8")).toBe("built");
  expect(readFileSync(join(others, "dist"), "utf8")).toBe("half");
});

test("a build whose folder was deleted by hand is made again", () => {
  const hash = commit("one");
  rmSync(buildCommit(hash, repository, build), { recursive: true });
  expect(existsSync(join(buildCommit(hash, repository, build), "dist"))).toBe(true);
  rmSync(join(repository, ".cache"), { recursive: true });
  expect(existsSync(join(buildCommit(hash, repository, build), "dist"))).toBe(true);
});

/** The id of a process that has ended. */
function goneProcess(): number {
  return spawnSync(process.execPath, ["--version"]).pid;
}
