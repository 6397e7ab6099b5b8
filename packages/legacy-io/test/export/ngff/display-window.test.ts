import { createNdArray } from "@kym/zarr-store/array";
import { expect, it } from "vitest";
import { displayWindows } from "../../../src/export/ngff/display-window.ts";

it("a window is the percentiles 1 and 99.5, within the least and the greatest value", () => {
  const image = createNdArray(
    "uint16",
    [201, 1],
    Uint16Array.from({ length: 201 }, (_, index) => index),
  );
  expect(displayWindows(image, undefined)).toEqual([{ start: 2, end: 199, min: 0, max: 200 }]);
});

it("each channel has its own", () => {
  const image = createNdArray("uint8", [2, 1, 2], Uint8Array.of(1, 3, 10, 30));
  expect(displayWindows(image, 0).map(({ min, max }) => [min, max])).toEqual([
    [1, 3],
    [10, 30],
  ]);
});

it.each([
  ["flat", [7, 7, 7, 7], { start: 7, end: 8, min: 7, max: 8 }],
  [
    "without a number",
    [Number.NaN, Number.NaN, Number.NaN, Number.NaN],
    { start: 0, end: 1, min: 0, max: 1 },
  ],
])("an image that is %s has a window that programs can show", (_, values, window) => {
  const image = createNdArray("float32", [2, 2], Float32Array.from(values));
  expect(displayWindows(image, undefined)).toEqual([window]);
});

it("an image that is flat but for a few pixels gets the window of all its values", () => {
  const data = new Uint8Array(1000);
  data[500] = 9;
  expect(displayWindows(createNdArray("uint8", [100, 10], data), undefined)).toEqual([
    { start: 0, end: 9, min: 0, max: 9 },
  ]);
});
