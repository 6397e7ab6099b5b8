// Decides what an image of a LIF is: a line scan with its scale and line period, or something else.

import type { DType } from "@kym/zarr-store";
import { itemSizeBytes } from "@kym/zarr-store/array";
import { LegacyIoError } from "../../errors.ts";
import type { RecordedScan, RecordingLimits, ScanPath, Stated } from "../recording-format.ts";
import type { LifBlock } from "./lif-container.ts";
import { lifNumber } from "./lif-elements.ts";
import { LIF_T, LIF_X, LIF_Y, type LifDimension, type LifImage, lifDimensionName } from "./lif-image.ts";
import { secondsPerLineOfStamps, textOfFileTime } from "./lif-stamps.ts";

/** A line scan and where its values lie. */
export interface LifScan {
  readonly facts: Omit<RecordedScan, "readLines">;
  readonly dtype: DType;
  /** Where the values of each channel begin in the file. */
  readonly channelOffsets: readonly number[];
  readonly lines: { readonly count: number; readonly stepBytes: number };
  readonly pixels: { readonly count: number; readonly stepBytes: number };
  readonly warnings: readonly string[];
}

const UM_PER: ReadonlyMap<string, number> = new Map([
  ["m", 1e6],
  ["mm", 1e3],
  ["\u00b5m", 1],
  ["\u03bcm", 1],
  ["um", 1],
  ["nm", 1e-3],
]);
const S_PER: ReadonlyMap<string, number> = new Map([
  ["s", 1],
  ["sec", 1],
  ["ms", 1e-3],
  ["\u00b5s", 1e-6],
  ["us", 1e-6],
]);

/** The dimensions of a line scan: its lines, and its pixels. */
interface ScanDimensions {
  readonly lines: LifDimension;
  readonly pixels: LifDimension;
}

/**
 * The scan of an image with lines along t and pixels along x (or y) alone, or a text that says what it is instead. What the file calls
 * its scan mode does not count: it may be that of another image.
 *
 * @throws LegacyIoError `invalid_file` if its block is missing or shorter than its dimensions, or two of its steps overlap;
 * `not_supported` beyond `maxDecodedBytes`
 */
export function lifScanOf(
  image: LifImage,
  blocks: ReadonlyMap<string, LifBlock>,
  limits: RecordingLimits,
): LifScan | string {
  const found = scanDimensionsOf(image);
  if (found === undefined || found.lines.count === 0 || found.pixels.count === 0) {
    return `the ${kindOf(image)} ${JSON.stringify(image.path)} (${sizesInWords(image)})`;
  }
  const dtype = dtypeOf(image);
  if (!isDTypeFound(dtype)) {
    return `the line scan ${JSON.stringify(image.path)}: ${dtype.problem}, which is not read`;
  }
  const { lines, pixels } = found;
  const block = blockOf(image, blocks);
  assertInside(image, found, itemSizeBytes(dtype.dtype), block, limits);
  const channels = image.channels.length;
  const many = channels > 1;
  const resolution = image.channels[0]?.resolution ?? 0;
  const period = secondsPerLineOf(image, lines);
  const pitch = pitchOf(pixels);
  const start = startOf(image.stamps);
  return {
    facts: {
      name: image.path,
      dtype: dtype.dtype,
      shape: [...(many ? [channels] : []), lines.count, pixels.count],
      axes: [...(many ? ["c"] : []), "t", "x"],
      significantBits: resolution < 8 * itemSizeBytes(dtype.dtype) ? resolution : undefined,
      umPerPx: pitch.stated,
      channelNames: image.channels.map(({ name }) => name),
      secondsPerLine: period.stated,
      start: start === undefined ? undefined : { text: start, zone: "utc" },
      gaps: [],
      path: pathOf(image.settings),
      more: moreOf(image, found),
    },
    dtype: dtype.dtype,
    channelOffsets: image.channels.map(({ offsetBytes }) => block.offset + offsetBytes),
    lines,
    pixels,
    warnings: [...image.problems, ...period.warnings, ...pitch.warnings].map(
      (text) => `${JSON.stringify(image.path)}: ${text}`,
    ),
  };
}

/** Lines along t, and one axis of space; every other dimension has one element. */
function scanDimensionsOf({ dimensions }: LifImage): ScanDimensions | undefined {
  const long = dimensions.filter(({ count }) => !(count === 1));
  const lines = long.find(({ id }) => id === LIF_T);
  const others = long.filter((dimension) => dimension !== lines);
  const pixels =
    others.length === 0
      ? dimensions.find(({ id }) => id === LIF_X)
      : others.find(({ id }) => id === LIF_X || id === LIF_Y);
  return lines !== undefined && pixels !== undefined && others.length <= 1 ? { lines, pixels } : undefined;
}

function kindOf({ dimensions }: LifImage): string {
  const isLong = (id: number): boolean => dimensions.some((found) => found.id === id && found.count > 1);
  if (dimensions.some(({ count }) => count === 0)) {
    return "empty image";
  }
  return isLong(LIF_X) && isLong(LIF_Y) ? "frame scan" : "image";
}

function sizesInWords({ dimensions, channels }: LifImage): string {
  const sizes = dimensions
    .filter(({ count }) => count !== 1)
    .map(({ id, count }) => `${lifDimensionName(id)} ${count}`);
  const all = sizes.length === 0 ? "one pixel" : sizes.join(" \u00d7 ");
  return channels.length > 1 ? `${all}, ${channels.length} channels` : all;
}

type FoundDType = { readonly dtype: DType } | { readonly problem: string };

function isDTypeFound(found: FoundDType): found is { readonly dtype: DType } {
  return "dtype" in found;
}

function dtypeOf({ channels }: LifImage): FoundDType {
  const types = new Set(channels.map(({ dataType, resolution }) => dtypeNamed(dataType, resolution)));
  const [dtype, ...further] = types;
  if (further.length > 0) {
    return {
      problem: `its channels have the types ${[...types].map((type) => type ?? "unknown").join(", ")}`,
    };
  }
  const { dataType, resolution } = channels[0] ?? {};
  return dtype === undefined
    ? { problem: `its values are of the type ${dataType} with ${resolution} bits` }
    : { dtype };
}

function dtypeNamed(dataType: number, resolution: number): DType | undefined {
  if (dataType === 1) {
    return resolution === 32 ? "float32" : resolution === 64 ? "float64" : undefined;
  }
  const isKnown = dataType === 0 && resolution >= 1 && resolution <= 32;
  return isKnown ? (resolution <= 8 ? "uint8" : resolution <= 16 ? "uint16" : "uint32") : undefined;
}

function blockOf({ path, memoryBlockId }: LifImage, blocks: ReadonlyMap<string, LifBlock>): LifBlock {
  const block = blocks.get(memoryBlockId ?? "");
  if (memoryBlockId === undefined || block === undefined) {
    throw invalid(
      path,
      "its block is not in the file",
      memoryBlockId?.slice(0, 60),
      [...blocks.keys()].slice(0, 20),
    );
  }
  return block;
}

function assertInside(
  { path, channels }: LifImage,
  { lines, pixels }: ScanDimensions,
  itemBytes: number,
  block: LifBlock,
  limits: RecordingLimits,
): void {
  const decoded = lines.count * pixels.count * channels.length * itemBytes;
  const farthest = Math.max(...channels.map(({ offsetBytes }) => offsetBytes));
  const last = (lines.count - 1) * lines.stepBytes + (pixels.count - 1) * pixels.stepBytes;
  const needed = farthest + last + itemBytes;
  if (!Number.isSafeInteger(decoded) || !Number.isSafeInteger(needed) || decoded === 0) {
    throw invalid(path, "a size or a step cannot be read", "whole numbers", undefined);
  }
  if (needed > block.sizeBytes) {
    throw invalid(path, "its block is shorter than its dimensions", needed, block.sizeBytes);
  }
  const offsets = channels.map(({ offsetBytes }) => offsetBytes).toSorted((a, b) => a - b);
  const [inner, outer] = [lines, pixels]
    .filter(({ count }) => count > 1)
    .toSorted((a, b) => a.stepBytes - b.stepBytes);
  const overlap =
    (inner !== undefined && inner.stepBytes < itemBytes) ||
    (inner !== undefined && outer !== undefined && outer.stepBytes < inner.count * inner.stepBytes) ||
    offsets.some((offset, at) => at > 0 && offset - (offsets[at - 1] ?? 0) < itemBytes);
  if (overlap) {
    throw invalid(path, "the steps of its dimensions and channels overlap", "BytesInc apart", undefined);
  }
  if (decoded > limits.maxDecodedBytes) {
    throw new LegacyIoError(
      "not_supported",
      `LIF: ${JSON.stringify(path)} has ${decoded} bytes of pixels, more than are read`,
      { expected: limits.maxDecodedBytes, found: decoded },
    );
  }
}

interface StatedWith {
  readonly stated: readonly Stated[];
  readonly warnings: readonly string[];
}

function pitchOf({ id, count, length, unit }: LifDimension): StatedWith {
  const name = lifDimensionName(id);
  const scale = UM_PER.get(unit);
  if (count < 2 || length === undefined || length === 0 || scale === undefined) {
    const why =
      count < 2 ? "one pixel has no step" : `its length along ${name} is ${length} ${JSON.stringify(unit)}`;
    return { stated: [], warnings: [`\u00b5m per pixel is not known: ${why}`] };
  }
  const value = (Math.abs(length) * scale) / (count - 1);
  return { stated: [{ value, source: `Length / (n \u2212 1) of the dimension ${name}` }], warnings: [] };
}

function secondsPerLineOf(image: LifImage, { count, length, unit }: LifDimension): StatedWith {
  const scale = S_PER.get(unit);
  const ofLength =
    length === undefined || length <= 0 || scale === undefined ? undefined : (length * scale) / (count - 1);
  const ofStamps = secondsPerLineOfStamps(image.stamps, count, image.channels.length);
  const lineTime = lifNumber(image.settings["LineTime"]);
  const all: readonly (readonly [number | undefined, string])[] = [
    [ofLength, "Length / (n \u2212 1) of the dimension t"],
    [ofStamps, "recorded stamps (TimeStampList)"],
    [lineTime, "LineTime of ATLConfocalSettingDefinition"],
  ];
  const stated = all.flatMap(([value, source]) =>
    value !== undefined && value > 0 ? [{ value, source }] : [],
  );
  const unused =
    image.stamps.length > 1 && ofStamps === undefined
      ? [
          `its ${image.stamps.length} time stamps for ${count} lines of ${image.channels.length} channels say no time of a line`,
        ]
      : [];
  return {
    stated,
    warnings: stated.length === 0 ? [...unused, "the time of a line is not known"] : unused,
  };
}

function startOf(stamps: readonly bigint[]): string | undefined {
  const first = stamps.reduce<bigint | undefined>(
    (least, stamp) => (least === undefined || stamp < least ? stamp : least),
    undefined,
  );
  return first === undefined ? undefined : textOfFileTime(first);
}

/** Where the line lay is not known; the direction is. */
function pathOf(settings: LifImage["settings"]): ScanPath | undefined {
  const direction = settings["ScanDirectionXName"] ?? settings["ScanDirectionX"];
  return direction === undefined
    ? undefined
    : {
        mode: settings["ScanMode"]?.slice(0, 60) ?? "line",
        points: [],
        bidirectional: /^(bidirectional|2)$/i.test(direction.trim()),
      };
}

/** Numbers of the settings that are kept, by the keys under which they are. */
const NUMBERS: readonly (readonly [attribute: string, key: string])[] = [
  ["LineTime", "line_time_s"],
  ["FrameTime", "frame_time_s"],
  ["CycleTime", "cycle_time_s"],
  ["PixelDwellTime", "pixel_dwell_time_s"],
  ["ScanSpeed", "scan_speed_hz"],
  ["LineAverage", "line_average"],
  ["Line_Accumulation", "line_accumulation"],
  ["PhaseX", "phase_x"],
  ["RotatorAngle", "rotator_angle"],
  ["Zoom", "zoom"],
];
const WORDS: readonly (readonly [attribute: string, key: string])[] = [
  ["ScanMode", "scan_mode"],
  ["ScanDirectionXName", "scan_direction"],
  ["ObjectiveName", "objective"],
];

function moreOf(
  { settings, stamps }: LifImage,
  { pixels }: ScanDimensions,
): Readonly<Record<string, unknown>> {
  const numbers = NUMBERS.map(([attribute, key]) => [key, lifNumber(settings[attribute])] as const);
  const words = WORDS.map(([attribute, key]) => [key, settings[attribute]?.slice(0, 200)] as const);
  const derived = [
    ["time_stamps", stamps.length === 0 ? undefined : stamps.length],
    ["pixels_along", pixels.id === LIF_X ? undefined : lifDimensionName(pixels.id)],
  ] as const;
  return Object.fromEntries([...numbers, ...words, ...derived].filter(([, value]) => value !== undefined));
}

function invalid(path: string, problem: string, expected: unknown, found: unknown): LegacyIoError {
  return new LegacyIoError("invalid_file", `LIF: ${JSON.stringify(path)}: ${problem}`, { expected, found });
}
