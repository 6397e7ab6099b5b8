// Writes arrays as TIFFs that ImageJ, Fiji and tifffile read with their axes and units.

import type { DType, NdArray } from "@kym/zarr-store";
import { itemSizeBytes, ndArrayBytes } from "@kym/zarr-store/array";
import { LegacyIoError } from "../../errors.ts";
import { encodeImageJMetadata, type ImageJMetadata } from "../descriptions/imagej-metadata.ts";
import { SIGNED_OFFSET } from "../descriptions/value-calibration.ts";
import { TIFF_TAG, type TiffTagName } from "../header/tiff-tag.ts";
import { imageJSamples } from "./imagej-samples.ts";
import { nearestRational } from "./rational.ts";

/** The dtypes that `readTiff` gives back, whatever the values are. */
const KEPT_DTYPES: ReadonlySet<DType> = new Set(["uint8", "uint16", "float32"]);
const BYTE_COUNT_LIMIT = 2 ** 32 - 1;
const BYTE = 1;
const ASCII = 2;
const SHORT = 3;
const LONG = 4;
const RATIONAL = 5;
const ENTRY_BYTES = 12;
const SOFTWARE = "@kym/legacy-io";
const SAMPLES = "s";
const RGB = 3;
const STACK_AXES = ["t", "z", "c"] as const;

export interface WriteImageJTiffOptions {
  /**
   * Names of the array's axes; the last two are the plane. Axes `t`, `z` and `c` before it, in this order, become frames,
   * slices and channels. With other names or another order, their number decides: one is slices, two are frames and slices,
   * three are frames, slices and channels. The pages are always in the order of the array. A third and last axis `s` holds the
   * samples of each pixel. Where the plane is `x t`, or has samples, the file notes it.
   */
  readonly axes?: readonly string[] | undefined;
  /** µm from one column to the next. */
  readonly umPerPx?: number | undefined;
  /** Seconds from one row to the next, for line scans. */
  readonly secondsPerLine?: number | undefined;
  /** µm from one row to the next, for images. Default: `umPerPx`, unless rows are called `t`. */
  readonly umPerRow?: number | undefined;
  /** µm from one slice to the next. */
  readonly umPerSlice?: number | undefined;
  /** Seconds from one frame to the next. */
  readonly secondsPerFrame?: number | undefined;
  /** The values that are shown as black and as white. */
  readonly displayRange?: readonly [black: number, white: number] | undefined;
  /** What ImageJ keeps in tags of its own: selection, overlay, info, labels, display ranges, LUTs. */
  readonly imageJMetadata?: ImageJMetadata | undefined;
}

/**
 * True if `writeImageJTiff` can write the dtype, and `readTiff` returns the same dtype, whatever the values are: uint8, uint16
 * and float32. If a shape is given, it must have two to five axes and no axis of length 0.
 */
export function canWriteImageJTiff(dtype: DType, shape?: readonly number[]): boolean {
  const rank = shape?.length ?? 2;
  return KEPT_DTYPES.has(dtype) && rank >= 2 && rank <= 5 && shape?.includes(0) !== true;
}

/**
 * Writes an array of two to five axes as an uncompressed TIFF like ImageJ's own. It has one directory per plane and all pixels
 * in one run. Sizes and units are in `ImageDescription` and the resolution tags. No value changes: bool is written as uint8, int8 as
 * int16, and wider numbers as float32 if every value is exactly a float32.
 * @throws {LegacyIoError} `not_supported` for a value that is not exactly a float32, for other numbers of axes, and for 4 GiB
 * or more
 * @throws {LegacyIoError} `invalid_argument` if a step is not a positive number, or `axes` does not name every axis
 *
 * @example
 * const bytes = writeImageJTiff(scan, { axes: ["t", "x"], umPerPx: 0.284, secondsPerLine: 0.00117 });
 */
export function writeImageJTiff(
  source: NdArray,
  options: WriteImageJTiffOptions = {},
): Uint8Array<ArrayBuffer> {
  const hasSamples = options.axes?.length === 3 && source.shape.length === 3 && options.axes[2] === SAMPLES;
  const planeRank = hasSamples ? 3 : 2;
  const leading = source.shape.slice(0, -planeRank);
  const [height = 0, width = 0, samples = 1] = source.shape.slice(-planeRank);
  const eachSample = (value: number): readonly number[] => Array.from({ length: samples }, () => value);
  const extra = samples === RGB ? 0 : samples - 1;
  if (source.shape.length < 2 || leading.length > STACK_AXES.length || source.data.length === 0) {
    throw notSupported("ImageLength", `an array of shape [${source.shape}]`, source.shape);
  }
  const { array, sampleFormat } = imageJSamples(source);
  const planeCount = leading.reduce((product, length) => product * length, 1);
  const planeBytes = width * height * samples * itemSizeBytes(array.dtype);
  const page: readonly Entry[] = [
    entry("NewSubfileType", LONG, [0]),
    entry("ImageWidth", LONG, [width]),
    entry("ImageLength", LONG, [height]),
    entry("BitsPerSample", SHORT, eachSample(itemSizeBytes(array.dtype) * 8)),
    entry("Compression", SHORT, [1]),
    entry("PhotometricInterpretation", SHORT, [samples === RGB ? 2 : 1]),
    entry("StripOffsets", LONG, [0]),
    entry("SamplesPerPixel", SHORT, [samples]),
    entry("RowsPerStrip", LONG, [height]),
    entry("StripByteCounts", LONG, [planeBytes]),
    entry("ResolutionUnit", SHORT, [1]),
    ...(extra === 0
      ? []
      : [
          entry(
            "ExtraSamples",
            SHORT,
            Array.from({ length: extra }, () => 0),
          ),
        ]),
    entry("SampleFormat", SHORT, eachSample(sampleFormat)),
  ];
  const asShown = array.dtype === "int16" ? withStoredRanges(options) : options;
  const first: readonly Entry[] = [
    ...page,
    entry("ImageDescription", ASCII, textBytes(describeStack(planeCount, leading, asShown))),
    entry("Software", ASCII, textBytes(SOFTWARE)),
    ...resolutionEntries(options),
    ...metadataEntries(asShown.imageJMetadata),
  ].toSorted((a, b) => a.tag - b.tag);
  return assemble(first, page, planeCount, ndArrayBytes(array));
}

interface Entry {
  readonly tag: number;
  readonly type: number;
  /** Numbers; for RATIONAL, numerators and denominators in turn. */
  readonly values: ArrayLike<number>;
}

function entry(name: TiffTagName, type: number, values: ArrayLike<number>): Entry {
  return { tag: TIFF_TAG[name], type, values };
}

function describeStack(
  planeCount: number,
  leading: readonly number[],
  options: WriteImageJTiffOptions,
): string {
  const { axes, umPerSlice, secondsPerFrame, displayRange } = options;
  const planeAxes = axes?.slice(leading.length) ?? [];
  const isNamed = planeAxes.length === 2 || (planeAxes.length === 3 && planeAxes[2] === SAMPLES);
  if (axes !== undefined && !isNamed) {
    throw new LegacyIoError("invalid_argument", `${axes.length} names for ${leading.length + 2} axes`, {
      expected: leading.length + 2,
      found: axes,
    });
  }
  const names = stackAxes(axes?.slice(0, leading.length) ?? [], leading.length);
  const size = (name: string): number => leading[names.indexOf(name)] ?? 1;
  const line = (key: string, value: string | number | undefined): string =>
    value === undefined ? "" : `${key}=${value}\n`;
  const { rows, columns } = planeSteps(options);
  const isScaled = rows !== undefined || columns !== undefined;
  const [unit, rowUnit] = [columns?.unit ?? NO_UNIT, rows?.unit ?? NO_UNIT];
  return [
    "ImageJ=1.54f\n",
    line("images", planeCount),
    line("channels", size("c") > 1 ? size("c") : undefined),
    line("slices", size("z") > 1 ? size("z") : undefined),
    line("frames", size("t") > 1 ? size("t") : undefined),
    line("hyperstack", planeCount > 1 ? "true" : undefined),
    line("mode", planeCount > 1 ? (size("c") > 1 ? "composite" : "grayscale") : undefined),
    line("unit", isScaled ? unit : undefined),
    line("yunit", isScaled && rowUnit !== unit ? rowUnit : undefined),
    line("zunit", isScaled && umPerSlice !== undefined && unit !== "um" ? "um" : undefined),
    line("spacing", positive("umPerSlice", umPerSlice)),
    line("finterval", positive("secondsPerFrame", secondsPerFrame)),
    line("axes", isTurned(planeAxes) || planeAxes.join("") === "txs" ? planeAxes.join("") : undefined),
    "loop=false\n",
    line("min", displayRange?.[0]),
    line("max", displayRange?.[1]),
  ].join("");
}

/** ImageJ shows int16 as uint16 that is 32 768 higher, and its display ranges are in these values. */
function withStoredRanges(options: WriteImageJTiffOptions): WriteImageJTiffOptions {
  const { displayRange, imageJMetadata: metadata } = options;
  return {
    ...options,
    displayRange: displayRange && [displayRange[0] - SIGNED_OFFSET, displayRange[1] - SIGNED_OFFSET],
    imageJMetadata: metadata && {
      ...metadata,
      ranges: metadata.ranges.map((bound) => bound - SIGNED_OFFSET),
    },
  };
}

const NO_UNIT = "pixel";

type StepUnit = "um" | "s";

interface Step {
  readonly step: number;
  readonly unit: StepUnit;
}

function isTurned([rows, columns]: readonly string[]): boolean {
  return rows === "x" && columns === "t";
}

/** The steps of rows and columns. Undefined where they are not known: a length along columns says nothing about lines. */
function planeSteps(options: WriteImageJTiffOptions): {
  readonly rows: Step | undefined;
  readonly columns: Step | undefined;
} {
  const { axes = [], umPerPx, umPerRow, secondsPerLine } = options;
  const of = (name: string, step: number | undefined, unit: Step["unit"]): Step | undefined =>
    positive(name, step) === undefined || step === undefined ? undefined : { step, unit };
  const time = of("secondsPerLine", secondsPerLine, "s");
  const space = of("umPerPx", umPerPx, "um");
  const plane = axes.at(-1) === SAMPLES ? axes.slice(0, -1) : axes;
  if (isTurned(plane.slice(-2))) {
    return { rows: space, columns: time };
  }
  const lengthOfRows = of("umPerRow", umPerRow, "um") ?? (plane.at(-2) === "t" ? undefined : space);
  return { rows: time ?? lengthOfRows, columns: space };
}

function stackAxes(names: readonly string[], count: number): readonly string[] {
  const known = STACK_AXES.filter((axis) => names.includes(axis));
  const areInOrder =
    names.length === count && known.length === count && known.every((axis, at) => axis === names[at]);
  const byPosition: readonly (readonly string[])[] = [[], ["z"], ["t", "z"], STACK_AXES];
  return areInOrder ? known : (byPosition[count] ?? []);
}

function resolutionEntries(options: WriteImageJTiffOptions): readonly Entry[] {
  const { rows, columns } = planeSteps(options);
  const perUnit = (step: Step | undefined): readonly number[] => nearestRational(1 / (step?.step ?? 1));
  return rows === undefined && columns === undefined
    ? []
    : [entry("XResolution", RATIONAL, perUnit(columns)), entry("YResolution", RATIONAL, perUnit(rows))];
}

function metadataEntries(metadata: ImageJMetadata | undefined): readonly Entry[] {
  const tags = metadata && encodeImageJMetadata(metadata);
  return tags === undefined
    ? []
    : [entry("ImageJMetadataByteCounts", LONG, tags.byteCounts), entry("ImageJMetadata", BYTE, tags.bytes)];
}

function positive(name: string, value: number | undefined): number | undefined {
  if (value !== undefined && !(value > 0 && Number.isFinite(value))) {
    throw new LegacyIoError("invalid_argument", `${name} is ${value}, expected a number above 0`, {
      found: value,
    });
  }
  return value;
}

function textBytes(text: string): readonly number[] {
  return [...new TextEncoder().encode(text), 0];
}

/** Puts the file together: header, first directory with its values, all pixels, the other directories. */
function assemble(
  first: readonly Entry[],
  page: readonly Entry[],
  planeCount: number,
  pixels: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const firstBytes = directoryBytes(first);
  const pixelOffset = Math.ceil((8 + firstBytes) / 16) * 16;
  const restOffset = Math.ceil((pixelOffset + pixels.byteLength) / 2) * 2;
  const pageBytes = directoryBytes(page);
  const totalBytes = restOffset + (planeCount - 1) * pageBytes;
  if (totalBytes > BYTE_COUNT_LIMIT) {
    throw notSupported("StripOffsets", `${totalBytes} bytes: a TIFF has less than 4 GiB`, totalBytes);
  }
  const bytes = new Uint8Array(totalBytes);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x4949, true);
  view.setUint16(2, 42, true);
  view.setUint32(4, 8, true);
  const planeBytes = pixels.byteLength / planeCount;
  for (let plane = 0; plane < planeCount; plane++) {
    const at = plane === 0 ? 8 : restOffset + (plane - 1) * pageBytes;
    const next = plane + 1 < planeCount ? restOffset + plane * pageBytes : 0;
    writeDirectory(view, at, plane === 0 ? first : page, pixelOffset + plane * planeBytes, next);
  }
  bytes.set(pixels, pixelOffset);
  return bytes;
}

function writeDirectory(
  view: DataView,
  at: number,
  entries: readonly Entry[],
  stripOffset: number,
  next: number,
): void {
  view.setUint16(at, entries.length, true);
  let valueAt = at + 2 + entries.length * ENTRY_BYTES + 4;
  for (const [index, { tag, type, values }] of entries.entries()) {
    const entryAt = at + 2 + index * ENTRY_BYTES;
    const stored = tag === TIFF_TAG.StripOffsets ? [stripOffset] : values;
    view.setUint16(entryAt, tag, true);
    view.setUint16(entryAt + 2, type, true);
    view.setUint32(entryAt + 4, type === RATIONAL ? stored.length / 2 : stored.length, true);
    if (valueBytes(type, stored) <= 4) {
      writeValues(view, entryAt + 8, type, stored);
    } else {
      view.setUint32(entryAt + 8, valueAt, true);
      writeValues(view, valueAt, type, stored);
      valueAt += evenBytes(valueBytes(type, stored));
    }
  }
  view.setUint32(at + 2 + entries.length * ENTRY_BYTES, next, true);
}

function writeValues(view: DataView, at: number, type: number, values: ArrayLike<number>): void {
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? 0;
    if (type === ASCII || type === BYTE) {
      view.setUint8(at + index, value);
    } else if (type === SHORT) {
      view.setUint16(at + index * 2, value, true);
    } else {
      view.setUint32(at + index * 4, value, true);
    }
  }
}

function directoryBytes(entries: readonly Entry[]): number {
  const outside = entries.map(({ type, values }) => valueBytes(type, values)).filter((size) => size > 4);
  return 2 + entries.length * ENTRY_BYTES + 4 + outside.reduce((sum, size) => sum + evenBytes(size), 0);
}

function valueBytes(type: number, values: ArrayLike<number>): number {
  return values.length * (type === ASCII || type === BYTE ? 1 : type === SHORT ? 2 : 4);
}

function evenBytes(size: number): number {
  return size + (size % 2);
}

function notSupported(tag: TiffTagName, problem: string, found: unknown): LegacyIoError {
  return new LegacyIoError("not_supported", `an ImageJ TIFF cannot hold ${problem}`, { tag, found });
}
