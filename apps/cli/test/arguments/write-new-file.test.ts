import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeNewFile } from "../../src/arguments/write-new-file.ts";

let work = "";
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), "kym-new-file-"));
});
afterEach(() => rm(work, { recursive: true, force: true }));

test("a file that is there is kept, unless it may be replaced", async () => {
  const path = join(work, "scores.csv");
  await writeNewFile(path, "first", false);
  await expect(writeNewFile(path, "second", false)).rejects.toMatchObject({ code: "already_exists" });
  expect(await readFile(path, "utf8")).toBe("first");
  await writeNewFile(path, "third", true);
  expect([await readFile(path, "utf8"), await readdir(work)]).toEqual(["third", ["scores.csv"]]);
});

test("two writers that replace one file at the same time leave one whole file and nothing else", async () => {
  const path = join(work, "scores.csv");
  await writeFile(path, "old");
  const contents = ["a".repeat(100_000), "b".repeat(100_000)];
  await Promise.all(contents.map((content) => writeNewFile(path, content, true)));
  expect(contents).toContain(await readFile(path, "utf8"));
  expect(await readdir(work)).toEqual(["scores.csv"]);
});

test("a folder that is not there is an error of input that names the file", async () => {
  const path = join(work, "none", "scores.csv");
  await expect(writeNewFile(path, "text", true)).rejects.toMatchObject({
    code: "io",
    exitCode: 6,
    message: expect.stringContaining(path),
  });
});
