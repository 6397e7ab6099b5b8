import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesSource } from "../../../src/tiff/byte-source.ts";
import { type ReadTiffOptions, readTiff } from "../../../src/tiff/read-tiff.ts";
import { codeOf } from "../../support/caught.ts";
import { buildTiff, type FixtureTag, greyTags, long, short } from "../tiff-fixture.ts";
import { bytesOfBits, codeOfRun, encodeFax, type FaxKind, faxBits, type Pixels } from "./encode-fax.ts";

const CODES: Readonly<Record<FaxKind, number>> = { rle: 2, t4: 3, "t4-2d": 3, t6: 4 };
const KINDS: readonly FaxKind[] = ["rle", "t4", "t4-2d", "t6"];

/** Modified Huffman as libtiff 4.7 writes it: lines of so many white pixels, as many black ones and white to the end. */
const EVERY_RUN =
  "AfAfHB0A+A8aAHwHwHjIiAfAeSi2A+A8tMMB8B5Y4gHwHiTxgPgPKgCYoD4DykCggD4DwUA4QB8B4EBAUB8B4sAgOA+A8VAMEAfAeKDQHAfAeFjUMAPgPCioFwHwHhKsGAHwHhpOBAD4DwEAGBnAfAeSABAaAHwHlYAuGwB8B4IABg3AfAeLgAgKAHwHhgBQBcB8B6tWBgB8B7UmGUA+A8GASBlgPgPIMBmAPgPUAgzQHwHvAwaAHwHsGgaQHwHoGwagHwHhwBIGsB8B00ATDSAfAdMgFA0wHwHUoBUNQB8B1aAWDVAfAdWAFw1gHwHSQCgNcB8B1UApBsAfAdUgKgbQHwHQoCsNoB8B0EAsDbAfAdLALQVAHwHSoAQFUB8B0oAFBWAfAdFgCgVwHwHRQAsGQB8B0SBSBlAfAdGgUwUgHwHQIFQFMB8B1IBVAkAfAdVgJANwHwHQgCUDgB8B0uBYAnAfAdGAWQKAHwHawFoFgB8B3UBbBZAfAdDASgKwHwHUAEsCwB8B2gAyBaAfAd8zBmAfAdw0BnAfAdjZqB4bgPgOjpGoZAbgPgLjgFzUMkNwHwFRwG5qC2G4D4CY4DY1AzDcB8Bo4Dc1A0DcB8BA4GQ1A1DcB9gcZTUDYG4D6ZHAaDUDaG4D7bHAZzUCUG4D7ZHAZhqBLDcB9rjgZpqBMDcB9qjgaRqBNDcB9pjgaZqByDcB9mjgahqBzDcB9nHAapqB0DcB9lHAaxqB1DcB83HAa5qB2DcB9uOAbBqB3DcB+Q5smoFINwHxwG0agUw3AdHAbZqBUDcBccBMGoFUNwFRwEyagWg3ATHATRqBbDcBo4Bg1AyBuAgcTZqBlDdgcAEGoCA3TI4BhqAwN22OAaagNDdsjgEjUBIN2uOAATNQEw3ao4ABQ1AUDdpjgAFTUBUN2aOAAWNQFg3ZxwFzUBcN2UcBw1AcDc3HAdNQHQ3bjgHjUB4N5DgB81AfDcc=";
const EVERY_LENGTH = [...Array(64).keys(), ...Array.from({ length: 40 }, (_, index) => (index + 1) * 64)];
const WIDE = 5121;

function tagsOf(
  kind: FaxKind,
  width: number,
  height: number,
  more: readonly FixtureTag[] = [],
): FixtureTag[] {
  const options = kind === "t4-2d" ? [long(292, 1)] : [];
  return greyTags(width, height, 1, [short(259, CODES[kind]), ...options, ...more]);
}

/** A TIFF with these lines in strips of `rows`. */
function faxTiff(
  pixels: Pixels,
  kind: FaxKind,
  { rows = pixels.length, tags = [] as readonly FixtureTag[], hasEnd = true } = {},
): Uint8Array<ArrayBuffer> {
  const strips = Array.from({ length: Math.ceil(pixels.length / rows) }, (_, strip) =>
    encodeFax(pixels.slice(strip * rows, (strip + 1) * rows), kind, hasEnd),
  );
  const all = tagsOf(kind, pixels[0]?.length ?? 0, pixels.length, [long(278, rows), ...tags]);
  return buildTiff([{ tags: all, segments: strips }]);
}

async function pixelsOf(file: Uint8Array, options: ReadTiffOptions = {}): Promise<boolean[][]> {
  const { image, info } = await readTiff(bytesSource(file), options);
  expect(info.warnings).toEqual([]);
  expect(image.dtype).toBe("bool");
  const [height = 0, width = 0] = image.shape;
  const pixels = Array.from(image.data, Number).map((value) => value === 1);
  return Array.from({ length: height }, (_, row) => pixels.slice(row * width, (row + 1) * width));
}

function strip(kind: FaxKind, width: number, height: number, bits: string): Uint8Array {
  return buildTiff([{ tags: tagsOf(kind, width, height), segments: [bytesOfBits(bits)] }]);
}

const anyPixels = fc
  .record({ width: fc.integer({ min: 1, max: 90 }), height: fc.integer({ min: 1, max: 9 }) })
  .chain(({ width, height }) =>
    fc.array(
      fc.array(
        fc.integer({ min: 0, max: 3 }).map((one) => one === 0),
        { minLength: width, maxLength: width },
      ),
      {
        minLength: height,
        maxLength: height,
      },
    ),
  );

test("every code of a run, as libtiff writes it", async () => {
  const segments = [new Uint8Array(Buffer.from(EVERY_RUN, "base64"))];
  const file = buildTiff([{ tags: tagsOf("rle", WIDE, EVERY_LENGTH.length), segments }]);
  const { image } = await readTiff(bytesSource(file));
  const pixels = Array.from(image.data, Number);
  const lines = EVERY_LENGTH.map((_, row) => pixels.slice(row * WIDE, (row + 1) * WIDE));
  expect(
    lines.map((line) => [line.indexOf(1), line.lastIndexOf(1), line.reduce((sum, pixel) => sum + pixel)]),
  ).toEqual(EVERY_LENGTH.map((length) => (length === 0 ? [-1, -1, 0] : [length, 2 * length - 1, length])));
});

describe.each(KINDS)("%s", (kind) => {
  test("gives back any lines, in strips, with and without an end, in either order of bits", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyPixels,
        fc.integer({ min: 1, max: 4 }),
        fc.boolean(),
        async (pixels, rows, hasEnd) => {
          expect(await pixelsOf(faxTiff(pixels, kind, { rows, hasEnd }))).toEqual(pixels);
        },
      ),
      { numRuns: 40 },
    );
    const pixels = [[true, false, true, true, false, false, false, false, false, true, true]];
    const [forward, turned] = [encodeFax(pixels, kind), encodeFax(pixels, kind).map(reversed)];
    for (const [order, bytes] of [forward, turned].entries()) {
      const tags = tagsOf(kind, 11, 1, [short(266, order + 1)]);
      expect(await pixelsOf(buildTiff([{ tags, segments: [bytes] }]))).toEqual(pixels);
    }
  });

  test("black is 1, whichever colour the file says that 0 is", async () => {
    const pixels = [[false, true, true]];
    for (const photometric of [0, 1]) {
      expect(await pixelsOf(faxTiff(pixels, kind, { tags: [short(262, photometric)] }))).toEqual(pixels);
    }
  });

  test("tiles, and pages without a tag of their bits", async () => {
    const tile = Array.from({ length: 16 }, (_, row) =>
      Array.from({ length: 16 }, (_, column) => column > row),
    );
    const tags = tagsOf(kind, 20, 10, [short(322, 16), short(323, 16)]);
    const tiles = { tags, segments: [encodeFax(tile, kind), encodeFax(tile, kind)], isTiled: true };
    expect(await pixelsOf(buildTiff([tiles]))).toEqual(
      tile.slice(0, 10).map((line) => [...line, ...line.slice(0, 4)]),
    );
    const withoutBits = tagsOf(kind, 16, 16).filter(({ tag }) => tag !== 258);
    const page = { tags: withoutBits, segments: [encodeFax(tile, kind)] };
    const { image } = await readTiff(bytesSource(buildTiff([page, page])));
    expect(image.shape).toEqual([2, 16, 16]);
  });

  test("lines that are missing or cut off are an error, and lines beyond the last a warning", async () => {
    const pixels = Array.from({ length: 6 }, (_, row) =>
      Array.from({ length: 40 }, (_, column) => column % 9 > row),
    );
    const bytes = encodeFax(pixels, kind, false);
    for (const kept of [bytes.length - 1, bytes.length >> 1, 1]) {
      const file = buildTiff([{ tags: tagsOf(kind, 40, 6), segments: [bytes.slice(0, kept)] }]);
      expect(await codeOf(() => readTiff(bytesSource(file)))).toBe("invalid_file");
    }
    const fewer = buildTiff([{ tags: tagsOf(kind, 40, 7), segments: [encodeFax(pixels, kind)] }]);
    expect(await codeOf(() => readTiff(bytesSource(fewer)))).toBe("invalid_file");
    const more = buildTiff([{ tags: tagsOf(kind, 40, 4), segments: [bytes] }]);
    expect((await readTiff(bytesSource(more))).info.warnings.join()).toContain("more data than rows");
  });

  test("lines of another width are an error", async () => {
    const bits = faxBits([Array.from({ length: 70 }, (_, column) => column % 3 === 0)], kind);
    expect(await codeOf(() => readTiff(bytesSource(strip(kind, 50, 1, bits))))).toBe("invalid_file");
  });

  test("samples of more than one bit, and several in a pixel, are refused", async () => {
    for (const tag of [short(258, 8), short(277, 3)]) {
      const tags = tagsOf(kind, 8, 1).filter((other) => other.tag !== tag.tag);
      const file = buildTiff([{ tags: [...tags, tag], segments: [new Uint8Array(9)] }]);
      expect(await codeOf(() => readTiff(bytesSource(file)))).toBe("not_supported");
    }
  });
});

test("uncompressed mode is refused by name, in lines of runs and in others", async () => {
  for (const [kind, bits] of [
    ["rle", "000000001111"],
    ["t4", "000000000001000000001111"],
    ["t6", "0000001111"],
  ] as const) {
    const file = strip(kind, 9, 1, `${bits}0101`);
    await expect(readTiff(bytesSource(file))).rejects.toMatchObject({
      code: "not_supported",
      message: expect.stringContaining("uncompressed mode"),
    });
  }
});

test("ends of line may be filled with zeros, and T.4 without them is read where no tag is needed", async () => {
  const pixels = [
    [true, true, false, false, true],
    [false, true, false, false, true],
  ];
  const bits = faxBits(pixels, "t4").replaceAll("000000000001", "0000000000000000000000000000001");
  expect(await pixelsOf(strip("t4", 5, 2, bits))).toEqual(pixels);
  const bare = faxBits(pixels, "t4", false).replaceAll("000000000001", "");
  expect(await pixelsOf(strip("t4", 5, 2, bare))).toEqual(pixels);
  expect(await codeOf(() => readTiff(bytesSource(strip("t4-2d", 5, 2, bare))))).toBe("invalid_file");
});

test("two empty runs at the beginning of a line count in the next, as ImageGear has it", async () => {
  const empty = `001${codeOfRun(0, false)}${codeOfRun(0, true)}`;
  const run = (white: number, black: number): string =>
    `001${codeOfRun(white, false)}${codeOfRun(black, true)}`;
  const first = `${empty}${run(5, 3)}${run(12, 0)}`;
  const second = `0001${run(2, 4)}0101`;
  const [above, below] = await pixelsOf(strip("t6", 20, 2, first + second));
  const text = (line: readonly boolean[] = []): string => line.map((pixel) => (pixel ? "#" : ".")).join("");
  expect(text(above)).toBe(".....###............");
  expect(text(below)).toBe("..####.............#");
  const endless = strip("t6", 20, 1, empty.repeat(99));
  expect(await codeOf(() => readTiff(bytesSource(endless)))).toBe("invalid_file");
});

test("a page of white takes a bit a line, however wide it is", async () => {
  const file = strip("t6", 20_000, 90, `${"1".repeat(90)}${"000000000001".repeat(2)}`);
  const { image } = await readTiff(bytesSource(file));
  expect(image.shape).toEqual([90, 20_000]);
  expect(new Set(Array.from(image.data, Number))).toEqual(new Set([0]));
  expect(await codeOf(() => readTiff(bytesSource(strip("t6", 2 ** 21, 1, "1"))))).toBe("not_supported");
});

test("a strip is left as soon as the time is up", async () => {
  const file = strip("t6", 1_000_000, 200, "1".repeat(200));
  const limits = { maxDecodeMs: 0.000001 };
  expect(await codeOf(() => readTiff(bytesSource(file), { limits }))).toBe("not_supported");
});

function reversed(byte: number): number {
  return Number.parseInt([...byte.toString(2).padStart(8, "0")].reverse().join(""), 2);
}
