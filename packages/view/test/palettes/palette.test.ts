import { expect, it } from "vitest";
import { PALETTES, type PaletteName, paletteOf } from "../../src/index.ts";

function colour(name: PaletteName, level: number): readonly number[] {
  return [...paletteOf(name).subarray(3 * level, 3 * level + 3)];
}

it("each palette has the colours of the program that it is from, at both ends and between", () => {
  expect([0, 128, 255].map((level) => colour("gray", level))).toEqual([
    [0, 0, 0],
    [128, 128, 128],
    [255, 255, 255],
  ]);
  // ImageJ 1.54p, Image › Lookup Tables › Fire.
  expect([0, 1, 4, 8, 128, 255].map((level) => colour("fire", level))).toEqual([
    [0, 0, 0],
    [0, 0, 7],
    [0, 0, 30],
    [0, 0, 61],
    [240, 79, 0],
    [255, 255, 255],
  ]);
  // matplotlib 3.11: colormaps["viridis"](level, bytes=True).
  expect([0, 128, 255].map((level) => colour("viridis", level))).toEqual([
    [68, 1, 84],
    [32, 144, 140],
    [253, 231, 36],
  ]);
  expect([0, 128, 255].map((level) => colour("cividis", level))).toEqual([
    [0, 34, 77],
    [124, 123, 120],
    [253, 231, 55],
  ]);
});

it("a palette has 256 colours and is made once", () => {
  for (const name of PALETTES) {
    expect(paletteOf(name)).toHaveLength(768);
    expect(paletteOf(name)).toBe(paletteOf(name));
  }
});

it.each(["gray", "viridis", "cividis"] as const)("%s grows steadily brighter", (name) => {
  const brightness = Array.from({ length: 256 }, (_, level) => {
    const [red = 0, green = 0, blue = 0] = colour(name, level);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  });
  expect(brightness.filter((value, level) => value < (brightness[level - 1] ?? 0) - 1)).toEqual([]);
});
