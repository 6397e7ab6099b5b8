import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { kym, kymJson } from "../support/kym.ts";
import { flipByte, type LabStudy, makeLabStudy, SCANS, sidecarOf } from "./lab-study.ts";

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

/** Each kind of fault, each format and `--force` in `one-bad-image.soak.ts`. */
it("an export with a bad image lists it, and an ingest of it says that it is not whole", async () => {
  await flipByte(study.path(study.imageOf(bad), "data/c/0/0"));
  const { data } = await kymJson(["export", "study.zarr", "part"], study);
  expect(data.failed).toEqual([
    expect.objectContaining({
      path: "s5.tif",
      code: "integrity",
      reason: expect.stringContaining("is damaged"),
    }),
  ]);
  const manifest = JSON.parse(await readFile(join(study.cwd, "part/export.json"), "utf8"));
  expect(manifest.leftOut.images).toEqual([
    expect.objectContaining({ sourceRelPath: "s5.tif", reason: expect.stringContaining("is damaged") }),
  ]);
  // An export that lacks the image as well has no copy of it to lose.
  const again = await kym(["export", "study.zarr", "part", "--force"], study);
  expect([again.exitCode, again.stdout]).toEqual([3, expect.stringContaining("left out 1 image\n  s5.tif")]);
  const { exitCode, stderr } = await kym(["ingest", "part", "copy.zarr"], study);
  expect([exitCode, stderr]).toEqual([0, expect.stringContaining("without 1 image")]);
  expect(stderr).toContain("s5.tif: not in the export, because it could not be read");
});

it("a refresh of changed sidecars leaves the edit of another program alone, and takes in the others", async () => {
  const edited = study.path(study.imageOf(bad), "analysis/metadata.json");
  await writeFile(edited, '{"note": "Python"}');
  for (const scan of SCANS) {
    await writeFile(join(study.cwd, "lab", `${scan}.json`), sidecarOf(scan, "changed again"));
  }
  const { data } = await kymJson(["refresh", "study.zarr", "lab"], study);
  const paths = (items: readonly { readonly path: string }[]): readonly string[] =>
    items.map(({ path }) => path);
  expect(paths(data.updated)).toEqual(others.map((scan) => `${scan}.tif`));
  expect(paths(data.failed)).toEqual(["s5.tif"]);
  expect(await readFile(edited, "utf8")).toBe('{"note": "Python"}');
});
