import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { findSharedData } from "../../../../test/support/find-shared-data.ts";
import { readStripTiff } from "../../../../test/support/read-strip-tiff.ts";
import { RoiSet, roiStats } from "../../src/index.ts";

/** The statistics that the Python system stored for this image (population sd). */
const CAPILLARY1_TRUTH = [
  { id: 1, n: 1_140_000, min: 105, max: 400, mean: 209.7716701754386, sd: 55.3394825318662 },
  { id: 2, n: 285_000, min: 106, max: 373, mean: 209.2418947368421, sd: 49.596099867066236 },
  { id: 3, n: 240_000, min: 111, max: 395, mean: 243.44011666666665, sd: 63.523783057894065 },
];

const STEMS = [
  "Capillary1_0001",
  "28d AngII/20250722/20250722_A89_0002",
  "28d AngII/20250722/20250722_A89_0003",
];

const sidecars = STEMS.map((stem) => findSharedData(`kymographs/${stem}.json`));
const capillaryTiff = findSharedData("kymographs/Capillary1_0001.tif");
const capillaryJson = sidecars[0];

function readRois(path: string): RoiSet {
  const document: { rois: unknown } = JSON.parse(readFileSync(path, "utf8"));
  return RoiSet.fromEnvelopes(document.rois);
}

describe.skipIf(capillaryTiff === undefined || capillaryJson === undefined)("Capillary1_0001", () => {
  test("the statistics of its ROIs are the true ones, and those stored with it", () => {
    const plane = readStripTiff(readFileSync(capillaryTiff ?? ""));
    expect([plane.height, plane.width]).toEqual([30_000, 38]);
    for (const { id, ...truth } of CAPILLARY1_TRUTH) {
      const roi = readRois(capillaryJson ?? "").get(id);
      const found = roi === undefined ? undefined : roiStats(plane, roi);
      expect(found).toMatchObject({ n: truth.n, min: truth.min, max: truth.max, mean: truth.mean });
      expect(Math.abs((found?.sd ?? 0) / truth.sd - 1)).toBeLessThan(1e-15);
      expect(roi?.stats).toEqual({
        imgMin: truth.min,
        imgMax: truth.max,
        imgMean: truth.mean,
        imgStd: truth.sd,
      });
    }
  });

  test("its envelopes are written exactly as they were read", () => {
    const document: { rois: unknown } = JSON.parse(readFileSync(capillaryJson ?? "", "utf8"));
    expect(JSON.stringify(readRois(capillaryJson ?? "").toEnvelopes())).toBe(JSON.stringify(document.rois));
  });
});

describe.skipIf(sidecars.includes(undefined))("the labs' sidecars", () => {
  test("seven ROIs are read, in both forms, and all lie inside their images", () => {
    const sets = sidecars.map((path) => readRois(path ?? ""));
    expect(sets.map((set) => set.length)).toEqual([3, 2, 2]);
    const sizes = [38, 19, 10].map((width) => ({ height: 30_000, width, numSlices: 1, numChannels: 1 }));
    expect(
      sets.map((set, index) => set.revalidate(sizes[index] ?? { height: 0, width: 0 }).corrections),
    ).toEqual([0, 0, 0]);
    expect(sets.flatMap((set) => set.emptyRois())).toEqual([]);
  });
});
