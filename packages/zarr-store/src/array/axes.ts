// The names of an array's axes: the defaults, the rules, and which two axes are the plane.

import { ZarrStoreError } from "../errors.ts";

const MAX_AXIS_NAME_LENGTH = 64;

const DEFAULT_AXES: Readonly<Record<number, readonly string[]>> = {
  2: ["y", "x"],
  3: ["z", "y", "x"],
  4: ["z", "y", "x", "c"],
  5: ["t", "z", "y", "x", "c"],
};

/**
 * The axis names of an array that was given none: those of the Python system for 2 to 5 axes, otherwise `a0`, `a1`,
 * ….
 */
export function defaultAxes(rank: number): readonly string[] {
  return DEFAULT_AXES[rank] ?? Array.from({ length: rank }, (_, axis) => `a${axis}`);
}

/**
 * Checks that there is one name per axis, and that the names differ and have 1 to 64 characters.
 *
 * @throws {ZarrStoreError} `invalid_argument`
 */
export function validateAxes(axes: readonly string[], rank: number): readonly string[] {
  const fault = axesFault(axes, rank);
  if (fault !== undefined) {
    throw new ZarrStoreError("invalid_argument", `axes ${JSON.stringify(axes)}: ${fault}`, {
      expected: `${rank} different names`,
      found: axes,
    });
  }
  return axes;
}

/** The two axes of a plane: the last two, rows before columns, whatever their names. */
export interface PlaneAxes {
  /** The index of the axis of rows. */
  readonly dim0: number;
  /** The index of the axis of columns. */
  readonly dim1: number;
}

/** Finds the rows and columns of a plane, which are the last two axes; undefined for fewer than two axes. */
export function planeAxes(axes: readonly string[]): PlaneAxes | undefined {
  return axes.length < 2 ? undefined : { dim0: axes.length - 2, dim1: axes.length - 1 };
}

function axesFault(axes: readonly string[], rank: number): string | undefined {
  if (axes.length !== rank) {
    return `an array of ${rank} axes needs ${rank} names, not ${axes.length}`;
  }
  if (
    !axes.every((name) => typeof name === "string" && name.length >= 1 && name.length <= MAX_AXIS_NAME_LENGTH)
  ) {
    return `a name has 1 to ${MAX_AXIS_NAME_LENGTH} characters`;
  }
  return new Set(axes).size === rank ? undefined : "names must differ";
}
