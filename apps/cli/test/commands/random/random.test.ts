import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { blindName } from "../../support/blind-name.ts";
import { kym, kymJson } from "../../support/kym.ts";

const CONDITIONS = ["Control", "AngII", "Control", "AngII", "Control", undefined] as const;

describe("kym random", () => {
  let cwd = "";
  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), "kym-random-"));
    await addScans("scans", 0);
    await kym(["ingest", "scans", "study.zarr"], { cwd });
  });
  afterAll(() => rm(cwd, { recursive: true, force: true }));

  const addScans = async (folder: string, first: number): Promise<void> => {
    await mkdir(join(cwd, folder), { recursive: true });
    for (const [index, condition] of CONDITIONS.entries()) {
      const stem = join(cwd, folder, `scan_${first + index}`);
      const data = new Uint16Array(32).fill(first + index);
      await writeFile(`${stem}.tif`, writeImageJTiff({ dtype: "uint16", shape: [8, 4], data }));
      if (condition !== undefined) {
        await writeFile(`${stem}.json`, JSON.stringify({ experiment_metadata: { condition } }));
      }
    }
  };
  const draw = async (...words: readonly string[]): Promise<readonly string[]> =>
    (await kymJson(["random", "study.zarr", ...words], { cwd })).data.imageIds;

  it("prints the ids of all images, one a line, in the same order for the same seed and in another for another", async () => {
    const { exitCode, stdout, stderr } = await kym(["random", "study.zarr", "--seed", "7"], { cwd });
    expect([exitCode, stderr]).toEqual([0, ""]);
    const ids = stdout.trimEnd().split("\n");
    const { data } = await kymJson(["ls", "study.zarr"], { cwd });
    expect([...ids].sort()).toEqual(data.map(({ image_id: id }: { readonly image_id: string }) => id).sort());
    expect(await draw("--seed", "7")).toEqual(ids);
    const others = await Promise.all(["8", "9", "10"].map((seed) => draw("--seed", seed)));
    expect(others).not.toEqual([ids, ids, ids]);
  });

  it("draws from each group, and says which has fewer than were asked for", async () => {
    const words = ["random", "study.zarr", "--by", "condition", "--seed", "7", "--n", "2"];
    const { data, warnings } = await kymJson(words, { cwd });
    expect([data.groups, data.imageIds.length]).toEqual([3, 5]);
    expect(warnings).toEqual(["condition not known, only 1 image of 2"]);
    const { stdout, stderr } = await kym([...words, "--blind"], { cwd });
    expect(stdout.trimEnd().split("\n")).toEqual(data.imageIds.map((id: string) => blindName(id, "7")));
    expect(stderr).toBe("note: 1 group of fewer than 2 images\n");
  });

  it("the key goes to a file, with order, blind name, id, groups, path and seed, and to stdout for -", async () => {
    const words = ["random", "study.zarr", "--by", "condition", "--seed", "7", "--n", "2"];
    const { exitCode, stdout, stderr } = await kym([...words, "-o", "key.csv"], { cwd });
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining("the key is in key.csv")]);
    expect(stdout).not.toMatch(/scan|Control|AngII/);
    const key = await readFile(join(cwd, "key.csv"), "utf8");
    const [title, ...rows] = key.trimEnd().split("\n");
    expect(title).toBe("order,blind_name,image_id,condition,rel_path,seed");
    const names = stdout.trimEnd().split("\n");
    expect(rows.map((row) => row.split(",")[1])).toEqual(names);
    expect(rows.map((row) => row.split(",")[2])).toEqual(await draw(...words.slice(2)));
    expect(rows.map((row) => blindName(row.split(",")[2] ?? "", "7"))).toEqual(names);
    expect(rows.every((row) => /,[0-9a-f-]{36},(Control|AngII|),scan_\d\.tif,7$/.test(row))).toBe(true);
    expect((await kym([...words, "-o", "-"], { cwd })).stdout).toBe(key);
    expect((await kym([...words, "-o", "key.csv"], { cwd })).exitCode).toBe(5);
    expect((await kym([...words, "-o", "key.csv", "--force"], { cwd })).exitCode).toBe(0);
  });

  it("--where draws from the images for which it is true, and says how many it left out for NULL", async () => {
    const { data, warnings } = await kymJson(["random", "study.zarr", "--where", "condition = 'AngII'"], {
      cwd,
    });
    expect(data.imageIds).toHaveLength(2);
    expect(warnings).toEqual([expect.stringMatching(/^1 image left out, for which --where is NULL/)]);
    const hidden = ["random", "study.zarr", "--where", "condition = 'AngII'", "--blind"];
    expect((await kymJson(hidden, { cwd })).data.imageIds).toEqual([]);
  });

  it("scans that come later do not reshuffle those that were there", async () => {
    const before = await draw("--seed", "7");
    await addScans("scans", 6);
    await kym(["ingest", "scans", "study.zarr"], { cwd });
    const after = await draw("--seed", "7");
    expect(after).toHaveLength(12);
    expect(after.filter((id) => before.includes(id))).toEqual(before);
  });

  it.each([
    [["--by", "conditon"], 'no column "conditon"', "did you mean condition?"],
    [["--n", "0"], '--n must be a whole number from 1, not "0"', ""],
    [["--n", "2.5"], '--n must be a whole number from 1, not "2.5"', ""],
    [["-o", "key.xlsx"], 'the key is CSV, but "key.xlsx" ends otherwise', "name it key.csv"],
    [
      ["-o", "key.csv", "--blind"],
      "the key of -o tells what --blind hides",
      "let somebody else write the key",
    ],
  ])("%j is a mistake of the command line, with what to do", async (words, message, hint) => {
    const { exitCode, stderr } = await kym(["random", "study.zarr", ...words], { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
  });
});
