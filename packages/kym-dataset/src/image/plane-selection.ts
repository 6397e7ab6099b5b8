// Finds which axes of an image are rows, columns, channels, slices and time, and selects a plane.

import type { PlaneSize, RoiBounds } from "@kym/roi";
import type { ImageInfo, RegionSelection } from "@kym/zarr-store";
import { KymDatasetError } from "../errors.ts";

/** One plane of an image. */
export interface PlaneIndex {
  /** From 1. Default 1. */
  readonly channel?: number | undefined;
  /** The slice, from 0. Default 0. */
  readonly z?: number | undefined;
  /** The time point, from 0, if time is not an axis of the plane. Default 0. */
  readonly t?: number | undefined;
}

/** The position of each axis in the image's shape. */
export interface AxisRoles {
  /** Rows and columns: the last two axes that are not channels. */
  readonly plane: readonly [dim0: number, dim1: number];
  /** -1 if the image lacks this axis; so are `z` and `t`. */
  readonly channel: number;
  readonly z: number;
  readonly t: number;
}

/**
 * Finds the axes of an image. The plane is the last two axes, not counting channels: the Python system puts those last.
 *
 * @throws {KymDatasetError} `invalid_argument` for an image with fewer than two such axes
 */
export function axisRoles({ axes, shape }: Pick<ImageInfo, "axes" | "shape">): AxisRoles {
  const channel = axes.indexOf("c");
  const [dim0, dim1] = shape
    .map((_, axis) => axis)
    .filter((axis) => axis !== channel)
    .slice(-2);
  if (dim0 === undefined || dim1 === undefined) {
    throw new KymDatasetError("invalid_argument", `an image of shape [${shape}] has no plane`, {
      found: shape,
    });
  }
  const outside = (name: string): number => {
    const axis = axes.indexOf(name);
    return axis === dim0 || axis === dim1 ? -1 : axis;
  };
  return { plane: [dim0, dim1], channel, z: outside("z"), t: outside("t") };
}

/** The size of the plane, and the number of slices and channels, each at least 1. */
export interface FullExtent extends PlaneSize {
  readonly numSlices: number;
  readonly numChannels: number;
}

/** Measures an image along each axis; 1 along an axis that it lacks. */
export function extentOf(info: Pick<ImageInfo, "axes" | "shape">): FullExtent {
  const roles = axisRoles(info);
  const lengthOf = (axis: number): number => (axis < 0 ? 1 : (info.shape[axis] ?? 1));
  return {
    height: lengthOf(roles.plane[0]),
    width: lengthOf(roles.plane[1]),
    numSlices: lengthOf(roles.z),
    numChannels: lengthOf(roles.channel),
  };
}

/**
 * Selects one plane, or the part of it within `bounds`. Any other axis is selected at its first element.
 *
 * @throws {KymDatasetError} `invalid_argument` if the image does not have the channel, slice or time point
 */
export function planeSelection(
  info: Pick<ImageInfo, "axes" | "shape">,
  index: PlaneIndex,
  bounds?: RoiBounds,
): RegionSelection {
  const roles = axisRoles(info);
  const { channel = 1, z = 0, t = 0 } = index;
  const at = new Map([
    [roles.channel, checked("channel", channel, 1, info.shape[roles.channel] ?? 1) - 1],
    [roles.z, checked("z", z, 0, (info.shape[roles.z] ?? 1) - 1)],
    [roles.t, checked("t", t, 0, (info.shape[roles.t] ?? 1) - 1)],
  ]);
  return info.shape.map((_, axis) => {
    if (axis === roles.plane[0]) {
      return bounds && { start: bounds.dim0Start, stop: bounds.dim0Stop };
    }
    if (axis === roles.plane[1]) {
      return bounds && { start: bounds.dim1Start, stop: bounds.dim1Stop };
    }
    const start = at.get(axis) ?? 0;
    return { start, stop: start + 1 };
  });
}

function checked(what: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new KymDatasetError("invalid_argument", `${what}: expected ${min} to ${max}, found ${value}`, {
      path: what,
      expected: `${min} to ${max}`,
      found: value,
    });
  }
  return value;
}
