// Reads what a Zeiss LSM file, which is a TIFF, says in its tag 34412 of planes, pitch and times of a line.
// The layout is that of tifffile (BSD-3).

import { type AxisCalibration, axisCalibration } from "./axis-calibration.ts";

/** What the tag says. */
export interface LsmInfo {
  readonly slices: number;
  readonly times: number;
  /** 2 is a line, or a time series of lines: the rows of a page are lines in time. Undefined in a shorter tag. */
  readonly scanType: number | undefined;
  readonly umPerPx: number | undefined;
  /** `TimeIntervall`, as it is spelled there. */
  readonly intervalS: number | undefined;
  /** Where the file has its time stamps; 0 for none. */
  readonly stampsOffset: number;
  /** Where it has the values of its scan; 0 for none. */
  readonly scanInfoOffset: number;
}

/** When a TIFF says that it was recorded: ISO 8601 without a zone, by the clock of the microscope's computer. */
export interface TiffStart {
  readonly text: string;
  readonly zone: "no zone";
}

/** Sizes of the axes. */
const LEAST_BYTES = 28;
/** To the offset of the stamps and past it. */
const WHOLE_BYTES = 136;
const LINE = 2;
const UM_PER_M = 1e6;

export function parseLsmInfo(bytes: Uint8Array, isLittleEndian: boolean): LsmInfo | undefined {
  if (bytes.byteLength < LEAST_BYTES) {
    return undefined;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isWhole = bytes.byteLength >= WHOLE_BYTES;
  const positive = (at: number, factor: number): number | undefined => {
    const value = isWhole ? view.getFloat64(at, isLittleEndian) * factor : 0;
    return value > 0 && Number.isFinite(value) ? Number(value.toPrecision(DIGITS)) : undefined;
  };
  return {
    slices: view.getInt32(16, isLittleEndian),
    times: view.getInt32(24, isLittleEndian),
    scanType: isWhole ? view.getUint16(88, isLittleEndian) : undefined,
    umPerPx: positive(40, UM_PER_M),
    intervalS: positive(112, 1),
    stampsOffset: isWhole ? view.getUint32(132, isLittleEndian) : 0,
    scanInfoOffset: isWhole ? view.getUint32(124, isLittleEndian) : 0,
  };
}

const DIGITS = 15;

/** Whether the rows of a page of `height` rows are lines in time. */
export function isLsmLineScan({ scanType, times }: LsmInfo, height: number): boolean {
  return scanType === LINE && (times <= 1 || times === height);
}

/** Planes that the file must have directories of. */
export function lsmPlanes(info: LsmInfo, height: number): number {
  const times = isLsmLineScan(info, height) ? 1 : Math.max(1, info.times);
  return Math.max(1, info.slices) * times;
}

/** The steps of a line scan: pitch, and the time of a line by the median of the stamps, or the interval that was planned. */
export function lsmCalibration(
  { umPerPx = 0, intervalS = 0 }: LsmInfo,
  stamps: Float64Array | undefined,
): readonly AxisCalibration[] {
  const stepS = medianStep(stamps);
  return [
    axisCalibration("x", umPerPx, "um", "lsm"),
    stepS === undefined ? undefined : axisCalibration("t", stepS, "s", "lsm_stamps"),
    axisCalibration("t", intervalS, "s", "lsm"),
  ].filter((one) => one !== undefined);
}

/** A stamp of some thousand seconds is exact to about 1e-12 s: more digits of a step are noise. */
const STAMP_DIGITS = 9;

function medianStep(stamps: Float64Array = new Float64Array()): number | undefined {
  const steps = Float64Array.from({ length: Math.max(0, stamps.length - 1) }, (_, at) => {
    return (stamps[at + 1] ?? 0) - (stamps[at] ?? 0);
  }).sort();
  const median = ((steps[(steps.length - 1) >> 1] ?? 0) + (steps[steps.length >> 1] ?? 0)) / 2;
  const isRising = steps.length > 0 && (steps[0] ?? -1) >= 0 && median > 0 && Number.isFinite(median);
  return isRising ? Number(median.toPrecision(STAMP_DIGITS)) : undefined;
}
