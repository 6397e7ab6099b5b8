import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { findSharedData } from "../../../../../test/support/find-shared-data.ts";
import { bytesSource } from "../../../src/tiff/byte-source.ts";
import { describeTiff, readTiff, readTiffInPlace, readTiffRegion } from "../../../src/tiff/read-tiff.ts";
import { openTiffRows } from "../../../src/tiff/tiff-rows.ts";
import { writeImageJTiff } from "../../../src/tiff/write/write-imagej.ts";
import {
  ascii,
  buildTiff,
  elementBytes,
  type FixtureOptions,
  greyTags,
  long,
  short,
} from "../tiff-fixture.ts";

const SIGNED = "ImageJ=1.54p\ncf=0\nc0=-32768.0\nc1=1.0\nvunit=Gray Value\n";
const SHIFTED = "ImageJ stored int16 as uint16 + 32768: the values are given as int16, as ImageJ shows them";
/** Every value that int16 has, in 256 rows. */
const ALL = Array.from({ length: 65_536 }, (_, index) => index - 32_768);

/** How ImageJ stores int16: uint16 values that are 32 768 too high, and a description that says so. */
function shiftedTiff(
  options: FixtureOptions & { readonly description?: string } = {},
): Uint8Array<ArrayBuffer> {
  const stored = elementBytes(
    ALL.map((value) => value + 32_768),
    2,
    options.isLittleEndian ?? true,
  );
  return buildTiff(
    [{ tags: greyTags(256, 256, 16, [ascii(270, options.description ?? SIGNED)]), segments: [stored] }],
    options,
  );
}

/** One row of uint16 under an ImageJ description. */
function rowUnder(description: string): Uint8Array<ArrayBuffer> {
  const tags = greyTags(3, 1, 16, [ascii(270, description)]);
  return buildTiff([{ tags, segments: [elementBytes([0, 32_768, 65_535], 2)] }]);
}

test.for([
  { isLittleEndian: true, isBigTiff: false },
  { isLittleEndian: false, isBigTiff: false },
  { isLittleEndian: false, isBigTiff: true },
])(
  "int16 that ImageJ stored as uint16 is given as int16, every value of it, from a file with %o",
  async (options) => {
    const bytes = shiftedTiff(options);
    const before = bytes.slice();
    const { image, info } = await readTiff(bytesSource(bytes));
    expect([image.dtype, image.shape]).toEqual(["int16", [256, 256]]);
    expect([...image.data]).toEqual(ALL);
    expect(info).toMatchObject({ dtype: "int16", valueCalibration: undefined, warnings: [SHIFTED] });
    expect(await describeTiff(bytesSource(bytes))).toEqual(info);
    expect(await readTiffInPlace(bytes)).toEqual({ image, info });
    expect(bytes, "the caller's bytes").toEqual(before);
  },
);

test("rows of int16 that ImageJ stored as uint16 are the rows of the whole, read alone or one after another", async () => {
  const source = bytesSource(shiftedTiff());
  const region = await readTiffRegion(source, { rowStart: 100, rowStop: 102 });
  expect([region.dtype, ...region.data]).toEqual(["int16", ...ALL.slice(100 * 256, 102 * 256)]);
  const rows = await openTiffRows(source);
  const target = new Uint8Array(512);
  await rows?.readInto(255, 256, target);
  expect([rows?.info.dtype, ...new Int16Array(target.buffer)]).toEqual(["int16", ...ALL.slice(-256)]);
});

test("compressed strips, tiles, differences and stacks of shifted int16 are given as int16 too", async () => {
  const stored = (first: number, count: number): Uint8Array<ArrayBuffer> =>
    elementBytes(
      ALL.slice(first, first + count).map((value) => value + 32_768),
      2,
    );
  const deflated = (bytes: Uint8Array): Uint8Array => new Uint8Array(deflateSync(bytes));
  const described = ascii(270, SIGNED);
  const strips = buildTiff([
    {
      tags: greyTags(4, 4, 16, [described, short(259, 8), long(278, 3)]),
      segments: [deflated(stored(32_760, 12)), deflated(stored(32_772, 4))],
    },
  ]);
  const differences = buildTiff([
    {
      tags: greyTags(3, 1, 16, [described, short(259, 8), short(317, 2)]),
      segments: [deflated(elementBytes([32_766, 3, 65_530], 2))],
    },
  ]);
  const tiles = buildTiff([
    {
      tags: greyTags(16, 16, 16, [described, short(322, 16), short(323, 16)]),
      segments: [stored(32_640, 256)],
      isTiled: true,
    },
  ]);
  const pages = [0, 4, 8].map((first, page) => ({
    tags: greyTags(2, 2, 16, page === 0 ? [ascii(270, `${SIGNED}images=3\nframes=3\n`)] : []),
    segments: [stored(32_762 + first, 4)],
  }));
  const valuesOf = async (bytes: Uint8Array<ArrayBuffer>): Promise<readonly number[]> => {
    const { image } = await readTiff(bytesSource(bytes));
    expect(image.dtype).toBe("int16");
    return Array.from(image.data, Number);
  };
  expect(await valuesOf(strips)).toEqual(ALL.slice(32_760, 32_776));
  expect(await valuesOf(differences)).toEqual([-2, 1, -5]);
  expect(await valuesOf(tiles)).toEqual(ALL.slice(32_640, 32_896));
  expect(await valuesOf(buildTiff(pages))).toEqual(ALL.slice(32_762, 32_774));
});

test("any int16 array is the same written by us and read, and shifted by ImageJ and read", async () => {
  await fc.assert(
    fc.asyncProperty(fc.int16Array({ minLength: 1, maxLength: 64 }), async (data) => {
      const written = await readTiff(
        bytesSource(
          writeImageJTiff({ dtype: "int16", shape: [1, data.length], data: Int16Array.from(data) }),
        ),
      );
      const stored = elementBytes(
        Array.from(data, (value) => value + 32_768),
        2,
      );
      const tags = greyTags(data.length, 1, 16, [ascii(270, SIGNED)]);
      const shifted = await readTiff(bytesSource(buildTiff([{ tags, segments: [stored] }])));
      expect(written.image).toEqual({ dtype: "int16", shape: [1, data.length], data: Int16Array.from(data) });
      expect(shifted.image).toEqual(written.image);
    }),
    { numRuns: 50 },
  );
});

test.for([
  [
    "another line",
    "cf=0\nc0=10.0\nc1=2.0\nvunit=ratio\n",
    '10 + 2 × value, in "ratio"',
    [0, [10, 2], "ratio"],
  ],
  [
    "another line through -32768",
    "cf=0\nc0=-32768.0\nc1=2.0\nvunit=mV\n",
    '-32768 + 2 × value, in "mV"',
    [0, [-32_768, 2], "mV"],
  ],
  [
    "the line of int16 without a unit, which ImageJ does not apply",
    "cf=0\nc0=-32768.0\nc1=1.0\n",
    "-32768 + 1 × value",
    [0, [-32_768, 1], ""],
  ],
  [
    "an exponential",
    "cf=4\nc0=1.5\nc1=-0.25\nvunit=nM\n",
    'its function 4 of the value, coefficients 1.5, -0.25, in "nM"',
    [4, [1.5, -0.25], "nM"],
  ],
  [
    "optical density",
    "cf=21\nvunit=OD\n",
    'its function 21 of the value, coefficients none, in "OD"',
    [21, [], "OD"],
  ],
] as const)(
  "under %s values are given as they are stored, and the calibration is named",
  async ([, lines, formula, [functionCode, coefficients, unit]]) => {
    const { image, info } = await readTiff(bytesSource(rowUnder(`ImageJ=1.54p\n${lines}`)));
    expect([image.dtype, ...image.data]).toEqual(["uint16", 0, 32_768, 65_535]);
    expect(info.valueCalibration).toEqual({ functionCode, coefficients, unit });
    expect(info.warnings).toEqual([
      `ImageJ calibrates the values: ${formula}; they are given as they are stored`,
    ]);
  },
);

test.for(["", "cf=20\nvunit=Gray Value\n", "cf=\n", "cf=none\n", "c0=-32768\nc1=1\nvunit=a\n"])(
  "a description with %j calibrates no value, and nothing is said",
  async (lines) => {
    const info = await describeTiff(bytesSource(rowUnder(`ImageJ=1.54p\n${lines}`)));
    expect(info).toMatchObject({ dtype: "uint16", valueCalibration: undefined, warnings: [] });
  },
);

test("int16 that a file stores as int16 is not shifted by the line of ImageJ's int16", async () => {
  const tags = greyTags(2, 1, 16, [short(339, 2), ascii(270, SIGNED)]);
  const { image, info } = await readTiff(
    bytesSource(buildTiff([{ tags, segments: [new Uint8Array(Int16Array.of(-5, 7).buffer)] }])),
  );
  expect([image.dtype, ...image.data]).toEqual(["int16", -5, 7]);
  expect(info).toMatchObject({ valueCalibration: undefined, warnings: [] });
});

test("the line of ImageJ's int16 leaves bytes as they are stored, and is named", async () => {
  const tags = greyTags(2, 1, 8, [ascii(270, SIGNED)]);
  const { image, info } = await readTiff(bytesSource(buildTiff([{ tags, segments: [Uint8Array.of(3, 9)] }])));
  expect([image.dtype, ...image.data]).toEqual(["uint8", 3, 9]);
  expect(info.valueCalibration?.coefficients).toEqual([-32_768, 1]);
});

const silent = findSharedData("cases/file-10-imagej-value-calibration-silent");

test.runIf(silent !== undefined)(
  "a file that ImageJ 1.54p saved from int16 gives -100 to 299, as ImageJ shows it",
  async () => {
    const { image, info } = await readTiff(bytesSource(readFileSync(join(silent ?? "", "ij_signed16.tif"))));
    expect([image.dtype, image.shape]).toEqual(["int16", [16, 20]]);
    expect([...image.data]).toEqual(Array.from({ length: 320 }, (_, index) => (index % 400) - 100));
    expect(info.warnings).toEqual([SHIFTED]);
  },
);

test.runIf(silent !== undefined)(
  "a file that ImageJ 1.54p calibrated gives its stored values and names the line",
  async () => {
    const { image, info } = await readTiff(bytesSource(readFileSync(join(silent ?? "", "ij_valuecal.tif"))));
    expect(image.dtype).toBe("uint8");
    expect(info.valueCalibration).toEqual({ functionCode: 0, coefficients: [10, 2], unit: "ratio" });
    expect(info.warnings).toEqual([
      'ImageJ calibrates the values: 10 + 2 × value, in "ratio"; they are given as they are stored',
    ]);
  },
);
