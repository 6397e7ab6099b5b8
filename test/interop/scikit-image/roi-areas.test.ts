// Compares the areas and masks of our polygons with those of scikit-image.

import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPolygonRoi, type PolygonRoi, type RoiPoint, rasterize, roiStats } from "@kym/roi";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasPython, runPython } from "../python-environment.ts";

interface Measured {
  readonly area: number;
  readonly sha256: string;
  readonly mean?: number;
  readonly sd?: number;
  readonly min?: number;
  readonly max?: number;
}

const HEIGHT = 64;
const WIDTH = 48;
const SEED = 5;

/** Coordinates that keep every pixel's centre off every side. On a side, scikit-image follows another rule than we do. */
const position = (length: number): fc.Arbitrary<number> =>
  fc
    .integer({ min: -400_000, max: 1_400_000 })
    .map((millionths) => (millionths / 1e6) * length + Math.SQRT2 / 1e4);

const anyOutline: fc.Arbitrary<readonly RoiPoint[]> = fc.array(
  fc.record({ dim0: position(HEIGHT), dim1: position(WIDTH) }),
  { minLength: 3, maxLength: 12 },
);

/** Outlines as people draw them, which do not cross themselves: one radius for each direction from a centre. */
const drawnOutline: fc.Arbitrary<readonly RoiPoint[]> = fc
  .tuple(position(HEIGHT), position(WIDTH), fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 5 }))
  .map(([dim0, dim1, radii]) =>
    radii.map((radius, index) => {
      const angle = (2 * Math.PI * (index + 0.1)) / radii.length;
      return {
        dim0: dim0 + (radius / 11) * Math.sin(angle),
        dim1: dim1 + (radius / 11) * Math.cos(angle),
      };
    }),
  );

const polygons: readonly PolygonRoi[] = [
  ...fc.sample(anyOutline, { numRuns: 300, seed: SEED }),
  ...fc.sample(drawnOutline, { numRuns: 300, seed: SEED }),
].map((points) => createPolygonRoi({ id: 1, points }));

const length = HEIGHT * WIDTH;
const IMAGES = [
  ["uint16", fc.uint16Array({ minLength: length, maxLength: length })],
  ["float32", fc.float32Array({ minLength: length, maxLength: length, min: -500, max: 4000, noNaN: true })],
] as const;

/** The mask of a polygon over the whole image, from scikit-image. */
function wholeMask(roi: PolygonRoi): Uint8Array {
  const { data, height, width, dim0Start, dim1Start } = rasterize(roi, { height: HEIGHT, width: WIDTH });
  const whole = new Uint8Array(length);
  for (let row = 0; row < height; row += 1) {
    whole.set(data.subarray(row * width, (row + 1) * width), (dim0Start + row) * WIDTH + dim1Start);
  }
  return whole;
}

describe.skipIf(!(await hasPython()))("scikit-image, of 600 random polygons,", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kym-polygons-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(IMAGES)("counts the same pixels of %s, and finds the same statistics", async (dtype, images) => {
    const [pixels = new Uint16Array()] = fc.sample<ArrayLike<number>>(images, { numRuns: 1, seed: SEED });
    const path = join(folder, `${dtype}.json`);
    const outlines = polygons.map(({ points }) => points.map(({ dim0, dim1 }) => [dim0, dim1]));
    const task = { dtype, shape: [HEIGHT, WIDTH], pixels: Array.from(pixels), polygons: outlines };
    await writeFile(path, JSON.stringify(task));
    const script = new URL("measure_polygons.py", import.meta.url);
    const measured: readonly Measured[] = JSON.parse(await runPython(script, [path]));
    expect(measured.length).toBe(polygons.length);
    // Most polygons cover some pixels, and a few cover none.
    const areas = measured.map(({ area }) => area);
    expect(areas.filter((area) => area > 100).length).toBeGreaterThan(300);
    expect(areas.filter((area) => area === 0).length).toBeGreaterThan(5);

    for (const [index, roi] of polygons.entries()) {
      const theirs = measured[index];
      const ours = roiStats({ data: pixels, height: HEIGHT, width: WIDTH }, roi);
      const mask = wholeMask(roi);
      const sha256 = createHash("sha256").update(mask).digest("hex");
      expect([index, ours.n, sha256]).toEqual([index, theirs?.area, theirs?.sha256]);
      if (ours.n > 0) {
        expect([ours.min, ours.max]).toEqual([theirs?.min, theirs?.max]);
        const scale = Math.max(Math.abs(ours.min), Math.abs(ours.max));
        expect(Math.abs(ours.mean - (theirs?.mean ?? Number.NaN))).toBeLessThanOrEqual(1e-12 * scale);
        expect(Math.abs(ours.sd - (theirs?.sd ?? Number.NaN))).toBeLessThanOrEqual(1e-12 * scale);
      }
    }
  });
});
