import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeNewFile } from "../../src/arguments/write-new-file.ts";
import { ownMark } from "../../src/leftover-name.ts";

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

test("no file is written into any dataset, which its log tells", async () => {
  await mkdir(join(work, "other.zarr", "__commits"), { recursive: true });
  await symlink("other.zarr/zarr.json", join(work, "link.json"));
  for (const path of ["other.zarr/zarr.json", "other.zarr/x.csv", "link.json"]) {
    await expect(writeNewFile(join(work, path), "new", true, join(work, "study.zarr"))).rejects.toMatchObject(
      {
        code: "inside_dataset",
      },
    );
  }
  expect(await readdir(join(work, "other.zarr"))).toEqual(["__commits"]);
});

test("a link is followed and stays, also one that leads to no file yet", async () => {
  await writeFile(join(work, "real.csv"), "old");
  await symlink("real.csv", join(work, "a.csv"));
  await symlink("later.csv", join(work, "b.csv"));
  await expect(writeNewFile(join(work, "a.csv"), "new", false)).rejects.toMatchObject({
    code: "already_exists",
  });
  await writeNewFile(join(work, "a.csv"), "new", true);
  await writeNewFile(join(work, "b.csv"), "newer", true);
  expect(await readlink(join(work, "a.csv"))).toBe("real.csv");
  expect(await readFile(join(work, "real.csv"), "utf8")).toBe("new");
  expect(await readFile(join(work, "later.csv"), "utf8")).toBe("newer");
});

test.runIf(process.platform !== "win32")("a pipe and a device are written straight", async () => {
  const pipe = join(work, "pipe");
  expect(spawnSync("mkfifo", [pipe]).status).toBe(0);
  const [text] = await Promise.all([readFile(pipe, "utf8"), writeNewFile(pipe, "through", false)]);
  expect(text).toBe("through");
  await writeNewFile("/dev/null", "away", false);
  expect((await stat("/dev/null")).isCharacterDevice()).toBe(true);
});

test("what a process that was killed left of a file goes at the next run, and nothing else", async () => {
  const { pid } = spawnSync(process.execPath, ["--version"]);
  const own = ownMark();
  const names = {
    ofDead: `a.csv.partial-${own.replace(/-\d+-$/, `-${pid}-`)}x`,
    ofLiving: `a.csv.partial-${own}x`,
    ofAnotherMachine: `a.csv.partial-${"0".repeat(12)}-${pid}-x`,
    ofSomebody: "a.csv.partial-mine",
  };
  for (const name of Object.values(names)) {
    await writeFile(join(work, name), "part");
  }
  await writeNewFile(join(work, "a.csv"), "whole", false);
  const { ofDead: _, ...others } = names;
  expect((await readdir(work)).sort()).toEqual(["a.csv", ...Object.values(others)].sort());
});
