import { mkdir, mkdtemp, readdir, readFile, rm, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { filesBelow } from "../../places/lab-study.ts";
import { kym, kymJson } from "../../support/kym.ts";
import { makeSmallStudy } from "../../support/small-study.ts";
import { treeHash } from "../../support/tree-hash.ts";

let cwd = "";
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-copy-"));
  await makeSmallStudy(join(cwd, "study.zarr"));
});
afterEach(() => rm(cwd, { recursive: true }));

const EDITS = [
  ["edit", "study.zarr", "a", "--condition", "salt"],
  ["edit", "study.zarr", "a", "--note", "seen twice"],
];

it("a copy opens, checks clean, pulls and undoes as the original", async () => {
  for (const words of EDITS) {
    await kym(words, { cwd });
  }
  const { exitCode, stdout } = await kym(["copy", "study.zarr", "new/copy.zarr"], { cwd });
  expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^copied version \d+: \d+ files/)]);
  expect((await kymJson(["check", "copy.zarr"], { cwd: join(cwd, "new") })).data).toMatchObject({
    problems: [],
    notes: [],
  });
  for (const words of [["log"], ["ls"], ["undo"], ["ls"]]) {
    const [ours, theirs] = [
      await kymJson([...words, "study.zarr"], { cwd }),
      await kymJson([...words, "new/copy.zarr"], { cwd }),
    ];
    const text = JSON.stringify(ours.data);
    expect(words[0] === "undo" ? theirs.ok : JSON.stringify(theirs.data)).toBe(
      words[0] === "undo" ? true : text,
    );
  }
  await kym(["edit", "new/copy.zarr", "b", "--note", "seen"], { cwd });
  const { data } = await kymJson(["pull", "study.zarr", "new/copy.zarr"], { cwd });
  expect(data.images).toMatchObject([{ image_id: "scan-b", outcome: "changed", conflicts: [] }]);
  expect(await readdir(cwd)).toEqual(["new", "study.zarr"]);
});

it("names what another program changed, and copies what was committed, also below the line ends of git", async () => {
  for (const words of [...EDITS, ["undo", "study.zarr"], ["undo", "study.zarr"]]) {
    await kym(words, { cwd });
  }
  for (const path of await filesBelow(join(cwd, "study.zarr"))) {
    const file = join(cwd, "study.zarr", path);
    const text = (await readFile(file)).toString("latin1");
    await writeFile(file, Buffer.from(text.includes("\0") ? text : text.replaceAll("\n", "\r\n"), "latin1"));
  }
  const edited = "images/scan-a/analysis/metadata.json";
  await writeFile(join(cwd, "study.zarr", edited), "{}");
  const { exitCode, stderr } = await kym(["copy", "study.zarr", "copy.zarr"], { cwd });
  expect([exitCode, stderr.match(/note: .+: the file has other bytes/g)]).toEqual([
    0,
    [`note: ${edited}: the file has other bytes`],
  ]);
  expect((await kymJson(["check", "copy.zarr"], { cwd })).data).toMatchObject({ problems: [] });
});

it("an older version has its images, metadata and scales, and refuses what is not kept", async () => {
  await kym(["delete", "study.zarr", "d", "--yes"], { cwd });
  const { data: log } = await kymJson(["log", "study.zarr"], { cwd });
  const version = log.at(-1).version;
  const before = await kymJson(["ls", "study.zarr"], { cwd });
  for (const words of EDITS) {
    await kym(words, { cwd });
  }
  expect((await kym(["copy", "study.zarr", "old.zarr", "--version", `${version}`], { cwd })).exitCode).toBe(
    0,
  );
  expect((await kymJson(["ls", "old.zarr"], { cwd })).data).toEqual(before.data);
  expect((await kymJson(["check", "old.zarr"], { cwd })).data).toMatchObject({ version, problems: [] });
  const { stdout } = await kym(["pull", "old.zarr", "study.zarr"], { cwd });
  expect(stdout).toContain("1 changed");
  const gone = await kym(["copy", "study.zarr", "older.zarr", "--version", `${version - 1}`], { cwd });
  expect([gone.exitCode, gone.stderr]).toEqual([6, expect.stringContaining("the history does not keep it")]);
  expect(await readdir(cwd)).toEqual(["old.zarr", "study.zarr"]);
});

it("refuses a target that is there or inside, a damaged dataset, and a version that is none", async () => {
  await mkdir(join(cwd, "there.zarr"));
  const hash = await treeHash(cwd);
  for (const [words, exitCode, why] of [
    [["there.zarr"], 5, "already"],
    [["study.zarr"], 2, "inside"],
    [["study.zarr/x"], 2, "inside"],
    [["new.zarr", "--version", "99"], 6, "no version 99"],
    [["new.zarr", "--version", "x"], 2, "VERSION is a number"],
  ] as const) {
    const run = await kym(["copy", "study.zarr", ...words], { cwd });
    expect([words, run.exitCode, run.stderr]).toEqual([words, exitCode, expect.stringContaining(why)]);
  }
  expect(await treeHash(cwd)).toBe(hash);
  await unlink(join(cwd, "study.zarr/images/scan-a/data/c/0/0"));
  const run = await kym(["copy", "study.zarr", "new.zarr"], { cwd });
  expect([run.exitCode, run.stderr]).toEqual([4, expect.stringContaining("repair the dataset")]);
  expect(await readdir(cwd)).toEqual(["study.zarr", "there.zarr"]);
});
