// Reads one side of a rectangle: in lines or pixels, or in seconds or µm if the scale of the image is known.

import type { OptionValue } from "../../../arguments/command.ts";
import { usageError } from "../../../terminal/cli-error.ts";

/** The two options that can say where one side lies. */
export interface RoiSide {
  /** The option in lines or pixels. */
  readonly count: "lines" | "px";
  /** The option in seconds or µm. */
  readonly size: "seconds" | "um";
  /** Seconds per line or µm per pixel; null if the image has no scale. */
  readonly unitSize: number | null;
}

/**
 * The side in whole lines or pixels; undefined if no option gives it. A size is rounded to the nearest one.
 *
 * @throws {CliError} `usage` for what is not START:STOP, for both options at once, and for a size without a scale
 */
export function sideOf(
  options: Readonly<Record<string, OptionValue>>,
  { count, size, unitSize }: RoiSide,
): readonly [start: number, stop: number] | undefined {
  const [counted, sized] = [options[count], options[size]];
  if (typeof sized !== "string") {
    return typeof counted === "string" ? rangeOf(count, counted, WHOLE, "4:20") : undefined;
  }
  if (counted !== undefined) {
    throw usageError(`--${count} and --${size} say the same side`, `leave one of them out`);
  }
  const [start, stop] = rangeOf(size, sized, DECIMAL, "0.5:2");
  if (unitSize === null || !(unitSize > 0)) {
    throw usageError(`the scale of this image is not known, so --${size} says no place`, `use --${count}`);
  }
  return [Math.round(start / unitSize), Math.round(stop / unitSize)];
}

const WHOLE = /^(-?\d{1,9}):(-?\d{1,9})$/;
const DECIMAL = /^(-?\d{1,9}(?:\.\d{1,9})?):(-?\d{1,9}(?:\.\d{1,9})?)$/;

function rangeOf(flag: string, text: string, pattern: RegExp, example: string): readonly [number, number] {
  const [, start, stop] = pattern.exec(text) ?? [];
  if (start === undefined || stop === undefined) {
    throw usageError(`--${flag} must be START:STOP, not ${JSON.stringify(text)}`, `--${flag} ${example}`);
  }
  return [Number(start), Number(stop)];
}
