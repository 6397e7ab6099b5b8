import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
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

test("a file has its name only when it is whole: nobody who watches the folder sees a part of it", async () => {
  const path = join(work, "big.csv");
  const content = "0123456789abcdef".repeat(1 << 20);
  const seen = new Set<number>();
  let isDone = false;
  const watching = (async () => {
    while (!isDone) {
      seen.add(
        await readFile(path).then(
          ({ length }) => length,
          () => -1,
        ),
      );
    }
    seen.add((await readFile(path)).length);
  })();
  await writeNewFile(path, content, false);
  isDone = true;
  await watching;
  expect([...seen].filter((length) => length !== -1)).toEqual([content.length]);
  expect(await readdir(work)).toEqual(["big.csv"]);
});

test("no file is written into a dataset, be it with force or through a link", async () => {
  const dataset = join(work, "study.zarr");
  await mkdir(join(dataset, "tables"), { recursive: true });
  await writeFile(join(dataset, "zarr.json"), "{}");
  await symlink(dataset, join(work, "link"));
  for (const path of ["study.zarr/zarr.json", "study.zarr/tables/x.csv", "link/zarr.json"]) {
    await expect(writeNewFile(join(work, path), "new", true, dataset)).rejects.toMatchObject({
      code: "inside_dataset",
      exitCode: 5,
    });
  }
  expect(await readFile(join(dataset, "zarr.json"), "utf8")).toBe("{}");
  await writeNewFile(join(work, "study.zarr.csv"), "new", false, dataset);
  expect((await readdir(work)).sort()).toEqual(["link", "study.zarr", "study.zarr.csv"]);
});
