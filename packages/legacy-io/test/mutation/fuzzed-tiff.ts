import { deflateSync, zstdCompressSync } from "node:zlib";
import { ndArrayBytes } from "@kym/zarr-store/array";
import { nodeTiffCodecs } from "../../src/node/tiff/tiff-codecs.ts";
import { bytesSource } from "../../src/tiff/byte-source.ts";
import { readTiff, type TiffImage } from "../../src/tiff/read-tiff.ts";
import { encodeFax, type FaxKind } from "../tiff/codecs/encode-fax.ts";
import { encodeLzw } from "../tiff/codecs/encode-lzw.ts";
import {
  ascii,
  buildTiff,
  elementBytes,
  type FixtureTag,
  greyTags,
  long,
  short,
} from "../tiff/tiff-fixture.ts";
import type { FuzzedParser } from "./fuzz-parsers.ts";
import { readNaively } from "./naive-tiff.ts";

const WIDTH = 6;
const HEIGHT = 8;
const ROW = WIDTH * 2;
const values = Array.from({ length: WIDTH * HEIGHT * 3 }, (_, index) => (index * index * 37) % 65_536);
const pixels = (count: number, isLittleEndian = true): Uint8Array<ArrayBuffer> =>
  elementBytes(values.slice(0, count), 2, isLittleEndian);

/** Rows of 16-bit numbers as differences, as predictor 2 writes them. */
function differences(isLittleEndian: boolean): Uint8Array<ArrayBuffer> {
  const rows = values
    .slice(0, WIDTH * HEIGHT)
    .map((value, index) => (index % WIDTH === 0 ? value : (value - (values[index - 1] ?? 0)) & 0xffff));
  return elementBytes(rows, 2, isLittleEndian);
}

function page(tags: readonly FixtureTag[], segments: readonly Uint8Array[], bits = 16, isTiled = false) {
  return { tags: greyTags(WIDTH, HEIGHT, bits, tags), segments, isTiled };
}

const strips = (bytes: Uint8Array, rows: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / (rows * ROW)) }, (_, strip) =>
    bytes.slice(strip * rows * ROW, (strip + 1) * rows * ROW),
  );
const packBits = (bytes: Uint8Array): Uint8Array => Uint8Array.of(bytes.length - 1, ...bytes);
const deflate = (bytes: Uint8Array): Uint8Array => new Uint8Array(deflateSync(bytes));

const drawing = Array.from({ length: HEIGHT }, (_, row) =>
  Array.from({ length: WIDTH * 5 }, (_, column) => (column * column + row * row) % 23 < 9),
);
const fax = (code: number, kind: FaxKind, tags: readonly FixtureTag[] = []): Uint8Array<ArrayBuffer> =>
  buildTiff([
    {
      tags: greyTags(WIDTH * 5, HEIGHT, 1, [short(259, code), short(278, 4), ...tags]),
      segments: [encodeFax(drawing.slice(0, 4), kind), encodeFax(drawing.slice(4), kind)],
    },
  ]);

/** One small file of each way of writing pixels. */
export const SOUND_TIFFS: readonly Uint8Array[] = [
  buildTiff([page([short(278, 3)], strips(pixels(WIDTH * HEIGHT), 3))]),
  buildTiff([page([], [pixels(WIDTH * HEIGHT, false)])], { isLittleEndian: false }),
  buildTiff([page([], [pixels(WIDTH * HEIGHT)]), page([], [pixels(WIDTH * HEIGHT)])], { isBigTiff: true }),
  buildTiff([page([short(322, 4), short(323, 8)], [pixels(32), pixels(32)], 16, true)], {
    isBigTiff: true,
    isLittleEndian: false,
  }),
  buildTiff([
    page([short(258, 8, 8, 8), short(277, 3), short(262, 2)], [pixels((WIDTH * HEIGHT * 3) / 2)], 8),
  ]),
  buildTiff([
    page(
      [short(258, 16, 16), short(277, 2), short(284, 2), short(278, 4)],
      strips(pixels(WIDTH * HEIGHT * 2), 4),
    ),
  ]),
  buildTiff([page([short(259, 5), short(317, 2)], [encodeLzw(differences(true))])]),
  buildTiff([page([short(259, 8), short(317, 2)], [deflate(differences(false))])], { isLittleEndian: false }),
  buildTiff([page([short(259, 32773)], [packBits(pixels(WIDTH * HEIGHT))])]),
  buildTiff([page([short(259, 50000)], [new Uint8Array(zstdCompressSync(pixels(WIDTH * HEIGHT)))])]),
  buildTiff([
    page(
      [short(258, 32), short(339, 3), short(259, 8), short(317, 3)],
      [deflate(pixels(WIDTH * HEIGHT * 2))],
      32,
    ),
  ]),
  buildTiff([page([short(258, 32), short(339, 2)], [pixels(WIDTH * HEIGHT * 2)], 32)]),
  buildTiff([
    page(
      [ascii(270, "ImageJ=1.53t\nimages=3\nslices=3\n"), long(279, WIDTH * HEIGHT * 2)],
      [pixels(WIDTH * HEIGHT * 3)],
    ),
  ]),
  buildTiff([page([short(258, 12)], [pixels((WIDTH * HEIGHT * 12) / 16)], 12)]),
  buildTiff([page([short(258, 1), short(266, 2)], [pixels(HEIGHT / 2)], 1)]),
  buildTiff([page([short(258, 4), short(259, 8)], [deflate(pixels((WIDTH * HEIGHT) / 4))], 4)]),
  buildTiff([page([short(339, 3)], [pixels(WIDTH * HEIGHT).map((byte) => byte & 0x7b)])]),
  buildTiff([page([short(278, 4), long(273, 8, 0), long(279, WIDTH * 4 * 2, 0)], [pixels(WIDTH * 4)])]),
  buildTiff([page([short(278, 0), long(279, 0)], [pixels(WIDTH * HEIGHT)])]),
  buildTiff([page([short(259, 5), long(279, 0)], [encodeLzw(pixels(WIDTH * HEIGHT))])]),
  fax(2, "rle"),
  fax(3, "t4"),
  fax(3, "t4-2d", [long(292, 1)]),
  fax(4, "t6"),
  buildTiff([
    page([short(278, 4)], strips(pixels(WIDTH * HEIGHT), 4)),
    { tags: greyTags(2, 2, 16, [long(254, 1)]), segments: [pixels(4)] },
  ]),
];

/** `readTiff` against a reader that knows the specification and nothing else. */
export const FUZZED_TIFF: FuzzedParser<TiffImage> = {
  name: "TIFF",
  sounds: SOUND_TIFFS,
  read: (bytes) => readTiff(bytesSource(bytes), { codecs: nodeTiffCodecs }),
  disagreement: ({ image, info }, file) => {
    const naive = readNaively(file);
    const { planeShape, planeCount } = naive;
    const shape = planeCount === 1 ? planeShape : [planeCount, ...planeShape];
    const isPlain = naive.description === undefined;
    const [count, naiveCount] = [image.shape, shape].map((axes) => axes.reduce((a, b) => a * b, 1));
    if (image.dtype !== naive.dtype || count !== naiveCount || (isPlain && `${image.shape}` !== `${shape}`)) {
      return `${image.dtype} [${image.shape}], not ${naive.dtype} [${shape}]`;
    }
    if (info.axes.length !== image.shape.length) {
      return `axes [${info.axes}] of shape [${image.shape}]`;
    }
    const isSame = Buffer.from(ndArrayBytes(image)).equals(naive.bytes);
    return isSame ? undefined : "other pixels";
  },
};
