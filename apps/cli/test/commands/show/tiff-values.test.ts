import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findSharedData } from "../../../../../test/support/find-shared-data.ts";
import { acquiredText } from "../../../src/commands/show/line-scan.ts";
import { tiffValues } from "../../../src/commands/show/tiff-values.ts";
import { kym, kymJson } from "../../support/kym.ts";

const CASE = findSharedData("cases/file-10-imagej-value-calibration-silent");
const SHIFTED = "ImageJ stored int16 as uint16 + 32768: the values are given as int16, as ImageJ shows them";
const AS_STORED =
  'ImageJ calibrates the values: 10 + 2 × value, in "ratio"; they are given as they are stored';
let cwd = "";

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-values-"));
  if (CASE !== undefined) {
    for (const name of ["ij_signed16.tif", "ij_valuecal.tif"]) {
      await cp(join(CASE, name), join(cwd, "lab", name));
    }
  }
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

it.runIf(CASE !== undefined)(
  "ingest, show and check say what became of values that ImageJ calibrated, in words and as JSON",
  async () => {
    const { ok, warnings } = await kymJson(["ingest", "lab", "study.zarr"], { cwd });
    expect([ok, warnings]).toEqual([true, [`ij_signed16.tif: ${SHIFTED}`, `ij_valuecal.tif: ${AS_STORED}`]]);
    const { stdout } = await kym(["show", "study.zarr", "ij_signed16"], { cwd });
    expect(stdout).toContain("pixels    16 × 20 int16 ");
    expect(stdout).toContain(`note      ${SHIFTED}\n`);
    const { data } = await kymJson(["show", "study.zarr", "ij_valuecal"], { cwd });
    expect(data).toMatchObject({
      dtype: "uint8",
      tiff_value_calibration: { imagej_function: 0, coefficients: [10, 2], unit: "ratio" },
      tiff_warnings: [AS_STORED],
    });
    const checked = await kymJson(["check", "study.zarr"], { cwd });
    expect(checked.data).toMatchObject({
      problems: [],
      notes: [
        { path: "ij_signed16.tif", message: SHIFTED },
        { path: "ij_valuecal.tif", message: AS_STORED },
      ],
    });
    expect((await kym(["check", "study.zarr"], { cwd })).stdout).toContain(
      `note: ij_valuecal.tif: ${AS_STORED}`,
    );
  },
);

it("an image whose attributes say nothing, or something else, has no calibration of values and no warnings", () => {
  const nothing = { tiff_value_calibration: null, tiff_warnings: [] };
  expect(tiffValues({})).toEqual(nothing);
  expect(tiffValues({ tiff_value_calibration: { imagej_function: "0" }, tiff_warnings: "a" })).toEqual(
    nothing,
  );
  expect(tiffValues({ tiff_value_calibration: "10 + 2x", tiff_warnings: ["a", 1] })).toEqual({
    tiff_value_calibration: null,
    tiff_warnings: ["a"],
  });
});

it("the start of a TIFF is told with its zone, or that it has none", () => {
  const start = { text: "2015-03-01T12:00:15.461", zone: "no zone" };
  expect(tiffValues({ tiff_start: start }).tiff_start).toEqual(start);
  expect(tiffValues({ tiff_start: "yesterday" })).not.toHaveProperty("tiff_start");
  expect(acquiredText("2015-03-01T12:00:15.461", undefined, true)).toBe("2015-03-01T12:00:15.461 (no zone)");
  expect(acquiredText(null, undefined, false)).toBe("unknown");
});
