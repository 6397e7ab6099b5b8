// The shape and the type of a page, the sizes that follow from them, and the tags that say so.

import type { DType } from "@kym/zarr-store";
import { itemSizeBytes } from "@kym/zarr-store/array";
import { isLegacyIoError } from "../../errors.ts";
import type { TagValues } from "../header/tag-values.ts";
import type { TiffTagName } from "../header/tiff-tag.ts";
import { readSampleFormat, type SampleFormat } from "./sample-format.ts";
import { invalidTag } from "./tag-errors.ts";

/** The shape and the type of a page. Pages that differ in them are different images. */
export interface Geometry {
  readonly width: number;
  readonly height: number;
  readonly dtype: DType;
  /** How the file stores the samples. */
  readonly format: SampleFormat;
  readonly samplesPerPixel: number;
  /** How samples are stored: `chunky` pixel by pixel, `planar` plane by plane. */
  readonly planarConfiguration: "chunky" | "planar";
}

/** How a page is cut into tiles. Strips are tiles as wide as the image. */
export interface TileSizes {
  readonly tileWidth: number;
  readonly tileHeight: number;
  readonly isTiled: boolean;
}

/**
 * Reads the shape and the type of a page. A `PlanarConfiguration` that a single sample does not need is only warned about.
 * @throws {LegacyIoError} like `readTiffPage`
 */
export async function readPageGeometry(values: TagValues, warnings: string[]): Promise<Geometry> {
  const width = await readCount(values, "ImageWidth");
  const height = await readCount(values, "ImageLength");
  const samplesPerPixel = await readCount(values, "SamplesPerPixel", 1);
  const format = await readSampleFormat(values, samplesPerPixel, warnings);
  const planar = values.integer("PlanarConfiguration");
  const planarCode = (await (samplesPerPixel === 1 ? optional(planar, warnings) : planar)) ?? 1;
  if (planarCode !== 1 && planarCode !== 2) {
    const error = invalidTag("PlanarConfiguration", "1 or 2", planarCode);
    if (samplesPerPixel > 1) {
      throw error;
    }
    warnings.push(`${error.message}: it does not matter for one sample per pixel`);
  }
  const planarConfiguration = samplesPerPixel === 1 || planarCode === 1 ? "chunky" : "planar";
  return { width, height, dtype: format.dtype, format, samplesPerPixel, planarConfiguration };
}

/** Waits for a tag that the pixels do not need. One that cannot be read is absent, and a warning says so. */
export async function optional<T>(read: Promise<T | undefined>, warnings: string[]): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (!isLegacyIoError(error, "invalid_file")) {
      throw error;
    }
    warnings.push(error.message);
    return undefined;
  }
}

/** Reads a number above 0; `absent` stands for a missing tag. */
export async function readCount(values: TagValues, name: TiffTagName, absent?: number): Promise<number> {
  const value = (await values.integer(name)) ?? absent;
  if (value === undefined || value < 1) {
    throw invalidTag(name, "a number above 0", value);
  }
  return value;
}

/** Bytes of the decoded page. */
export function pageBytes(page: Geometry): number {
  return page.width * page.height * page.samplesPerPixel * itemSizeBytes(page.dtype);
}

/** Samples of one pixel that are stored side by side in a tile. */
export function samplesPerTilePixel(page: Pick<Geometry, "planarConfiguration" | "samplesPerPixel">): number {
  return page.planarConfiguration === "planar" ? 1 : page.samplesPerPixel;
}

/** Bytes of one decoded tile or strip of full height. */
export function tileBytes(page: Geometry & Pick<TileSizes, "tileWidth" | "tileHeight">): number {
  return page.tileWidth * page.tileHeight * samplesPerTilePixel(page) * itemSizeBytes(page.dtype);
}

/** Bytes of one row of a tile or strip as the file stores it, decompressed. Each row begins at a byte. */
export function storedRowBytes(page: Geometry & Pick<TileSizes, "tileWidth">): number {
  return Math.ceil((page.tileWidth * samplesPerTilePixel(page) * page.format.bits) / 8);
}

/** The rows that a tile must decode to. The last strip of a plane has only those that are left. */
export function neededRows(
  page: Pick<Geometry, "height"> & Pick<TileSizes, "isTiled" | "tileHeight">,
  index: number,
): number {
  const stripsPerPlane = Math.ceil(page.height / page.tileHeight);
  const firstRow = (index % stripsPerPlane) * page.tileHeight;
  return page.isTiled ? page.tileHeight : Math.min(page.tileHeight, page.height - firstRow);
}
