import { expect, test } from "vitest";
import { drawnShape } from "../../../../src/commands/roi/place/drawn-shape.ts";

test("points are lines and pixels, with fractions, below 0 too, and any spaces between them", () => {
  expect(drawnShape("polyline", " 0,4  1200.5,-9\t300,15 ")).toEqual({
    type: "polyline",
    points: [
      { dim0: 0, dim1: 4 },
      { dim0: 1200.5, dim1: -9 },
      { dim0: 300, dim1: 15 },
    ],
  });
});

test("a rect is the type where none is said, and has no points", () => {
  expect(drawnShape(undefined, undefined)).toBeUndefined();
  expect(drawnShape("rect", undefined)).toBeUndefined();
});

test.each([
  ["ellipse", "0,0 1,1", 'there is no type "ellipse" to add'],
  ["mask", undefined, 'there is no type "mask" to add'],
  ["line", undefined, "a line needs --points"],
  [undefined, "0,0 1,1", "a rect takes --lines and --px, not --points"],
  ["line", "0 0", '--points must be LINE,PX LINE,PX …, not "0"'],
  ["line", "0,0 1,1,1", '--points must be LINE,PX LINE,PX …, not "1,1,1"'],
  ["line", "0,0 1e3,1", '--points must be LINE,PX LINE,PX …, not "1e3,1"'],
  ["line", "", '--points must be LINE,PX LINE,PX …, not ""'],
])("the type %j with the points %j is a usage error that says why", (type, points, message) => {
  expect(() => drawnShape(type, points)).toThrow(message);
});
