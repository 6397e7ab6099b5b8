import { deflateSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { nodeTiffCodecs } from "../../src/node/tiff/tiff-codecs.ts";
import { type ByteSource, bytesSource } from "../../src/tiff/byte-source.ts";
import { describeTiff, readTiff, readTiffRegion } from "../../src/tiff/read-tiff.ts";
import { caught, codeOf } from "../support/caught.ts";
import { ascii, buildTiff, elementBytes, type FixtureTag, greyTags, long, short } from "./tiff-fixture.ts";

const COMPRESS = {
  none: (bytes: Uint8Array) => bytes,
  deflate: (bytes: Uint8Array) => new Uint8Array(deflateSync(bytes)),
  zstd: (bytes: Uint8Array) => new Uint8Array(zstdCompressSync(bytes)),
} as const;
const CODES = { none: 1, deflate: 8, zstd: 50000 } as const;

/** Any grey or multi-sample image, cut into strips or tiles, of any order, compression, predictor and page count. */
const anyImage = fc.record({
  width: fc.integer({ min: 1, max: 9 }),
  height: fc.integer({ min: 1, max: 9 }),
  samples: fc.integer({ min: 1, max: 3 }),
  pages: fc.integer({ min: 1, max: 3 }),
  itemBytes: fc.constantFrom(1, 2, 4),
  isPlanar: fc.boolean(),
  tile: fc.option(
    fc.record({ width: fc.integer({ min: 1, max: 6 }), height: fc.integer({ min: 1, max: 6 }) }),
  ),
  rowsPerStrip: fc.integer({ min: 1, max: 12 }),
  isLittleEndian: fc.boolean(),
  isBigTiff: fc.boolean(),
  compression: fc.constantFrom("none", "deflate", "zstd"),
  isPredicted: fc.boolean(),
  seed: fc.integer({ min: 0, max: 1 << 20 }),
  useNodeCodecs: fc.boolean(),
});

test("reads every arrangement of strips, tiles, planes, orders, compressions and pages", async () => {
  await fc.assert(
    fc.asyncProperty(anyImage, async (spec) => {
      const { width, height, samples, pages, itemBytes, isPlanar, isLittleEndian, isBigTiff, compression } =
        spec;
      const isPredicted = spec.isPredicted && compression !== "none";
      const limit = 2 ** (8 * itemBytes);
      const count = width * height * samples;
      const values = Array.from({ length: pages }, (_, page) =>
        Array.from(
          { length: count },
          (_, index) => (spec.seed * 7919 + page * 104729 + index * index * 31) % limit,
        ),
      );
      const tile = spec.tile ?? { width, height: Math.min(spec.rowsPerStrip, height) };
      const cut = (all: readonly number[]): Uint8Array[] =>
        cutTiles({ all, width, height, samples, isPlanar, tile, isStrips: spec.tile === null }).map(
          (block) => {
            const stride = isPlanar ? 1 : samples;
            const plain = isPredicted ? differences(block, tile.width * stride, stride, limit) : block;
            return COMPRESS[compression](elementBytes(plain, itemBytes, isLittleEndian));
          },
        );
      const tags: FixtureTag[] = [
        short(258, ...Array.from({ length: samples }, () => itemBytes * 8)),
        short(259, CODES[compression]),
        short(277, samples),
        short(284, isPlanar ? 2 : 1),
        short(317, isPredicted ? 2 : 1),
        ...(spec.tile === null
          ? [long(278, spec.rowsPerStrip)]
          : [short(322, tile.width), short(323, tile.height)]),
      ];
      const bytes = buildTiff(
        values.map((all) => ({
          tags: greyTags(width, height, 8, tags),
          segments: cut(all),
          isTiled: spec.tile !== null,
        })),
        { isLittleEndian, isBigTiff },
      );
      const codecs = spec.useNodeCodecs ? nodeTiffCodecs : [];
      const { image, info } = await readTiff(bytesSource(bytes), { codecs });
      const plane =
        samples === 1 ? [height, width] : isPlanar ? [samples, height, width] : [height, width, samples];
      expect(image.shape).toEqual(pages === 1 ? plane : [pages, ...plane]);
      expect(info).toMatchObject({ isLittleEndian, isBigTiff, compression, pageCount: pages });
      expect(Array.from(image.data, Number)).toEqual(values.flat());
      const [rowStart, rowStop] = [Math.floor(height / 3), Math.max(Math.floor(height / 3) + 1, height - 1)];
      const region = await readTiffRegion(bytesSource(bytes), { rowStart, rowStop, page: pages - 1, codecs });
      const last = values[pages - 1] ?? [];
      expect(Array.from(region.data, Number)).toEqual(
        last.filter((_, index) => {
          const row =
            isPlanar || samples === 1
              ? Math.floor(index / width) % height
              : Math.floor(index / (width * samples));
          return row >= rowStart && row < rowStop;
        }),
      );
    }),
    { numRuns: 250 },
  );
});

interface Cut {
  readonly all: readonly number[];
  readonly width: number;
  readonly height: number;
  readonly samples: number;
  readonly isPlanar: boolean;
  readonly tile: { readonly width: number; readonly height: number };
  readonly isStrips: boolean;
}

/** Tiles padded with 77 beyond the edge; the last strip is as short as the image. */
function cutTiles({ all, width, height, samples, isPlanar, tile, isStrips }: Cut): number[][] {
  const blocks: number[][] = [];
  const planes = isPlanar ? samples : 1;
  const inPixel = isPlanar ? 1 : samples;
  for (let plane = 0; plane < planes; plane++) {
    for (let top = 0; top < height; top += tile.height) {
      for (let left = 0; left < width; left += tile.width) {
        const block: number[] = [];
        for (let row = top; row < top + tile.height && !(isStrips && row >= height); row++) {
          for (let column = left; column < left + tile.width; column++) {
            for (let sample = 0; sample < inPixel; sample++) {
              const isInside = row < height && column < width;
              const at = plane * width * height + (row * width + column) * inPixel + sample;
              block.push(isInside ? (all[at] ?? 0) : 77);
            }
          }
        }
        blocks.push(block);
      }
    }
  }
  return blocks;
}

function differences(block: readonly number[], rowLength: number, stride: number, limit: number): number[] {
  return block.map((value, index) =>
    index % rowLength < stride ? value : (((value - (block[index - stride] ?? 0)) % limit) + limit) % limit,
  );
}

const grey = (more: readonly FixtureTag[] = [], width = 2, height = 2): Uint8Array =>
  buildTiff([{ tags: greyTags(width, height, 16, more), segments: [elementBytes([1, 2, 3, 4], 2)] }]);

test.for([
  ["Compression", [short(259, 7)], /7 \(JPEG\)/],
  ["PhotometricInterpretation", [short(262, 6)], /6/],
  ["FillOrder", [short(266, 3)], /3/],
  ["SampleFormat", [short(339, 6)], /6/],
  ["BitsPerSample", [short(258, 7)], /7/],
  ["Predictor", [short(259, 8), short(317, 9)], /9/],
  ["Predictor", [short(259, 8), short(317, 3)], /3 with deflate and uint16/],
] as const)("%s is named where it is not supported", async ([tag, tags, message]) => {
  const error = await caught(() => readTiff(bytesSource(grey(tags))));
  expect(error).toMatchObject({ code: "not_supported", details: { tag } });
  expect(error.message).toMatch(message);
});

test.for([
  ["ImageWidth", [long(256, 0)]],
  ["PlanarConfiguration", [short(284, 9), short(277, 2), short(258, 16, 16)]],
  ["StripOffsets", [short(277, 2), short(258, 16, 16), short(284, 2)]],
  ["BitsPerSample", [short(258, 0)]],
  ["StripOffsets", [long(273, 4_000_000)]],
  ["StripOffsets", [long(273, 0)]],
] as const)("%s that cannot be is named", async ([tag, tags]) => {
  expect(await caught(() => readTiff(bytesSource(grey(tags))))).toMatchObject({
    code: "invalid_file",
    details: { tag },
  });
});

test.for([
  [[short(284, 9)], /PlanarConfiguration: expected 1 or 2, found 9: it does not matter/],
  [[long(278, 1)], /RowsPerStrip: 1 needs 2 strips, the page has 1: strips of 2 rows are read/],
  [[long(278, 0)], /RowsPerStrip: 0 counts as absent/],
  [[long(279, 7)], /StripByteCounts: 1 of 1 counts are absent or wrong: computed/],
  [[long(279, 4_000_000)], /StripByteCounts: 1 of 1 counts are absent or wrong: computed/],
  [[short(317, 2)], /Predictor: 2 means nothing with none and is ignored/],
  [[short(262, 77)], /PhotometricInterpretation: 77 is unknown/],
  [[ascii(274, "left")], /Orientation: expected an unsigned integer/],
  [[ascii(254, "thumbnail")], /NewSubfileType: expected an unsigned integer/],
] as const)("%j does not concern the pixels, and is a warning", async ([tags, warning]) => {
  const { image, info } = await readTiff(bytesSource(grey(tags)));
  expect([...image.data]).toEqual([1, 2, 3, 4]);
  expect(info.warnings).toEqual([expect.stringMatching(warning)]);
});

test("pages of another shape or type, thumbnails and masks are left out and named", async () => {
  const small = { tags: greyTags(1, 1), segments: [elementBytes([9], 2)] };
  const large = { tags: greyTags(2, 2), segments: [elementBytes([1, 2, 3, 4], 2)] };
  const bytes8 = { tags: greyTags(2, 2, 8), segments: [elementBytes([1, 2, 3, 4], 1)] };
  const thumbnail = { ...small, tags: greyTags(1, 1, 16, [long(254, 1)]) };
  const { image, info } = await readTiff(bytesSource(buildTiff([thumbnail, large, small, bytes8, large])));
  expect([image.shape, info.pageCount]).toEqual([[2, 2, 2], 2]);
  expect([...image.data]).toEqual([1, 2, 3, 4, 1, 2, 3, 4]);
  expect(info.warnings).toEqual([
    "left out: page 0 (a thumbnail, 1 × 1), page 2 (1 × 1 uint16), page 3 (2 × 2 uint8): the image is 2 × 2 uint16",
  ]);
});

test("an image beyond the limit is refused before it is allocated", async () => {
  const error = await caught(() => readTiff(bytesSource(grey()), { limits: { maxDecodedBytes: 7 } }));
  expect(error).toMatchObject({ code: "not_supported", details: { expected: 7, found: 8 } });
});

test("compressed pixels that decode to less than they should are damaged, and what is beyond them is left", async () => {
  const withPixels = (pixels: Uint8Array, compression: 5 | 8 | 32773): Uint8Array =>
    buildTiff([{ tags: greyTags(40, 50, 16, [short(259, compression)]), segments: [pixels] }]);
  const long40 = COMPRESS.deflate(new Uint8Array(40 * 50 * 2 + 2));
  const short40 = COMPRESS.deflate(new Uint8Array(40 * 50 * 2 - 2));
  for (const codecs of [[], nodeTiffCodecs]) {
    const { image, info } = await readTiff(bytesSource(withPixels(long40, 8)), { codecs });
    expect([image.data.length, info.warnings]).toEqual([
      2000,
      [expect.stringContaining("more data than rows")],
    ]);
    for (const pixels of [short40, short40.subarray(0, -3), long40.map((byte) => byte ^ 0x55)]) {
      expect(await codeOf(() => readTiff(bytesSource(withPixels(pixels, 8)), { codecs }))).toBe(
        "invalid_file",
      );
    }
  }
  for (const compression of [5, 32773] as const) {
    const noise = Uint8Array.from({ length: 600 }, (_, index) => (index * 97 + 31) % 251);
    expect(await codeOf(() => readTiff(bytesSource(withPixels(noise, compression))))).toBe("invalid_file");
  }
});

test("a stack of ImageJ behind one directory is read whole, and its planes one by one", async () => {
  const planes = elementBytes([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], 2, false);
  const tags = greyTags(2, 2, 16, [
    ascii(270, "ImageJ=1.53t\nimages=3\nframes=3\nhyperstack=true\n"),
    long(279, 8),
  ]);
  const bytes = buildTiff([{ tags, segments: [planes] }], { isLittleEndian: false });
  const { image, info } = await readTiff(bytesSource(bytes));
  expect([image.shape, info.axes, info.axesSource]).toEqual([[3, 2, 2], ["t", "y", "x"], "imagej"]);
  expect([...image.data]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  const region = await readTiffRegion(bytesSource(bytes), { page: 2, rowStart: 1 });
  expect([...region.data]).toEqual([11, 12]);
});

test("a stack that says more planes than the file has costs its axes, with both numbers", async () => {
  const claim = (text: string): Uint8Array => grey([ascii(270, text)]);
  for (const [text, says] of [
    ["ImageJ=1.53t\nimages=700\nslices=700\n", "700 planes"],
    ['{"shape": [700, 2, 2]}', "shape [700, 2, 2]"],
  ] as const) {
    const { image, info } = await readTiff(bytesSource(claim(text)));
    expect([image.shape, info.axesSource]).toEqual([[2, 2], "default"]);
    expect(info.warnings.join()).toMatch(/the file has 1 page and \d+ bytes: the pages are read/);
    expect(info.warnings.join()).toContain(says);
  }
});

test("a shape that tifffile wrote is kept, axes of length one too", async () => {
  const { image, info } = await readTiff(bytesSource(grey([ascii(270, '{"shape": [1, 1, 2, 2]}')])));
  expect([image.shape, info.axes, info.axesSource]).toEqual([[1, 1, 2, 2], ["t", "z", "y", "x"], "tifffile"]);
  const named = await describeTiff(bytesSource(grey([ascii(270, '{"shape": [1, 2, 2], "axes": "CYX"}')])));
  expect([named.shape, named.axes]).toEqual([
    [1, 2, 2],
    ["c", "y", "x"],
  ]);
});

test("a shape that was written for another image is a warning", async () => {
  const { image, info } = await readTiff(bytesSource(grey([ascii(270, '{"shape": [3, 5]}')])));
  expect([image.shape, info.axesSource]).toEqual([[2, 2], "default"]);
  expect(info.warnings).toEqual([expect.stringContaining("shape [3,5]")]);
});

test("tags that do not concern the pixels are warnings where they cannot be read", async () => {
  const bytes = grey([{ tag: 270, type: 2, values: [65, 66, 67, 68, 69, 0], count: 4_000_000_000 }]);
  const { image, info } = await readTiff(bytesSource(bytes));
  expect([...image.data]).toEqual([1, 2, 3, 4]);
  expect(info.description).toBeUndefined();
  expect(info.warnings).toEqual([expect.stringContaining("ImageDescription")]);
});

test("text is UTF-8, or Latin-1 where it is not that", async () => {
  const micro = (values: readonly number[]): FixtureTag => ({ tag: 305, type: 2, values });
  const softwareOf = async (tag: FixtureTag): Promise<string | undefined> =>
    (await describeTiff(bytesSource(grey([tag])))).software;
  expect(await softwareOf(micro([0x41, 0xb5, 0x6d, 0]))).toBe("Aµm");
  expect(await softwareOf(micro([0x41, 0xc2, 0xb5, 0x6d, 0]))).toBe("Aµm");
});

test("rows and planes that the image does not have are refused", async () => {
  const source = bytesSource(grey());
  for (const region of [
    { rowStart: 2 },
    { rowStop: 3 },
    { rowStart: 1, rowStop: 1 },
    { page: 1 },
    { page: -1 },
  ]) {
    expect(await codeOf(() => readTiffRegion(source, region))).toBe("invalid_argument");
  }
});

test("a source that cannot read into memory of others is read all the same", async () => {
  const { sizeBytes, read } = bytesSource(grey());
  const plain: ByteSource = { sizeBytes, read };
  expect([...(await readTiff(plain)).image.data]).toEqual([1, 2, 3, 4]);
});

test("bytes that a caller handed over are never changed", async () => {
  const bytes = buildTiff([{ tags: greyTags(2, 2), segments: [elementBytes([1, 2, 3, 4], 2, false)] }], {
    isLittleEndian: false,
  });
  const before = bytes.slice();
  expect([...(await readTiff(bytesSource(bytes))).image.data]).toEqual([1, 2, 3, 4]);
  expect(bytes).toEqual(before);
});
