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

/** The axes of an array with their lengths; null for an axis without a name. */
export interface NamedAxes {
  readonly axes: readonly (string | null)[];
  readonly shape: readonly number[];
}

/**
 * Names the axes of an array apart from those of others: an axis that has the name of a longer or shorter one is called by its
 * length as well, as in `t_12`. So equal names are equal lengths, as netCDF and xarray want it of a group and the groups in it.
 */
export function axesApart(
  { axes, shape }: { readonly axes: readonly string[]; readonly shape: readonly number[] },
  others: readonly NamedAxes[],
): readonly string[] {
  const named: string[] = [];
  for (const [index, axis] of axes.entries()) {
    const length = shape[index] ?? 0;
    const isTaken = (name: string): boolean =>
      named.includes(name) ||
      (name !== axis && axes.includes(name)) ||
      others.some((other) => other.axes.some((one, at) => one === name && other.shape[at] !== length));
    let name = axis;
    for (let attempt = 1; isTaken(name); attempt += 1) {
      const ending = attempt === 1 ? `_${length}` : `_${length}_${attempt}`;
      name = `${axis.slice(0, MAX_AXIS_NAME_LENGTH - ending.length)}${ending}`;
    }
    named.push(name);
  }
  return named;
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
