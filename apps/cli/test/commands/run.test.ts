import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { afterAll, beforeAll, expect, it } from "vitest";
import { kym, kymJson } from "../support/kym.ts";

let cwd = "";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-run-"));
  await mkdir(join(cwd, "scans"));
  await addScan("one");
});
afterAll(() => rm(cwd, { recursive: true }));

async function addScan(name: string): Promise<void> {
  const data = Uint16Array.from(
    { length: 40 * 10 },
    (_, index) => ((index % 10) + name.length + index / 40) % 10,
  );
  const tiff = writeImageJTiff({ dtype: "uint16", shape: [40, 10], data }, { axes: ["t", "x"] });
  await writeFile(join(cwd, "scans", `${name}.tif`), tiff);
}

it("run does what ingest, analyze and index do, each step named by the one progress", async () => {
  const planned = await kymJson(["run", "scans", "study.zarr", "-n"], { cwd });
  expect(planned.data).toMatchObject({ ingest: { dryRun: true, found: 1 } });
  expect(planned.data.analyze).toBeUndefined();
  const first = await kym(["run", "scans", "study.zarr", "-j", "1", "--progress", "json"], { cwd });
  expect(first).toMatchObject({ exitCode: 0 });
  expect(first.stdout).toContain("loaded 1 of 1");
  expect(first.stdout).toContain("analysed 1 ROI of 1 image · 7 windows");
  expect(first.stdout).toContain("kym_radon: updated 1 · fresh 0 · not analysed 0");
  const steps = first.stderr.split("\n").filter((line) => line.startsWith("{"));
  expect(new Set(steps.map((line) => JSON.parse(line).step))).toEqual(
    new Set(["1 of 3", "2 of 3", "3 of 3"]),
  );
});

it("a second run does nothing, and one after a new scan does that scan alone", async () => {
  const again = await kymJson(["run", "scans", "study.zarr"], { cwd });
  expect(again.data).toMatchObject({ ingest: { ingested: [] }, analyze: { analysed: 0, commits: 0 } });
  await addScan("two");
  const { data } = await kymJson(["run", "scans", "study.zarr", "-j", "1"], { cwd });
  expect(data).toMatchObject({ ingest: { found: 2 }, analyze: { images: 2, analysed: 1, current: 1 } });
  expect(data.ingest.ingested).toHaveLength(1);
});

it("a TIFF that cannot be read stops none of the others, and the exit code is 3", async () => {
  await writeFile(join(cwd, "scans", "broken.tif"), "no TIFF");
  await addScan("three");
  const { exitCode, stdout } = await kym(["run", "scans", "study.zarr", "-j", "1"], { cwd });
  expect(exitCode).toBe(3);
  expect(stdout).toContain("analysed 1 ROI of 1 image");
  const empty = await kym(["run", "nowhere", "study.zarr"], { cwd });
  expect(empty.exitCode).toBe(6);
});
