// Reads the axes and calibration that Olympus FluoView writes into TIFF tags of its own.

import { type AxisCalibration, axisCalibration } from "./axis-calibration.ts";
import { decodeLatin1 } from "./instrument-text.ts";

/** One dimension of an Olympus FluoView image. */
export interface FluoviewDimension {
  /** `X`, `Y`, `Z`, `T`, `Ch`. */
  readonly name: string;
  readonly size: number;
  readonly step: number;
  readonly unit: string;
}

const DIMENSIONS_OFFSET = 284;
const DIMENSION_BYTES = 100;
const DIMENSION_COUNT = 10;

/**
 * Reads the dimensions in FluoView's private tag 34361, `MM_Header`, fastest first. Undefined if the tag is too short or
 * names no dimension.
 *
 * The tag is a packed structure. At byte 284 it has ten dimensions of 100 bytes: name (16 bytes), size (uint32), origin and
 * resolution (float64), unit (64 bytes, Latin-1). The time step that it gives is N / (N − 1) of the true one.
 */
export function parseMmHeader(
  bytes: Uint8Array,
  isLittleEndian: boolean,
): readonly FluoviewDimension[] | undefined {
  if (bytes.byteLength < DIMENSIONS_OFFSET + DIMENSION_BYTES * DIMENSION_COUNT) {
    return undefined;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dimensions = Array.from({ length: DIMENSION_COUNT }, (_, index): FluoviewDimension => {
    const at = DIMENSIONS_OFFSET + index * DIMENSION_BYTES;
    return {
      name: textAt(bytes, at, 16),
      size: view.getUint32(at + 16, isLittleEndian),
      step: view.getFloat64(at + 28, isLittleEndian),
      unit: textAt(bytes, at + 36, 64),
    };
  }).filter(({ name }) => name !== "");
  return dimensions.length === 0 ? undefined : dimensions;
}

/**
 * Reads the calibration in FluoView's tag `PageName`, which has columns of names, resolutions and units under
 * `[Primary Dimensions]`. Resolutions are rounded to six decimals there.
 */
export function parsePageName(text: string): readonly AxisCalibration[] {
  const [, primary = ""] = text.split("[Primary Dimensions]");
  const [section = ""] = primary.split("[");
  const rows = new Map(
    section.split(/\r\n|\r|\n/).map((line): [string, readonly string[]] => {
      const [key = "", ...cells] = line.split("\t");
      return [key, cells];
    }),
  );
  return (rows.get("Name") ?? []).flatMap((name, index) => {
    const step = Number(rows.get("Resolution")?.[index]);
    return axisCalibration(axisOf(name), step, rows.get("Units")?.[index], "page_name") ?? [];
  });
}

export function mmHeaderCalibration(dimensions: readonly FluoviewDimension[]): readonly AxisCalibration[] {
  return dimensions.flatMap(
    ({ name, step, unit }) => axisCalibration(axisOf(name), step, unit, "mm_header") ?? [],
  );
}

/** The axis name of a dimension: `t` for `T`, `c` for `Ch`. */
export function axisOf(name: string): string {
  return name === "Ch" ? "c" : name.trim().toLowerCase();
}

function textAt(bytes: Uint8Array, at: number, length: number): string {
  const field = bytes.subarray(at, at + length);
  const end = field.indexOf(0);
  return decodeLatin1(end === -1 ? field : field.subarray(0, end)).trim();
}
