// The recipes of `kym query --examples`, run on real line scans.
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findSharedData } from "../../../../../test/support/find-shared-data.ts";
import { RECIPES } from "../../../src/commands/query/recipes.ts";
import { kym, kymJson } from "../../support/kym.ts";

const KYMOGRAPHS = findSharedData("kymographs");

describe.skipIf(KYMOGRAPHS === undefined)("a recipe", () => {
  let cwd = "";
  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), "kym-recipes-"));
    await cp(KYMOGRAPHS ?? "", join(cwd, "lab"), { recursive: true, preserveTimestamps: true });
    await cp(join(cwd, "lab/Capillary2_no_txt.tif"), join(cwd, "lab/copy.tif"));
    const fields = ["--path-fields", "{condition}/{date}/*", "--map", "condition:28d AngII=AngII"];
    await kym(["ingest", "lab", "study.zarr", "--index", ...fields], { cwd });
  });
  afterAll(() => rm(cwd, { recursive: true, force: true }));

  const rowsOf = async (question: string): Promise<unknown> => {
    const sql = RECIPES.find((recipe) => recipe.question === question)?.sql ?? "";
    return (await kymJson(["query", "study.zarr", sql], { cwd })).data;
  };

  it.each(RECIPES.map(({ question }) => question))("answers: %s", async (question) => {
    expect(await rowsOf(question), question).toBeInstanceOf(Array);
  });

  it("counts the scans of each condition and day, and the mean of each condition and ROI", async () => {
    expect(await rowsOf("How many scans are there for each condition and day?")).toEqual([
      { condition: "AngII", day: "2025-07-22", scans: 2 },
      { condition: null, day: "2022-11-02", scans: 1 },
      { condition: null, day: null, scans: 2 },
    ]);
    expect(await rowsOf("What is the mean speed ± SEM of each condition and ROI?")).toMatchObject([
      { condition: "AngII", roi_id: 1, n: 2 },
      { condition: "AngII", roi_id: 2, n: 2 },
      { condition: null, roi_id: 1, n: 1, sem_mm_s: null },
      { condition: null, roi_id: 2, n: 1 },
      { condition: null, roi_id: 3, n: 1 },
    ]);
    expect(await rowsOf("Which scans are the same file twice?")).toEqual([
      { files: ["Capillary2_no_txt.tif", "copy.tif"] },
    ]);
    expect(await rowsOf("Which scans were never analysed?")).toEqual([
      { rel_path: "Capillary2_no_txt.tif", n_rois: 0 },
      { rel_path: "copy.tif", n_rois: 0 },
    ]);
  });
});
