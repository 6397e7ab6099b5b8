import { deflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { type ByteSource, bytesSource } from "../../src/tiff/byte-source.ts";
import { readTiff, readTiffRegion } from "../../src/tiff/read-tiff.ts";
import { ascii, buildTiff, elementBytes, type FixtureTag, greyTags, long, short } from "./tiff-fixture.ts";

const WIDTH = 40;
const HEIGHT = 4000;
const ROW_BYTES = WIDTH * 2;
/** Two windows of the header reader: the directory and the values of its tags. */
const HEADER_BYTES = 2 << 14;

const values = Array.from({ length: WIDTH * HEIGHT }, (_, index) => (index * 31) % 65_536);
const rowsOf = (first: number, stop: number): readonly number[] => values.slice(first * WIDTH, stop * WIDTH);

/** Counts what is read, and forgets it on request. */
function countingSource(bytes: Uint8Array): ByteSource & { readonly readBytes: () => number } {
  const { sizeBytes, read } = bytesSource(bytes);
  let total = 0;
  return {
    sizeBytes,
    readBytes: () => total,
    read: async (offset, length) => {
      total += length;
      return read(offset, length);
    },
  };
}

function strips(rowsPerStrip: number, compress = (bytes: Uint8Array) => bytes): Uint8Array[] {
  return Array.from({ length: Math.ceil(HEIGHT / rowsPerStrip) }, (_, strip) =>
    compress(elementBytes(rowsOf(strip * rowsPerStrip, (strip + 1) * rowsPerStrip), 2)),
  );
}

function scan(tags: readonly FixtureTag[], segments: readonly Uint8Array[]): Uint8Array {
  return buildTiff([{ tags: greyTags(WIDTH, HEIGHT, 16, tags), segments }]);
}

test.for([
  { name: "one strip", bytes: scan([], strips(HEIGHT)), unitRows: 1 },
  { name: "strips of ten rows", bytes: scan([long(278, 10)], strips(10)), unitRows: 1 },
  {
    name: "deflated strips of 100 rows",
    bytes: scan(
      [long(278, 100), short(259, 8)],
      strips(100, (bytes) => new Uint8Array(deflateSync(bytes))),
    ),
    unitRows: 100,
  },
])("rows of $name are read without the rest of the file", async ({ bytes, unitRows }) => {
  for (const [rowStart, rowStop] of [
    [0, 1],
    [1234, 1244],
    [HEIGHT - 7, HEIGHT],
  ] as const) {
    const source = countingSource(bytes);
    const region = await readTiffRegion(source, { rowStart, rowStop });
    expect(region.shape).toEqual([rowStop - rowStart, WIDTH]);
    expect([...region.data]).toEqual(rowsOf(rowStart, rowStop));
    const units = Math.ceil(rowStop / unitRows) - Math.floor(rowStart / unitRows);
    // Deflate makes these rows no longer than they are, give or take its own header.
    expect(source.readBytes()).toBeLessThanOrEqual(HEADER_BYTES + units * unitRows * (ROW_BYTES + 1));
    expect(source.readBytes()).toBeLessThan(bytes.length / 3);
  }
});

test("rows of the last plane behind a single directory are read without the planes before it", async () => {
  const planes = 4;
  const height = HEIGHT / planes;
  const bytes = buildTiff([
    {
      tags: greyTags(WIDTH, height, 16, [
        ascii(270, `ImageJ=1.53t\nimages=${planes}\nframes=${planes}\n`),
        long(279, height * ROW_BYTES),
      ]),
      segments: [elementBytes(values, 2)],
    },
  ]);
  const source = countingSource(bytes);
  const region = await readTiffRegion(source, { page: 3, rowStart: 500, rowStop: 510 });
  expect([...region.data]).toEqual(rowsOf(3500, 3510));
  expect(source.readBytes()).toBeLessThanOrEqual(HEADER_BYTES + 10 * ROW_BYTES);
  expect((await readTiff(source)).image.shape).toEqual([planes, height, WIDTH]);
});
