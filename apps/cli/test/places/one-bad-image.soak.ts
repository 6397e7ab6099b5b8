import { cp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { kym, kymJson } from "../support/kym.ts";
import { treeHash } from "../support/tree-hash.ts";
import { filesBelow, flipByte, type LabStudy, makeLabStudy, SCANS, sidecarOf } from "./lab-study.ts";

// The case dataset-11: one damaged, missing or edited file of one image ends export, ingest or refresh of all.
let study: LabStudy;
const bad = "s5";
const others = SCANS.filter((scan) => scan !== bad);
const whole = "whole.zarr";
beforeAll(async () => {
  study = await makeLabStudy();
  await cp(study.path(), join(study.cwd, whole), { recursive: true });
});
beforeEach(async () => {
  await rm(study.path(), { recursive: true });
  await cp(join(study.cwd, whole), study.path(), { recursive: true });
});
afterAll(() => rm(study.cwd, { recursive: true }));

const FAULTS: readonly (readonly [string, string, (path: string) => Promise<void>])[] = [
  ["a flipped byte of the pixels", "data/c/0/0", flipByte],
  ["a provenance that is missing", "analysis/provenance.json", (path) => rm(path)],
  ["metadata that Python edited", "analysis/metadata.json", (path) => writeFile(path, '{"note": "Python"}')],
  ["metadata that are cut off", "analysis/metadata.json", (path) => writeFile(path, '{"no')],
  ["pixels that are missing", "data/c/0/0", (path) => rm(path)],
];

it.each(FAULTS)(
  "an export goes on after %s, names the image, and ends with 3",
  async (_what, file, spoil) => {
    await spoil(study.path(study.imageOf(bad), file));
    const preview = await kymJson(["export", "study.zarr", "out", "--dry-run"], study);
    const written = preview.data.files.map(({ path }: { path: string }) => path.slice(0, 2));
    expect(new Set(written.filter((name: string) => name.startsWith("s")))).toEqual(new Set(others));
    const { exitCode, stdout, stderr } = await kym(["export", "study.zarr", "out", "--dry-run"], study);
    expect([exitCode, stdout]).toEqual([3, expect.stringContaining("left out 1 image\n  s5.tif")]);
    expect(stderr).toContain("s5.tif is not in the export: images/");
  },
);

it.each(["imagej", "kymflow"])("an export for %s goes on after pixels that are damaged", async (format) => {
  await flipByte(study.path(study.imageOf(bad), "data/c/0/0"));
  const { exitCode } = await kym(["export", "study.zarr", format, "--to", format], study);
  const written = (await filesBelow(join(study.cwd, format))).filter((name) => name.endsWith(".tif"));
  expect([exitCode, written]).toEqual([3, others.map((scan) => `${scan}.tif`)]);
});

it("an export with --force does not replace an earlier one by one that lacks an image", async () => {
  await kym(["export", "study.zarr", "kept"], study);
  const before = await treeHash(join(study.cwd, "kept"));
  await flipByte(study.path(study.imageOf(bad), "data/c/0/0"));
  const { exitCode, stderr } = await kym(["export", "study.zarr", "kept", "--force"], study);
  expect([exitCode, stderr]).toEqual([5, expect.stringContaining("was not replaced")]);
  expect(await treeHash(join(study.cwd, "kept"))).toBe(before);
});

it("an export ends with the error if no image can be read, and writes nothing", async () => {
  for (const scan of SCANS) {
    await flipByte(study.path(study.imageOf(scan), "data/c/0/0"));
  }
  const { exitCode, stderr } = await kym(["export", "study.zarr", "none"], study);
  expect([exitCode, stderr]).toEqual([4, expect.stringContaining("is damaged")]);
  await expect(filesBelow(join(study.cwd, "none"))).rejects.toThrow("ENOENT");
});

it.each(["ingest", "refresh"])(
  "%s goes on after an image that cannot be read, and ends with 3",
  async (verb) => {
    const order = verb === "ingest" ? ["lab", "study.zarr"] : ["study.zarr", "lab"];
    const spoilt = study.path(study.imageOf(bad), "analysis/provenance.json");
    await rm(spoilt);
    const sidecar = join(study.cwd, "lab", `${others[0]}.json`);
    await writeFile(sidecar, sidecarOf("s1", `changed for ${verb}`));
    for (const flags of [["--dry-run"], []]) {
      const { exitCode, stdout } = await kym([verb, ...order, ...flags], study);
      expect([verb, exitCode]).toEqual([verb, 3]);
      expect(stdout).toMatch(/updated:\n {2}s1\.tif/);
      expect(stdout).toMatch(/failed:\n {2}s5\.tif — images\/.*provenance\.json is missing/);
    }
  },
);
