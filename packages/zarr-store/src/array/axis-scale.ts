// What one step along an axis means physically, and the array attributes that say so to other programs.

import { ZarrStoreError } from "../errors.ts";

/** The physical scale of one axis: element `i` lies at `i * step + origin`, in `unit`. */
export interface AxisScale {
  /** The unit of step and origin, such as `s` or `µm`. */
  readonly unit: string;
  /** The distance from one element to the next; above 0. */
  readonly step: number;
  /** The position of the first element. Default 0. */
  readonly origin?: number | undefined;
}

/** One entry per axis; `null` for an axis without a scale. */
export type AxisScales = readonly (AxisScale | null)[];

/** The attributes that hold the scales, each a list with one entry per axis and `null` where there is no scale. */
const KEYS = { units: "dimension_units", steps: "dimension_steps", origins: "dimension_origins" } as const;

/** A unit begins with none of the characters of a number, or nobody could tell where the step ends. */
const UNIT = /^[^\s\d.+-](?:.{0,62}\S)?$/u;

/**
 * The attributes of an array with these scales in place of those that it had; without any if no axis has one.
 *
 * `dimension_units` has texts such as `0.00219 s`, which TensorStore reads. The step is the shortest decimal that gives
 * the same number again. `dimension_steps` and `dimension_origins` have the numbers.
 *
 * @throws {ZarrStoreError} `invalid_argument` for another number of entries than axes, an impossible step or origin, or
 * a unit that is not 1 to 64 characters without spaces around it
 * @see https://google.github.io/tensorstore/driver/zarr3/index.html
 */
export function withScales(
  attributes: Readonly<Record<string, unknown>>,
  scales: AxisScales,
  rank: number,
): Readonly<Record<string, unknown>> {
  if (scales.length !== rank) {
    throw invalid(`${rank} axes need ${rank} scales, not ${scales.length}`, rank, scales.length);
  }
  for (const scale of scales) {
    checkScale(scale);
  }
  const keys: ReadonlySet<string> = new Set(Object.values(KEYS));
  const others = Object.fromEntries(Object.entries(attributes).filter(([key]) => !keys.has(key)));
  const listOf = (entry: (scale: AxisScale) => unknown): readonly unknown[] =>
    scales.map((scale) => (scale === null ? null : entry(scale)));
  return scales.every((scale) => scale === null)
    ? others
    : {
        ...others,
        [KEYS.units]: listOf(({ step, unit }) => `${step} ${unit}`),
        [KEYS.steps]: listOf(({ step }) => step),
        [KEYS.origins]: listOf(({ origin }) => origin ?? 0),
      };
}

/**
 * Reads the scales back from the attributes of an array of `rank` axes. An axis has none if its three entries are
 * missing, are of another type, or do not agree, as after an edit of only some of them.
 */
export function axisScalesOf(attributes: Readonly<Record<string, unknown>>, rank: number): AxisScales {
  const entry = (key: string, axis: number): unknown => {
    const list = attributes[key];
    return Array.isArray(list) && list.length === rank ? list[axis] : undefined;
  };
  return Array.from({ length: rank }, (_, axis) => {
    const [text, step, origin] = [KEYS.units, KEYS.steps, KEYS.origins].map((key) => entry(key, axis));
    if (typeof text !== "string" || !isStep(step) || !isFiniteNumber(origin)) {
      return null;
    }
    const space = text.indexOf(" ");
    const unit = text.slice(space + 1);
    return Number(text.slice(0, Math.max(space, 0))) === step && UNIT.test(unit)
      ? { unit, step, origin }
      : null;
  });
}

function checkScale(scale: AxisScale | null): void {
  if (scale === null) {
    return;
  }
  const { unit, step, origin = 0 } = scale;
  if (!UNIT.test(unit)) {
    throw invalid(`${JSON.stringify(unit)} is not a unit`, "1 to 64 characters, such as s or µm", unit);
  }
  if (!isStep(step)) {
    throw invalid(`the step of an axis cannot be ${step}`, "a number above 0", step);
  }
  if (!isFiniteNumber(origin)) {
    throw invalid(`the origin of an axis cannot be ${origin}`, "a finite number", origin);
  }
}

function isStep(value: unknown): value is number {
  return isFiniteNumber(value) && value > 0;
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function invalid(message: string, expected: unknown, found: unknown): ZarrStoreError {
  return new ZarrStoreError("invalid_argument", message, { expected, found });
}
