import { createNdArray } from "@kym/zarr-store";
import { expect, test } from "vitest";
import { loadRegionStats } from "../../../src/indexers/radon/region-stats.ts";
import { emptyDataset } from "../../support/image-fixture.ts";

const BOUNDS = { dim0Start: 0, dim0Stop: 2, dim1Start: 1, dim1Stop: 3 };

test("of an image of five axes the plane of the ROI's slice and channel is taken, of the first time", async () => {
  const dataset = await emptyDataset();
  const data = Int16Array.from({ length: 2 * 2 * 2 * 2 * 3 }, (_, index) => index);
  const record = await dataset.addImage(createNdArray("int16", [2, 2, 2, 2, 3], data), {
    axes: ["t", "z", "c", "y", "x"],
  });
  const of = async (z: number, channel: number): Promise<number | undefined> =>
    (await loadRegionStats(record, { bounds: BOUNDS, z, channel }))?.imgMin;
  expect([await of(0, 1), await of(0, 2), await of(1, 1), await of(1, 2)]).toEqual([1, 7, 13, 19]);
  expect([await of(2, 1), await of(0, 3), await of(0, 0)]).toEqual([undefined, undefined, undefined]);
});

test("bounds are clamped to the plane, and nothing inside is no statistics", async () => {
  const dataset = await emptyDataset();
  const record = await dataset.addImage(createNdArray("uint8", [2, 3], Uint8Array.from([1, 2, 3, 4, 5, 6])));
  const far = { dim0Start: 1, dim0Stop: 99, dim1Start: 1, dim1Stop: 99 };
  expect(await loadRegionStats(record, { bounds: far, z: 0, channel: 2 })).toEqual({
    imgMin: 5,
    imgMax: 6,
    imgMean: 5.5,
    imgStd: 0.5,
  });
  const outside = { ...far, dim0Start: 50 };
  expect(await loadRegionStats(record, { bounds: outside, z: 0, channel: 1 })).toBeUndefined();
});
