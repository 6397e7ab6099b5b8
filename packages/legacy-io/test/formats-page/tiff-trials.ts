// Makes TIFFs for each row of the page's table of TIFFs.
import { deflateSync, zstdCompressSync } from "node:zlib";
import type { DType } from "@kym/zarr-store";
import { expect } from "vitest";
import { nodeTiffCodecs } from "../../src/node/tiff/tiff-codecs.ts";
import { bytesSource } from "../../src/tiff/byte-source.ts";
import { ALL_CODECS } from "../../src/tiff/codecs/all-codecs.ts";
import type { TiffCodec } from "../../src/tiff/codecs/tiff-codec.ts";
import { type ReadTiffOptions, readTiff } from "../../src/tiff/read-tiff.ts";
import type { TiffInfo } from "../../src/tiff/tiff-info.ts";
import { writeImageJTiff } from "../../src/tiff/write/write-imagej.ts";
import { scanImageTiff } from "../support/recordings/scanimage-files.ts";
import { bytesOfBits, encodeFax, type FaxKind, type Pixels } from "../tiff/codecs/encode-fax.ts";
import { encodeLzw } from "../tiff/codecs/encode-lzw.ts";
import {
  ascii,
  buildTiff,
  elementBytes,
  type FixtureOptions,
  type FixturePage,
  type FixtureTag,
  greyTags,
  long,
  short,
} from "../tiff/tiff-fixture.ts";
import type { RowTrials, Trial } from "./page-table.ts";

const VALUES = [1, 2, 3, 4];

/** Compresses, for each built-in codec: a codec without an entry here cannot be on the page. */
const ENCODE: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  none: (bytes) => bytes,
  lzw: encodeLzw,
  deflate: (bytes) => new Uint8Array(deflateSync(bytes)),
  packbits: (bytes) => Uint8Array.from([bytes.length - 1, ...bytes]),
  zstd: (bytes) => new Uint8Array(zstdCompressSync(bytes)),
};

const READ_DTYPES: readonly (readonly [dtype: DType, format: number, bits: 8 | 16 | 32 | 64])[] = [
  ["uint8", 1, 8],
  ["uint16", 1, 16],
  ["uint32", 1, 32],
  ["uint64", 1, 64],
  ["int8", 2, 8],
  ["int16", 2, 16],
  ["int32", 2, 32],
  ["int64", 2, 64],
  ["float32", 3, 32],
  ["float64", 3, 64],
];

/** A page of 2 × 2 uint16 with the given tags. */
function page(more: readonly FixtureTag[] = [], pixels = elementBytes(VALUES, 2)): FixturePage {
  return { tags: greyTags(2, 2, 16, more), segments: [pixels] };
}

function withOverlay(): Uint8Array<ArrayBuffer> {
  const nothing = { properties: [], labels: [], ranges: [], luts: [], others: [] };
  return writeImageJTiff(
    { dtype: "uint16", shape: [2, 2], data: Uint16Array.from(VALUES) },
    { imageJMetadata: { ...nothing, info: undefined, selection: undefined, overlay: [Uint8Array.of(1)] } },
  );
}

function tiff(...more: readonly FixtureTag[]): Uint8Array<ArrayBuffer> {
  return buildTiff([page(more)]);
}

/** Reads a TIFF and fails unless it has these values. */
function reading(
  bytes: Uint8Array,
  words: (info: TiffInfo) => readonly string[] = () => [],
  values: readonly number[] | "any" = VALUES,
  options: ReadTiffOptions = {},
): Trial {
  return async () => {
    const { image, info } = await readTiff(bytesSource(bytes), options);
    if (values !== "any") {
      expect(Array.from(image.data, Number)).toEqual(values);
    }
    return { words: words(info), warnings: info.warnings };
  };
}

function refusing(...tags: readonly FixtureTag[]): Trial {
  return reading(tiff(...tags));
}

const axesOf = ({ axes }: TiffInfo): readonly string[] => [axes.join(" ")];

/** The row of a compression, by the codec itself. */
export function codecRow({ name, codes }: TiffCodec): string {
  return `compression \`${name}\` (${codes.join(", ")})`;
}

function codecTrials(codec: TiffCodec): RowTrials {
  if (codec.isBilevel === true) {
    return faxTrials(codec);
  }
  const encode = ENCODE[codec.name];
  if (encode === undefined) {
    throw new Error(`no file is made in ${codec.name}: add it to ENCODE`);
  }
  const packed = encode(elementBytes(VALUES, 2));
  const withPixels = (code: number, pixels: Uint8Array): Uint8Array =>
    buildTiff([{ tags: greyTags(2, 2, 16, [short(259, code)]), segments: [pixels] }]);
  const [code = 0] = codec.codes;
  const half = reading(withPixels(code, encode(elementBytes(VALUES.slice(2), 2))));
  const uncounted = reading(
    buildTiff([{ tags: greyTags(2, 2, 16, [short(259, code), long(279, 0)]), segments: [packed] }]),
  );
  const beyond = reading(withPixels(code, encode(elementBytes([...VALUES, 9, 9, 9], 2))));
  return {
    read: codec.codes.map((each) => reading(withPixels(each, packed), (info) => [info.compression])),
    warned: codec.name === "none" ? [uncounted] : [beyond, uncounted],
    refused: [half],
  };
}

const LINES = [
  [false, true, true],
  [true, true, false],
];
const FAX_KINDS: Readonly<Record<string, FaxKind>> = {
  "ccitt-rle": "rle",
  "ccitt-t4": "t4",
  "ccitt-t6": "t6",
};

function faxTrials({ codes, name }: TiffCodec): RowTrials {
  const kind = FAX_KINDS[name];
  const [code = 0] = codes;
  if (kind === undefined) {
    throw new Error(`no file is made in ${name}: add it to FAX_KINDS`);
  }
  const file = (lines: Pixels, more: readonly FixtureTag[] = [], as: FaxKind = kind): Trial =>
    reading(
      buildTiff([{ tags: greyTags(3, 2, 1, [short(259, code), ...more]), segments: [encodeFax(lines, as)] }]),
      (info) => [info.compression, info.dtype],
      LINES.flat().map(Number),
    );
  const uncompressed = bytesOfBits(
    { rle: "000000001111", t4: "000000001111", "t4-2d": "", t6: "0000001111" }[kind],
  );
  const tags = greyTags(3, 2, 1, [short(259, code)]);
  return {
    read: [file(LINES), ...(kind === "t4" ? [file(LINES, [long(292, 1)], "t4-2d")] : [])],
    warned: [file([...LINES, ...LINES]), file(LINES, [long(279, 0)])],
    refused: [
      file(LINES.slice(1)),
      reading(buildTiff([{ tags, segments: [uncompressed] }])),
      reading(buildTiff([{ tags: greyTags(3, 2, 8, [short(259, code)]), segments: [new Uint8Array(9)] }])),
    ],
  };
}

const base64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));

/** 8 × 8 times 77. */
const JPEG = base64(
  "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/wAALCAAIAAgBAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/APnev//Z",
);
/** 2 × 2 uint16: 1 to 4. */
const LERC = base64(
  "TGVyYzIgBAAAAGdQsiYCAAAAAgAAAAEAAAAEAAAACAAAAFAAAAADAAAAAAAAAAAA4D8AAAAAAADwPwAAAAAAABBAAAAAAAEABAAAQQGCBOQ=",
);

function jpeg(bytes: Uint8Array, width = 8): Trial {
  const file = buildTiff([{ tags: greyTags(width, 8, 8, [short(259, 7)]), segments: [bytes] }]);
  return reading(
    file,
    (info) => [info.compression],
    Array.from({ length: 64 }, () => 77),
    { codecs: nodeTiffCodecs },
  );
}

function lerc(bytes: Uint8Array): Trial {
  const file = buildTiff([{ tags: greyTags(2, 2, 16, [short(259, 34887)]), segments: [bytes] }]);
  return reading(file, (info) => [info.compression], VALUES, { codecs: nodeTiffCodecs });
}

/** 2 × 2 unsigned integers of a few bits. */
function packed(bits: number, rows: readonly Uint8Array[], values: readonly number[]): Trial {
  const segments = [Uint8Array.from(rows.flatMap((row) => [...row]))];
  return reading(buildTiff([{ tags: greyTags(2, 2, bits), segments }]), (info) => [info.dtype], values);
}

const halves = elementBytes([0x3c00, 0x4000, 0x4200, 0x4400], 2);

/** 65 538 rows of two pixels in two strips, and a `RowsPerStrip` of which 16 bits are left. */
function cutRowsPerStrip(): Uint8Array {
  const strips = [new Uint8Array(65_537 * 2), new Uint8Array(2)];
  const tags = [long(257, 65_538), short(278, 1), short(259, 8)];
  const segments = strips.map((bytes) => new Uint8Array(deflateSync(bytes)));
  return buildTiff([
    {
      tags: greyTags(2, 2, 8, tags).filter(
        ({ tag }, at, all) => all.findLastIndex((other) => other.tag === tag) === at,
      ),
      segments,
    },
  ]);
}

/** A first page whose next directory is said to be at its pixels. */
function endsInGarbage(): Uint8Array {
  const bytes = new Uint8Array(tiff());
  const view = new DataView(bytes.buffer);
  const directory = view.getUint32(4, true);
  view.setUint32(directory + 2 + view.getUint16(directory, true) * 12, 8, true);
  return bytes;
}

/** What Zeiss says: the number of slices and of times. */
function lsmInfo(slices: number, times: number): FixtureTag {
  const view = new DataView(new ArrayBuffer(64));
  view.setInt32(16, slices, true);
  view.setInt32(24, times, true);
  return { tag: 34412, type: 1, values: [...new Uint8Array(view.buffer)] };
}

/** What Zeiss says of a line scan of two lines, which has stamps if `stampsOffset` is one. */
function lsmLine(intervalS: number, stampsOffset = 0): FixtureTag {
  const view = new DataView(new ArrayBuffer(160));
  view.setInt32(24, 2, true);
  view.setUint16(88, 2, true);
  view.setFloat64(40, 2.84e-7, true);
  view.setFloat64(112, intervalS, true);
  view.setUint32(132, stampsOffset, true);
  return { tag: 34412, type: 1, values: [...new Uint8Array(view.buffer)] };
}

/** A line scan of Zeiss with two stamps behind the file. */
function lsmStamps(): Uint8Array {
  const { length } = tiff(lsmLine(0.002));
  const stamps = new DataView(new ArrayBuffer(24));
  stamps.setInt32(4, 2, true);
  stamps.setFloat64(16, 0.002, true);
  return new Uint8Array([...tiff(lsmLine(0.002, length)), ...new Uint8Array(stamps.buffer)]);
}

const stk = (planes: number): FixtureTag => ({
  tag: 33629,
  type: 5,
  values: Array.from({ length: planes * 2 }, () => 1),
});

/** The values 1 to 4 as little-endian numbers of a dtype. */
function pixelsOfDtype(format: number, bits: number): Uint8Array<ArrayBuffer> {
  const itemBytes = bits / 8;
  const view = new DataView(new ArrayBuffer(4 * itemBytes));
  for (const [index, value] of VALUES.entries()) {
    if (format !== 3) {
      view.setUint8(index * itemBytes, value);
    } else if (bits === 64) {
      view.setFloat64(index * itemBytes, value, true);
    } else {
      view.setFloat32(index * itemBytes, value, true);
    }
  }
  return new Uint8Array(view.buffer);
}

function tiffOfDtype(format: number, bits: number, pixels = new Uint8Array(64)): Uint8Array {
  return buildTiff([{ tags: greyTags(2, 2, bits, [short(339, format)]), segments: [pixels] }]);
}

/** 2 × 2 with predictor `number`, deflated: the differences of 1 2 / 3 4. */
function predicted(number: number, format: number): Uint8Array {
  const tags = [short(259, 8), short(317, number), short(339, format)];
  const bits = format === 3 ? 32 : 16;
  const bytes = number === 3 ? floatDifferences() : elementBytes(number === 2 ? [1, 1, 3, 1] : VALUES, 2);
  const segments = [new Uint8Array(deflateSync(bytes))];
  return buildTiff([{ tags: greyTags(2, 2, bits, tags), segments }]);
}

/** Big-endian float32 bytes of each row, grouped by significance and written as differences. */
function floatDifferences(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    [VALUES.slice(0, 2), VALUES.slice(2)].flatMap((row) => {
      const view = new DataView(new ArrayBuffer(8));
      for (const [index, value] of row.entries()) {
        view.setFloat32(index * 4, value, false);
      }
      const grouped = [0, 1, 2, 3].flatMap((byte) => [view.getUint8(byte), view.getUint8(4 + byte)]);
      return grouped.map((byte, index) => byte - (grouped[index - 1] ?? 0));
    }),
  );
}

function stack(count: number, text: string, options: FixtureOptions = {}): Uint8Array {
  const pages = Array.from({ length: count }, (_, index) => page(index === 0 ? [ascii(270, text)] : []));
  return buildTiff(pages, options);
}

const repeated = (count: number): readonly number[] => Array.from({ length: count }, () => VALUES).flat();

const OME_SIZES = 'DimensionOrder="XYZCT" SizeX="2" SizeY="2" SizeZ="3" SizeC="2" SizeT="1"';

function ome(rest = "<TiffData/>", sizes = OME_SIZES, before = ""): string {
  return `<?xml version="1.0"?>${before}<OME><Image ID="Image:0"><Pixels ${sizes} PhysicalSizeX="0.5">${rest}</Pixels></Image></OME>`;
}

/** FluoView's tag for a line scan of two lines by two pixels. */
function mmHeader(): FixtureTag {
  const bytes = new Uint8Array(1284);
  const view = new DataView(bytes.buffer);
  const dimensions = [
    { name: "X", step: 0.284, unit: "um" },
    { name: "T", step: 0.00117, unit: "s" },
  ];
  for (const [index, { name, step, unit }] of dimensions.entries()) {
    const at = 284 + index * 100;
    bytes.set(new TextEncoder().encode(name), at);
    view.setUint32(at + 16, 2, true);
    view.setFloat64(at + 28, step, true);
    bytes.set(new TextEncoder().encode(unit), at + 36);
  }
  return { tag: 34361, type: 1, values: [...bytes] };
}

const pageName = (step: number): FixtureTag =>
  ascii(285, `[Primary Dimensions]\nName\tX\nResolution\t${step}\nUnits\tum\n`);

/** A text tag that claims more bytes than the file has. */
/** What pylake says of a kymograph whose lines have so many places. */
function pylake(places: number): string {
  const axis = { "Number of pixels": places, "Pixel size (um)": 0.284 };
  return JSON.stringify({ "Scan axes": [axis], "Line time (s)": 0.00076 });
}

/** A small scan of ScanImage. */
const SI = { frames: 2, channels: 2, height: 4, width: 3 } as const;

const longText = (tag: number): FixtureTag => ({ tag, type: 2, values: [65, 66, 67, 68, 69, 0], count: 4e9 });

const inverted: TiffCodec = {
  codes: [65100],
  name: "inverted",
  maxRatio: 1,
  hasPredictor: false,
  decode: (bytes) => bytes.map((byte) => 255 - byte),
};

/** The values of the tag `PhotometricInterpretation` whose values are given as stored. */
const PHOTOMETRICS = [0, 1, 2, 3, 4, 5, 8, 9, 10, 32803, 34892];

/** A first page whose next directory is itself. */
function circle(): Uint8Array {
  const bytes = tiff();
  const view = new DataView(bytes.buffer);
  const directory = view.getUint32(4, true);
  view.setUint32(directory + 2 + view.getUint16(directory, true) * 12, directory, true);
  return bytes;
}

function tiled(offsetTag: number, countTag: number): Uint8Array {
  const pixels = elementBytes(VALUES, 2);
  const tags = [short(322, 2), short(323, 2), long(countTag, pixels.length)];
  const bytes = buildTiff([
    {
      tags: greyTags(2, 2, 16, [...tags, long(offsetTag, 8)]),
      segments: [pixels],
      isTiled: offsetTag === 324,
    },
  ]);
  return bytes;
}

const plain = tiff();

/** The files of each row of the table, by its first cell. */
export const TIFF_TRIALS: Readonly<Record<string, RowTrials>> = {
  ...Object.fromEntries(ALL_CODECS.map((codec) => [codecRow(codec), codecTrials(codec)])),
  "byte order": {
    read: [true, false].map((isLittleEndian) =>
      reading(buildTiff([page([], elementBytes(VALUES, 2, isLittleEndian))], { isLittleEndian }), (info) => [
        info.isLittleEndian ? "little-endian" : "big-endian",
      ]),
    ),
    refused: [reading(plain.map((byte, index) => (index === 0 ? 0x4a : byte)))],
  },
  BigTIFF: {
    read: [true, false].map((isLittleEndian) =>
      reading(
        buildTiff([page([], elementBytes(VALUES, 2, isLittleEndian))], { isLittleEndian, isBigTiff: true }),
        (info) => (info.isBigTiff ? ["BigTIFF"] : []),
      ),
    ),
    refused: [reading(buildTiff([page()], { isBigTiff: true }).map((byte, at) => (at === 4 ? 4 : byte)))],
  },
  "other compressions": {
    read: [
      reading(
        buildTiff([
          page(
            [short(259, 65100)],
            elementBytes(VALUES, 2).map((byte) => 255 - byte),
          ),
        ]),
        () => [],
        VALUES,
        { codecs: [inverted] },
      ),
    ],
    refused: [reading(tiff(short(259, 7)), () => [], VALUES, { codecs: [] })],
  },
  "compression JPEG (7), in Node": {
    read: [jpeg(JPEG)],
    refused: [
      jpeg(JPEG.map((byte, at) => (byte === 0xc0 && JPEG[at - 1] === 0xff ? 0xc3 : byte))),
      jpeg(JPEG, 9),
    ],
  },
  "compression LERC (34887), in Node": { read: [lerc(LERC)], refused: [lerc(LERC.subarray(0, -9))] },
  predictor: {
    read: [
      [1, 1],
      [2, 1],
      [3, 3],
    ].map(([number = 1, format = 1]) => reading(predicted(number, format), () => [String(number)])),
    warned: [reading(tiff(short(317, 2)))],
    refused: [
      refusing(short(258, 12), short(259, 8), short(317, 2)),
      reading(predicted(3, 1)),
      reading(predicted(34892, 1)),
    ],
  },
  dtype: {
    read: READ_DTYPES.map(([, format, bits]) =>
      reading(tiffOfDtype(format, bits, pixelsOfDtype(format, bits)), (info) => [info.dtype]),
    ).concat(
      reading(tiffOfDtype(3, 16, halves), (info) => [info.dtype]),
      packed(1, [Uint8Array.of(0b01000000), Uint8Array.of(0b11000000)], [0, 1, 1, 1]),
      packed(4, [Uint8Array.of(0x12), Uint8Array.of(0x34)], VALUES),
      packed(12, [Uint8Array.of(0, 0x10, 2), Uint8Array.of(0, 0x30, 4)], VALUES),
    ),
    warned: [reading(tiff(short(258, 16, 16)))],
    refused: [
      reading(tiffOfDtype(1, 7)),
      reading(tiffOfDtype(6, 64)),
      refusing(short(277, 2), short(258, 8, 16)),
      reading(
        buildTiff([
          { tags: greyTags(2, 2).filter(({ tag }) => tag !== 258), segments: [elementBytes(VALUES, 2)] },
        ]),
      ),
    ],
  },
  "samples per pixel": {
    read: [1, 2].map((planar) =>
      reading(
        buildTiff([
          {
            tags: greyTags(2, 1, 16, [short(277, 2), short(258, 16, 16), short(284, planar)]),
            segments:
              planar === 1 ? [elementBytes(VALUES, 2)] : [elementBytes([1, 2], 2), elementBytes([3, 4], 2)],
          },
        ]),
        axesOf,
      ),
    ),
    refused: [refusing(short(284, 9), short(277, 2), short(258, 16, 16))],
  },
  "strips and tiles": {
    read: [reading(plain), reading(tiled(324, 325)), reading(tiled(273, 279))],
    warned: [
      reading(tiff(long(278, 0))),
      reading(tiff(long(278, 1))),
      reading(cutRowsPerStrip(), () => [], "any"),
      reading(tiff(long(273, 8, 8), long(279, 8, 8))),
    ],
    refused: [
      refusing(long(273, 4_000_000)),
      refusing(long(273, 0)),
      refusing(long(322, 1), long(323, 1), long(324, 8), long(325, 8)),
      reading(
        buildTiff([
          {
            tags: greyTags(2, 2, 16, [long(278, 1), long(273, 8, 10), long(279, 0, 0)]),
            segments: [elementBytes(VALUES, 2)],
          },
        ]),
      ),
    ],
  },
  "strips that were never written": {
    read: [],
    warned: [
      reading(
        tiff(long(278, 1), long(273, 8, 0), long(279, 4, 0), ascii(42113, "7")),
        () => [],
        [1, 2, 7, 7],
      ),
    ],
    refused: [refusing(long(273, 0), long(279, 0))],
  },
  "white is zero, RGB, palette and other colours": {
    read: PHOTOMETRICS.map((number) =>
      reading(tiff(short(262, number)), ({ photometric }) => [String(photometric)]),
    ),
    warned: [reading(tiff(short(262, 77)))],
    refused: [refusing(short(262, 6))],
  },
  orientation: {
    read: [
      reading(tiff(short(274, 6)), ({ orientation }) => {
        expect(orientation).toBe(6);
        return ["TiffInfo.orientation"];
      }),
    ],
  },
  "bit order": {
    read: [
      reading(tiff(short(266, 1))),
      reading(
        tiff(short(266, 2)),
        () => ["FillOrder"],
        VALUES.map((value) => [0, 128, 64, 192, 32][value] ?? 0),
      ),
    ],
    refused: [refusing(short(266, 3))],
  },
  pages: {
    read: [reading(buildTiff([page(), page()]), axesOf, repeated(2))],
    warned: [
      reading(buildTiff([page(), { tags: greyTags(1, 1), segments: [elementBytes([9], 2)] }])),
      reading(tiff(long(330, 8))),
      reading(endsInGarbage()),
    ],
    refused: [reading(circle())],
  },
  "thumbnails and masks": {
    read: [],
    warned: [reading(buildTiff([page([long(254, 1)]), page([long(254, 4)]), page()]))],
  },
  "ImageJ stack or hyperstack": {
    read: [
      reading(stack(8, "ImageJ=1.54f\nimages=8\nframes=2\nslices=2\nchannels=2\n"), axesOf, repeated(8)),
      reading(
        buildTiff([
          page(
            [ascii(270, "ImageJ=1.54f\nimages=8\nframes=2\nslices=2\nchannels=2\n"), long(279, 8)],
            elementBytes(repeated(8), 2),
          ),
        ]),
        axesOf,
        repeated(8),
      ),
    ],
    warned: [
      reading(stack(8, "ImageJ=1.54f\nimages=8\nframes=3\n"), () => [], repeated(8)),
      reading(stack(1, "ImageJ=1.54f\nimages=700\n")),
    ],
  },
  "ImageJ int16": {
    read: [],
    warned: [
      reading(
        tiff(ascii(270, "ImageJ=1.54f\ncf=0\nc0=-32768\nc1=1\nvunit=gray\n")),
        () => [],
        VALUES.map((value) => value - 32_768),
      ),
    ],
  },
  "ImageJ's tags": {
    read: [reading(withOverlay(), (info) => (info.imageJMetadata === undefined ? [] : ["imageJMetadata"]))],
    warned: [reading(tiff(long(50838, 13), { tag: 50839, type: 1, values: [1, 2, 3, 4, 5, 6, 7, 8, 9] }))],
  },
  "ImageJ calibration of values": {
    read: [],
    warned: [reading(tiff(ascii(270, "ImageJ=1.54f\ncf=0\nc0=10\nc1=2\nvunit=ratio\n")))],
  },
  "OME-TIFF": {
    read: [reading(stack(6, ome()), (info) => [...axesOf(info), "DimensionOrder"], repeated(6))],
    warned: [
      reading(stack(6, ome().replace("</OME>", '<Image ID="Image:1"/></OME>')), () => [], repeated(6)),
      reading(
        stack(
          6,
          ome(
            '<TiffData IFD="0"><UUID FileName="a.tif">1</UUID></TiffData><TiffData IFD="1" FirstZ="1"><UUID FileName="b.tif">2</UUID></TiffData>',
          ),
        ),
        () => [],
        repeated(6),
      ),
      reading(tiff(ascii(270, '<OME><BinaryOnly MetadataFile="a.companion.ome" UUID="u"/></OME>'))),
      reading(
        stack(6, ome("<TiffData/>", OME_SIZES).replace("<OME>", "<OME><!DOCTYPE a>")),
        () => [],
        repeated(6),
      ),
      reading(stack(5, ome()), () => [], repeated(5)),
    ],
  },
  "tifffile's shape": {
    read: [reading(tiff(ascii(270, '{"shape": [1, 1, 2, 2]}')), axesOf)],
    warned: [
      reading(tiff(ascii(270, '{"shape": [3, 5]}'))),
      reading(tiff(ascii(270, '{"shape": [700, 2, 2]}'))),
    ],
  },
  "stacks of other programs": {
    read: [
      reading(
        buildTiff([page([stk(3), long(279, 8)], elementBytes(repeated(3), 2))]),
        (info) => [...axesOf(info), ".stk"],
        repeated(3),
      ),
      reading(buildTiff([page([lsmInfo(2, 1)]), page()]), () => [".lsm"], repeated(2)),
      reading(tiff(lsmLine(0.01)), axesOf),
    ],
    refused: [
      reading(buildTiff([page([stk(3), short(259, 32773)], Uint8Array.of(7, ...elementBytes(VALUES, 2)))])),
      refusing(lsmInfo(3, 2)),
      refusing(long(32997, 5)),
    ],
  },
  "Olympus FluoView tags": {
    read: [reading(tiff(mmHeader()), (info) => [...axesOf(info), "MM_Header"])],
  },
  "pylake's JSON": {
    read: [reading(tiff(ascii(270, pylake(2))), axesOf)],
    warned: [reading(tiff(ascii(270, pylake(3))))],
  },
  "[ScanImage](#scanimage)": {
    read: [
      reading(
        scanImageTiff({ ...SI, stampStep: 0.002, values: { "hRoiManager.scanFramePeriod": "0.002" } }),
        axesOf,
        "any",
      ),
      reading(
        scanImageTiff({ ...SI, values: { "hRoiManager.scanAngleMultiplierSlow": "1" } }),
        (info) => [...axesOf(info), info.calibration[0]?.source ?? ""],
        "any",
      ),
    ],
    warned: [
      reading(scanImageTiff(SI), () => [], "any"),
      reading(scanImageTiff({ ...SI, stampStep: 9 }), () => [], "any"),
      reading(scanImageTiff({ ...SI, lostPages: 1 }), () => [], "any"),
      reading(
        scanImageTiff({ ...SI, values: { "hChannels.channelSubtractOffset": "[true false true true]" } }),
        () => [],
        "any",
      ),
    ],
  },
  "calibration of axes": {
    read: [
      ...[
        tiff(pageName(0.284)),
        tiff(mmHeader(), pageName(0.284)),
        scanImageTiff({ ...SI, frames: 1 }),
        tiff(lsmLine(0.01)),
        tiff(ascii(270, pylake(2))),
        tiff(ascii(270, '{"shape": [2, 2], "PhysicalSizeX": 0.284}')),
        tiff(ascii(270, "ImageJ=1.54f\nunit=um\nfinterval=0.1\n"), pageName(0.284)),
        stack(6, ome()),
      ].map((bytes) =>
        reading(bytes, ({ calibration }) => calibration.slice(0, 1).map(({ source }) => source), "any"),
      ),
      reading(lsmStamps(), ({ calibration }) => calibration.slice(1).map(({ source }) => source), "any"),
    ],
    warned: [reading(tiff(mmHeader(), pageName(0.5)))],
  },
  "text tags": {
    read: [
      reading(tiff({ tag: 305, type: 2, values: [0x41, 0xb5, 0x6d, 0] }), ({ software }) => {
        expect(software).toBe("Aµm");
        return [];
      }),
    ],
    warned: [
      reading(tiff(longText(270))),
      reading(tiff(ascii(305, "longer than the limit")), () => [], VALUES, { limits: { maxTextBytes: 8 } }),
    ],
  },
  "a damaged file": {
    read: [],
    warned: [reading(tiff(ascii(274, "left"))), reading(plain.subarray(0, -3))],
    refused: [reading(plain.subarray(0, -5)), refusing(long(256, 60_000), long(257, 60_000))],
  },
  "a file beyond a [limit](#limits-of-a-tiff)": {
    read: [],
    refused: [
      reading(plain, () => [], VALUES, { limits: { maxDecodedBytes: 7 } }),
      reading(buildTiff([page(), page()]), () => [], VALUES, { limits: { maxIfds: 1 } }),
    ],
  },
};
