// Reads and checks the tags that say how the pixels of one page are stored.

import type { DType } from "@kym/zarr-store";
import { itemSizeBytes } from "@kym/zarr-store/array";
import { LegacyIoError } from "../../errors.ts";
import { describeUnread, findCodec } from "../codecs/find-codec.ts";
import type { TiffCodec } from "../codecs/tiff-codec.ts";
import type { TagValues } from "../header/tag-values.ts";
import type { TiffLimits } from "../header/tiff-limits.ts";
import type { TiffTagName } from "../header/tiff-tag.ts";

/** One page of a TIFF. It is checked: its numbers fit one another and the file. */
export interface TiffPage {
  readonly width: number;
  readonly height: number;
  readonly dtype: DType;
  /** True for int16 that the file stores as ImageJ does: as uint16 values that are 32 768 too high. */
  readonly hasSignedOffset: boolean;
  readonly samplesPerPixel: number;
  /** How samples are stored: `chunky` pixel by pixel, `planar` plane by plane. */
  readonly planarConfiguration: "chunky" | "planar";
  /** Decompresses the tiles. */
  readonly codec: TiffCodec;
  /** 1 none, 2 differences along rows, 3 differences of the bytes of floating-point numbers. */
  readonly predictor: 1 | 2 | 3;
  /** 0 white is zero, 1 black is zero, 2 RGB, 3 palette. Values are returned as stored, whatever it is. */
  readonly photometric: number;
  /** 1 is rows from the top, columns from the left. Values are returned as stored, whatever it is. */
  readonly orientation: number;
  /** Strips are tiles as wide as the image. */
  readonly tileWidth: number;
  readonly tileHeight: number;
  readonly isTiled: boolean;
  /** One per tile or strip: left to right, top to bottom, one plane after another. */
  readonly offsets: Float64Array;
  readonly byteCounts: Float64Array;
}

/** No pixels can begin before this. An offset of 0 means that the writer never wrote the strip. */
const FILE_HEADER_BYTES = 8;
const PLAIN_PHOTOMETRICS: ReadonlySet<number> = new Set([0, 1, 2, 3, 4, 5, 8, 9, 10, 32803, 34892]);

const DTYPES: Readonly<Record<number, Readonly<Record<number, DType>>>> = {
  1: { 8: "uint8", 16: "uint16", 32: "uint32", 64: "uint64" },
  2: { 8: "int8", 16: "int16", 32: "int32", 64: "int64" },
  3: { 32: "float32", 64: "float64" },
  4: { 8: "uint8", 16: "uint16", 32: "uint32", 64: "uint64" },
};

const FORMAT_NAMES: Readonly<Record<number, string>> = {
  1: "unsigned integers",
  2: "signed integers",
  3: "floating-point numbers",
  4: "samples of undefined format",
};

/**
 * Reads and checks a page's tags.
 * @throws {LegacyIoError} `invalid_file` for values that are impossible, `not_supported` for values that this reader does not
 * read; both name the tag
 */
export async function readTiffPage(
  values: TagValues,
  fileBytes: number,
  limits: TiffLimits,
  codecs: readonly TiffCodec[],
): Promise<TiffPage> {
  const width = await readCount(values, "ImageWidth");
  const height = await readCount(values, "ImageLength");
  const samplesPerPixel = await readCount(values, "SamplesPerPixel", 1);
  const dtype = await readDtype(values, samplesPerPixel);
  const planarCode = (await values.integer("PlanarConfiguration")) ?? 1;
  const geometry = {
    width,
    height,
    dtype,
    samplesPerPixel,
    planarConfiguration: samplesPerPixel === 1 || planarCode === 1 ? "chunky" : "planar",
  } as const;
  if (planarCode !== 1 && planarCode !== 2) {
    throw invalid("PlanarConfiguration", "1 or 2", planarCode);
  }
  const compressionCode = (await values.integer("Compression")) ?? 1;
  const codec = findCodec(compressionCode, codecs);
  if (codec === undefined) {
    throw notSupported(
      "Compression",
      describeUnread(compressionCode),
      '; to read it, pass a decoder in the option "codecs"',
    );
  }
  const photometric = (await values.integer("PhotometricInterpretation")) ?? 1;
  if (!PLAIN_PHOTOMETRICS.has(photometric)) {
    throw notSupported("PhotometricInterpretation", photometric);
  }
  const fillOrder = (await values.integer("FillOrder")) ?? 1;
  if (fillOrder !== 1) {
    throw notSupported("FillOrder", fillOrder);
  }
  checkDecodedSize(geometry, codec, fileBytes, limits);
  const page = {
    ...geometry,
    hasSignedOffset: false,
    codec,
    predictor: await readPredictor(values, codec, dtype),
    photometric,
    orientation: (await values.integer("Orientation")) ?? 1,
    ...(await readTiling(values, geometry)),
  };
  checkSegments(page, fileBytes, limits);
  return page;
}

type Geometry = Pick<TiffPage, "width" | "height" | "dtype" | "samplesPerPixel" | "planarConfiguration">;
type Tiling = Pick<TiffPage, "tileWidth" | "tileHeight" | "isTiled" | "offsets" | "byteCounts">;

/** Bytes of the decoded page. */
export function pageBytes(page: Geometry): number {
  return page.width * page.height * page.samplesPerPixel * itemSizeBytes(page.dtype);
}

/** Samples of one pixel that are stored side by side in a tile. */
export function samplesPerTilePixel(page: Geometry): number {
  return page.planarConfiguration === "planar" ? 1 : page.samplesPerPixel;
}

/** Bytes of one decoded tile or strip of full height. */
export function tileBytes(page: Geometry & Pick<TiffPage, "tileWidth" | "tileHeight">): number {
  return page.tileWidth * page.tileHeight * samplesPerTilePixel(page) * itemSizeBytes(page.dtype);
}

async function readCount(values: TagValues, name: TiffTagName, absent?: number): Promise<number> {
  const value = (await values.integer(name)) ?? absent;
  if (value === undefined || value < 1) {
    throw invalid(name, "a number above 0", value);
  }
  return value;
}

async function readDtype(values: TagValues, samplesPerPixel: number): Promise<DType> {
  const bits = await readPerSample(values, "BitsPerSample", samplesPerPixel, 1);
  const format = await readPerSample(values, "SampleFormat", samplesPerPixel, 1);
  const dtype = DTYPES[format]?.[bits];
  if (bits === 0 || format === 0) {
    throw invalid(bits === 0 ? "BitsPerSample" : "SampleFormat", "a number above 0", 0);
  }
  if (dtype === undefined) {
    const kind = FORMAT_NAMES[format];
    throw kind === undefined
      ? notSupported("SampleFormat", format)
      : notSupported("BitsPerSample", `${kind} of ${bits} bits`);
  }
  return dtype;
}

/** Reads a tag that has one value per sample. All values must be equal. */
async function readPerSample(
  values: TagValues,
  name: TiffTagName,
  samplesPerPixel: number,
  absent: number,
): Promise<number> {
  const all = await values.integers(name, samplesPerPixel);
  const [first = absent] = all ?? [];
  if (all?.some((value) => value !== first)) {
    throw notSupported(name, all.join(", "));
  }
  return first;
}

async function readPredictor(
  values: TagValues,
  { name, hasPredictor }: TiffCodec,
  dtype: DType,
): Promise<1 | 2 | 3> {
  const predictor = (await values.integer("Predictor")) ?? 1;
  const isFloat = dtype.startsWith("float");
  switch (predictor) {
    case 1:
      return 1;
    case 2:
    case 3:
      if (!hasPredictor || isFloat !== (predictor === 3)) {
        throw notSupported("Predictor", `${predictor} with ${name} and ${dtype}`);
      }
      return predictor;
    default:
      throw notSupported("Predictor", predictor);
  }
}

/** Reads the tiles or strips. Old versions of libtiff wrote the offsets of tiles into the tags of strips. */
async function readTiling(values: TagValues, geometry: Geometry): Promise<Tiling> {
  const isTiled = values.has("TileWidth") || values.has("TileLength") || values.has("TileOffsets");
  const tileWidth = isTiled ? await readCount(values, "TileWidth") : geometry.width;
  const tileHeight = isTiled
    ? await readCount(values, "TileLength")
    : Math.min(await readCount(values, "RowsPerStrip", geometry.height), geometry.height);
  const planes = geometry.planarConfiguration === "planar" ? geometry.samplesPerPixel : 1;
  const count = Math.ceil(geometry.width / tileWidth) * Math.ceil(geometry.height / tileHeight) * planes;
  return {
    isTiled,
    tileWidth,
    tileHeight,
    offsets: await readSegmentTag(values, segmentTag(values, isTiled, "Offsets"), count),
    byteCounts: await readSegmentTag(values, segmentTag(values, isTiled, "ByteCounts"), count),
  };
}

function segmentTag(values: TagValues, isTiled: boolean, what: "Offsets" | "ByteCounts"): TiffTagName {
  const usesStripTag = !isTiled || (!values.has(`Tile${what}`) && values.has(`Strip${what}`));
  return usesStripTag ? `Strip${what}` : `Tile${what}`;
}

async function readSegmentTag(values: TagValues, name: TiffTagName, count: number): Promise<Float64Array> {
  const all = await values.integers(name, count);
  if (all?.length !== count) {
    throw invalid(name, `${count} values`, all?.length ?? 0);
  }
  return all;
}

function checkDecodedSize(geometry: Geometry, codec: TiffCodec, fileBytes: number, limits: TiffLimits): void {
  const claimed = pageBytes(geometry);
  const possible = fileBytes * codec.maxRatio;
  if (claimed > possible) {
    const size = `${geometry.width} × ${geometry.height} × ${geometry.samplesPerPixel} ${geometry.dtype}`;
    throw new LegacyIoError(
      "invalid_file",
      `the TIFF claims ${size}, ${claimed} bytes: a file of ${fileBytes} bytes cannot hold more than ${possible}`,
      { tag: "ImageWidth", expected: possible, found: claimed },
    );
  }
  if (claimed > limits.maxDecodedBytes) {
    throw new LegacyIoError(
      "not_supported",
      `a TIFF page of ${claimed} bytes is beyond the limit maxDecodedBytes of ${limits.maxDecodedBytes}`,
      { tag: "ImageWidth", expected: limits.maxDecodedBytes, found: claimed },
    );
  }
}

function checkSegments(page: TiffPage, fileBytes: number, limits: TiffLimits): void {
  const name = page.isTiled ? "Tile" : "Strip";
  if (tileBytes(page) > limits.maxDecodedBytes) {
    throw notSupported("TileWidth", `tiles of ${page.tileWidth} × ${page.tileHeight}`);
  }
  for (let index = 0; index < page.offsets.length; index++) {
    const offset = page.offsets[index] ?? 0;
    const byteCount = page.byteCounts[index] ?? 0;
    if (byteCount === 0 || offset < FILE_HEADER_BYTES || byteCount > fileBytes - offset) {
      throw new LegacyIoError(
        "invalid_file",
        `TIFF ${name.toLowerCase()} ${index}: ${byteCount} bytes at offset ${offset} do not lie between the header and the end of a file of ${fileBytes} bytes`,
        { tag: `${name}Offsets`, offset, expected: byteCount, found: Math.max(0, fileBytes - offset) },
      );
    }
    const needed = neededBytes(page, index);
    if (needed > byteCount * page.codec.maxRatio) {
      throw new LegacyIoError(
        "invalid_file",
        `TIFF ${name.toLowerCase()} ${index}: ${byteCount} bytes cannot hold the ${needed} bytes of its pixels`,
        { tag: `${name}ByteCounts`, offset, expected: needed, found: byteCount },
      );
    }
  }
}

/** The bytes that a tile must decode to. The last strip of a plane has only the rows that are left. */
export function neededBytes(page: TiffPage, index: number): number {
  if (page.isTiled) {
    return tileBytes(page);
  }
  const stripsPerPlane = Math.ceil(page.height / page.tileHeight);
  const firstRow = (index % stripsPerPlane) * page.tileHeight;
  const rows = Math.min(page.tileHeight, page.height - firstRow);
  return (tileBytes(page) / page.tileHeight) * rows;
}

function invalid(tag: TiffTagName, expected: string, found: unknown): LegacyIoError {
  const said = found === undefined ? "nothing" : String(found);
  return new LegacyIoError("invalid_file", `TIFF tag ${tag}: expected ${expected}, found ${said}`, {
    tag,
    expected,
    found,
  });
}

/** The error for a tag's value; `advice` says what a caller can do about it. */
function notSupported(tag: TiffTagName, found: unknown, advice = ""): LegacyIoError {
  return new LegacyIoError("not_supported", `TIFF tag ${tag}: ${String(found)} is not supported${advice}`, {
    tag,
    found,
  });
}
