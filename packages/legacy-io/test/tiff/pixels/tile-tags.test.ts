import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findSharedData } from "../../../../../test/support/find-shared-data.ts";
import { bytesSource } from "../../../src/tiff/byte-source.ts";
import { readTiff, readTiffInPlace, readTiffRegion } from "../../../src/tiff/read-tiff.ts";
import { openTiffRows } from "../../../src/tiff/tiff-rows.ts";
import { caught } from "../../support/caught.ts";
import { buildTiff, elementBytes, type FixtureTag, greyTags, short } from "../tiff-fixture.ts";

const WIDTH = 20;
const HEIGHT = 24;
const SIDE = 16;
const values = Array.from({ length: WIDTH * HEIGHT }, (_, index) => (index * 7) % 4001);

/** Tiles of 16 × 16: two across and two down, padded with a number that the image does not have. */
const tiles = [0, 1, 2, 3].map((tile) =>
  elementBytes(
    Array.from({ length: SIDE * SIDE }, (_, at) => {
      const row = Math.floor(tile / 2) * SIDE + Math.floor(at / SIDE);
      const column = (tile % 2) * SIDE + (at % SIDE);
      return row < HEIGHT && column < WIDTH ? (values[row * WIDTH + column] ?? 0) : 65_535;
    }),
    2,
  ),
);

/** The image in tiles whose offsets are in the tags of strips, as old libtiff wrote them. */
function tilesUnderStripTags(more: readonly FixtureTag[] = []): Uint8Array<ArrayBuffer> {
  const tags = greyTags(WIDTH, HEIGHT, 16, [short(322, SIDE), short(323, SIDE), ...more]);
  return buildTiff([{ tags, segments: tiles }]);
}

test.for([
  ["without RowsPerStrip", []],
  // There are as many strips as tiles: read as strips, the file would silently give other pixels.
  ["with as many strips as tiles", [short(278, 6)]],
  ["with rows of a tile", [short(278, SIDE)]],
] as const)("tiles under the tags of strips, %s, give the image that was written", async ([, more]) => {
  const bytes = tilesUnderStripTags(more);
  const { image } = await readTiff(bytesSource(bytes));
  expect([image.shape, [...image.data]]).toEqual([[HEIGHT, WIDTH], values]);
  expect((await readTiffInPlace(bytes)).image).toEqual(image);
  const rows = await readTiffRegion(bytesSource(bytes), { rowStart: 15, rowStop: 18 });
  expect([...rows.data]).toEqual(values.slice(15 * WIDTH, 18 * WIDTH));
  expect(await openTiffRows(bytesSource(bytes)), "rows that lie in the file as in the image").toBeUndefined();
});

test("tiles under tags of their own and those of strips are read from their own", async () => {
  const tags = greyTags(WIDTH, HEIGHT, 16, [
    short(322, SIDE),
    short(323, SIDE),
    short(273, 8, 8, 8, 8),
    short(279, 2, 2, 2, 2),
  ]);
  const { image } = await readTiff(bytesSource(buildTiff([{ tags, segments: tiles, isTiled: true }])));
  expect([...image.data]).toEqual(values);
});

test("the size of a tile where there are not as many tiles is refused, and the tag is named", async () => {
  const tags = greyTags(WIDTH, HEIGHT, 16, [short(322, SIDE), short(323, SIDE)]);
  const bytes = buildTiff([{ tags, segments: [elementBytes(values, 2)] }]);
  const error = await caught(() => readTiff(bytesSource(bytes)));
  expect(error).toMatchObject({ code: "invalid_file", details: { tag: "StripOffsets", found: 1 } });
  expect(error.message).toBe("TIFF tag StripOffsets: expected 4 values, found 1");
});

test.for([
  [322, "TileLength"],
  [323, "TileWidth"],
] as const)(
  "half of the size of a tile, tag %i alone, is refused and the other tag is named",
  async ([tag, missing]) => {
    const bytes = buildTiff([{ tags: greyTags(WIDTH, HEIGHT, 16, [short(tag, SIDE)]), segments: tiles }]);
    expect(await caught(() => readTiff(bytesSource(bytes)))).toMatchObject({
      code: "invalid_file",
      details: { tag: missing },
    });
  },
);

const folder = findSharedData("cases/file-09-tiles-under-strip-tags");

test
  .runIf(folder !== undefined)
  .for(["one_tile", "one_tile_rps64", "four_tiles_rps16", "proper_tiles_control"])(
  "%s.tif, tiles as old libtiff wrote them, gives the pixels of its truth",
  async (name) => {
    const { image } = await readTiff(bytesSource(readFileSync(join(folder ?? "", `${name}.tif`))));
    expect([image.dtype, image.shape]).toEqual(["uint16", [60, 20]]);
    expect([...image.data]).toEqual(Array.from({ length: 1200 }, (_, index) => (index * 7) % 4001));
  },
);
