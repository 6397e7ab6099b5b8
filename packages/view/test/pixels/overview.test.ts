import fc from "fast-check";
import { expect, it } from "vitest";
import {
  LineReduction,
  narrowOverview,
  type Overview,
  overviewBins,
  overviewOf,
  overviewPlane,
  type PixelPlane,
} from "../../src/index.ts";
import { wasmExtremes } from "../../src/kernel/wasm-extremes.ts";
import { IntegerReduction } from "../../src/pixels/integer-reduction.ts";
import { decodeOverviews, encodeOverviews, OverviewBuilder, ViewError } from "../../src/stored/index.ts";

const SHA256 = "0123456789abcdef".repeat(4);

function overview(plane: PixelPlane, bins: number = overviewBins(plane)): Overview {
  const reduction = new LineReduction({ ...plane, bins });
  reduction.add(0, plane);
  return overviewOf(reduction);
}

function stored(of: Overview): Uint8Array {
  return encodeOverviews({ pixelsSha256: SHA256, channels: new Map([[1, of]]) });
}

it("an overview has at most 1000 bins, as many as lines, and fewer in an image that is wide", () => {
  const bins = [
    [30_000, 38],
    [600, 20],
    [30_000, 500],
    [30_000, 2000],
    [5, 500_000],
    [5, 500_001],
    [0, 3],
    [3, 0],
  ];
  expect(bins.map(([lines = 0, columns = 0]) => overviewBins({ lines, columns }))).toEqual([
    1000, 600, 1000, 250, 1, 0, 0, 0,
  ]);
});

it("levels are linear from the least to the greatest pixel, and a place without a number has its minimum above its maximum", () => {
  const pixels = Float32Array.of(10, 73, 31, Number.NaN, 11, 20, 30, Number.NaN);
  const made = overview({ pixels, lines: 4, columns: 2 }, 2);
  expect(made).toEqual({
    ...{ lines: 4, columns: 2, bins: 2, low: 10, high: 73 },
    minimum: Uint8Array.of(0, 255, 4, 40),
    maximum: Uint8Array.of(85, 255, 81, 40),
  });
  const empty = overview({ pixels: Float32Array.of(Number.NaN, 5), lines: 1, columns: 2 });
  expect(empty).toMatchObject({
    low: 5,
    high: 5,
    minimum: Uint8Array.of(255, 0),
    maximum: Uint8Array.of(0, 0),
  });
  expect(overviewPlane(empty).pixels).toEqual(Float64Array.of(Number.NaN, 5, Number.NaN, 5));
});

it("a few hot pixels do not take the levels of the others", () => {
  const [lines, columns] = [3000, 38];
  const pixels = Uint16Array.from({ length: lines * columns }, (_, index) => 300 + (index % 7) * 100);
  for (let hot = 0; hot < 30; hot++) {
    pixels[hot * 3000 + 17] = 65_535;
  }
  expect(overview({ pixels, lines, columns })).toMatchObject({ low: 300, high: 900 });
});

it("infinities and the largest numbers have a level as well", () => {
  const most = Number.MAX_VALUE;
  const pixels = Float64Array.of(
    -most,
    0,
    most,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NaN,
  );
  const made = overview({ pixels, lines: 1, columns: 6 });
  expect(made).toMatchObject({ low: -most, high: most, minimum: Uint8Array.of(0, 130, 255, 255, 0, 255) });
  expect(
    overviewPlane(made).pixels.every((value) => !Number.isFinite(value) || Math.abs(value) <= most),
  ).toBe(true);
  const endless = overview({ pixels: Float32Array.of(Number.POSITIVE_INFINITY), lines: 1, columns: 1 });
  expect(endless).toMatchObject({ low: 0, high: 0, maximum: Uint8Array.of(255) });
});

it("a plane of an overview has minimum and maximum of each bin, to within half a step", () => {
  const [lines, columns] = [997, 5];
  const pixels = Float64Array.from({ length: lines * columns }, (_, index) => Math.sin(index * index));
  const reduction = new LineReduction({ lines, columns, bins: 40 });
  reduction.add(0, { pixels, lines, columns });
  const [exact, shown] = [reduction.plane(), overviewPlane(overviewOf(reduction))];
  expect([shown.lines, shown.columns]).toEqual([exact.lines, exact.columns]);
  const errors = Array.from(exact.pixels, (value, index) => Math.abs(value - (shown.pixels[index] ?? 9)));
  // 64 steps lie between −1 and 1, of which a level is a whole number of 255.
  expect(Math.max(...errors)).toBeLessThan(1 / 63 + 1 / 255);
});

it("an overview in fewer bins is that of the pixels in fewer bins", () => {
  const pixels = Uint8Array.from({ length: 60 * 3 }, (_, index) => (index * 37) % 64);
  const plane = { pixels, lines: 60, columns: 3 };
  const narrow = narrowOverview(overview(plane, 20), 4);
  expect(narrow).toEqual(overview(plane, 4));
  expect(narrowOverview(narrow, 9)).toBe(narrow);
});

it("a scan of negative zeros has an overview from 0 to 0, stored and made", () => {
  const made = overview({ pixels: Float64Array.of(Number.NaN, -0, -0), lines: 1, columns: 3 });
  expect([made.low, made.high]).toEqual([0, 0]);
  expect(decodeOverviews(stored(made)).channels.get(1)).toEqual(made);
});

it("what was stored comes back, for any pixels", () => {
  const pixel = fc.oneof(fc.double(), fc.constant(Number.NaN));
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 30 }),
      fc.infiniteStream(pixel),
      (lines, columns, bins, stream) => {
        const made = overview(
          { pixels: Float64Array.from(stream.take(lines * columns)), lines, columns },
          bins,
        );
        expect(made.low).toBeLessThanOrEqual(made.high);
        const back = decodeOverviews(stored(made));
        expect(back).toEqual({ pixelsSha256: SHA256, channels: new Map([[1, made]]) });
      },
    ),
  );
});

it("30 000 lines of 38 pixels are stored in less than 80 kB", () => {
  const [lines, columns] = [30_000, 38];
  const pixels = Uint16Array.from({ length: lines * columns }, (_, index) => (index * 7919) % 4096);
  expect(stored(overview({ pixels, lines, columns })).length).toBeLessThan(77_000);
});

it("a stored overview is refused with the place that is wrong", () => {
  const bytes = stored(overview({ pixels: Uint8Array.of(1, 2, 3, 4, 5, 6), lines: 3, columns: 2 }));
  const good = JSON.parse(new TextDecoder().decode(bytes)) as Readonly<Record<string, unknown>>;
  const channel = (good["channels"] as readonly object[])[0];
  const changed = (fields: object): unknown => ({ ...good, channels: [{ ...channel, ...fields }] });
  const places: readonly (readonly [unknown, string])[] = [
    [null, "$: expected an object, found null"],
    [{ ...good, overview: 2 }, "$.overview: expected 1, found 2"],
    [{ ...good, pixels_sha256: "0A" }, "$.pixels_sha256: expected 64 hexadecimal digits, found 0A"],
    [{ ...good, channels: {} }, "$.channels: expected a list of at most 64, found [object Object]"],
    [
      { ...good, channels: [channel, channel] },
      "$.channels[1].channel: expected a channel of its own, found 1",
    ],
    [changed({ lines: 0 }), "$.channels[0].lines: expected an integer from 1 to 1099511627776, found 0"],
    [changed({ columns: 1.5 }), "$.channels[0].columns: expected an integer from 1 to 1048576, found 1.5"],
    [changed({ bins: 4 }), "$.channels[0].bins: expected an integer from 1 to 3, found 4"],
    [changed({ high: null }), "$.channels[0].high: expected a finite number, found null"],
    [changed({ low: 7 }), "$.channels[0].high: expected at least 7, found 6"],
    [changed({ minimum: "AAAAA" }), "$.channels[0].minimum: expected 6 characters, found 5"],
    [changed({ minimum: "AAAAA-" }), '$.channels[0].minimum: expected characters of base64, found "-"'],
    [changed({ minimum: "AAAAAé" }), '$.channels[0].minimum: expected characters of base64, found "é"'],
    [changed({ maximum: "AAAAAA" }), "$.channels[0].maximum: expected at least the minimum at 1, found 0"],
  ];
  for (const [value, message] of places) {
    expect(() => decodeOverviews(new TextEncoder().encode(JSON.stringify(value)))).toThrow(message);
  }
  expect(() => decodeOverviews(bytes.subarray(1))).toThrow(ViewError);
});

it("an image gives one overview for each channel, wherever its axes lie and however its rows arrive", () => {
  const [channels, lines, columns] = [3, 7, 4];
  const value = (channel: number, line: number, column: number): number =>
    ((channel + 1) * (line * 5 + column)) % 60;
  const wanted = Array.from({ length: channels }, (_, channel) => {
    const at = (index: number): number => value(channel, Math.floor(index / columns), index % columns);
    return overview({
      pixels: Uint8Array.from({ length: lines * columns }, (_, index) => at(index)),
      lines,
      columns,
    });
  });
  const sizes = { c: channels, t: lines, x: columns, z: 2 };
  for (const axes of [
    ["c", "t", "x"],
    ["t", "c", "x"],
    ["t", "x", "c"],
    ["z", "c", "t", "x"],
    ["c", "z", "t", "x"],
  ] as const) {
    const shape = axes.map((axis) => sizes[axis]);
    const elements = BigInt64Array.from({ length: shape.reduce((a, b) => a * b) }, (_, index) => {
      const at: Record<string, number> = {};
      let rest = index;
      for (const axis of axes.toReversed()) {
        at[axis] = rest % sizes[axis];
        rest = Math.floor(rest / sizes[axis]);
      }
      return BigInt((at["z"] ?? 0) === 0 ? value(at["c"] ?? 0, at["t"] ?? 0, at["x"] ?? 0) : 999);
    });
    for (const rowsAtOnce of [1, 3, 1000]) {
      const builder = new OverviewBuilder({ shape, axes });
      const length = shape.at(-1) ?? 1;
      for (let row = 0; row * length < elements.length; row += rowsAtOnce) {
        builder.add(row, elements.subarray(row * length, (row + rowsAtOnce) * length));
      }
      expect([...builder.overviews()], axes.join()).toEqual(wanted.map((each, index) => [index + 1, each]));
    }
  }
});

it("an image without a plane, without pixels, or too wide has no overview", () => {
  const shapes = [[5], [0, 4], [4, 0], [2, 500_001]];
  expect(shapes.map((shape) => new OverviewBuilder({ shape, axes: ["t", "x"] }).overviews().size)).toEqual([
    0, 0, 0, 0,
  ]);
});

it("integers of 8 and 16 bits are reduced like any other numbers", () => {
  const [lines, columns] = [50, 5];
  for (const type of [Uint8Array, Int8Array, Uint16Array, Int16Array]) {
    const pixels = new type(lines * columns).map((_, index) => index * index * 7919);
    const [small, plain] = [pixels, Float64Array.from(pixels)].map((each) => {
      const reduction = new LineReduction({ lines, columns, bins: 7 });
      reduction.add(0, { pixels: each.subarray(0, 13 * columns), lines: 13, columns });
      reduction.add(13, { pixels: each.subarray(13 * columns), lines: lines - 13, columns });
      return reduction.plane();
    });
    expect(small).toEqual(plain);
  }
});

it("the overview of integers of 8 and 16 bits is that of the same numbers as doubles, however their rows arrive", () => {
  const size = fc.record({
    lines: fc.integer({ min: 1, max: 2300 }),
    columns: fc.oneof(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 8, max: 40 })),
  });
  const types = [Uint8Array, Int8Array, Uint16Array, Int16Array, Uint8ClampedArray] as const;
  const spread = fc.constantFrom(1, 5, 300, 20_000, 65_536);
  fc.assert(
    fc.property(
      size,
      fc.constantFrom(...types),
      spread,
      fc.integer(),
      fc.constantFrom(1, 7, 17, 5000),
      ({ lines, columns }, type, range, seed, rowsAtOnce) => {
        let state = seed;
        const pixels = new type(lines * columns).map(() => {
          state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
          return Math.floor((state / 2 ** 32) * range) - (range >> 1);
        });
        const [small, plain] = [pixels, Float64Array.from(pixels)].map((each) => {
          const builder = new OverviewBuilder({ shape: [lines, columns], axes: ["t", "x"] });
          for (let row = 0; row < lines; row += rowsAtOnce) {
            builder.add(row, each.subarray(row * columns, (row + rowsAtOnce) * columns));
          }
          return builder.overviews();
        });
        expect(small).toEqual(plain);
      },
    ),
    { numRuns: 60 },
  );
});

it("WebAssembly finds the extremes that are found without it, in rows of any length and in more than it takes at once", () => {
  for (const [lines, columns] of [
    [5000, 38],
    [5000, 33],
    [40, 20_000],
    [40, 9],
  ] as const) {
    for (const type of [Uint8Array, Int8Array, Uint16Array, Int16Array]) {
      const pixels = new type(lines * columns).map((_, index) => Math.imul(index, 2_654_435_761) >>> 7);
      const size = { lines, columns, bins: Math.min(lines, 12) };
      const [fast, plain] = [wasmExtremes(), null].map((wasm) => {
        const reduction = new IntegerReduction(size, wasm);
        reduction.add(0, pixels.subarray(0, 23 * columns));
        reduction.add(23, pixels.subarray(23 * columns));
        return reduction.overview();
      });
      expect(Buffer.compare(fast?.minimum ?? new Uint8Array(), plain?.minimum ?? new Uint8Array())).toBe(0);
      expect(Buffer.compare(fast?.maximum ?? new Uint8Array(), plain?.maximum ?? new Uint8Array())).toBe(0);
      expect([fast?.low, fast?.high]).toEqual([plain?.low, plain?.high]);
    }
  }
  expect(wasmExtremes()).not.toBeNull();
});

it("lines that were never added have no pixels in an overview", () => {
  const parts = [Uint16Array, Float64Array].map((type) => {
    const builder = new OverviewBuilder({ shape: [4, 2], axes: ["t", "x"] });
    builder.add(1, type.of(7, 9));
    return builder.overviews().get(1);
  });
  expect(parts[0]).toEqual(parts[1]);
  expect(parts[0]).toMatchObject({
    low: 7,
    high: 9,
    minimum: Uint8Array.of(255, 255, 0, 255, 255, 255, 255, 255),
  });
});
