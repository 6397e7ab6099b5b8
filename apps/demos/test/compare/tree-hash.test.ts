import { mkdir, mkdtemp, rename, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { treeHash } from "../../src/compare/tree-hash.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kym-tree-"));
  await mkdir(join(folder, "a/b"), { recursive: true });
  await writeFile(join(folder, "a/b/c"), "12");
});
afterEach(() => rm(folder, { recursive: true }));

it("treeHash changes with bytes and names, and not with times", async () => {
  const before = await treeHash(folder);
  await utimes(join(folder, "a/b/c"), 1, 1);
  expect(await treeHash(folder)).toBe(before);
  await rename(join(folder, "a/b/c"), join(folder, "a/b/d"));
  const renamed = await treeHash(folder);
  await writeFile(join(folder, "a/b/d"), "13");
  const changed = await treeHash(folder);
  expect(new Set([before, renamed, changed]).size).toBe(3);
});
