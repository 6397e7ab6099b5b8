// Reads and checks all headers of a TIFF, and collects what they say about the image.

import type { DType } from "@kym/zarr-store";
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
import { imageJCalibration, parseImageJDescription } from "./descriptions/imagej-description.ts";
import { type ImageJMetadata, parseImageJMetadata } from "./descriptions/imagej-metadata.ts";
import { parseOmeDescription } from "./descriptions/ome-description.ts";
import { parseShapedDescription } from "./descriptions/shaped-description.ts";
import {
  decideGivenValues,
  type GivenValues,
  type ValueCalibration,
} from "./descriptions/value-calibration.ts";
import { type DecodeBudget, decodeBudget } from "./header/decode-budget.ts";
import { headerReader } from "./header/header-reader.ts";
import { scanDirectories } from "./header/ifd.ts";
import { type TagValues, tagValues } from "./header/tag-values.ts";
import { DEFAULT_TIFF_LIMITS, type TiffLimits } from "./header/tiff-limits.ts";
import { type AxesSource, fitsPlane, planTiffLayout, type TiffLayout } from "./pixels/tiff-layout.ts";
import { pageBytes, readTiffPage, type TiffPage } from "./pixels/tiff-page.ts";

const AUXILIARY_BITS = 0b101;
const MAX_FLUOVIEW_BYTES = 1 << 16;
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
  /** One name per axis, from `t z c s y x`; `s` holds the samples of a pixel (RGB). */
  readonly axes: readonly string[];
  /** Where the names come from. With `default` the file names no axes: rows are `y` and columns `x`. */
  readonly axesSource: AxesSource;
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
  /** What ImageJ keeps in its own tags: selection, overlay, info, labels, display ranges, LUTs. Undefined without these tags. */
  readonly imageJMetadata: ImageJMetadata | undefined;
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
  const { isLittleEndian, isBigTiff, directories } = await scanDirectories(reader, limits);
  const all = directories.map((directory) => tagValues(reader, directory, isLittleEndian));
  const proper = await withoutAuxiliary(all);
  const [first] = proper;
  const stored: TiffPage[] = [];
  for (const values of proper) {
    stored.push(await readTiffPage(values, source.sizeBytes, limits, options.codecs ?? []));
  }
  const [storedFirst] = stored;
  if (first === undefined || storedFirst === undefined) {
    throw new LegacyIoError("invalid_file", "the TIFF has no page");
  }
  checkPagesAreEqual(stored);
  const said = await readDescriptions(first, storedFirst, stored.length, isLittleEndian, limits);
  const asGiven = said.given?.hasSignedOffset === true ? signedPage : (as: TiffPage): TiffPage => as;
  const pages = stored.map(asGiven);
  const page = asGiven(storedFirst);
  const layout = planTiffLayout(page, pages.length, source.sizeBytes, said);
  const planeCount = layout.planesOfOnlyPage * layout.pageOfPlane.length;
  const sizeBytes = planeCount * pageBytes(page);
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
    imageJMetadata: said.imageJMetadata,
    warnings: [...said.warnings, ...calibrationConflicts(said.calibration)],
  };
  return { info, isLittleEndian, pages, layout, planeCount, budget };
}

/** Leaves out thumbnails and masks, unless the file has nothing else. */
async function withoutAuxiliary(all: readonly TagValues[]): Promise<readonly TagValues[]> {
  const proper: TagValues[] = [];
  for (const values of all) {
    const type = (await values.integer("NewSubfileType")) ?? 0;
    if ((type & AUXILIARY_BITS) === 0) {
      proper.push(values);
    }
  }
  return proper.length === 0 ? all : proper;
}

function checkPagesAreEqual(pages: readonly TiffPage[]): void {
  const describe = (page: TiffPage): string =>
    `${page.height} × ${page.width} × ${page.samplesPerPixel} ${page.dtype} ${page.planarConfiguration}`;
  const expected = pages[0] === undefined ? "" : describe(pages[0]);
  for (const [index, page] of pages.entries()) {
    if (describe(page) !== expected) {
      throw new LegacyIoError(
        "not_supported",
        `TIFF tag ImageLength: pages of different shapes are not supported: page 0 is ${expected}, page ${index} is ${describe(page)}`,
        { tag: "ImageLength", expected, found: describe(page) },
      );
    }
  }
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
  readonly warnings: readonly string[];
};

async function readDescriptions(
  values: TagValues,
  page: TiffPage,
  pageCount: number,
  isLittleEndian: boolean,
  limits: TiffLimits,
): Promise<Descriptions> {
  const warnings: string[] = [];
  const optional = async <T>(read: Promise<T | undefined>): Promise<T | undefined> => {
    try {
      return await read;
    } catch (error) {
      if (!isLegacyIoError(error, "invalid_file")) {
        throw error;
      }
      warnings.push(error.message);
      return undefined;
    }
  };
  const description = await optional(values.text("ImageDescription", limits.maxTextBytes));
  const software = await optional(values.text("Software", limits.maxTextBytes));
  const pageName = await optional(values.text("PageName", MAX_FLUOVIEW_BYTES));
  const mmBytes = await optional(values.bytes("MM_Header", MAX_FLUOVIEW_BYTES));
  const xResolution = await optional(values.rational("XResolution"));
  const yResolution = await optional(values.rational("YResolution"));
  const resolutionUnit = await optional(values.integer("ResolutionUnit"));
  const imageJMetadata = await optional(readImageJMetadata(values, isLittleEndian));
  const ome =
    description === undefined ? undefined : parseOmeDescription(description, pageCount, page.samplesPerPixel);
  const imageJ = description === undefined ? undefined : parseImageJDescription(description);
  const shaped = description === undefined ? undefined : parseShapedDescription(description);
  if (shaped !== undefined && !fitsPlane(page, shaped)) {
    warnings.push(
      `ImageDescription says shape [${shaped.shape}], which does not fit planes of ${page.height} × ${page.width}: it is ignored`,
    );
  }
  const mmHeader = mmBytes === undefined ? undefined : parseMmHeader(mmBytes, isLittleEndian);
  const given = imageJ === undefined ? undefined : decideGivenValues(imageJ, page.dtype);
  warnings.push(...(given?.warning === undefined ? [] : [given.warning]));
  const calibration = [
    ...(ome?.calibration ?? []),
    ...(imageJ === undefined ? [] : imageJCalibration(imageJ, xResolution, yResolution)),
    ...(mmHeader === undefined ? [] : mmHeaderCalibration(mmHeader)),
    ...(pageName === undefined ? [] : parsePageName(pageName)),
    ...(imageJ === undefined ? resolutionCalibration(xResolution, yResolution, resolutionUnit) : []),
  ];
  return {
    ome,
    imageJ,
    shaped,
    mmHeader,
    software,
    description,
    calibration,
    given,
    imageJMetadata,
    warnings,
  };
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
