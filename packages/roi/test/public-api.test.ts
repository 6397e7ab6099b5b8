import { expect, test } from "vitest";
import packageJson from "../package.json" with { type: "json" };
import * as roi from "../src/index.ts";

test("the values that the package exports are these", () => {
  expect(Object.keys(roi).toSorted()).toMatchInlineSnapshot(`
    [
      "RoiError",
      "RoiSet",
      "boundsArea",
      "boundsEqual",
      "clampBounds",
      "clampRoi",
      "clampZ",
      "containsPoint",
      "createLineRoi",
      "createMaskRoi",
      "createPathRoi",
      "createPolygonRoi",
      "createPolylineRoi",
      "createRectRoi",
      "fullBounds",
      "geometryHash",
      "geometryKey",
      "hitTest",
      "intersectBounds",
      "isEmptyRoi",
      "isRoiError",
      "maskRefOf",
      "orderBounds",
      "parseImageJRoi",
      "rasterize",
      "readGeoJson",
      "readImageJRois",
      "roiBounds",
      "roiFromEnvelope",
      "roiFromImageJ",
      "roiStats",
      "roiToImageJ",
      "toEnvelope",
      "toStoredStats",
      "writeGeoJson",
      "writeImageJRoi",
      "writeImageJRois",
    ]
  `);
});

test("the package has no dependency of any kind", () => {
  expect(Object.keys(packageJson).filter((key) => /dependencies/i.test(key))).toEqual([]);
});
