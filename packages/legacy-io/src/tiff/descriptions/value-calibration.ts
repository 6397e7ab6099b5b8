// Decides what happens to pixel values that ImageJ stores with a calibration.

import type { DType } from "@kym/zarr-store";
import type { ImageJDescription } from "./imagej-description.ts";

/** The function that ImageJ applies to the returned values before it shows them. */
export interface ValueCalibration {
  /** ImageJ's number of the function (`cf`). 0 is the straight line `c0 + c1 × value`. */
  readonly functionCode: number;
  /** The coefficients `c0`, `c1`, … in this order. */
  readonly coefficients: readonly number[];
  /** The unit of the shown values (`vunit`), in the file's spelling; empty if it names none. */
  readonly unit: string;
  /** True if ImageJ shows 0 for results below it. */
  readonly isClippedAtZero?: boolean | undefined;
}

/** How the values of an ImageJ file are returned. */
export interface GivenValues {
  /** The calibration that a caller still has to apply, if any. */
  readonly calibration: ValueCalibration | undefined;
  /** True if the file stores int16 as uint16 + 32768. The values are returned as int16. */
  readonly hasSignedOffset: boolean;
  /** The same as a sentence for people; undefined if there is nothing to say. */
  readonly warning: string | undefined;
}

const STRAIGHT_LINE = 0;
const NO_FUNCTION = 20;
const MAX_COEFFICIENTS = 5;
/** What is added to the stored values of int16, and so to the bounds of a display range. */
export const SIGNED_OFFSET = -32_768;
const AS_STORED: GivenValues = { calibration: undefined, hasSignedOffset: false, warning: undefined };

/**
 * Decides how to return values for which an ImageJ description has a calibration.
 *
 * ImageJ has no int16. It stores uint16 values that are 32 768 too high, and a straight line that subtracts as much. Such
 * values are returned as int16, exactly. With any other calibration the stored values are returned and the calibration is
 * passed on.
 */
export function decideGivenValues({ properties }: ImageJDescription, dtype: DType): GivenValues {
  const calibration = parseValueCalibration(properties);
  if (calibration === undefined) {
    return AS_STORED;
  }
  if (isSignedLine(calibration, properties)) {
    if (dtype === "int16") {
      return AS_STORED;
    }
    if (dtype === "uint16") {
      const warning =
        "ImageJ stored int16 as uint16 + 32768: the values are given as int16, as ImageJ shows them";
      return { calibration: undefined, hasSignedOffset: true, warning };
    }
  }
  const warning = valuesAsStored(calibration);
  return { calibration, hasSignedOffset: false, warning };
}

/** The sentence for values that are not converted. */
export function valuesAsStored(calibration: ValueCalibration): string {
  return `ImageJ calibrates the values: ${formulaOf(calibration)}; they are given as they are stored`;
}

/** The sentence for values that are converted on request. */
export function valuesAsShown(calibration: ValueCalibration): string {
  return `ImageJ calibrates the values: ${formulaOf(calibration)}; they are given as ImageJ shows them`;
}

function parseValueCalibration(properties: ReadonlyMap<string, string>): ValueCalibration | undefined {
  const functionCode = numberOf(properties, "cf");
  if (functionCode === undefined || functionCode === NO_FUNCTION) {
    return undefined;
  }
  const coefficients: number[] = [];
  for (let index = 0; index < MAX_COEFFICIENTS; index++) {
    const coefficient = numberOf(properties, `c${index}`);
    if (coefficient === undefined) {
      break;
    }
    coefficients.push(coefficient);
  }
  const isClippedAtZero = properties.get("zeroclip") === "true";
  const unit = properties.get("vunit") ?? "";
  return { functionCode, coefficients, unit, ...(isClippedAtZero && { isClippedAtZero }) };
}

/** The values `min` and `max` of an ImageJ description, in the values that are given. */
export function displayRange(
  { properties }: ImageJDescription,
  dtype: DType,
): readonly [black: number, white: number] | undefined {
  const said = [numberOf(properties, "min"), numberOf(properties, "max")];
  const [black, white] = boundsAsGiven(
    said.filter((bound) => bound !== undefined),
    dtype,
  );
  return black === undefined || white === undefined ? undefined : [black, white];
}

/**
 * The bounds of display ranges in the values that are given. ImageJ works with uint16 that is 32 768 too high whichever way a file
 * stores int16, and its bounds are in these. Bounds below 0 are another program's, and stay.
 */
export function boundsAsGiven(bounds: readonly number[], dtype: DType): readonly number[] {
  return dtype === "int16" && bounds.every((bound) => bound >= 0)
    ? bounds.map((bound) => bound + SIGNED_OFFSET)
    : bounds;
}

/** True for the line that stands for int16. ImageJ applies a calibration only if there is a `vunit`. */
function isSignedLine(
  { functionCode, coefficients }: ValueCalibration,
  properties: ReadonlyMap<string, string>,
): boolean {
  const [offset, factor, ...further] = coefficients;
  const isLine = functionCode === STRAIGHT_LINE && further.length === 0;
  return isLine && offset === SIGNED_OFFSET && factor === 1 && properties.has("vunit");
}

function formulaOf({ functionCode, coefficients, unit }: ValueCalibration): string {
  const [offset, factor, ...further] = coefficients;
  const isLine = functionCode === STRAIGHT_LINE && factor !== undefined && further.length === 0;
  const formula = isLine
    ? `${offset} + ${factor} × value`
    : `its function ${functionCode} of the value, coefficients ${coefficients.join(", ") || "none"}`;
  return unit === "" ? formula : `${formula}, in ${JSON.stringify(unit.slice(0, 40))}`;
}

function numberOf(properties: ReadonlyMap<string, string>, key: string): number | undefined {
  const text = properties.get(key)?.trim() ?? "";
  const value = Number(text);
  return text === "" || !Number.isFinite(value) ? undefined : value;
}
