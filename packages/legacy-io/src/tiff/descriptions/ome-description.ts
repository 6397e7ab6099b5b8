// Reads what OME-XML in `ImageDescription` says about the pages of a file and their calibration.

import { isLegacyIoError, LegacyIoError } from "../../errors.ts";
import { type AxisCalibration, axisCalibration } from "./axis-calibration.ts";

/** What an OME-XML description says about the one image of a file. */
export interface OmeDescription {
  /** The axes before the plane, slowest first, such as `["t", "z", "c"]`. */
  readonly leadingAxes: readonly string[];
  /** The lengths of these axes. `c` counts pages, not the samples of a page. */
  readonly leadingShape: readonly number[];
  /** The page of each plane, in C order of the leading axes. */
  readonly pages: readonly number[];
  readonly calibration: readonly AxisCalibration[];
}

type Attributes = ReadonlyMap<string, string>;

const MAX_TAG_LENGTH = 4096;
const DIMENSION_ORDER = /^XY(?:CZT|CTZ|ZCT|ZTC|TCZ|TZC)$/;

/**
 * Reads the dimensions and physical sizes of an OME-XML description. Undefined for any other text. It looks only at the tags
 * that it needs, and never expands entities that a document declares itself.
 * @throws {LegacyIoError} `invalid_file` if sizes contradict the file; `not_supported` for several images in one file, planes
 * in other files, and documents with a DOCTYPE
 */
export function parseOmeDescription(
  text: string,
  pageCount: number,
  samplesPerPixel: number,
): OmeDescription | undefined {
  if (!/^\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)?<(\w+:)?OME[\s>]/.test(text)) {
    return undefined;
  }
  if (text.includes("<!DOCTYPE") || text.includes("<!ENTITY")) {
    throw notSupported("OME-XML with a DOCTYPE");
  }
  const images = countMatches(text, /<(?:\w+:)?Image[\s>]/g);
  const [pixels] = attributesOf(text, "Pixels");
  if (images !== 1 || pixels === undefined) {
    throw notSupported(`OME-XML with ${images} images`);
  }
  const order = pixels.get("DimensionOrder") ?? "";
  if (!DIMENSION_ORDER.test(order)) {
    throw invalid(`DimensionOrder ${JSON.stringify(order)}`, "XYCZT or the like", order);
  }
  const sizes = new Map(
    [...order].map((letter): [string, number] => {
      const size = Number(pixels.get(`Size${letter}`));
      return [letter, letter === "C" ? size / samplesPerPixel : size];
    }),
  );
  const leading = [...order.slice(2)].reverse();
  const shape = leading.map((letter) => sizes.get(letter) ?? 0);
  const planes = shape.reduce((product, size) => product * size, 1);
  if (!shape.every((size) => Number.isSafeInteger(size) && size > 0) || planes !== pageCount) {
    const said = leading.map((letter, index) => `${letter} ${shape[index]}`).join(" × ");
    throw invalid(`OME-XML says ${said}, the file has ${pageCount} pages`, planes, pageCount);
  }
  const axes = leading.map((letter) => letter.toLowerCase());
  const isLong = (_: unknown, index: number): boolean => (shape[index] ?? 1) > 1;
  return {
    leadingAxes: axes.filter(isLong),
    leadingShape: shape.filter(isLong),
    pages: pageOfPlane(text, leading, shape, pageCount),
    calibration: omeCalibration(pixels),
  };
}

/** Finds the page of each plane from `TiffData`. Without it, pages are in the order of the dimensions. */
function pageOfPlane(
  text: string,
  letters: readonly string[],
  shape: readonly number[],
  pageCount: number,
): readonly number[] {
  refuseSetOfFiles(text, pageCount);
  const pages = Array.from({ length: pageCount }, (_, plane) => plane);
  const dataCount = countMatches(text, openingTag("TiffData"));
  if (dataCount > pageCount) {
    throw invalid(`${dataCount} TiffData for ${pageCount} pages`, pageCount, dataCount);
  }
  for (const entry of attributesOf(text, "TiffData")) {
    const first = letters.reduce(
      (plane, letter, axis) => plane * (shape[axis] ?? 1) + Number(entry.get(`First${letter}`) ?? 0),
      0,
    );
    const page = Number(entry.get("IFD") ?? 0);
    const defaultCount = entry.has("IFD") ? 1 : dataCount === 1 ? pageCount : 1;
    const planeCount = Number(entry.get("PlaneCount") ?? defaultCount);
    const isInside = [first, page].every((start) => start >= 0 && start + planeCount <= pageCount);
    if (!isInside || !Number.isSafeInteger(first + page + planeCount)) {
      throw invalid("TiffData points beyond the pages of the file", pageCount, first + planeCount);
    }
    for (let index = 0; index < planeCount; index++) {
      pages[first + index] = page + index;
    }
  }
  if (new Set(pages).size !== pageCount) {
    throw invalid("TiffData gives one page to two planes", pageCount, new Set(pages).size);
  }
  return pages;
}

function refuseSetOfFiles(text: string, pageCount: number): void {
  let first: string | undefined;
  let count = 0;
  for (const attributes of attributesOf(text, "UUID")) {
    const name = attributes.get("FileName");
    if (name !== undefined && first !== undefined && name !== first) {
      throw notSupported("OME-XML of a set of files");
    }
    first ??= name;
    count++;
    if (count > pageCount) {
      return;
    }
  }
}

/** Reads OME-XML. One that is not about the pages of this file gives its calibration, and a warning. */
export function readOme(
  description: string | undefined,
  pageCount: number,
  samplesPerPixel: number,
  warnings: string[],
): { readonly planes: OmeDescription | undefined; readonly calibration: readonly AxisCalibration[] } {
  if (description === undefined) {
    return { planes: undefined, calibration: [] };
  }
  try {
    const planes = parseOmeDescription(description, pageCount, samplesPerPixel);
    return { planes, calibration: planes?.calibration ?? [] };
  } catch (error) {
    if (!isLegacyIoError(error)) {
      throw error;
    }
    const other = metadataFileOf(description);
    const what =
      other === undefined
        ? error.message
        : `TIFF tag ImageDescription: the OME-XML is in another file, ${other}`;
    warnings.push(`${what}: the pages of this file are read, and its axes are not used`);
    return { planes: undefined, calibration: firstOmeCalibration(description) };
  }
}

/**
 * The steps of the first image of an OME-XML description, which hold for the pages of a file even if the description counts
 * other pages.
 */
export function firstOmeCalibration(text: string): readonly AxisCalibration[] {
  const [pixels] =
    text.includes("<!DOCTYPE") || text.includes("<!ENTITY") ? [] : attributesOf(text, "Pixels");
  return pixels === undefined ? [] : omeCalibration(pixels);
}

/** The file that has the description, if this one says only where it is; undefined otherwise. */
export function metadataFileOf(text: string): string | undefined {
  const [binaryOnly] = attributesOf(text, "BinaryOnly");
  return binaryOnly?.get("MetadataFile")?.slice(0, 200);
}

function omeCalibration(pixels: Attributes): readonly AxisCalibration[] {
  const size = (letter: string): AxisCalibration | undefined => {
    const unit = pixels.get(`PhysicalSize${letter}Unit`) ?? "µm";
    return axisCalibration(letter.toLowerCase(), Number(pixels.get(`PhysicalSize${letter}`)), unit, "ome");
  };
  const interval = Number(pixels.get("TimeIncrement"));
  const time = axisCalibration("t", interval, pixels.get("TimeIncrementUnit") ?? "s", "ome");
  return [time, size("Z"), size("Y"), size("X")].filter((calibration) => calibration !== undefined);
}

/**
 * Yields the attributes of each opening tag of a name, in order. It yields them one at a time, because a text of many
 * megabytes can have a million tags. A tag longer than any that OME writes is skipped.
 */
function* attributesOf(text: string, name: string): Generator<Attributes> {
  for (const [, body = ""] of text.matchAll(openingTag(name))) {
    if (body.length <= MAX_TAG_LENGTH) {
      const pairs = [...body.matchAll(/([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)];
      yield new Map(
        pairs.map(([, key = "", double, single]) => [key, decodeEntities(double ?? single ?? "")]),
      );
    }
  }
}

function openingTag(name: string): RegExp {
  return new RegExp(`<(?:\\w+:)?${name}(\\s[^<>]*?)?/?>`, "g");
}

function countMatches(text: string, pattern: RegExp): number {
  let count = 0;
  for (const _ of text.matchAll(pattern)) {
    count++;
  }
  return count;
}

function decodeEntities(text: string): string {
  const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w{2,4}));/g, (whole, decimal, hex, name) => {
    const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
    return named[name ?? ""] ?? (code <= 0x10ffff ? String.fromCodePoint(code) : whole);
  });
}

function notSupported(what: string): LegacyIoError {
  return new LegacyIoError("not_supported", `TIFF tag ImageDescription: ${what} is not supported`, {
    tag: "ImageDescription",
    found: what,
  });
}

function invalid(problem: string, expected: unknown, found: unknown): LegacyIoError {
  return new LegacyIoError("invalid_file", `TIFF tag ImageDescription: ${problem}`, {
    tag: "ImageDescription",
    expected,
    found,
  });
}
