// Files like those of `cases.test.ts` that differ in one thing: the byte order, the compression, the number of pages.
import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { nodeTiffCodecs } from "../../src/node/tiff/tiff-codecs.ts";
import { bytesSource } from "../../src/tiff/byte-source.ts";
import { readTiff, readTiffRegion, type TiffImage } from "../../src/tiff/read-tiff.ts";
import { caught } from "../support/caught.ts";
import { encodeLzw } from "./codecs/encode-lzw.ts";
import { ascii, buildTiff, elementBytes, type FixtureTag, greyTags, long, short } from "./tiff-fixture.ts";

const WIDTH = 5;
const HEIGHT = 12;
const VALUES = Array.from({ length: WIDTH * HEIGHT }, (_, index) => (index * 2477 + 11) % 65_536);
const ROW = WIDTH * 2;

interface Made {
  readonly tags?: readonly FixtureTag[];
  readonly isLittleEndian?: boolean;
  readonly isBigTiff?: boolean;
  readonly rows?: number;
  readonly pages?: number;
  readonly encode?: (bytes: Uint8Array) => Uint8Array;
}

/** A stack of 12 × 5 uint16 in strips; each page is the first. */
function made({
  tags = [],
  rows = HEIGHT,
  pages = 1,
  encode = (bytes) => bytes,
  ...options
}: Made): Uint8Array {
  const bytes = elementBytes(VALUES, 2, options.isLittleEndian ?? true);
  const segments = Array.from({ length: Math.ceil(HEIGHT / rows) }, (_, strip) =>
    encode(bytes.slice(strip * rows * ROW, (strip + 1) * rows * ROW)),
  );
  const page = { tags: greyTags(WIDTH, HEIGHT, 16, tags), segments };
  return buildTiff(
    Array.from({ length: pages }, () => page),
    options,
  );
}

async function expectWhole(bytes: Uint8Array, warning: RegExp | undefined, pages = 1): Promise<TiffImage> {
  const read = await readTiff(bytesSource(bytes), { codecs: nodeTiffCodecs });
  expect(read.image.shape).toEqual(pages === 1 ? [HEIGHT, WIDTH] : [pages, HEIGHT, WIDTH]);
  expect([...read.image.data]).toEqual(Array.from({ length: pages }, () => VALUES).flat());
  expect(read.info.warnings).toEqual(warning === undefined ? [] : [expect.stringMatching(warning)]);
  return read;
}

const deflate = (bytes: Uint8Array): Uint8Array => new Uint8Array(deflateSync(bytes));
const ORDERS = [{ isLittleEndian: true }, { isLittleEndian: false }, { isBigTiff: true }];

describe.each(ORDERS)("in a file of %j", (order) => {
  test("byte counts that are absent, 0, too small or too large are computed from the page", async () => {
    for (const counts of [
      [0, 0, 0],
      [1, 1, 1],
      [9e6, 9e6, 9e6],
      [4 * ROW, 9e6, 0],
    ]) {
      const bytes = made({ ...order, rows: 4, tags: [short(278, 4), long(279, ...counts)] });
      await expectWhole(bytes, /StripByteCounts: \d of 3 counts are absent or wrong: computed/);
      const rows = await readTiffRegion(bytesSource(bytes), { rowStart: 3, rowStop: 9 });
      expect([...rows.data]).toEqual(VALUES.slice(3 * WIDTH, 9 * WIDTH));
    }
  });

  test("without counts, compressed strips go to the next strip or the end", async () => {
    for (const [code, encode] of [
      [5, encodeLzw],
      [8, deflate],
    ] as const) {
      const tags = [short(259, code), short(278, 4), long(279, 0, 0, 0)];
      await expectWhole(
        made({ ...order, rows: 4, encode, tags }),
        /3 of 3 counts .*: taken from what follows/,
      );
    }
  });

  test("a chain that ends in garbage gives the pages before it", async () => {
    const bytes = made({ ...order, pages: 3 });
    const cut = bytes.slice();
    const view = new DataView(cut.buffer);
    const little = order.isLittleEndian ?? true;
    const big = order.isBigTiff === true;
    const next = (at: number): number =>
      big ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little);
    const linkAfter = (at: number): number =>
      big ? at + 8 + Number(view.getBigUint64(at, little)) * 20 : at + 2 + view.getUint16(at, little) * 12;
    const link = linkAfter(next(linkAfter(next(big ? 8 : 4))));
    for (const garbage of [3, 8, 40, cut.length - 1, cut.length + 99]) {
      if (big) {
        view.setBigUint64(link, BigInt(garbage), little);
      } else {
        view.setUint32(link, garbage, little);
      }
      await expectWhole(cut, new RegExp(`leads to offset ${garbage}, .*the pages before it are read`), 2);
    }
  });
});

test("a strip whose count is wrong and that meets another strip, or the end, is refused", async () => {
  const short2 = long(279, 4 * ROW - 2, 4 * ROW, 4 * ROW);
  const at = (...offsets: readonly number[]): readonly FixtureTag[] => [
    short(278, 4),
    long(273, ...offsets),
    short2,
  ];
  const whole = made({ rows: 4, tags: at(8, 8 + 4 * ROW, 8 + 8 * ROW) });
  await expectWhole(whole, /1 of 3 counts/);
  for (const offsets of [
    [8, 8 + 4 * ROW - 2, 8 + 8 * ROW],
    [8 + 2 * ROW, 8, 8 + 8 * ROW],
    [8, 8, 8 + 8 * ROW],
  ]) {
    const error = await caught(() => readTiff(bytesSource(made({ rows: 4, tags: at(...offsets) }))));
    expect(error.code).toBe("invalid_file");
  }
});

test("a RowsPerStrip that does not make as many strips gives way to what the byte counts say", async () => {
  for (const rows of [1, 2, 3, 7]) {
    await expectWhole(
      made({ rows: 4, tags: [short(278, rows)] }),
      /RowsPerStrip: \d .* strips of 4 rows are read/,
    );
  }
  // Compressed strips do not say how many rows they have.
  const error = await caught(() =>
    readTiff(bytesSource(made({ rows: 4, encode: deflate, tags: [short(278, 3), short(259, 8)] }))),
  );
  expect(error).toMatchObject({ code: "invalid_file", details: { tag: "StripOffsets" } });
});

test("descriptions of other counts cost the axes and never the pages", async () => {
  const ome = (sizes: string): string =>
    `<OME><Image><Pixels DimensionOrder="XYZCT" SizeX="5" SizeY="12" ${sizes} PhysicalSizeX="0.5"><TiffData/></Pixels></Image></OME>`;
  for (const [text, warning] of [
    [ome('SizeZ="7" SizeC="1" SizeT="1"'), /Z 7, the file has 3 pages/],
    [ome('SizeZ="3" SizeC="1" SizeT="1"').replace("XYZCT", "YXZCT"), /DimensionOrder/],
    ["ImageJ=1.54p\nimages=9\nslices=9\n", /ImageJ says 9 planes, the file has 3 pages/],
    ['{"shape": [9, 12, 5], "axes": "TYX"}', /tifffile says shape \[9, 12, 5\], the file has 3 pages/],
  ] as const) {
    const { info } = await expectWhole(made({ pages: 3, tags: [ascii(270, text)] }), warning, 3);
    expect([info.axes, info.axesSource]).toEqual([["z", "y", "x"], "default"]);
    expect(info.calibration.map(({ axis, step }) => [axis, step])).toEqual(
      text.startsWith("<") ? [["x", 0.5]] : [],
    );
  }
});

test("strips that were never written are counted, and their lines named", async () => {
  const strip = new Uint8Array(elementBytes(VALUES, 2).slice(0, 3 * ROW));
  const sparse = (text: string, offsets: readonly number[]): Uint8Array =>
    buildTiff([
      {
        tags: greyTags(WIDTH, HEIGHT, 16, [
          short(278, 3),
          long(273, ...offsets),
          long(279, ...offsets.map((offset) => (offset === 0 ? 0 : 3 * ROW))),
          ascii(42113, text),
        ]),
        segments: [strip],
      },
    ]);
  for (const [text, fill] of [
    ["9", 9],
    ["-9999", 0],
    ["nan", 0],
    ["65535", 65_535],
  ] as const) {
    const { image, info } = await readTiff(bytesSource(sparse(text, [0, 8, 0, 0])));
    const first = VALUES.slice(0, 3 * WIDTH);
    const empty = first.map(() => fill);
    expect([...image.data]).toEqual([...empty, ...first, ...empty, ...empty]);
    expect(info.warnings).toEqual([`3 of 4 strips were never written: lines 0 to 2, 6 to 11 are ${fill}`]);
  }
  expect(await caught(() => readTiff(bytesSource(sparse("0", [0, 0, 0, 0]))))).toMatchObject({
    code: "invalid_file",
    message: expect.stringContaining("never written"),
  });
});
