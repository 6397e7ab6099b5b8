// Checks which value is drawn at which place, in which colour, and what is loaded for it.

import { LineReduction, overviewOf, paletteOf } from "@kym/view";
import { expect, test } from "vitest";
import { parseKymograph } from "../../src/model/parse-kymograph.ts";
import { imageContrast, parseContrast } from "../../src/screen/image-contrast.ts";
import { paintScreen } from "../../src/screen/paint-screen.ts";
import { screenPlane } from "../../src/screen/screen-plane.ts";
import { wantedLines } from "../../src/screen/wanted-lines.ts";

const [LINES, COLUMNS] = [4000, 2];
/** Even lines are dark, odd ones bright: a mean would be the same everywhere. */
const pixels = Uint16Array.from({ length: LINES * COLUMNS }, (_, index) =>
  Math.floor(index / COLUMNS) % 2 === 0 ? 100 : 200 + (index % COLUMNS),
);
const plane = { pixels, lines: LINES, columns: COLUMNS };
const reduction = new LineReduction({ ...plane, bins: 1000 });
reduction.add(0, plane);
const overview = overviewOf(reduction);
const layers = { lines: LINES, columns: COLUMNS, overview, stretches: [] };
const axis = (
  from: number,
  to: number,
  width: number,
): { from: number; to: number; start: number; stop: number } => ({
  ...{ from, to, start: 0, stop: width },
});

test("native lines are drawn as they were recorded: the line at the middle of each place", () => {
  const native = { ...layers, stretches: [{ firstLine: 0, plane }] };
  const near = screenPlane(native, axis(10, 14, 8), 8);
  expect([...near.minimum].filter((_, at) => at % 2 === 0)).toEqual([100, 100, 200, 200, 100, 100, 200, 200]);
  expect(near.maximum).toEqual(near.minimum);
  expect(near.shownAs).toEqual({ kind: "lines" });
  const far = screenPlane(native, axis(0, 3000, 100), 100);
  expect(far.shownAs).toEqual({ kind: "nearest", lines: 30 });
  expect(far.minimum[1]).toBe(pixels[15 * COLUMNS + 1]);
});

test("an overview has minimum and maximum at each place, at every zoom, and every bin is somewhere", () => {
  for (const [from, to, width] of [
    [0, LINES, 300],
    [0, LINES, 1700],
    [0, 40, 100],
  ] as const) {
    const { minimum, maximum, isOverview, shownAs } = screenPlane(layers, axis(from, to, width), width);
    expect(minimum.every((value) => value === 100)).toBe(true);
    expect([...maximum].every((value, at) => Math.abs(value - 200 - (at % 2)) < 2)).toBe(true);
    expect(isOverview.every((flag) => flag === 1)).toBe(true);
    expect(shownAs.kind).toBe("extremes");
  }
  const spike = { ...overview, maximum: overview.maximum.slice() };
  for (const bin of [0, 333, 999]) {
    spike.maximum.fill(0).fill(255, bin * COLUMNS, (bin + 1) * COLUMNS);
    const { maximum } = screenPlane(
      { ...layers, overview: { ...spike, minimum: new Uint8Array(2000) } },
      axis(0, LINES, 300),
      300,
    );
    expect(maximum.filter((value) => value > 150).length).toBe(COLUMNS);
  }
});

test("a stretch is drawn over the overview, and what is not there is nothing", () => {
  const stretch = {
    firstLine: 20,
    plane: { pixels: new Uint8Array(20).fill(7), lines: 10, columns: COLUMNS },
  };
  const mixed = screenPlane({ ...layers, stretches: [stretch] }, axis(0, 40, 40), 40);
  expect([19, 20, 29, 30].map((place) => mixed.minimum[place * COLUMNS])).toEqual([100, 7, 7, 100]);
  expect([19, 20, 29, 30].map((place) => mixed.isOverview[place])).toEqual([1, 0, 0, 1]);
  const alone = screenPlane({ ...layers, overview: undefined }, axis(0, 40, 4), 4);
  expect(alone.minimum.every(Number.isNaN)).toBe(true);
  expect(alone.shownAs).toEqual({ kind: "nothing" });
});

test("pixels in turn have minimum and maximum, and where there is no value nothing", () => {
  const screen = {
    ...{ width: 2, columns: 1, isOverview: Uint8Array.of(1, 1) },
    minimum: Float64Array.of(0, Number.NaN),
    maximum: Float64Array.of(255, Number.NaN),
  };
  const contrast = { low: 0, high: 255 };
  const contrasts = { lines: contrast, overview: contrast };
  const rgba = paintScreen(screen, { contrasts, palette: "viridis", height: 2 });
  const colours = paletteOf("viridis");
  expect([...rgba]).toEqual([
    ...[...colours.subarray(0, 3), 255, 0, 0, 0, 0],
    ...[...colours.subarray(765, 768), 255, 0, 0, 0, 0],
  ]);
});

test("each layer has percentiles of its own; a contrast that is stated holds for both", () => {
  const kymograph = parseKymograph({ plane, overview });
  expect(imageContrast(kymograph, { lowPercent: 0, highPercent: 100 })).toEqual({
    lines: { low: 100, high: 201 },
    overview: { low: 100 - 0.35 * 101, high: 201 + 0.35 * 101 },
  });
  const contrast = { low: 1, high: 2 };
  expect(imageContrast({ ...kymograph, contrast })).toEqual({ lines: contrast, overview: contrast });
  expect(parseContrast(" 2, 98 ")).toEqual({ lowPercent: 2, highPercent: 98 });
  expect(parseContrast(null)).toEqual({});
  expect(() => parseContrast("98 2")).toThrow(
    'contrast: expected two percentiles such as "1 99.5", found "98 2"',
  );
});

test("the lines that are shown are loaded with a margin, unless they are there or too many", () => {
  const loadLines = async (): Promise<typeof plane> => plane;
  const data = { overview, size: { lines: LINES, columns: COLUMNS }, loadLines };
  const kymograph = parseKymograph(data);
  expect(wantedLines(kymograph, { start: 0, stop: LINES })).toEqual({ start: 0, stop: LINES });
  expect(wantedLines(kymograph, { start: 100.5, stop: 300.5 })).toEqual({ start: 50, stop: 351 });
  const stretch = { firstLine: 100, plane: { pixels: new Uint8Array(500), lines: 250, columns: COLUMNS } };
  const there = parseKymograph({ ...data, stretches: [stretch] });
  expect(wantedLines(there, { start: 100.5, stop: 300.5 })).toBeUndefined();
  const wide = { ...kymograph, size: { lines: LINES, columns: 100_000 }, overview: undefined };
  expect(wantedLines(wide, { start: 0, stop: 100 })).toBeUndefined();
  expect(wantedLines(wide, { start: 0, stop: 20 })).toEqual({ start: 0, stop: 20 });
});
