import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RoiError } from "../../../src/errors.ts";
import { parseImageJRoi } from "../../../src/exchange/imagej/parse-imagej-roi.ts";
import { type WritableImageJRoi, writeImageJRoi } from "../../../src/exchange/imagej/write-imagej-roi.ts";
import { anyWritableRoi } from "./imagej-arbitraries.ts";

const NOWHERE = { slice: 0, c: 0, z: 0, t: 0 };

describe(".roi files", () => {
  test("come back as they were written", () => {
    fc.assert(
      fc.property(anyWritableRoi, (roi) => {
        const read = parseImageJRoi(writeImageJRoi(roi));
        expect(read).toMatchObject({
          type: roi.type,
          isComposite: false,
          position: { ...NOWHERE, ...roi.position },
          ignored: [],
          ...(roi.type === "rect" ? { bounds: roi.bounds } : { coordinates: roi.coordinates }),
        });
        expect(read.name ?? "").toBe(roi.name ?? "");
      }),
      { numRuns: 500 },
    );
  });

  test("hold a position as a float of 32 bits, to which it is rounded", () => {
    const coordinate = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.tuple(coordinate, coordinate, coordinate, coordinate), ([x, y, x2, y2]) => {
        const coordinates = [
          { x, y },
          { x: x2, y: y2 },
        ];
        const rounded = coordinates.map((point) => ({
          x: Math.fround(point.x) + 0,
          y: Math.fround(point.y) + 0,
        }));
        expect(parseImageJRoi(writeImageJRoi({ type: "line", coordinates })).coordinates).toEqual(rounded);
      }),
    );
  });

  test("of whole positions are as ImageJ 1.54p writes them, byte for byte", () => {
    const rect = writeImageJRoi({ type: "rect", bounds: { x: 1, y: 2, width: 3, height: 4 } });
    const rectHeader = "496f7574" + "00e4" + "0100" + "0002000100060004";
    expect(hexOf(rect)).toBe(`${rectHeader}${"00".repeat(44)}00000040${"00".repeat(64)}`);
    const coordinates = [
      { x: 1, y: 1 },
      { x: 50, y: 2 },
      { x: 30, y: 60 },
    ];
    const polygon = writeImageJRoi({ type: "polygon", coordinates });
    const header = "496f7574" + "00e4" + "0000" + "00010001003c0032" + "0003";
    const points = "00000031001d" + "00000001003b";
    expect(hexOf(polygon)).toBe(`${header}${"00".repeat(42)}0000004c${points}${"00".repeat(64)}`);
  });

  test.each([
    ["a position that is not finite", { type: "rect", bounds: { x: Number.NaN, y: 0, width: 1, height: 1 } }],
    [
      "a position at which floats do not tell pixels",
      { type: "rect", bounds: { x: 2 ** 24 + 1, y: 0, width: 1, height: 1 } },
    ],
    ["a negative size", { type: "rect", bounds: { x: 0, y: 0, width: -1, height: 1 } }],
    ["a line of one point", { type: "line", coordinates: [{ x: 0, y: 0 }] }],
    ["an outline without a point", { type: "polygon", coordinates: [] }],
    [
      "a negative stack position",
      { type: "rect", bounds: { x: 0, y: 0, width: 1, height: 1 }, position: { c: -1 } },
    ],
    [
      "a stack position beyond 31 bits",
      { type: "rect", bounds: { x: 0, y: 0, width: 1, height: 1 }, position: { z: 2 ** 31 } },
    ],
  ] satisfies [string, WritableImageJRoi][])("are not written with %s", (_, roi) => {
    expect(() => writeImageJRoi(roi)).toThrow(RoiError);
  });

  test("are not written with more points than 16 bits count", () => {
    const coordinates = Array.from({ length: 65_536 }, (_, index) => ({
      x: index % 300,
      y: Math.floor(index / 300),
    }));
    expect(() => writeImageJRoi({ type: "polyline", coordinates })).toThrow("expected 1 to 65535 points");
    const most = coordinates.slice(1);
    expect(parseImageJRoi(writeImageJRoi({ type: "polyline", coordinates: most })).coordinates).toEqual(most);
  });
});

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
