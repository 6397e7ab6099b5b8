import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ZarrDataset } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { leftOutNotes, type SelectedImages, selectImages } from "../../src/study/select-images.ts";
import { blindName } from "../support/blind-name.ts";
import { makeSmallStudy } from "../support/small-study.ts";
import { testHost } from "../support/test-host.ts";
import { treeHash } from "../support/tree-hash.ts";

let cwd = "";
let dataset: ZarrDataset;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-where-"));
  await makeSmallStudy(join(cwd, "study.zarr"));
  await writeFile(join(cwd, "secret.csv"), "word\nhidden\n");
  dataset = await openLocalDataset(join(cwd, "study.zarr"), { mode: "r" });
});
afterAll(async () => {
  await dataset.close();
  await rm(cwd, { recursive: true, force: true });
});

function select(where: string, options: { readonly blind?: true } = {}): Promise<SelectedImages> {
  const { onExit } = testHost();
  return selectImages({ options, signal: new AbortController().signal, onExit }, dataset, where);
}

it.each([
  ["condition = 'AngII'", ["scan-a", "scan-b"], 1],
  ["condition = 'AngII' and accepted", ["scan-a"], 1],
  ["condition is null", ["scan-d"], 0],
  ["n_rois = 0 -- without a ROI", ["scan-b", "scan-c", "scan-d"], 0],
  ["um_per_px = 0.5 and ms_per_line = 1 and calibration_source = 'noted'", ["scan-a"], 3],
  ["acquired_local >= '2025-07-22' and acquired_local < '2025-07-23'", ["scan-a"], 3],
  ["stale_tables = 'kym_velocity_events'", ["scan-b"], 0],
  ["region = 'cortex' and depth > 50", ["scan-a"], 3],
  ["image_id in (select image_id from images where note like 'mov%')", ["scan-b"], 0],
  ["condition = null", [], 4],
  ["file_name || ';' = 'a;'", ["scan-a"], 0],
])("--where %j selects %j, and leaves out %i for NULL", async (where, imageIds, leftOutForNull) => {
  expect(await select(where)).toEqual({ imageIds, leftOutForNull });
});

it.each([
  ["", /is not one boolean expression|Parser Error/],
  ["*", "is not one boolean expression"],
  ["true, false", "is a value .STRUCT"],
  ["true; drop table images", "is not one boolean expression"],
  ["true), (false", "is not one boolean expression"],
  ["true) from images union all select (true", "is not one boolean expression"],
  ["true) from images where (true", "is not one boolean expression"],
  ["true) from images order by (1", "is not one boolean expression"],
  ["n_rois", "is a value .BIGINT., not true or false"],
  ["count(*) > 1", "must appear in the GROUP BY"],
  ["unnest([true, false])", "gives several answers for an image"],
  ["nois = 0", 'Candidate bindings: "'],
])("--where %j is refused as a mistake of the user", async (where, message) => {
  await expect(select(where)).rejects.toMatchObject({ exitCode: 2, message: expect.stringMatching(message) });
});

it("--where can neither read nor write a file, nor change what DuckDB allows", async () => {
  const before = await treeHash(cwd);
  for (const where of [
    `exists (from read_csv('${join(cwd, "secret.csv")}'))`,
    `exists (from '${join(cwd, "secret.csv")}')`,
    `(select count(*) from glob('${cwd}/*')) > 0`,
    `exists (from read_text('/etc/hostname'))`,
    "true); set enable_external_access = true; select (true",
    `true); copy images to '${join(cwd, "out.csv")}'; select (true`,
  ]) {
    await expect(select(where), where).rejects.toMatchObject({ exitCode: 2 });
  }
  expect(await treeHash(cwd)).toBe(before);
});

it("--where with --blind sees paths, dates, conditions and notes as NULL", async () => {
  for (const name of [
    "rel_path",
    "file_name",
    "condition",
    "treatment",
    "treatment2",
    "date",
    "acquired_local",
    "note",
  ]) {
    expect(await select(`${name} is null`, { blind: true }), name).toEqual({
      imageIds: ["scan-a", "scan-b", "scan-c", "scan-d"].sort((a, b) =>
        blindName(a) < blindName(b) ? -1 : 1,
      ),
      leftOutForNull: 0,
    });
  }
  expect(await select(`image_id = '${blindName("scan-b")}'`, { blind: true })).toEqual({
    imageIds: ["scan-b"],
    leftOutForNull: 0,
  });
  expect(await select("condition = 'AngII'", { blind: true })).toEqual({ imageIds: [], leftOutForNull: 4 });
  expect(await select("n_rois > 0", { blind: true })).toEqual({ imageIds: ["scan-a"], leftOutForNull: 0 });
});

it("the images that were left out for NULL are counted in a note, and none are not", () => {
  expect(leftOutNotes({ imageIds: [], leftOutForNull: 0 })).toEqual([]);
  expect(leftOutNotes({ imageIds: [], leftOutForNull: 1 })).toEqual([
    "1 image left out, for which --where is NULL: something that it asks for is not known",
  ]);
});
