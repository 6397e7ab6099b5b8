import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { microscopeCalibration } from "@kym/legacy-io";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findSharedData } from "../../../../../test/support/find-shared-data.ts";
import { kym, kymJson } from "../../support/kym.ts";

const KYMOGRAPHS = findSharedData("kymographs");

describe.skipIf(KYMOGRAPHS === undefined)("a calibration of a real scan", () => {
  let cwd = "";
  let id = "";
  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), "kym-calibration-"));
    await cp(KYMOGRAPHS ?? "", join(cwd, "lab"), { recursive: true });
    await kym(["ingest", "lab", "study.zarr", "--index"], { cwd });
    const { data } = await kymJson(["ls", "study.zarr", "--where", "file_name = '20250722_A89_0003'"], {
      cwd,
    });
    id = data[0].image_id;
  });
  afterAll(() => rm(cwd, { recursive: true, force: true }));

  async function hashes(imageId: string): Promise<ReadonlyMap<string, string>> {
    await using dataset = await openLocalDataset(join(cwd, "study.zarr"), { mode: "r" });
    return dataset.record(imageId).objectHashes();
  }

  async function states(): Promise<readonly unknown[]> {
    const sql = "select rel_path, roi_id, analysis_state, vel_mean from kym_radon order by 1, 2";
    const { stdout } = await kym(["query", "study.zarr", sql, "--format", "csv"], { cwd });
    return stdout.trim().split("\n").slice(1);
  }

  it("is the one that its analyses used, as it is ingested", async () => {
    expect(await states()).toHaveLength(7);
    for (const row of await states()) {
      expect(row).toContain(",current,");
    }
    const { data } = await kymJson(["ls", "study.zarr", "--columns", "calibration_source"], { cwd });
    const sources = data.map((row: { readonly calibration_source: unknown }) => row.calibration_source);
    expect(sources).toEqual(["olympus", "olympus", "olympus", "mm_header"]);
  });

  it("rescales nothing when it is edited: the tables, show and explain say calibration_changed", async () => {
    const before = await states();
    const objects = await hashes(id);
    const dry = await kymJson(["edit", "study.zarr", "0003", "--um-per-px", "0.5", "-n"], { cwd });
    expect(dry.data.analyses_with_another_calibration).toBe(2);
    expect(await hashes(id)).toEqual(objects);
    const { data, warnings } = await kymJson(["edit", "study.zarr", "0003", "--um-per-px", "0.5"], { cwd });
    expect(data).toMatchObject({
      edited: [{ changes: [{ field: "um_per_px", old: 0.45, new: 0.5 }] }],
      analyses_with_another_calibration: 2,
      went_stale: [{ table: "kym_radon", image_ids: [id] }],
      next: "kym index study.zarr",
    });
    expect(warnings).toEqual([
      "2 analyses used another calibration, or one that is not known: nothing is rescaled, and analysis_state says calibration_changed",
    ]);
    const changed = [...(await hashes(id))].filter(([path, hash]) => objects.get(path) !== hash);
    expect(changed.map(([path]) => path).sort()).toEqual([
      "analysis/metadata.json",
      "data/zarr.json",
      "zarr.json",
    ]);
    const node = JSON.parse(await readFile(join(cwd, "study.zarr/images", id, "data/zarr.json"), "utf8"));
    expect(node.attributes).toMatchObject({
      dimension_units: ["0.0011139666666666666 s", "0.5 µm"],
      dimension_steps: [0.0011139666666666666, 0.5],
      dimension_origins: [0, 0],
    });
    await kym(["index", "study.zarr"], { cwd });
    expect(await states()).toEqual(
      before.map((row) =>
        String(row).includes("0003") ? String(row).replace("current", "calibration_changed") : row,
      ),
    );
    for (const command of ["show", "explain"]) {
      const { stdout } = await kym([command, "study.zarr", "20250722_A89_0003"], { cwd });
      expect(stdout).toContain(
        "analysis of ROI 1, 2: calibration_changed: it used 0.45 µm/px and 1.11397 ms/line\n",
      );
    }
    // What the microscope said is still there.
    const said = microscopeCalibration(
      await readFile(join(cwd, "study.zarr/images", id, "analysis/metadata.json"), "utf8"),
    );
    expect(said).toEqual({ umPerPx: 0.45, secondsPerLine: 33.419 / 30000 });
    const shown = await kymJson(["show", "study.zarr", "20250722_A89_0003"], { cwd });
    expect(shown.data.analysis_runs).toMatchObject([
      { roi_id: 1, channel: 1, analysis_state: "calibration_changed", um_per_px: 0.45 },
      { roi_id: 2 },
    ]);
    const listed = await kymJson(["ls", "study.zarr", "--where", "analysis_state = 'calibration_changed'"], {
      cwd,
    });
    expect(listed.data[0].calibration_source).toBe("noted");
    expect(listed.data.map((image: { readonly image_id: string }) => image.image_id)).toEqual([id]);
  });

  it("that is set back gives the bytes of the array and the states that were", async () => {
    const objects = await hashes(id);
    const { data } = await kymJson(["edit", "study.zarr", "0003", "--um-per-px", "0.45"], { cwd });
    expect(data.analyses_with_another_calibration).toBe(0);
    expect((await hashes(id)).get("data/zarr.json")).not.toBe(objects.get("data/zarr.json"));
    await kym(["index", "study.zarr"], { cwd });
    for (const row of await states()) {
      expect(row).toContain(",current,");
    }
  });

  it("that only the TIFF states is told with its source by show", async () => {
    const { stdout } = await kym(["show", "study.zarr", "Capillary2"], { cwd, columns: 100 });
    expect(stdout).toContain("0.331 µm/px · 1.146 ms/line, as the TIFF says (mm_header)\n");
  });

  it("of a scan without a header comes from a person, in milliseconds and µm, and goes again", async () => {
    const find = async () =>
      (await kymJson(["ls", "study.zarr", "--where", "file_name = 'Capillary2_no_txt'"], { cwd })).data[0];
    const { image_id: other } = await find();
    await kym(["edit", "study.zarr", "Capillary2", "--um-per-px", "", "--ms-per-line", ""], { cwd });
    const before = await hashes(other);
    await kym(["edit", "study.zarr", "Capillary2", "--um-per-px", "0.331", "--ms-per-line", "1.14604"], {
      cwd,
    });
    expect(await find()).toMatchObject({
      ...{ um_per_px: 0.331, ms_per_line: 1.14604, seconds_per_line: 0.00114604 },
      ...{ calibrated: true, calibration_source: "noted" },
    });
    await kym(["edit", "study.zarr", "Capillary2", "--um-per-px", "", "--ms-per-line", ""], { cwd });
    expect(await find()).toMatchObject({ um_per_px: null, ms_per_line: null, calibrated: false });
    expect((await hashes(other)).get("data/zarr.json")).toBe(before.get("data/zarr.json"));
    expect((await kymJson(["check", "study.zarr"], { cwd })).data.problems).toEqual([]);
  });

  it("that is corrected beside the TIFF comes by a refresh, in the same commit as the array says it", async () => {
    const header = join(cwd, "lab/28d AngII/20250722/20250722_A89_0002.txt");
    const text = await readFile(header, "latin1");
    expect(text).toContain("0.450 [um/pixel]");
    await writeFile(header, text.replace("0.450 [um/pixel]", "0.500 [um/pixel]"), "latin1");
    const { data } = await kymJson(["ls", "study.zarr", "--where", "file_name = '20250722_A89_0002'"], {
      cwd,
    });
    const [{ image_id: other }] = data;
    const before = await hashes(other);
    await kym(["refresh", "study.zarr", "lab"], { cwd });
    const after = await hashes(other);
    expect(after.get("analysis/radon/analysis.json")).toBe(before.get("analysis/radon/analysis.json"));
    const node = JSON.parse(await readFile(join(cwd, "study.zarr/images", other, "data/zarr.json"), "utf8"));
    expect(node.attributes.dimension_steps[1]).toBe(0.5);
    await using dataset = await openLocalDataset(join(cwd, "study.zarr"), { mode: "r" });
    const last = (await Array.fromAsync(dataset.log())).at(-1);
    const paths = (last?.ops ?? []).map(({ path }) => path.replace(`images/${other}/`, ""));
    expect(paths).toEqual(expect.arrayContaining(["analysis/metadata.json", "data/zarr.json"]));
    const { stdout } = await kym(["explain", "study.zarr", other], { cwd });
    expect(stdout).toContain("analysis of ROI 1, 2: calibration_changed: it used 0.45 µm/px");
  });
});
