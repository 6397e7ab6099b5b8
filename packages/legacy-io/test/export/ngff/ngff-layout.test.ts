import { expect, it } from "vitest";
import { ngffLayout } from "../../../src/export/ngff/ngff-layout.ts";

const TIME = { unit: "s", step: 0.002 };
const SPACE = { unit: "\u00b5m", step: 0.25 };

it("lines of a line scan become y without a unit at seconds a line, its columns x in micrometer", () => {
  const { order, axes } = ngffLayout(["t", "x"], [TIME, SPACE]);
  expect(order).toEqual([0, 1]);
  expect(axes.map(({ name, type, unit, scale, is }) => [name, type, unit, scale, is])).toEqual([
    ["y", "space", undefined, 0.002, "time"],
    ["x", "space", "micrometer", 0.25, "position"],
  ]);
});

it.each([
  [["c", "t", "x"], [0, 1, 2], "c y x"],
  [["t", "x", "s"], [2, 0, 1], "c y x"],
  [["t", "c", "x"], [1, 0, 2], "c y x"],
  [["t", "y", "x"], [0, 1, 2], "t y x"],
  [["z", "t", "y", "x"], [1, 0, 2, 3], "t z y x"],
  [["repeat", "t", "x"], [0, 1, 2], "z y x"],
  [["repeat", "c", "z", "t", "x"], [0, 1, 2, 3, 4], "t c z y x"],
  [["c", "s"], [0, 1], "y x"],
  [["x", "c"], [0, 1], "y x"],
])("puts the axes %j into the order %j, as %s", (axes, order, names) => {
  const layout = ngffLayout(
    axes,
    axes.map(() => null),
  );
  expect(layout.order).toEqual(order);
  expect(layout.axes.map(({ name }) => name).join(" ")).toBe(names);
  expect(layout.axes.map(({ datasetAxis }) => datasetAxis)).toEqual(order.map((axis) => axes[axis]));
});

it("an axis of time has its unit, and one that is not calibrated the scale 1 and no unit", () => {
  const { axes } = ngffLayout(["t", "y", "x"], [{ unit: "s", step: 0.5 }, SPACE, null]);
  expect(axes.map(({ unit, scale }) => [unit, scale])).toEqual([
    ["second", 0.5],
    ["micrometer", 0.25],
    [undefined, 1],
  ]);
});
