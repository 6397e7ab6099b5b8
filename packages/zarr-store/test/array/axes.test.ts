import { describe, expect, it } from "vitest";
import { defaultAxes, planeAxes, validateAxes } from "../../src/array/axes.ts";

describe("axes by rank", () => {
  it.each([
    [0, []],
    [1, ["a0"]],
    [2, ["y", "x"]],
    [3, ["z", "y", "x"]],
    [4, ["z", "y", "x", "c"]],
    [5, ["t", "z", "y", "x", "c"]],
    [6, ["a0", "a1", "a2", "a3", "a4", "a5"]],
  ])("default axes of rank %i are %o", (rank, axes) => {
    expect(defaultAxes(rank)).toEqual(axes);
    expect(validateAxes(defaultAxes(rank), rank)).toEqual(axes);
  });
});

describe("names of axes", () => {
  it.each([
    ["too few", ["x"]],
    ["too many", ["x", "y", "z"]],
    ["one name twice", ["x", "x"]],
    ["an empty name", ["", "x"]],
    ["a name of 65 characters", ["x".repeat(65), "y"]],
    ["a number", [1 as never, "x"]],
  ])("axes are refused: %s", (_, axes) => {
    expect(() => validateAxes(axes, 2)).toThrow(expect.objectContaining({ code: "invalid_argument" }));
  });

  it("axes have their plane in the last two, whatever their names", () => {
    expect(planeAxes(["t", "x"])).toEqual({ dim0: 0, dim1: 1 });
    expect(planeAxes(["z", "y", "x", "c"])).toEqual({ dim0: 2, dim1: 3 });
    expect(planeAxes(["a0"])).toBeUndefined();
  });
});
