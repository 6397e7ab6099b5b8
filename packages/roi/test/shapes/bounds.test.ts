import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { containsPoint, fullBounds } from "../../src/index.ts";
import { boundsArea, boundsEqual, intersectBounds, orderBounds } from "../../src/shapes/bounds.ts";
import { anyBounds, anySize } from "../support/arbitraries.ts";

describe("bounds", () => {
  test("the area of a whole plane is the number of its pixels", () => {
    fc.assert(fc.property(anySize, (size) => boundsArea(fullBounds(size)) === size.height * size.width));
  });

  test("inverted bounds have no area until they are ordered", () => {
    const inverted = { dim0Start: 7, dim0Stop: 4, dim1Start: 2, dim1Stop: 5 };
    expect(boundsArea(inverted)).toBe(0);
    expect(orderBounds(inverted)).toEqual({ dim0Start: 4, dim0Stop: 7, dim1Start: 2, dim1Stop: 5 });
    expect(boundsArea(orderBounds(inverted))).toBe(9);
  });

  test("bounds are equal if and only if all four edges are", () => {
    const bounds = { dim0Start: 0, dim0Stop: 4, dim1Start: 0, dim1Stop: 4 };
    expect(boundsEqual(bounds, { ...bounds })).toBe(true);
    for (const edge of Object.keys(bounds)) {
      expect(boundsEqual(bounds, { ...bounds, [edge]: 2 })).toBe(false);
    }
  });

  test("the area is the number of pixels that lie inside", () => {
    fc.assert(
      fc.property(anyBounds, (bounds) => {
        const ordered = orderBounds(bounds);
        let inside = 0;
        for (let row = ordered.dim0Start - 1; row <= ordered.dim0Stop; row += 1) {
          for (let column = ordered.dim1Start - 1; column <= ordered.dim1Stop; column += 1) {
            inside += containsPoint(ordered, row, column) ? 1 : 0;
          }
        }
        expect(boundsArea(ordered)).toBe(inside);
      }),
      { numRuns: 30 },
    );
  });

  test("an intersection holds exactly the points of both", () => {
    fc.assert(
      fc.property(
        anyBounds,
        anyBounds,
        fc.integer({ min: -50, max: 50 }),
        fc.integer({ min: -50, max: 50 }),
        (a, b, dim0, dim1) => {
          const both = intersectBounds(orderBounds(a), orderBounds(b));
          const expected =
            containsPoint(orderBounds(a), dim0, dim1) && containsPoint(orderBounds(b), dim0, dim1);
          expect(containsPoint(both, dim0, dim1)).toBe(expected);
        },
      ),
    );
  });

  test("an edge that is no integer is refused by name", () => {
    for (const dim1Stop of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      expect(() => orderBounds({ dim0Start: 0, dim0Stop: 1, dim1Start: 0, dim1Stop })).toThrow(
        /bounds\.dim1Stop/,
      );
    }
    expect(() => fullBounds({ height: -1, width: 3 })).toThrow(/size\.height/);
  });
});
