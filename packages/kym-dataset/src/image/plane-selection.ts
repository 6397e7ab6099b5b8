import type { PlaneSize, RoiBounds } from "@kym/roi";
import type { ImageInfo, RegionSelection } from "@kym/zarr-store";
import { KymDatasetError } from "../errors.ts";

/** One plane of an image. */
export interface PlaneIndex {
  /** From 1. Default 1. */
  readonly channel?: number | undefined;
  /** The slice, from 0. Default 0. */
  readonly z?: number | undefined;
  /** The time point, from 0, where time is no axis of the plane. Default 0. */
  readonly t?: number | undefined;
}

/** Where the axes of an image lie. */
export interface AxisRoles {
  /** Rows, columns: the last two axes that are no channels. */
  readonly plane: readonly [dim0: number, dim1: number];
  /** -1 where there is none. */
  readonly channel: number;
  readonly z: number;
  readonly t: number;
}

/**
 * The roles of the axes. The plane is the last two axes but for the channels, which the Python system puts last.
 *
 * @throws {KymDatasetError} `invalid_argument` for an image without a plane
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

/** The size of the plane, and how many slices and channels there are: each at least 1. */
export interface FullExtent extends PlaneSize {
  readonly numSlices: number;
  readonly numChannels: number;
}

/** The pixels of an image along each axis, by the names of these; 1 along an axis that it lacks. */
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
 * The region of one plane, or of a part of it; of every axis that has no role, its first element.
 *
 * @throws {KymDatasetError} `invalid_argument` for a channel, slice or time point that the image does not have
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
