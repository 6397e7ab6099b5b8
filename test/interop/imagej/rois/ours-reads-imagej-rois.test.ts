// Checks that we read the ROIs that ImageJ writes.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ImageJRoi, parseImageJRoi, readImageJRois, roiFromImageJ } from "@kym/roi/imagej";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasImageJ, runImageJ } from "../imagej.ts";
import { type ImageJSays, saysOf } from "../imagej-says.ts";

interface Written {
  readonly files: Readonly<Record<string, ImageJSays>>;
  readonly zip: readonly ImageJSays[];
}

/** ImageJ ROIs without a counterpart here, in the order in which the script writes them. */
const REFUSED = ["oval", "angle", "point", "composite", "text"];

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
    expect(names.length).toBe(35);
    for (const name of names) {
      const [ours, theirs] = [saysOf(await parse(name)), written.files[name]];
      // For these, ImageJ gives the bounds of the curve through the points, or sums of floats.
      const isDrawn = ["ellipse", "polyline_spline", "rotated_rect"].includes(name);
      expect([name, isDrawn ? { ...ours, bounds: theirs?.bounds } : ours]).toEqual([name, theirs]);
    }
  });

  it("finds the same in a RoiSet.zip, and says of each kind that no ROI is near to it", async () => {
    const { rois, failed, skipped } = await readImageJRois(await readFile(join(folder, "RoiSet.zip")));
    const refused = failed.map(({ error }) => error.details.found);
    expect([refused, failed.every(({ error }) => error.code === "not_supported")]).toEqual([REFUSED, true]);
    expect(skipped).toEqual([]);
    const kept = Object.keys(written.files).flatMap((name, index) =>
      REFUSED.includes(name) ? [] : [written.zip[index]?.name],
    );
    expect(rois.map(({ draft }) => draft.name)).toEqual(kept);
    expect(kept).toContain("vessel µm 血管 🩸");
  });

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
