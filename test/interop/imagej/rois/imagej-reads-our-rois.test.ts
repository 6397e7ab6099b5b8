// Checks that ImageJ reads the ROIs that we write.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLineRoi, createPolygonRoi, createPolylineRoi, createRectRoi } from "@kym/roi";
import {
  parseImageJRoi,
  roiToImageJ,
  type WritableImageJRoi,
  writeImageJRoi,
  writeImageJRois,
} from "@kym/roi/imagej";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anyWritableRoi } from "../../../../packages/roi/test/exchange/imagej/imagej-arbitraries.ts";
import { hasImageJ, runImageJ } from "../imagej.ts";
import { type ImageJSays, saysOf } from "../imagej-says.ts";

/** Multiples of 1/8 within ±100 000. ImageJ keeps 32-bit floats, and points as differences from a corner. */
function eighth(value: number): number {
  return Math.round(Math.min(100_000, Math.max(-100_000, value)) * 8) / 8 + 0;
}

function inEighths(roi: WritableImageJRoi): WritableImageJRoi {
  if (roi.type === "rect") {
    const { x, y, width, height } = roi.bounds;
    return {
      ...roi,
      bounds: { x: eighth(x), y: eighth(y), width: eighth(width + 1), height: eighth(height + 1) },
    };
  }
  const coordinates = roi.coordinates.map(({ x, y }) => ({ x: eighth(x), y: eighth(y) }));
  return { ...roi, coordinates };
}

/** ImageJ gives a ROI without an area one pixel, or bounds that the file does not state. */
function hasExtent(roi: WritableImageJRoi): boolean {
  const { width, height } = parseImageJRoi(writeImageJRoi(roi)).bounds;
  return roi.type === "line" || (width > 0 && height > 0);
}

const SELECTIONS = fc.sample(anyWritableRoi, { numRuns: 400, seed: 5 }).map(inEighths).filter(hasExtent);

const point = (dim0: number, dim1: number) => ({ dim0, dim1 });
const OUTLINE = [point(2, 1), point(2.5, 30), point(60, 30.25), point(31, 7)];
const bounds = { dim0Start: 100, dim0Stop: 39_000, dim1Start: 4, dim1Stop: 20 };
const ROIS = [
  createRectRoi({ id: 1, name: "vessel µm 血管 🩸", bounds }),
  createRectRoi({ id: 2, name: "vessel µm 血管 🩸", channel: 2, z: 3, bounds: { ...bounds, dim0Start: -4 } }),
  createLineRoi({ id: 3, name: "line", points: [point(0.5, 0.5), point(40.25, 9.5)] }),
  createPolylineRoi({ id: 4, name: "polyline", points: OUTLINE }),
  createPolygonRoi({ id: 7, name: "polygon", points: OUTLINE }),
];

describe.skipIf(!(await hasImageJ()))("ImageJ reads what @kym/roi writes", () => {
  let folder: string;
  let read: readonly (readonly ImageJSays[])[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kym-imagej-"));
    const files = SELECTIONS.map((roi, index) => [`${index}.roi`, writeImageJRoi(roi)] as const);
    const all = [...files, ["RoiSet.zip", writeImageJRois(ROIS).file] as const];
    const paths = await Promise.all(
      all.map(async ([name, bytes]) => {
        await writeFile(join(folder, name), bytes);
        return join(folder, name);
      }),
    );
    read = JSON.parse(await runImageJ(new URL("./read_rois.py", import.meta.url), paths));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("with the type, name, bounds, points and position that it has", () => {
    expect(SELECTIONS.length).toBeGreaterThan(300);
    const ours = SELECTIONS.map((roi, index) => {
      const said = saysOf(parseImageJRoi(writeImageJRoi(roi)));
      return [{ ...said, name: said.name ?? String(index) }];
    });
    expect(read.slice(0, -1)).toEqual(ours);
  });

  it("in its ROI Manager, from a zip, in order, two of one name among them", () => {
    expect(read.at(-1)).toEqual(ROIS.map((roi) => saysOf(parseImageJRoi(writeImageJRoi(roiToImageJ(roi))))));
  });
});
