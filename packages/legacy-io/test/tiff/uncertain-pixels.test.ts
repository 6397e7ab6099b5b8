// Pages that are whole are read though the link behind them is not. Pixels that a lost tag makes uncertain are refused.
import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { nodeTiffCodecs } from "../../src/node/tiff/tiff-codecs.ts";
import { bytesSource } from "../../src/tiff/byte-source.ts";
import { readTiff } from "../../src/tiff/read-tiff.ts";
import { caught } from "../support/caught.ts";
import { encodeLzw } from "./codecs/encode-lzw.ts";
import { ascii, buildTiff, elementBytes, type FixtureTag, greyTags, long, short } from "./tiff-fixture.ts";

const WIDTH = 6;
const HEIGHT = 8;
const VALUES = Array.from({ length: WIDTH * HEIGHT }, (_, index) => (index * index * 37) % 65_536);
const PIXELS = elementBytes(VALUES, 2);
const ROW = WIDTH * 2;

const read = (bytes: Uint8Array) => readTiff(bytesSource(bytes), { codecs: nodeTiffCodecs });
const page = (tags: readonly FixtureTag[] = [], segments: readonly Uint8Array[] = [PIXELS]) => ({
  tags: greyTags(WIDTH, HEIGHT, 16, tags),
  segments,
});
const without = (tag: number, { tags, segments }: ReturnType<typeof page>) => ({
  tags: tags.filter((one) => one.tag !== tag),
  segments,
});

describe.each([{ isBigTiff: false }, { isBigTiff: true }, { isBigTiff: true, isLittleEndian: false }])(
  "in a file of %j",
  (options) => {
    const isLittleEndian = options.isLittleEndian ?? true;
    const stack = (): Uint8Array<ArrayBuffer> => {
      const strip = elementBytes(VALUES, 2, isLittleEndian);
      return buildTiff([page([], [strip]), page([], [strip])], options);
    };
    const linkBytes = options.isBigTiff ? 8 : 4;

    test("the last page is read though the file ends before its link, or within it", async () => {
      for (let lost = 1; lost <= linkBytes; lost++) {
        const { image, info } = await read(stack().slice(0, -lost));
        expect(image.shape).toEqual([2, HEIGHT, WIDTH]);
        expect([...image.data]).toEqual([...VALUES, ...VALUES]);
        expect(info.warnings).toEqual([expect.stringMatching(/does not say where the next one is/)]);
      }
    });

    test("a page is read though its link leads to a place that no file has", async () => {
      const bytes = stack();
      bytes.fill(0xff, bytes.length - linkBytes);
      const { image, info } = await read(bytes);
      expect(image.shape).toEqual([2, HEIGHT, WIDTH]);
      expect(info.warnings).toHaveLength(1);
    });

    test("a page that is cut off by one byte more is not read", async () => {
      const { image } = await read(stack().slice(0, -linkBytes - 1));
      expect([...image.data]).toEqual(VALUES);
    });
  },
);

describe("without the tag Compression", () => {
  const lzw = encodeLzw(PIXELS);

  test("pixels are read that have the size of pixels without compression", async () => {
    const strips = [
      PIXELS.slice(0, 5 * ROW),
      new Uint8Array([...PIXELS.slice(5 * ROW), ...new Array(2 * ROW).fill(0)]),
    ];
    for (const made of [
      page(),
      page([short(278, 5)], [strips[0] ?? PIXELS, PIXELS.slice(5 * ROW)]),
      page([short(278, 5)], strips),
      page([long(279, 0)]),
    ]) {
      const { image } = await read(buildTiff([without(259, made)]));
      expect([...image.data]).toEqual(VALUES);
    }
  });

  test("compressed data are not taken for pixels", async () => {
    expect(lzw.byteLength).toBeGreaterThan(PIXELS.byteLength);
    for (const segment of [lzw, lzw.slice(0, 40)]) {
      const error = await caught(() => read(buildTiff([without(259, page([], [segment]))])));
      expect(error).toMatchObject({ code: "invalid_file", details: { tag: "Compression" } });
    }
  });

  test("a predictor says that there was a compression", async () => {
    for (const tags of [[short(317, 2)], [short(317, 2), long(279, 0)]]) {
      const error = await caught(() => read(buildTiff([without(259, page(tags))])));
      expect(error).toMatchObject({ code: "invalid_file", details: { tag: "Compression" } });
    }
    const { image, info } = await read(buildTiff([page([short(317, 2)])]));
    expect([...image.data]).toEqual(VALUES);
    expect(info.warnings).toEqual([expect.stringMatching(/Predictor: 2 means nothing with none/)]);
  });
});

test("a page of a stack that lost its BitsPerSample is not left out", async () => {
  const stack = buildTiff([page(), without(258, page()), page()]);
  expect(await caught(() => read(stack))).toMatchObject({
    code: "invalid_file",
    details: { tag: "BitsPerSample" },
  });
});

test("bits and formats of more samples than a pixel has are warned about, if the strips have the size of its samples", async () => {
  const deflated = new Uint8Array(deflateSync(PIXELS));
  for (const [compression, segment] of [
    [1, PIXELS],
    [5, encodeLzw(PIXELS)],
    [8, deflated],
  ] as const) {
    const tags = [short(258, 16, 16, 1), short(339, 1, 1), short(259, compression)];
    const { image, info } = await read(buildTiff([page(tags, [segment])]));
    expect([...image.data]).toEqual(VALUES);
    expect(info.warnings).toEqual([
      "TIFF tag BitsPerSample: 3 values for 1 samples: the first are used",
      "TIFF tag SampleFormat: 2 values for 1 samples: the first are used",
    ]);
  }
  const colours = greyTags(2, 1, 8, [short(258, 8, 8, 8, 1), short(277, 3), short(262, 2)]);
  const rgb = await read(buildTiff([{ tags: colours, segments: [Uint8Array.of(1, 2, 3, 4, 5, 6)] }]));
  expect([rgb.image.shape, [...rgb.image.data]]).toEqual([
    [1, 2, 3],
    [1, 2, 3, 4, 5, 6],
  ]);
});

test("bits of more samples than a pixel has are an error where the strips have more", async () => {
  const twice = elementBytes([...VALUES, ...VALUES], 2);
  for (const [compression, segment] of [
    [1, twice],
    [5, encodeLzw(twice)],
    [8, new Uint8Array(deflateSync(twice))],
  ] as const) {
    const file = buildTiff([page([short(258, 16, 16), short(259, compression)], [segment])]);
    expect(await caught(() => read(file))).toMatchObject({
      code: "invalid_file",
      details: { tag: "BitsPerSample" },
    });
  }
  const long = buildTiff([page([{ tag: 258, type: 3, values: Array.from({ length: 65 }, () => 16) }])]);
  expect(await caught(() => read(long))).toMatchObject({
    code: "invalid_file",
    details: { tag: "BitsPerSample" },
  });
});

test.each([
  ["7", 16, 7],
  ["0x10", 16, 0],
  ["1e400", 16, 0],
  ["70000", 16, 0],
  ["no data", 32, 0],
  ["nan", 32, Number.NaN],
  ["-inf", 32, Number.NEGATIVE_INFINITY],
  ["-9999", 32, -9999],
] as const)("pixels that were never written are GDAL_NODATA %j of %i bits: %d", async (text, bits, value) => {
  const strip = new Uint8Array((HEIGHT / 2) * WIDTH * (bits / 8));
  const tags = [
    ...greyTags(WIDTH, HEIGHT, bits, [short(278, HEIGHT / 2), short(339, bits === 32 ? 3 : 1)]),
    ascii(42113, text),
    long(273, 8, 0),
    long(279, strip.length, 0),
  ];
  const { image } = await read(buildTiff([{ tags, segments: [strip] }]));
  expect([...image.data].slice((HEIGHT / 2) * WIDTH)).toEqual(new Array((HEIGHT / 2) * WIDTH).fill(value));
});
