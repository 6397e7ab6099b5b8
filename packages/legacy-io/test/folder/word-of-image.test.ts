import { expect, it } from "vitest";
import { countOfImages, wordOfImage } from "../../src/folder/recordings/word-of-image.ts";

it.each([
  ["day/a.TIF", "TIFF"],
  ["a.ome.tiff", "TIFF"],
  ["old.lsm", "TIFF"],
  ["day/a.czi", "recording"],
  ["a.lif#Series 2", "recording"],
  ["a.lif#b.tif", "recording"],
  ["day/a.zarr", "Zarr image"],
  ["a", "Zarr image"],
])("%s is called a %s", (path, word) => {
  expect(wordOfImage(path)).toBe(word);
});

it("TIFFs alone are counted as TIFFs, and others with them as images", () => {
  const paths = ["a.tif", "b.tif", "c.czi"];
  expect([0, 1, 2, 3].map((count) => countOfImages(paths.slice(0, count)))).toEqual([
    "0 TIFFs",
    "1 TIFF",
    "2 TIFFs",
    "3 images",
  ]);
  expect(countOfImages(["c.czi"])).toBe("1 image");
});
