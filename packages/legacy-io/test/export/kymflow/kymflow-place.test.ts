import { expect, test } from "vitest";
import { placeImages } from "../../../src/export/kymflow/kymflow-place.ts";
import { nameBeforeEscape } from "../../../src/folder/safe-file-name.ts";

const place = (sourceRelPath: string | undefined, sourcePrimaryPath?: string, imageId = "id") =>
  placeImages([{ imageId, sourceRelPath, sourcePrimaryPath }])[0];

test("an image goes where it was below the folder that was ingested", () => {
  expect(place("28d AngII/day/a.b[1].TIF", "/lab/28d AngII/day/a.b[1].TIF")).toEqual({
    imageId: "id",
    folder: "28d AngII/day/",
    fileName: "a.b[1].TIF",
    stem: "a.b[1]",
    relPath: "28d AngII/day/a.b[1].TIF",
    path: "/lab/28d AngII/day/a.b[1].TIF",
    parentFolder: "day",
    grandparentFolder: "28d AngII",
    isMoved: false,
  });
  expect(place("a.tif", "D:\\lab\\day\\a.tif")).toMatchObject({
    parentFolder: "day",
    grandparentFolder: "lab",
  });
  expect(place(undefined)).toMatchObject({ relPath: "id.tif", path: "id.tif", parentFolder: "" });
});

test("no path leads out of the folder", () => {
  for (const path of ["../a.tif", "/etc/a.tif", "a/../../b.tif", "a//b.tif", ".", "", "\ud800.tif"]) {
    expect([path, place(path)?.relPath]).toEqual([path, "id.tif"]);
  }
  expect(place("c:/a.tif")?.relPath).toBe("c~3A/a.tif");
  expect(place("..\\a.tif")?.relPath).toBe("..~5Ca.tif");
});

test("of several images of one place, also in other letters or with another ending, the first keeps it", () => {
  const places = placeImages(
    ["day/a.tif", "day/A.tif", "day/a.tiff", "b/a.tif"].map((sourceRelPath, index) => ({
      imageId: String(index),
      sourceRelPath,
      sourcePrimaryPath: undefined,
    })),
  );
  expect(places.map(({ relPath, isMoved }) => [relPath, isMoved])).toEqual([
    ["day/a.tif", false],
    ["day/A~2.tif", true],
    ["day/a~3.tiff", true],
    ["b/a.tif", false],
  ]);
});

test("a number that looks like an escape is passed over, so that a~22 is never the second a", () => {
  const origins = Array.from({ length: 30 }, (_, index) => ({
    imageId: String(index),
    sourceRelPath: "a.tif",
    sourcePrimaryPath: undefined,
  }));
  const stems = placeImages(origins).map(({ stem }) => stem);
  expect(new Set(stems).size).toBe(30);
  expect(stems.map(nameBeforeEscape)).toEqual(stems);
  expect(stems).not.toContain("a~22");
});
