import { expect, it } from "vitest";
import { LineReduction, overviewBins, overviewByParts, overviewOf, pixelPlaneOf } from "../../src/index.ts";

const size = { lines: 2503, columns: 7 };
const pixels = Uint16Array.from({ length: size.lines * size.columns }, (_, at) => (at * 31) % 4093);

it.each([1, 7, 64, 2 ** 22])(
  "parts of %i pixels give the overview of the whole, each line asked for once",
  async (most) => {
    const asked: number[] = [];
    const made = await overviewByParts({ ...size, pixelsAtOnce: most }, async ({ start, stop }) => {
      asked.push(...Array.from({ length: stop - start }, (_, at) => start + at));
      expect((stop - start) * size.columns).toBeLessThanOrEqual(Math.max(most, size.columns));
      const data = pixels.subarray(start * size.columns, stop * size.columns);
      return pixelPlaneOf({ data, shape: [stop - start, size.columns] });
    });
    const reduction = new LineReduction({ ...size, bins: overviewBins(size) });
    reduction.add(0, { pixels, ...size });
    expect(made).toEqual(overviewOf(reduction));
    expect(asked).toEqual(Array.from({ length: size.lines }, (_, line) => line));
  },
);

it("an image that has no overview is not read", async () => {
  const never = (): Promise<never> => Promise.reject(new Error("read"));
  expect(await overviewByParts({ lines: 0, columns: 3 }, never)).toBeNull();
  expect(await overviewByParts({ lines: 3, columns: 600_000 }, never)).toBeNull();
});

it("a plane of 64-bit integers has doubles, and one of other types the same memory", () => {
  const wide = pixelPlaneOf({ data: BigInt64Array.of(1n, -2n), shape: [1, 2] });
  expect(wide).toEqual({ pixels: Float64Array.of(1, -2), lines: 1, columns: 2 });
  expect(pixelPlaneOf({ data: pixels, shape: [size.lines, size.columns] }).pixels).toBe(pixels);
});
