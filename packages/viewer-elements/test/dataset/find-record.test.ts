// Checks which image an attribute names.

import { expect, test } from "vitest";
import { chosenImage } from "../../src/dataset/find-record.ts";

const IMAGES = [
  { imageId: "id-1", relPath: "a/scan.tif" },
  { imageId: "id-2", relPath: "b/scan.tif" },
  { imageId: "id-3", relPath: "b/Bu\u0308hne.tiff" },
  { imageId: "scan.tif", relPath: null },
];

test.each([
  ["id-1", "id-1"],
  ["b/scan.tif", "id-2"],
  ["B\u00fchne", "id-3"],
  // An id comes before a name.
  ["scan.tif", "scan.tif"],
])("%s is %s", (image, id) => {
  expect(chosenImage(IMAGES, image).imageId).toBe(id);
});

test("an empty word is the only image of a dataset", () => {
  expect(chosenImage(IMAGES.slice(0, 1), "").imageId).toBe("id-1");
});

test.each([
  ["scan", "ambiguous", 'image: "scan" could be any of several: a/scan.tif, b/scan.tif'],
  [
    "",
    "ambiguous",
    "image: the dataset has several images: a/scan.tif, b/scan.tif, b/Bu\u0308hne.tiff, scan.tif",
  ],
  ["SCAN", "not_found", 'image: the dataset has no image "SCAN"'],
])("%j is refused as %s", (image, code, message) => {
  expect(() => chosenImage(IMAGES, image)).toThrow(expect.objectContaining({ code, message }));
});
