import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { kym, kymJson } from "../../support/kym.ts";
import { makeSmallStudy } from "../../support/small-study.ts";

let cwd = "";
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-packed-"));
  await makeSmallStudy(join(cwd, "study.zarr"));
});
afterEach(() => rm(cwd, { recursive: true }));

const PACKED = "study.zarr.zip";

async function pack(): Promise<void> {
  const { exitCode, stderr } = await kym(["pack", "study.zarr", PACKED], { cwd });
  expect([exitCode, stderr]).toEqual([0, ""]);
}

it("every verb that reads says of a packed file what it says of the dataset", async () => {
  await pack();
  for (const words of [
    ["check"],
    ["ls"],
    ["show", "", "a"],
    ["query", "", "select count(*) as n from images"],
    ["log"],
    ["roi", "list", "", "a"],
    ["explain", "", "a"],
  ]) {
    const of = async (path: string): Promise<readonly unknown[]> => {
      const line = words.includes("") ? words.map((word) => word || path) : [...words, path];
      const { exitCode, stdout } = await kym([...line, "--json"], { cwd });
      return [words[0], exitCode, stdout.replaceAll(path, "DATASET")];
    };
    const packed = await of(PACKED);
    expect(packed).toEqual(await of("study.zarr"));
    expect(packed.slice(0, 2)).toEqual([words[0], 0]);
  }
  const shown = await kym(["show", PACKED, "a"], { cwd });
  expect(shown.stdout).toMatch(
    /zarr\.storage\.ZipStore\(".+study\.zarr\.zip", mode="r"\)\n.+path="images\/scan-a\/data"/,
  );
  for (const words of [
    ["report", PACKED, "-o", "r.html"],
    ["plot", PACKED, "a", "-o", "p.svg"],
    ["export", PACKED, "out"],
    ["agree", "study.zarr", PACKED],
    ["random", PACKED, "--seed", "7", "-o", "n.csv"],
  ]) {
    const { exitCode, stderr } = await kym(words, { cwd });
    expect([words[0], exitCode, stderr]).toEqual([words[0], 0, expect.not.stringContaining("kym:")]);
  }
});

it("every verb that writes refuses a packed file by name, with a hint, and leaves it as it is", async () => {
  await pack();
  const before = await readFile(join(cwd, PACKED));
  await mkdir(join(cwd, "scans"));
  for (const words of [
    ["edit", PACKED, "a", "--note", "x"],
    ["roi", "add", PACKED, "a", "--lines", "0:2", "--px", "0:2"],
    ["delete", PACKED, "a", "--yes"],
    ["undo", PACKED],
    ["index", PACKED],
    ["analyze", PACKED],
    ["adopt", PACKED],
    ["gc", PACKED],
    ["check", PACKED, "--repair"],
    ["pull", PACKED, "study.zarr"],
    ["refresh", PACKED, "scans"],
    ["ingest", "scans", PACKED],
    ["run", "scans", PACKED],
    ["watch", "scans", PACKED],
    ["migrate", "study.zarr", PACKED],
  ]) {
    const { exitCode, stderr } = await kym(words, { cwd });
    expect([words.join(" "), exitCode, stderr]).toEqual([
      words.join(" "),
      5,
      expect.stringMatching(/study\.zarr\.zip is a packed file.*\n.*kym unpack study\.zarr\.zip/),
    ]);
  }
  expect((await readFile(join(cwd, PACKED))).equals(before)).toBe(true);
});

it("what a colleague did in an unpacked copy comes back by a packed file", async () => {
  await pack();
  expect((await kym(["unpack", PACKED, "bela.zarr"], { cwd })).stdout).toMatch(
    /^unpacked version \d+: \d+ files, .+ MB, to bela.zarr\n/,
  );
  expect((await kymJson(["check", "bela.zarr"], { cwd })).data).toMatchObject({ problems: [], notes: [] });
  await kym(["edit", "bela.zarr", "b", "--note", "seen"], { cwd });
  await kym(["pack", "bela.zarr", "bela.zip"], { cwd });
  const { data } = await kymJson(["pull", "study.zarr", "bela.zip"], { cwd });
  expect(data.images).toMatchObject([{ image_id: "scan-b", outcome: "changed", conflicts: [] }]);
  const same = await kym(["pack", "bela.zarr", "bela.zip", "--force"], { cwd });
  expect(same.exitCode).toBe(0);
});

it("unpack names the dataset after the file; both commands refuse an existing target, a folder, and a file of another kind", async () => {
  await pack();
  await rm(join(cwd, "study.zarr"), { recursive: true });
  expect((await kym(["unpack", PACKED], { cwd })).exitCode).toBe(0);
  await writeFile(join(cwd, "broken.zip"), "PK\u0003\u0004");
  await copyFile(join(cwd, PACKED), join(cwd, "plain"));
  for (const [words, exitCode, why] of [
    [["unpack", PACKED], 5, "already"],
    [["pack", "study.zarr", PACKED], 5, "--force replaces"],
    [["pack", "study.zarr", "study.zarr/x.zip"], 5, "inside the dataset"],
    [["unpack", "study.zarr", "x.zarr"], 6, "kym copy"],
    [["unpack", "broken.zip", "x.zarr"], 6, "broken.zip is not a zip file"],
    [["unpack", "plain"], 2, "does not end with .zip"],
    [["unpack", "none.zip"], 6, "there is no dataset"],
    [["copy", "study.zarr", "x.zip"], 2, "kym pack study.zarr x.zip"],
    [["ls", "broken.zip"], 6, "not a zip file"],
  ] as const) {
    const run = await kym(words, { cwd });
    expect([words, run.exitCode, run.stderr]).toEqual([words, exitCode, expect.stringContaining(why)]);
  }
  expect((await kymJson(["ls", "plain"], { cwd })).ok).toBe(true);
  expect((await readdir(cwd)).sort()).toEqual(["broken.zip", "plain", "study.zarr", PACKED]);
});
