import { expect, test } from "vitest";
import { imageJAxes, originalAxes } from "../../../src/tiff/write/written-axes.ts";

const ofImageJ = (axes: string, shape: readonly number[]): string | undefined => {
  const written = imageJAxes([...axes], shape);
  return written && `${written.axes.join("")} ${written.from.join()}`;
};

test("ImageJ takes frames, slices and channels in this order, and samples as channels", () => {
  expect(ofImageJ("tx", [4, 3])).toBe("tx 0,1");
  expect(ofImageJ("ctx", [2, 4, 3])).toBe("ctx 0,1,2");
  expect(ofImageJ("yxs", [4, 3, 2])).toBe("cyx 2,0,1");
  expect(ofImageJ("czyx", [2, 5, 4, 3])).toBe("zcyx 1,0,2,3");
  expect(ofImageJ("ztyx", [5, 6, 4, 3])).toBe("tzyx 1,0,2,3");
  expect(ofImageJ("zyxs", [5, 4, 3, 3])).toBe("zcyx 0,3,1,2");
  expect(ofImageJ("qyx", [1, 4, 3])).toBe("yx 1,2");
});

test("what ImageJ has no place for is not written", () => {
  expect(ofImageJ("qyx", [2, 4, 3])).toBeUndefined();
  expect(ofImageJ("cyxs", [2, 4, 3, 3])).toBeUndefined();
  expect(ofImageJ("cx", [2, 3])).toBeUndefined();
});

test("a file is written as it was if rows and columns alone, or colours, were moved", () => {
  const original = (axes: string, fileAxes: string, hasSamples = true): string | undefined => {
    const written = originalAxes([...axes], [...fileAxes], hasSamples);
    return written && `${written.axes.join("")} ${written.from.join()}`;
  };
  expect(original("tx", "xt")).toBe("xt 1,0");
  expect(original("ctx", "cxt")).toBe("cxt 0,2,1");
  expect(original("ctx", "xtc")).toBe("xts 2,1,0");
  expect(original("ctx", "xtc", false), "as a stack where ImageJ opens no such samples").toBe("cxt 0,2,1");
  expect(original("ctx", "txc")).toBe("txs 1,2,0");
  expect(original("ctx", "tcx"), "frames of channels of one row are not").toBeUndefined();
  expect(originalAxes(["t", "x"], undefined, true)).toBeUndefined();
});
