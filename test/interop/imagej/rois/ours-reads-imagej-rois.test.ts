// Checks that we read the ROIs that ImageJ writes.

import { copyFile, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportLegacyFolder, ingestLegacyFolder } from "@kym/legacy-io/node";
import { type ImageJRoi, parseImageJRoi, readImageJRois, roiFromImageJ } from "@kym/roi/imagej";
import { memoryStore, openDataset } from "@kym/zarr-store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasImageJ, runImageJ } from "../imagej.ts";
import { type ImageJSays, saysOf } from "../imagej-says.ts";

interface Written {
  readonly files: Readonly<Record<string, ImageJSays>>;
  readonly zip: readonly ImageJSays[];
}

/** What the kinds without a counterpart become, in the order in which the script writes them. */
const BECOME = {
  rect_rounded: "polygon",
  oval: "polygon",
  angle: "polyline",
  point: "point",
  points: "point",
  image: "rect",
  composite: "polygon",
  text: "rect",
};

describe.skipIf(!(await hasImageJ()))("@kym/roi reads what ImageJ writes", () => {
  let folder: string;
  let written: Written;

  const parse = async (name: string): Promise<ImageJRoi> =>
    parseImageJRoi(await readFile(join(folder, `${name}.roi`)));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kym-imagej-"));
    written = JSON.parse(await runImageJ(new URL("./write_rois.py", import.meta.url), [folder]));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("finds the type, name, bounds, points and position of each kind", async () => {
    const names = Object.keys(written.files);
    expect(names.length).toBe(37);
    for (const name of names) {
      const [ours, theirs] = [saysOf(await parse(name)), written.files[name]];
      // For these, ImageJ gives the bounds of the curve through the points, or sums of floats.
      const isDrawn = ["ellipse", "polyline_spline", "rotated_rect"].includes(name);
      expect([name, isDrawn ? { ...ours, bounds: theirs?.bounds } : ours]).toEqual([name, theirs]);
    }
  });

  it("finds the same in a RoiSet.zip, refuses none, and says what each kind became", async () => {
    const { rois, failed, skipped } = await readImageJRois(await readFile(join(folder, "RoiSet.zip")));
    expect([failed, skipped]).toEqual([[], []]);
    expect(rois.map(({ draft }) => draft.name)).toEqual(written.zip.map(({ name }) => name));
    const names = Object.keys(written.files);
    for (const [name, type] of Object.entries(BECOME)) {
      const draft = rois[names.indexOf(name)]?.draft;
      expect([name, draft?.type]).toEqual([name, type]);
      expect(draft?.note ?? "").toMatch(type === "point" ? /^$/ : /^ImageJ .*, here a /);
    }
  });

  it("and gives all of them back to ImageJ, with the selection and the info, through a dataset", async () => {
    const lab = join(folder, "lab");
    await mkdir(lab);
    await copyFile(join(folder, "all.tif"), join(lab, "all.tif"));
    const dataset = await openDataset(memoryStore());
    const { notes } = await ingestLegacyFolder(dataset, lab);
    expect(notes).toEqual([]);
    await exportLegacyFolder(dataset, join(folder, "out"), { format: "imagej" });
    const paths = [join(lab, "all.tif"), join(folder, "out", "all.tif")];
    const [before, after] = JSON.parse(
      await runImageJ(new URL("./read_overlays.py", import.meta.url), paths),
    );
    expect(before.overlay.length).toBe(37);
    expect(before.selection.type).toBe("Oval");
    expect(after).toEqual(before);
  }, 60_000);

  it("says what it does not keep", async () => {
    expect(roiFromImageJ(await parse("drawn")).ignored).toEqual([
      { what: "stroke_width", value: 2.5 },
      { what: "fill_color", value: "#400000ff" },
      { what: "options", value: 8192 },
      { what: "properties_length", value: "scored by: D.\n".length },
    ]);
    expect(roiFromImageJ(await parse("line_drawn")).ignored).toContainEqual({
      what: "stroke_color",
      value: "#ffff1000",
    });
    expect(roiFromImageJ(await parse("at_frame")).ignored).toEqual([{ what: "position_t", value: 4 }]);
    expect(roiFromImageJ(await parse("polyline_spline")).ignored).toEqual([{ what: "spline_fit", value: 1 }]);
  });

  it("takes channel and z from the position", async () => {
    expect(roiFromImageJ(await parse("at_channel")).draft).toMatchObject({ channel: 2, z: 2, name: "c2" });
    expect(roiFromImageJ(await parse("at_slice")).draft).toMatchObject({ z: 6 });
  });
});
