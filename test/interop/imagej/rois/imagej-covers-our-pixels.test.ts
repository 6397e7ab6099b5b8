// Checks that ImageJ measures the same pixels in our ROIs as we do.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLineRoi, createPolygonRoi, createRectRoi, type Roi, roiStats } from "@kym/roi";
import { roiToImageJ, writeImageJRoi } from "@kym/roi/imagej";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasImageJ, runImageJ } from "../imagej.ts";

interface Measured {
  readonly n: number;
  readonly mean: number;
  readonly profile: readonly number[];
}

const [HEIGHT, WIDTH] = [60, 80];
const RAMP = {
  data: Float32Array.from({ length: HEIGHT * WIDTH }, (_, i) => 100 * Math.floor(i / WIDTH) + (i % WIDTH)),
  height: HEIGHT,
  width: WIDTH,
};

/** Coordinates inside the image and off the pixels' centres, so that no rule for ties matters. */
const position = (size: number) =>
  fc.integer({ min: 1, max: size * 7 - 1 }).map((seventh) => seventh / 7 + 0.03);
const vertex = fc.record({ dim0: position(HEIGHT - 1), dim1: position(WIDTH - 1) });
const POLYGONS = fc
  .sample(fc.array(vertex, { minLength: 3, maxLength: 8 }), { numRuns: 60, seed: 11 })
  .map((points, index) => createPolygonRoi({ id: index + 1, points }));
const RECT = createRectRoi({ id: 61, bounds: { dim0Start: 3, dim0Stop: 41, dim1Start: 7, dim1Stop: 9 } });
const ROW = createLineRoi({
  id: 62,
  points: [
    { dim0: 20.5, dim1: 10.5 },
    { dim0: 20.5, dim1: 15.5 },
  ],
});

describe.skipIf(!(await hasImageJ()))("ImageJ measures our ROIs", () => {
  let folder: string;
  let measured: readonly Measured[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kym-imagej-"));
    const paths = await Promise.all(
      [...POLYGONS, RECT, ROW].map(async (roi: Roi) => {
        const path = join(folder, `${roi.id}.roi`);
        await writeFile(path, writeImageJRoi(roiToImageJ(roi)));
        return path;
      }),
    );
    measured = JSON.parse(await runImageJ(new URL("./measure_rois.py", import.meta.url), paths));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("in the pixels that we measure: rects and polygons that cross themselves have the same n and mean", () => {
    const areas = [...POLYGONS, RECT];
    for (const [index, roi] of areas.entries()) {
      const { n, mean } = roiStats(RAMP, roi);
      expect([index, measured[index]?.n, measured[index]?.mean]).toEqual([index, n, expect.closeTo(mean, 6)]);
    }
  });

  it("along the pixels that a line runs through the centres of", () => {
    expect(measured.at(-1)?.profile).toEqual([2010, 2011, 2012, 2013, 2014, 2015]);
    expect(roiStats(RAMP, ROW)).toMatchObject({ min: 2010, max: 2015, n: 6 });
  });
});
