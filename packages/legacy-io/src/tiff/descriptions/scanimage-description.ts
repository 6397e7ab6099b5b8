// Reads what ScanImage writes about a scan, and decides whether its pages are pictures or lines of one line scan.

import { type AxisCalibration, axisCalibration, isPlaceholder } from "./axis-calibration.ts";

/** What the text of `SI.` values says. Values that it does not have, or that cannot be read, are undefined. */
export interface ScanImageDescription {
  /** The numbers of the channels that were saved, in the order of the pages. */
  readonly channels: readonly number[];
  readonly channelNames: readonly string[];
  /** Seconds from the start of one line to the start of the next. */
  readonly linePeriodS: number | undefined;
  /** Seconds from the start of one frame to the start of the next, with the way back. */
  readonly framePeriodS: number | undefined;
  /** The way of the slow mirror: 0 scans the same line again and again. */
  readonly slowMultiplier: number | undefined;
  readonly scanType: string | undefined;
  readonly isBidirectional: boolean | undefined;
  /** Length of a line and of the way across lines, in µm. */
  readonly fieldOfViewUm: readonly [width: number, height: number] | undefined;
  /** True if each page holds several fields, one below the other. */
  readonly hasSeveralFields: boolean;
  /** Slices of a stack; 1 without one. */
  readonly slices: number;
  readonly sliceStepUm: number | undefined;
  /** Offsets of the saved channels that are still in their values. */
  readonly offsets: readonly (readonly [channel: number, offset: number])[];
}

/** What the texts of the first frame and of the last one say. */
export interface ScanImageStamps {
  /** Seconds of the first and of the last frame. */
  readonly first: number | undefined;
  readonly last: number | undefined;
  /** Year, month, day, hour, minute, second; no zone. */
  readonly epoch: readonly number[] | undefined;
}

/** What the pages of a file are. */
export interface ScanImagePages {
  /** Pages of each channel. */
  readonly frames: number;
  readonly channels: number;
  readonly kind: "lines" | "frames";
  /** The name of the axis along frames. */
  readonly frameAxis: "t" | "z";
  /** Lines that are lost between two frames of a line scan. */
  readonly gapLines: number;
  readonly calibration: readonly AxisCalibration[];
  readonly warnings: readonly string[];
}

const PREFIX = /^(?:scanimage\.)?SI\.([\w.]{1,80}) = (.{0,4096})/;
const MAX_CHANNELS = 64;
const MAX_SEARCHED = 4096;
const SOURCE = "scanimage";
const TOLERANCE = 0.005;

/**
 * Reads lines such as `SI.hRoiManager.linePeriod = 6.3e-05`. Undefined for a text without any. Names and units of the values are from
 * ScanImage's description of its BigTIFF and from tifffile's reader (docs/formats.md#scanimage).
 */
export function parseScanImage(text: string): ScanImageDescription | undefined {
  const values = valuesOf(text);
  if (values === undefined) {
    return undefined;
  }
  const number = (key: string): number | undefined => {
    const [value, ...more] = numbersOf(values.get(key));
    return value !== undefined && more.length === 0 && Number.isFinite(value) ? value : undefined;
  };
  const saved = numbersOf(values.get("hChannels.channelSave")).filter(
    (one) => Number.isInteger(one) && one > 0,
  );
  const channels = saved.length > 0 && saved.length <= MAX_CHANNELS ? saved : [1];
  const names = [...(values.get("hChannels.channelName") ?? "").matchAll(/'([^']*)'/g)].map(
    ([, name = ""]) => name,
  );
  const isStack = boolOf(values.get("hStackManager.enable")) ?? true;
  return {
    channels,
    channelNames: channels.map((channel) => names[channel - 1] ?? `Channel ${channel}`),
    linePeriodS: positive(number("hRoiManager.linePeriod")),
    framePeriodS: positive(number("hRoiManager.scanFramePeriod")),
    slowMultiplier: number("hRoiManager.scanAngleMultiplierSlow"),
    scanType: values.get("hRoiManager.scanType")?.replaceAll("'", "").trim(),
    isBidirectional: boolOf(values.get("hScan2D.bidirectional")),
    fieldOfViewUm: fieldOfView(numbersOf(values.get("hRoiManager.imagingFovUm"))),
    hasSeveralFields: boolOf(values.get("hRoiManager.mroiEnable")) === true,
    slices: isStack ? (number("hStackManager.actualNumSlices") ?? number("hStackManager.numSlices") ?? 1) : 1,
    sliceStepUm: positive(Math.abs(number("hStackManager.stackZStepSize") ?? 0)),
    offsets: keptOffsets(values, channels),
  };
}

/** Why a text of ScanImage before 2016 is not read; undefined for other texts. */
export function olderScanImage(text: string): string | undefined {
  return /^(?:state\.\w|scanimage\.SI\d)/m.test(text.slice(0, MAX_SEARCHED))
    ? "ScanImage: its text is that of a version before 2016, which is not read: the pages are given as one axis"
    : undefined;
}

/** Reads what ScanImage writes of each frame. */
export function parseScanImageFrame(text: string): {
  readonly stamp: number | undefined;
  readonly epoch: readonly number[] | undefined;
} {
  const [, stamp] = text.match(/^\s*frameTimestamps_sec\s*=\s*([-+\d.eE]{1,40})\s*$/m) ?? [];
  const [, epoch] = text.match(/^\s*epoch\s*=\s*\[([^\]\n]{1,200})\]/m) ?? [];
  const parts = numbersOf(epoch);
  return {
    stamp: stamp === undefined || !Number.isFinite(Number(stamp)) ? undefined : Number(stamp),
    epoch: parts.length === 6 && parts.every(Number.isFinite) ? parts : undefined,
  };
}

/**
 * Decides what the pages are. They are counted, whatever the plan says, and channels follow one another within a frame.
 *
 * A frame scan has pictures. It is a line scan if the slow mirror stood still (`scanAngleMultiplierSlow` 0, or the scan type `line`):
 * then the rows of all pages of a channel are lines, one after another, and the lines that pass while the scanner flies back are a gap.
 *
 * @param page rows and columns of each page
 */
export function scanImagePages(
  said: ScanImageDescription,
  stamps: ScanImageStamps,
  pageCount: number,
  page: { readonly height: number; readonly width: number; readonly umPerPx: number | undefined },
): ScanImagePages | string {
  const channels = said.channels.length;
  if (pageCount % channels !== 0) {
    return `ScanImage saved ${channels} channels, and the file has ${pageCount} pages, not a multiple: they are read as one axis`;
  }
  const frames = pageCount / channels;
  const period = framePeriod(said, stamps, frames);
  const lines = linesOf(said, page.height, frames, period.value);
  const isLines = typeof lines === "number";
  const isStack = said.slices > 1 && frames > 1;
  const frameAxis = isStack && frames === said.slices ? "z" : "t";
  const [width, height] = said.fieldOfViewUm ?? [];
  // The sides of all fields together say nothing of the pixels of one.
  const lengthOf = (side: number | undefined, pixels: number): number | undefined =>
    said.hasSeveralFields ? undefined : side === undefined ? page.umPerPx : side / pixels;
  const [perPixel, perRow] = [lengthOf(width, page.width), lengthOf(height, page.height)];
  const step = (axis: string, value: number | undefined, unit: string): AxisCalibration | undefined =>
    value === undefined ? undefined : axisCalibration(axis, value, unit, SOURCE);
  const calibration = isLines
    ? [step("t", said.linePeriodS, "s"), step("x", perPixel, "um")]
    : [
        frameAxis === "z" ? step("z", said.sliceStepUm, "um") : step("t", period.value, "s"),
        step("y", perRow, "um"),
        step("x", perPixel, "um"),
      ];
  return {
    frames,
    channels,
    kind: isLines ? "lines" : "frames",
    frameAxis,
    gapLines: isLines ? lines : 0,
    calibration: calibration.filter((one) => one !== undefined),
    warnings: [
      ...period.warnings,
      ...(typeof lines === "string" ? [lines] : []),
      ...(isLines && lines > 0 && frames > 1
        ? [
            `ScanImage: between frames of ${page.height} lines, ${lines} pass while the scanner flies back: these ${(frames - 1) * lines} lines are not in the file and are filled with zeros`,
          ]
        : []),
      ...(isLines && said.linePeriodS === undefined ? ["ScanImage: the time of a line is not known"] : []),
      ...(isStack && frameAxis === "t" && !isLines
        ? [`ScanImage: ${frames} frames of ${said.slices} slices are given as one axis`]
        : []),
      ...(said.hasSeveralFields
        ? [
            "ScanImage: each page has several fields (mroiEnable), one below the other: they are not taken apart, and \u00b5m per pixel is not known",
          ]
        : []),
      ...said.offsets.map(
        ([channel, offset]) =>
          `ScanImage: channel ${channel} has an offset of ${offset}, which was not subtracted from its values`,
      ),
    ],
  };
}

/** The lines that are lost between two frames of a line scan; false for a frame scan, and why pages of lines are not joined. */
function linesOf(
  { slowMultiplier, scanType, linePeriodS, hasSeveralFields }: ScanImageDescription,
  height: number,
  frames: number,
  framePeriodS: number | undefined,
): number | string | false {
  if (height < 2 || hasSeveralFields || (slowMultiplier !== 0 && scanType !== "line")) {
    return false;
  }
  if (frames === 1) {
    return 0;
  }
  if (linePeriodS === undefined || framePeriodS === undefined) {
    return "ScanImage: the pages are parts of one line scan, and how far apart they are is not known: they are not joined";
  }
  const lost = Math.round(framePeriodS / linePeriodS) - height;
  return lost >= 0 && lost <= height
    ? lost
    : `ScanImage: the pages are parts of one line scan that are ${framePeriodS} s apart and have ${height} lines of ${linePeriodS} s: they are not joined`;
}

interface FramePeriod {
  readonly value: number | undefined;
  readonly warnings: readonly string[];
}

/** By the recorded stamps of the first frame and the last; without them as planned. */
function framePeriod(
  { framePeriodS }: ScanImageDescription,
  { first, last }: ScanImageStamps,
  frames: number,
): FramePeriod {
  const recorded =
    first === undefined || last === undefined || frames < 2 || !(last > first)
      ? undefined
      : (last - first) / (frames - 1);
  const differs =
    recorded !== undefined && framePeriodS !== undefined && Math.abs(recorded / framePeriodS - 1) > TOLERANCE;
  return {
    value: recorded ?? framePeriodS,
    warnings: differs
      ? [
          `ScanImage: by their time stamps, frames are ${recorded} s apart; planned were ${framePeriodS} s (scanFramePeriod)`,
        ]
      : [],
  };
}

/** µm per pixel by a resolution in pixels per centimetre; undefined for what programs fill in. */
export function umPerPxOfCentimetres(perCentimetre: number | undefined): number | undefined {
  const step = perCentimetre === undefined ? Number.NaN : 10_000 / perCentimetre;
  return step > 0 && Number.isFinite(step) && !isPlaceholder(step, "cm") ? step : undefined;
}

/** The values by the names behind `SI.`; undefined without any. */
function valuesOf(text: string): ReadonlyMap<string, string> | undefined {
  if (!text.includes("SI.")) {
    return undefined;
  }
  const values = new Map<string, string>();
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    const [, key, value] = text.slice(start, Math.min(end, start + 8192)).match(PREFIX) ?? [];
    if (key !== undefined && value !== undefined && WANTED.has(key) && !values.has(key)) {
      values.set(key, value.trim());
    }
    start = end + 1;
  }
  return values.size === 0 ? undefined : values;
}

const WANTED: ReadonlySet<string> = new Set([
  "hChannels.channelSave",
  "hChannels.channelName",
  "hChannels.channelOffset",
  "hChannels.channelSubtractOffset",
  "hRoiManager.linePeriod",
  "hRoiManager.scanFramePeriod",
  "hRoiManager.scanAngleMultiplierSlow",
  "hRoiManager.scanType",
  "hRoiManager.imagingFovUm",
  "hRoiManager.mroiEnable",
  "hScan2D.bidirectional",
  "hStackManager.enable",
  "hStackManager.actualNumSlices",
  "hStackManager.numSlices",
  "hStackManager.stackZStepSize",
]);

/** Numbers of a value of MATLAB: `3`, `[1;2]`, `[1 2; 3 4]`. Words give NaN. */
function numbersOf(text = ""): readonly number[] {
  const words = text.replaceAll(/[[\];,]/g, " ").trim();
  return words === "" ? [] : words.split(/\s+/).slice(0, 256).map(Number);
}

function boolOf(text: string | undefined): boolean | undefined {
  return text === "true" || text === "1" ? true : text === "false" || text === "0" ? false : undefined;
}

function boolsOf(text = ""): readonly boolean[] {
  return (text.match(/true|false|[01]/g) ?? []).map((word) => word === "true" || word === "1");
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}

/** The lengths of two sides of the field, whose corners are listed one after another. */
function fieldOfView([x1, y1, x2, y2, x3, y3, ...rest]: readonly number[]):
  | readonly [number, number]
  | undefined {
  if (x1 === undefined || y1 === undefined || x2 === undefined || y2 === undefined || rest.length !== 2) {
    return undefined;
  }
  const width = Math.hypot(x2 - x1, y2 - y1);
  const height = Math.hypot((x3 ?? x2) - x2, (y3 ?? y2) - y2);
  return width > 0 && Number.isFinite(width) && Number.isFinite(height) ? [width, height] : undefined;
}

/** Offsets of all channels are listed, and of each whether it was subtracted before it was saved. */
function keptOffsets(
  values: ReadonlyMap<string, string>,
  channels: readonly number[],
): readonly (readonly [number, number])[] {
  const offsets = numbersOf(values.get("hChannels.channelOffset"));
  const subtracted = boolsOf(values.get("hChannels.channelSubtractOffset"));
  return channels.flatMap((channel) => {
    const offset = offsets[channel - 1] ?? 0;
    const isKept = subtracted[channel - 1] === false;
    return isKept && Number.isFinite(offset) && offset !== 0 ? [[channel, offset] as const] : [];
  });
}
