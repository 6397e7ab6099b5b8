// Reads and checks the tags that say how the pixels of one page are stored.

import { LegacyIoError } from "../../errors.ts";
import { MAX_FAX_WIDTH } from "../codecs/ccitt/ccitt.ts";
import { describeUnread, findCodec } from "../codecs/find-codec.ts";
import type { TiffCodec } from "../codecs/tiff-codec.ts";
import type { TagValues } from "../header/tag-values.ts";
import type { TiffLimits } from "../header/tiff-limits.ts";
import { type FillValue, fillValueOf } from "./fill-value.ts";
import { type Geometry, optional, pageBytes, readPageGeometry, tileBytes } from "./page-geometry.ts";
import { readTiling, type Tiling } from "./page-tiling.ts";
import type { SampleFormat } from "./sample-format.ts";
import { invalidTag, unsupportedTag } from "./tag-errors.ts";

/** One page of a TIFF. It is checked: its numbers fit one another and the file. */
export interface TiffPage extends Geometry, Tiling {
  /** True if the bits of each byte come the least significant first (`FillOrder` 2). */
  readonly isBitReversed: boolean;
  /** True for int16 that the file stores as ImageJ does: as uint16 values that are 32 768 too high. */
  readonly hasSignedOffset: boolean;
  /** Decompresses the tiles. */
  readonly codec: TiffCodec;
  /** True if the file does not say the compression. TIFF then means none, which the sizes of the strips must bear out. */
  readonly isCompressionAssumed?: boolean | undefined;
  /** 1 none, 2 differences along rows, 3 differences of the bytes of floating-point numbers. */
  readonly predictor: 1 | 2 | 3;
  /** True for JPEG whose colours are stored as YCbCr. It is read as RGB. */
  readonly isYCbCr: boolean;
  /** 0 white is zero, 1 black is zero, 2 RGB, 3 palette. Values are returned as stored, whatever it is. */
  readonly photometric: number;
  /** 1 is rows from the top, columns from the left. Values are returned as stored, whatever it is. */
  readonly orientation: number;
  /** What pixels that were never written hold. */
  readonly fill: FillValue;
  /** What a decoder of whole images needs: the tags `JPEGTables` and `LercParameters`. */
  readonly tables: Uint8Array | undefined;
  readonly parameters: readonly number[];
  /** The tag `T4Options`; 0 if it is absent. */
  readonly faxOptions: number;
  /** Sentences for people about tags that do not fit the pixels, which are read all the same. */
  readonly warnings: readonly string[];
}

/** Photometric interpretations whose samples are given as they are stored. */
const PLAIN_PHOTOMETRICS: ReadonlySet<number> = new Set([0, 1, 2, 3, 4, 5, 8, 9, 10, 32803, 34892]);
const RGB = 2;
const YCBCR = 6;
/** Logarithmic colours of SGI, whose samples are not numbers of one channel. */
const LOG_PHOTOMETRICS: ReadonlySet<number> = new Set([32844, 32845]);
const JPEG = 7;
const CCITT_T4 = 3;
const MAX_TABLE_BYTES = 1 << 16;
const MAX_NODATA_BYTES = 256;

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
  const warnings: string[] = [];
  const stated = await readPageGeometry(values, warnings);
  const compressionCode = (await values.integer("Compression")) ?? 1;
  const codec = findCodec(compressionCode, codecs);
  if (codec === undefined) {
    throw unsupportedTag(
      "Compression",
      describeUnread(compressionCode),
      '; to read it, pass a decoder in the option "codecs"',
    );
  }
  const geometry = codec.isBilevel === true ? asBilevel(stated, codec) : stated;
  const photometric = await readPhotometric(values, compressionCode, warnings);
  const fillOrder = (await values.integer("FillOrder")) ?? 1;
  if (fillOrder !== 1 && fillOrder !== 2) {
    throw unsupportedTag("FillOrder", fillOrder);
  }
  const depth = await optional(values.integer("ImageDepth"), warnings);
  if (depth !== undefined && depth > 1) {
    throw unsupportedTag("ImageDepth", `a volume of ${depth} planes in one directory`);
  }
  await checkDecodedSize(geometry, codec, fileBytes, limits, values);
  const tiling = await readTiling(values, geometry, codec, warnings);
  if (tileBytes({ ...geometry, ...tiling }) > limits.maxDecodedBytes) {
    throw unsupportedTag("TileWidth", `tiles of ${tiling.tileWidth} × ${tiling.tileHeight}`);
  }
  if (codec.isBilevel === true && tiling.tileWidth > MAX_FAX_WIDTH) {
    throw unsupportedTag("ImageWidth", `a line of ${tiling.tileWidth} pixels with ${codec.name}`);
  }
  return {
    ...geometry,
    ...tiling,
    isBitReversed: fillOrder === 2 && codec.decodesImages !== true,
    hasSignedOffset: false,
    codec,
    isCompressionAssumed: !values.has("Compression"),
    predictor: await readPredictor(values, codec, geometry.format, warnings),
    photometric: photometric === YCBCR ? RGB : photometric,
    isYCbCr: photometric === YCBCR,
    orientation: (await optional(values.integer("Orientation"), warnings)) ?? 1,
    fill: fillValueOf(geometry.dtype, await optional(values.text("GDAL_NODATA", MAX_NODATA_BYTES), warnings)),
    tables: await values.bytes("JPEGTables", MAX_TABLE_BYTES),
    faxOptions: compressionCode === CCITT_T4 ? ((await values.integer("T4Options")) ?? 0) : 0,
    parameters: Array.from((await optional(values.integers("LercParameters", 2), warnings)) ?? []),
    warnings,
  };
}

/** Refuses samples that a compression of single bits cannot hold. Their bits need no tag. */
function asBilevel(geometry: Geometry, { name }: TiffCodec): Geometry {
  const { format, samplesPerPixel } = geometry;
  if (format.bits !== 1) {
    throw unsupportedTag("BitsPerSample", `${format.bits} bits with ${name}`);
  }
  if (samplesPerPixel !== 1) {
    throw unsupportedTag("SamplesPerPixel", `${samplesPerPixel} samples with ${name}`);
  }
  return { ...geometry, format: { ...format, areBitsAssumed: false } };
}

async function readPhotometric(
  values: TagValues,
  compressionCode: number,
  warnings: string[],
): Promise<number> {
  const photometric = (await optional(values.integer("PhotometricInterpretation"), warnings)) ?? 1;
  if (photometric === YCBCR && compressionCode === JPEG) {
    return YCBCR;
  }
  if (photometric === YCBCR || LOG_PHOTOMETRICS.has(photometric)) {
    throw unsupportedTag("PhotometricInterpretation", photometric);
  }
  if (!PLAIN_PHOTOMETRICS.has(photometric)) {
    warnings.push(
      `TIFF tag PhotometricInterpretation: ${photometric} is unknown, the values are given as they are stored`,
    );
  }
  return photometric;
}

/** True if the file leaves out strips or tiles: an offset of 0. Then it can be far smaller than its pixels. */
async function hasUnwritten(values: TagValues): Promise<boolean> {
  for (const name of ["TileOffsets", "StripOffsets"] as const) {
    const count = values.storedCount(name);
    if (count > 0 && (await values.integers(name, count))?.includes(0) === true) {
      return true;
    }
  }
  return false;
}

async function readPredictor(
  values: TagValues,
  { name, hasPredictor }: TiffCodec,
  { dtype, layout, bits }: SampleFormat,
  warnings: string[],
): Promise<1 | 2 | 3> {
  const predictor = (await values.integer("Predictor")) ?? 1;
  if (predictor === 1) {
    return 1;
  }
  if (!values.has("Compression")) {
    throw invalidTag("Compression", `a number, because Predictor is ${predictor}`, undefined);
  }
  if (!hasPredictor) {
    warnings.push(`TIFF tag Predictor: ${predictor} means nothing with ${name} and is ignored`);
    return 1;
  }
  if (predictor !== 2 && predictor !== 3) {
    throw unsupportedTag("Predictor", predictor);
  }
  if (layout === "packed" || (predictor === 3 && !dtype.startsWith("float"))) {
    throw unsupportedTag(
      "Predictor",
      `${predictor} with ${name} and ${layout === "packed" ? `${bits} bits` : dtype}`,
    );
  }
  return predictor;
}

async function checkDecodedSize(
  geometry: Geometry,
  codec: TiffCodec,
  fileBytes: number,
  limits: TiffLimits,
  values: TagValues,
): Promise<void> {
  const { width, height, samplesPerPixel, dtype, format } = geometry;
  const claimed = pageBytes(geometry);
  const stored =
    format.layout === "whole" ? claimed : Math.ceil((width * samplesPerPixel * format.bits) / 8) * height;
  const possible = fileBytes * codec.maxRatio;
  if (stored > possible && !(await hasUnwritten(values))) {
    throw new LegacyIoError(
      "invalid_file",
      `the TIFF claims ${width} × ${height} × ${samplesPerPixel} ${dtype}, ${stored} bytes: a file of ${fileBytes} bytes cannot hold more than ${possible}`,
      { tag: "ImageWidth", expected: possible, found: stored },
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
