// Reads where the strips or tiles of a page lie, from tables that need not fit the page.

import type { TiffCodec } from "../codecs/tiff-codec.ts";
import type { TagValues } from "../header/tag-values.ts";
import type { TiffTagName } from "../header/tiff-tag.ts";
import { type Geometry, optional, readCount, storedRowBytes, type TileSizes } from "./page-geometry.ts";
import { invalidTag } from "./tag-errors.ts";

/** The strips or tiles of a page. */
export interface Tiling extends TileSizes {
  /**
   * One per tile or strip: left to right, top to bottom, one plane after another. An offset and a count of 0 stand for pixels
   * that were never written.
   */
  readonly offsets: Float64Array;
  /** NaN where the file gives none. */
  readonly byteCounts: Float64Array;
  /** Places that the file lists beyond those that the page needs. */
  readonly furtherOffsets: readonly number[];
}

/** `RowsPerStrip` of 16 bits holds the rest of a number that was larger. */
const SHORT_RANGE = 2 ** 16;

/**
 * Reads the strips or tiles. The image is tiled if it has a size of tiles; old versions of libtiff wrote the offsets of tiles
 * into the tags of strips. A `RowsPerStrip` that does not fit the number of strips is replaced, with a warning:
 *
 * - 0 counts as absent.
 * - One strip holds the whole image, whatever `RowsPerStrip` says.
 * - Uncompressed strips have as many rows as their byte counts say.
 * - A number that is 65 536 or a multiple of it too low was cut to 16 bits.
 * @throws {LegacyIoError} `invalid_file` for another number of strips or tiles than the page needs
 */
export async function readTiling(
  values: TagValues,
  geometry: Geometry,
  codec: TiffCodec,
  warnings: string[],
): Promise<Tiling> {
  const { width, height } = geometry;
  const isTiled = values.has("TileWidth") || values.has("TileLength") || values.has("TileOffsets");
  const planes = geometry.planarConfiguration === "planar" ? geometry.samplesPerPixel : 1;
  const offsetTag = segmentTag(values, isTiled, "Offsets");
  const countTag = segmentTag(values, isTiled, "ByteCounts");
  if (isTiled) {
    const tileWidth = await readCount(values, "TileWidth");
    const tileHeight = await readCount(values, "TileLength");
    const needed = Math.ceil(width / tileWidth) * Math.ceil(height / tileHeight) * planes;
    const all = await readOffsets(values, offsetTag, needed, planes);
    const byteCounts = await readByteCounts(values, countTag, needed, warnings);
    return {
      isTiled,
      tileWidth,
      tileHeight,
      byteCounts,
      ...usedOffsets(all, offsetTag, needed, planes, warnings),
    };
  }
  const declared = await readRowsPerStrip(values, height, warnings);
  const needed = Math.ceil(height / declared) * planes;
  const all = await readOffsets(values, offsetTag, needed, planes);
  const allCounts = await readByteCounts(values, countTag, all.length, warnings);
  const strips = { height, planes, declared, rowBytes: storedRowBytes({ ...geometry, tileWidth: width }) };
  const tileHeight =
    all.length === needed ? declared : rowsThatFit(all.length, allCounts, strips, codec.name === "none");
  if (tileHeight !== undefined && tileHeight !== declared) {
    warnings.push(
      `TIFF tag RowsPerStrip: ${declared} needs ${needed} strips, the page has ${all.length}: strips of ${tileHeight} rows are read`,
    );
  }
  const rows = tileHeight ?? declared;
  const used = usedOffsets(all, offsetTag, Math.ceil(height / rows) * planes, planes, warnings);
  return {
    isTiled,
    tileWidth: width,
    tileHeight: rows,
    byteCounts: allCounts.subarray(0, used.offsets.length),
    ...used,
  };
}

interface Strips {
  readonly height: number;
  readonly planes: number;
  readonly declared: number;
  readonly rowBytes: number;
}

/** The rows of a strip that make as many strips as there are; undefined if nothing says so. */
function rowsThatFit(
  count: number,
  byteCounts: Float64Array,
  { height, planes, declared, rowBytes }: Strips,
  isPlain: boolean,
): number | undefined {
  if (count === planes) {
    return height;
  }
  const fits = (rows: number): boolean => Math.ceil(height / rows) * planes === count;
  const rows = (byteCounts[0] ?? 0) / rowBytes;
  const perPlane = count / planes;
  const areLikeFirst = byteCounts.every(
    (bytes, index) => bytes === byteCounts[0] || (index + 1) % perPlane === 0,
  );
  if (isPlain && Number.isSafeInteger(rows) && rows > 0 && fits(rows) && areLikeFirst) {
    return rows;
  }
  const uncut = [1, 2, 3, 4].map((times) => declared + times * SHORT_RANGE).filter(fits);
  return uncut.length === 1 ? uncut[0] : undefined;
}

async function readRowsPerStrip(values: TagValues, height: number, warnings: string[]): Promise<number> {
  const said = await optional(values.integer("RowsPerStrip"), warnings);
  if (said === 0) {
    warnings.push("TIFF tag RowsPerStrip: 0 counts as absent: one strip holds all rows");
  }
  return said === undefined || said === 0 ? height : Math.min(said, height);
}

function segmentTag(values: TagValues, isTiled: boolean, what: "Offsets" | "ByteCounts"): TiffTagName {
  const usesStripTag = !isTiled || (!values.has(`Tile${what}`) && values.has(`Strip${what}`));
  return usesStripTag ? `Strip${what}` : `Tile${what}`;
}

/** Reads all places that the file lists: fewer or more than needed are for the caller to judge. */
async function readOffsets(
  values: TagValues,
  name: TiffTagName,
  needed: number,
  planes: number,
): Promise<Float64Array> {
  // Samples that are stored plane by plane have their own strips, so further ones would belong to the next plane.
  const most = planes === 1 ? Math.max(needed, values.storedCount(name)) : needed;
  const all = await values.integers(name, most);
  if (all === undefined) {
    throw invalidTag(name, `${needed} values`, 0);
  }
  return all;
}

function usedOffsets(
  all: Float64Array,
  name: TiffTagName,
  needed: number,
  planes: number,
  warnings: string[],
): Pick<Tiling, "offsets" | "furtherOffsets"> {
  if (all.length < needed || (all.length > needed && planes > 1)) {
    throw invalidTag(name, `${needed} values`, all.length);
  }
  if (all.length > needed) {
    warnings.push(`TIFF tag ${name}: the first ${needed} of its ${all.length} values are used`);
  }
  return { offsets: all.subarray(0, needed), furtherOffsets: Array.from(all.subarray(needed)) };
}

/** Reads the byte counts; NaN for a missing one. They are not needed to find uncompressed pixels. */
async function readByteCounts(
  values: TagValues,
  name: TiffTagName,
  count: number,
  warnings: string[],
): Promise<Float64Array> {
  const most = Math.max(count, values.storedCount(name));
  const all = await optional(values.integers(name, most), warnings);
  if (all?.length === count) {
    return all;
  }
  const counts = new Float64Array(count).fill(Number.NaN);
  counts.set((all ?? counts).subarray(0, count));
  return counts;
}
