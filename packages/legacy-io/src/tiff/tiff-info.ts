// Reads and checks all headers of a TIFF, and collects what they say about the image.

import type { DType } from "@kym/zarr-store";
import { itemSizeBytes } from "@kym/zarr-store/array";
import { isLegacyIoError, LegacyIoError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import type { TiffCodec } from "./codecs/tiff-codec.ts";
import {
  type AxisCalibration,
  axisCalibration,
  calibrationConflicts,
  chooseCalibration,
} from "./descriptions/axis-calibration.ts";
import { mmHeaderCalibration, parseMmHeader, parsePageName } from "./descriptions/fluoview-tags.ts";
import { imageJAxes, imageJCalibration, readImageJ } from "./descriptions/imagej-description.ts";
import { type ImageJMetadata, parseImageJMetadata } from "./descriptions/imagej-metadata.ts";
import {
  isLsmLineScan,
  type LsmInfo,
  lsmCalibration,
  lsmPlanes,
  parseLsmInfo,
  type TiffStart,
} from "./descriptions/lsm-info.ts";
import { readOme } from "./descriptions/ome-description.ts";
import { parsePylakeDescription } from "./descriptions/pylake-description.ts";
import type { ScanImageFacts } from "./descriptions/scanimage-facts.ts";
import { parseShapedDescription, shapedCalibration } from "./descriptions/shaped-description.ts";
import {
  boundsAsGiven,
  decideGivenValues,
  displayRange,
  type GivenValues,
  type ValueCalibration,
} from "./descriptions/value-calibration.ts";
import { type DecodeBudget, decodeBudget } from "./header/decode-budget.ts";
import { type HeaderReader, headerReader } from "./header/header-reader.ts";
import { scanDirectories } from "./header/ifd.ts";
import { readLsmStart } from "./header/lsm-start.ts";
import { readScanImage } from "./header/scanimage-text.ts";
import { type TagValues, tagValues } from "./header/tag-values.ts";
import { DEFAULT_TIFF_LIMITS, type TiffLimits } from "./header/tiff-limits.ts";
import { choosePages } from "./page/choose-pages.ts";
import { optional as optionalTag } from "./page/page-geometry.ts";
import { settleSegments } from "./page/settle-segments.ts";
import { unsupportedTag } from "./page/tag-errors.ts";
import { readTiffPage, type TiffPage } from "./page/tiff-page.ts";
import type { DecodedNotes } from "./pixels/decode-tile.ts";
import { type AxesSource, fitsPlane, planTiffLayout, type TiffLayout } from "./pixels/tiff-layout.ts";

const MAX_FLUOVIEW_BYTES = 1 << 16;
const PYLAKE_AXES: readonly string[] = ["x", "t", "s"];
const LSM_AXES: readonly string[] = ["t", "x"];
/** An overlay of 50 000 selections has less. */
const MAX_IMAGEJ_BYTES = 2 ** 24;
const MAX_IMAGEJ_BLOCKS = 2 ** 18;
const CENTIMETRE = 3;
const INCH = 2;

/** What a TIFF says about its image. */
export interface TiffInfo {
  /** Elements along each axis, slowest first (C order). */
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** One name per axis, mostly from `t z c s y x`; `s` holds the samples of a pixel (RGB). */
  readonly axes: readonly string[];
  /** Where the names come from. With `default` the file names no axes: rows are `y` and columns `x`. */
  readonly axesSource: AxesSource;
  /** True if the rows of several pages follow one another along one axis, so that a page is not a plane of the image. */
  readonly arePagesJoined: boolean;
  /** Pages of the image, without thumbnails and masks. */
  readonly pageCount: number;
  readonly isLittleEndian: boolean;
  readonly isBigTiff: boolean;
  /** `none`, `lzw`, `deflate`, `packbits`, `zstd`, or the name of a caller's codec. */
  readonly compression: string;
  /** 0 white is zero, 1 black is zero, 2 RGB, 3 palette. */
  readonly photometric: number;
  /** 1 is rows from the top, columns from the left. */
  readonly orientation: number;
  readonly software: string | undefined;
  /** The text of `ImageDescription`. */
  readonly description: string | undefined;
  /** For each axis the most credible calibration and where it was found. An axis without a credible one is missing. */
  readonly calibration: readonly AxisCalibration[];
  /** Every calibration found. `resolution` is never chosen, because exporters write placeholders there. */
  readonly calibrationCandidates: readonly AxisCalibration[];
  /**
   * The function that ImageJ applies to the values before it shows them. Undefined if it shows them unchanged. That includes
   * int16, which ImageJ stores as uint16 + 32768 and which is returned as int16.
   */
  readonly valueCalibration: ValueCalibration | undefined;
  /** The values that ImageJ shows as black and as white, in the values that are returned. Undefined if it says none. */
  readonly displayRange: readonly [black: number, white: number] | undefined;
  /** What ImageJ keeps in its own tags: selection, overlay, info, labels, display ranges, LUTs. Undefined without these tags. */
  readonly imageJMetadata: ImageJMetadata | undefined;
  /** What ScanImage says besides axes and steps: start, direction, channels. Undefined for other TIFFs. */
  readonly scanImage: ScanImageFacts | undefined;
  /** When it was recorded, as LSM and ScanImage say it. Undefined for other TIFFs. */
  readonly start: TiffStart | undefined;
  /** Sentences for people: contradictions, tags that could not be read, and ImageJ's calibration of the values. */
  readonly warnings: readonly string[];
}

/** A TIFF whose headers have been read and checked. */
export interface OpenedTiff {
  readonly info: TiffInfo;
  readonly isLittleEndian: boolean;
  readonly pages: readonly TiffPage[];
  readonly layout: TiffLayout;
  readonly planeCount: number;
  readonly budget: DecodeBudget;
  /** What decoding finds out. */
  readonly notes: DecodedNotes;
}

export interface OpenTiffOptions {
  readonly codecs?: readonly TiffCodec[] | undefined;
  readonly limits?: Partial<TiffLimits> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Reads and checks the headers of all pages. The first page's descriptions decide the axes of the stack. */
export async function openTiffPages(source: ByteSource, options: OpenTiffOptions): Promise<OpenedTiff> {
  const limits = { ...DEFAULT_TIFF_LIMITS, ...options.limits };
  const budget = decodeBudget(source.sizeBytes, limits);
  const reader = headerReader(source, budget, options.signal);
  const { isLittleEndian, isBigTiff, directories, brokenOff } = await scanDirectories(reader, limits);
  const all = directories.map((directory) => tagValues(reader, directory, isLittleEndian));
  const chosen = await choosePages(all, (values) =>
    readTiffPage(values, source.sizeBytes, limits, options.codecs ?? []),
  );
  const settled = settleSegments(
    chosen.pages,
    directories.map(({ offset }) => offset),
    source.sizeBytes,
  );
  const [storedFirst] = settled.pages;
  if (storedFirst === undefined) {
    throw new LegacyIoError("invalid_file", "the TIFF has no page");
  }
  const said = await readDescriptions({
    ...{ values: chosen.first, page: storedFirst, pageCount: settled.pages.length },
    ...{ reader, all, isLittleEndian, isBigTiff, limits },
  });
  const asGiven = said.given?.hasSignedOffset === true ? signedPage : (as: TiffPage): TiffPage => as;
  const pages = settled.pages.map(asGiven);
  const page = asGiven(storedFirst);
  const layout = planTiffLayout(page, pages.length, source.sizeBytes, said);
  const planeCount = layout.planesOfOnlyPage * layout.pageOfPlane.length;
  const sizeBytes = layout.shape.reduce((product, length) => product * length, itemSizeBytes(page.dtype));
  if (sizeBytes > limits.maxDecodedBytes) {
    throw new LegacyIoError(
      "not_supported",
      `a TIFF of ${sizeBytes} bytes is beyond the limit maxDecodedBytes of ${limits.maxDecodedBytes}`,
      { tag: "ImageLength", expected: limits.maxDecodedBytes, found: sizeBytes },
    );
  }
  const info = {
    shape: layout.shape,
    dtype: page.dtype,
    axes: layout.axes,
    axesSource: layout.axesSource,
    arePagesJoined: layout.joined !== undefined,
    pageCount: pages.length,
    isLittleEndian,
    isBigTiff,
    compression: page.codec.name,
    photometric: page.photometric,
    orientation: page.orientation,
    software: said.software,
    description: said.description,
    calibration: chooseCalibration(said.calibration),
    calibrationCandidates: said.calibration,
    valueCalibration: said.given?.calibration,
    scanImage: said.scanImageFacts,
    start: said.start,
    displayRange: said.imageJ && displayRange(said.imageJ, page.dtype),
    imageJMetadata: said.imageJMetadata && {
      ...said.imageJMetadata,
      ranges: boundsAsGiven(said.imageJMetadata.ranges, page.dtype),
    },
    warnings: [
      ...(brokenOff === undefined ? [] : [brokenOff]),
      ...chosen.warnings,
      ...settled.warnings,
      ...said.warnings,
      ...layout.warnings,
      ...calibrationConflicts(said.calibration),
    ],
  };
  return { info, isLittleEndian, pages, layout, planeCount, budget, notes: { longSegments: 0 } };
}

/** The page with the dtype int16, which ImageJ stored as uint16. */
function signedPage(page: TiffPage): TiffPage {
  return { ...page, dtype: "int16", hasSignedOffset: true };
}

type Descriptions = Parameters<typeof planTiffLayout>[3] & {
  readonly software: string | undefined;
  readonly description: string | undefined;
  readonly calibration: readonly AxisCalibration[];
  readonly given: GivenValues | undefined;
  readonly imageJMetadata: ImageJMetadata | undefined;
  readonly scanImageFacts: ScanImageFacts | undefined;
  readonly start: TiffStart | undefined;
  readonly warnings: readonly string[];
};

interface Headers {
  /** The tags of the first page of the image. */
  readonly values: TagValues;
  readonly page: TiffPage;
  readonly pageCount: number;
  readonly reader: HeaderReader;
  /** The tags of all directories. */
  readonly all: readonly TagValues[];
  readonly isLittleEndian: boolean;
  readonly isBigTiff: boolean;
  readonly limits: TiffLimits;
}

async function readDescriptions(headers: Headers): Promise<Descriptions> {
  const { values, page, pageCount, isLittleEndian, limits, reader } = headers;
  const warnings: string[] = [];
  const optional = <T>(read: Promise<T | undefined>): Promise<T | undefined> => optionalTag(read, warnings);
  const description = await optional(values.text("ImageDescription", limits.maxTextBytes));
  const software = await optional(values.text("Software", limits.maxTextBytes));
  const pageName = await optional(values.text("PageName", MAX_FLUOVIEW_BYTES));
  const mmBytes = await optional(values.bytes("MM_Header", MAX_FLUOVIEW_BYTES));
  const xResolution = await optional(values.rational("XResolution"));
  const yResolution = await optional(values.rational("YResolution"));
  const resolutionUnit = await optional(values.integer("ResolutionUnit"));
  const ome = readOme(description, pageCount, page.samplesPerPixel, warnings);
  const imageJ = readImageJ(description, pageCount, warnings);
  const shaped = description === undefined ? undefined : parseShapedDescription(description);
  if (shaped !== undefined && !fitsPlane(page, shaped)) {
    warnings.push(
      `ImageDescription says shape [${shaped.shape}], which does not fit planes of ${page.height} × ${page.width}: it is ignored`,
    );
  }
  const pylakes = description === undefined ? undefined : parsePylakeDescription(description);
  const pylake = pylakes?.places === page.height ? pylakes : undefined;
  if (pylakes !== undefined && pylake === undefined) {
    warnings.push(
      `ImageDescription is pylake's for lines of ${pylakes.places} px, the image has ${page.height} rows: it is not believed`,
    );
  }
  const perCentimetre =
    resolutionUnit === CENTIMETRE && xResolution ? xResolution[0] / xResolution[1] : undefined;
  const scanImage = await readScanImage(headers, { software, description, perCentimetre });
  warnings.push(...scanImage.warnings);
  const lsm = await readLsm(values, { pageCount, height: page.height }, isLittleEndian, warnings);
  const stamps =
    lsm === undefined || !isLsmLineScan(lsm, page.height)
      ? undefined
      : await readLsmStamps(lsm, page.height, reader, isLittleEndian, warnings);
  const lsmStart = lsm === undefined ? undefined : await readLsmStart(lsm, reader, isLittleEndian, warnings);
  const mmHeader = mmBytes === undefined ? undefined : parseMmHeader(mmBytes, isLittleEndian);
  const given = imageJ === undefined ? undefined : decideGivenValues(imageJ, page.dtype);
  warnings.push(...(given?.warning === undefined ? [] : [given.warning]));
  const calibration = [
    ...ome.calibration,
    ...(imageJ === undefined ? [] : imageJCalibration(imageJ, xResolution, yResolution)),
    ...(mmHeader === undefined ? [] : mmHeaderCalibration(mmHeader)),
    ...(pageName === undefined ? [] : parsePageName(pageName)),
    ...(scanImage.pages?.calibration ?? []),
    ...(lsm === undefined ? [] : lsmCalibration(lsm, stamps)),
    ...(pylake?.calibration ?? []),
    ...(shaped === undefined || description === undefined ? [] : shapedCalibration(description)),
    ...(imageJ === undefined ? resolutionCalibration(xResolution, yResolution, resolutionUnit) : []),
  ];
  const isLsmLine = lsm !== undefined && isLsmLineScan(lsm, page.height);
  const planeAxes = isLsmLine ? LSM_AXES : pylake === undefined ? imageJ && imageJAxes(imageJ) : PYLAKE_AXES;
  const metaMorphPlanes = Math.max(1, values.storedCount("UIC2Tag"));
  const planeAxesSource = isLsmLine
    ? ("lsm" as const)
    : pylake === undefined
      ? undefined
      : ("pylake" as const);
  const imageJMetadata = await optional(readImageJMetadata(values, isLittleEndian));
  return {
    ...{
      ome: ome.planes,
      imageJ,
      shaped,
      scanImage: scanImage.pages,
      planeAxes,
      planeAxesSource,
      mmHeader,
      metaMorphPlanes,
    },
    ...{ software, description, calibration, given, imageJMetadata, warnings },
    scanImageFacts: scanImage.facts,
    start: scanImage.facts?.start ?? lsmStart,
  };
}

/** Zeiss LSM: its tag counts the planes. A file whose directories are not as many is refused, because planes would be lost. */
async function readLsm(
  values: TagValues,
  { pageCount, height }: { readonly pageCount: number; readonly height: number },
  isLittleEndian: boolean,
  warnings: string[],
): Promise<LsmInfo | undefined> {
  const bytes = await optionalTag(values.bytes("CZ_LSMINFO", MAX_FLUOVIEW_BYTES), warnings);
  const info = bytes === undefined ? undefined : parseLsmInfo(bytes, isLittleEndian);
  if (info === undefined) {
    return undefined;
  }
  const planes = lsmPlanes(info, height);
  if (planes > pageCount) {
    throw unsupportedTag("CZ_LSMINFO", `a Zeiss LSM stack of ${planes} planes with ${pageCount} directories`);
  }
  if (info.slices > 1 && info.times > 1 && !isLsmLineScan(info, height)) {
    warnings.push(
      `Zeiss LSM: ${info.times} times of ${info.slices} slices are given as one axis of ${pageCount} pages`,
    );
  }
  return info;
}

/** The time stamps of a line scan; undefined if the file has none, or as many as it has no lines. */
async function readLsmStamps(
  { stampsOffset }: LsmInfo,
  lines: number,
  reader: HeaderReader,
  isLittleEndian: boolean,
  warnings: string[],
): Promise<Float64Array | undefined> {
  if (stampsOffset === 0) {
    return undefined;
  }
  try {
    const count = (await reader.read(stampsOffset, 8)).getInt32(4, isLittleEndian);
    if (count !== lines) {
      warnings.push(`Zeiss LSM: its ${count} time stamps are not used: it has ${lines} lines`);
      return undefined;
    }
    const view = await reader.read(stampsOffset + 8, count * 8);
    return Float64Array.from({ length: count }, (_, at) => view.getFloat64(at * 8, isLittleEndian));
  } catch (error) {
    if (!isLegacyIoError(error, "invalid_file")) {
      throw error;
    }
    warnings.push(`Zeiss LSM: its time stamps are not used: ${error.message}`);
    return undefined;
  }
}

async function readImageJMetadata(
  values: TagValues,
  isLittleEndian: boolean,
): Promise<ImageJMetadata | undefined> {
  if (!values.has("ImageJMetadata")) {
    return undefined;
  }
  const byteCounts = await values.integers("ImageJMetadataByteCounts", MAX_IMAGEJ_BLOCKS);
  const bytes = await values.bytes("ImageJMetadata", MAX_IMAGEJ_BYTES);
  return bytes && parseImageJMetadata({ byteCounts: byteCounts ?? [], bytes }, isLittleEndian);
}

function resolutionCalibration(
  xResolution: readonly [number, number] | undefined,
  yResolution: readonly [number, number] | undefined,
  unit: number | undefined,
): readonly AxisCalibration[] {
  const name = unit === CENTIMETRE ? "cm" : unit === INCH ? "inch" : undefined;
  const step = ([numerator, denominator]: readonly [number, number]): number => denominator / numerator;
  return [
    yResolution && axisCalibration("y", step(yResolution), name, "resolution"),
    xResolution && axisCalibration("x", step(xResolution), name, "resolution"),
  ].filter((calibration) => calibration !== undefined);
}
