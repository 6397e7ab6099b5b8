// What labs' tools write about axes and scales in a TIFF, from an ingest to an export. Each case has its right values.
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { openFileSource } from "@kym/legacy-io/node";
import { readTiff } from "@kym/legacy-io/tiff";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findSharedData } from "../../../../../test/support/find-shared-data.ts";
import { kym, kymJson } from "../../support/kym.ts";

const CASES = findSharedData("cases");

/** A file of a case, and what is true of the image: axes, shape, steps and where these are from. */
const TRUE = [
  ["file-04-tiff-calibration-not-carried/ij_kymo.tif", "t,x", "60,20", 0.284, 0.00117, "imagej"],
  ["file-04-tiff-calibration-not-carried/ome_basic.ome.tif", "t,y,x", "5,60,20", 0.284, null, "ome"],
  ["file-05-imagej-fps-is-playback/ij_fps_only.tif", "t,y,x", "5,16,20", 0.5, null, "imagej"],
  ["file-05-imagej-fps-is-playback/ij_finterval_min.tif", "t,y,x", "5,16,20", 0.5, null, "imagej"],
  ["file-10-imagej-value-calibration-silent/ij_signed16.tif", "t,x", "16,20", null, null, null],
  ["file-10-imagej-value-calibration-silent/ij_valuecal.tif", "t,x", "16,20", null, null, null],
  ["tools-imagej-own-calibration/calibrated.tif", "t,x", "30,8", 0.284, 0.00117, "imagej"],
  ["tools-imagej-rotated/rotated.tif", "t,x", "30,8", 0.284, 0.00117, "imagej"],
  ["tools-ome-line-is-3d/line.ome.tif", "t,x", "30,8", 0.284, 0.00117, "ome"],
  ["tools-pylake-kymograph/kymo.tif", "c,t,x", "3,40,6", 0.284, 0.00076, "pylake"],
  ["tools-tifffile-axes-xt/xt.tif", "t,x", "30,8", null, null, null],
  ["tools-imagej-export-rgb-sliced/rgb.tif", "c,t,x", "3,30,8", 0.284, 0.00117, "imagej"],
] as const;

describe.skipIf(CASES === undefined)(
  "the axes and scales of TIFFs of ImageJ, tifffile, OME and pylake",
  () => {
    let cwd = "";
    beforeAll(async () => {
      cwd = await mkdtemp(join(tmpdir(), "kym-tiff-axes-"));
      for (const [path] of TRUE) {
        await cp(join(CASES ?? "", path), join(cwd, "lab", basename(path)));
      }
      await kym(["ingest", "lab", "study.zarr"], { cwd });
      await kym(["export", "study.zarr", "fiji", "--to", "imagej"], { cwd });
      await kym(["export", "study.zarr", "out"], { cwd });
    });
    afterAll(() => rm(cwd, { recursive: true, force: true }));

    const listed = async (dataset = "study.zarr") => {
      const { data } = await kymJson(["ls", dataset], { cwd });
      return data.map((image: Readonly<Record<string, unknown>>) => [
        image["rel_path"],
        String(image["axes"]),
        String(image["shape"]),
        image["um_per_px"],
        image["seconds_per_line"],
        image["calibration_source"],
      ]);
    };
    const near = (value: number | null): unknown =>
      value === null ? null : expect.closeTo(value, 5 - Math.floor(Math.log10(value)));
    const expected = TRUE.map(([path, axes, shape, um, seconds, source]) => [
      basename(path),
      axes,
      shape,
      near(um),
      near(seconds),
      source,
    ]).toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1));

    it("come in as they are meant, with the source of each scale", async () => {
      expect(await listed()).toEqual(expected);
    });

    it("are the same after an export to ImageJ and an ingest of it", async () => {
      await kym(["ingest", "fiji", "again.zarr"], { cwd });
      const scale = (image: readonly unknown[]): readonly unknown[] => image.slice(0, 5);
      expect((await listed("again.zarr")).map(scale)).toEqual(expected.map(scale));
    });

    it("are the same after a plain export, restored as a dataset, and ingested as files", async () => {
      await kym(["ingest", "out", "restored.zarr"], { cwd });
      expect(await listed("restored.zarr")).toEqual(expected);
    });

    it("leave a plain export with the pixels where they were, also turned, and as colours of each pixel", async () => {
      for (const name of ["rotated.tif", "xt.tif", "kymo.tif", "rgb.tif", "calibrated.tif"]) {
        using before = openFileSource(join(cwd, "lab", name));
        using after = openFileSource(join(cwd, "out", name));
        expect((await readTiff(after)).image, name).toEqual((await readTiff(before)).image);
      }
    });

    it("export every step of a movie: of frames, rows and columns", async () => {
      using source = openFileSource(join(cwd, "fiji", "ome_basic.ome.tif"));
      const { info } = await readTiff(source);
      expect(info.calibration.map(({ axis, step, unit }) => [axis, step, unit])).toEqual([
        ["t", 0.5, "s"],
        ["y", 0.3, "um"],
        ["x", 0.284, "um"],
      ]);
      expect(info.axes).toEqual(["t", "y", "x"]);
    });

    it("say nothing of the time of a stack that ImageJ only plays, and its interval where one is set", async () => {
      const said = async (name: string) =>
        (await kymJson(["show", "study.zarr", name], { cwd })).data.axis_scales;
      const lengths = [
        { unit: "\u00b5m", step: 0.5, origin: 0 },
        { unit: "\u00b5m", step: 0.5, origin: 0 },
      ];
      expect(await said("ij_fps_only")).toEqual([null, ...lengths]);
      expect(await said("ij_finterval_min")).toEqual([{ unit: "s", step: 150, origin: 0 }, ...lengths]);
    });

    it("stand with their source in show and in ls", async () => {
      const { stdout } = await kym(["show", "study.zarr", "rgb"], { cwd });
      expect(stdout).toMatch(
        / {2}scale {5}0\.284\d* µm\/px · 1\.1700 ms\/line, as the TIFF says \(imagej\)\n/,
      );
      expect((await kym(["ls", "study.zarr"], { cwd })).stdout).toMatch(/kymo\.tif .*pylake\n/);
    });

    it("of values: int16 as ImageJ shows them, others on request, always told", async () => {
      const { data } = await kymJson(["show", "study.zarr", "ij_signed16"], { cwd });
      expect([data.dtype, data.tiff_warnings]).toEqual([
        "int16",
        [expect.stringContaining("as ImageJ shows them")],
      ]);
      const shown = await kymJson(
        ["ingest", "lab", "shown.zarr", "--apply-calibration", "--pattern", "*cal.tif"],
        {
          cwd,
        },
      );
      expect(shown.warnings).toEqual([
        expect.stringContaining('10 + 2 × value, in "ratio"; they are given as ImageJ shows them'),
      ]);
      await kym(["export", "shown.zarr", "shown", "--to", "imagej"], { cwd });
      using stored = openFileSource(join(cwd, "lab", "ij_valuecal.tif"));
      using converted = openFileSource(join(cwd, "shown", "ij_valuecal.tif"));
      const [before, after] = [(await readTiff(stored)).image, (await readTiff(converted)).image];
      expect(after.dtype).toBe("float32");
      expect([...after.data]).toEqual([...before.data].map((value) => 10 + 2 * Number(value)));
    });
  },
);
