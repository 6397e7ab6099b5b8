// Builds and edits single ROIs for `RoiSet`, inside the image if its size is known.

import { RoiError } from "../errors.ts";
import { boundsArea, fullBounds, orderBounds, type RoiBounds } from "../shapes/bounds.ts";
import { readInteger } from "../shapes/fields/read-field.ts";
import type { StoredRoiStats } from "../shapes/fields/stored-stats.ts";
import { checkEnds } from "../shapes/line.ts";
import { createMaskRoi } from "../shapes/mask.ts";
import { createPathRoi, type PathRoi } from "../shapes/path-roi.ts";
import { checkPoints, type RoiPoint } from "../shapes/point.ts";
import { createRectRoi } from "../shapes/rect.ts";
import { checkRoi, type Roi } from "../shapes/roi.ts";
import { clampBounds, clampPoints, clampZ, hasPointInside, type ImageExtent } from "./clamp.ts";
import { isEmptyPath } from "./is-empty-roi.ts";
import { withGeometry } from "./with-geometry.ts";

interface NewRoiFields {
  /** Default 1. */
  readonly channel?: number | undefined;
  /** Default 0; clamped to the slices of the image. */
  readonly z?: number | undefined;
  readonly name?: string | undefined;
  readonly note?: string | undefined;
  readonly stats?: StoredRoiStats | undefined;
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
}

/** A ROI before it has an id. */
export type NewRoi =
  | (NewRoiFields & {
      readonly type?: "rect" | undefined;
      /** Clamped to the image. Default: the whole image. */
      readonly bounds?: RoiBounds | undefined;
    })
  | (NewRoiFields & { readonly type: "mask"; readonly maskRef: string })
  | (NewRoiFields & {
      readonly type: PathRoi["type"];
      /** Clipped to the image. A line has exactly two. */
      readonly points: readonly RoiPoint[];
    });

/**
 * The fields that an edit replaces; absent fields stay. A rect has `bounds`, a mask has `maskRef`, all others
 * have `points`.
 */
export interface RoiEdit extends NewRoiFields {
  readonly bounds?: RoiBounds | undefined;
  readonly maskRef?: string | undefined;
  readonly points?: readonly RoiPoint[] | undefined;
}

/**
 * Builds a new ROI inside the image.
 *
 * @throws {RoiError} `invalid_argument` for an area or length of 0, or a channel that the image does not have
 * @throws {RoiError} `invalid_argument` for a rect without bounds if the image's size is unknown
 */
export function buildNewRoi(id: number, draft: NewRoi, extent: ImageExtent | undefined): Roi {
  const { channel, name, note, stats, meta, extra } = draft;
  const place = { channel: checkChannel(channel ?? 1, extent), z: clampZ(draft.z ?? 0, extent) };
  const fields = { id, name, note, stats, meta, extra, ...place };
  switch (draft.type) {
    case "mask":
      return createMaskRoi({ ...fields, maskRef: draft.maskRef });
    case "line":
    case "polyline":
    case "polygon":
    case "point": {
      const { type } = draft;
      return createPathRoi({ ...fields, type, points: newPoints(type, draft.points, extent) });
    }
    case "rect":
    case undefined:
      return createRectRoi({ ...fields, bounds: newBounds(draft.bounds, extent) });
  }
  return draft satisfies never;
}

/**
 * Applies an edit. Returns the same object if only geometry was given and it did not change. Throws as {@link
 * buildNewRoi} does.
 */
export function applyEdit(roi: Roi, edit: RoiEdit, extent: ImageExtent | undefined): Roi {
  const moved = withGeometry(roi, {
    bounds: edit.bounds === undefined || roi.type !== "rect" ? edit.bounds : newBounds(edit.bounds, extent),
    maskRef: edit.maskRef,
    points:
      edit.points === undefined || roi.type === "rect" || roi.type === "mask"
        ? edit.points
        : newPoints(roi.type, edit.points, extent),
    channel: edit.channel === undefined ? undefined : checkChannel(edit.channel, extent),
    z: edit.z === undefined ? undefined : clampZ(edit.z, extent),
  });
  const { name, note, stats, meta, extra } = edit;
  if ([name, note, stats, meta, extra].every((value) => value === undefined)) {
    return moved;
  }
  const fields = {
    name: name ?? moved.name,
    note: note ?? moved.note,
    ...(stats === undefined ? {} : { stats }),
    meta: meta ?? moved.meta,
    extra: extra ?? moved.extra,
  };
  return checkRoi({ ...moved, ...fields });
}

function newBounds(bounds: RoiBounds | undefined, extent: ImageExtent | undefined): RoiBounds {
  const placed = placeBounds(bounds, extent);
  if (boundsArea(placed) === 0) {
    throw new RoiError(
      "invalid_argument",
      "bounds: expected at least one pixel inside the image, found none",
      {
        path: "bounds",
        found: bounds,
      },
    );
  }
  return placed;
}

function placeBounds(bounds: RoiBounds | undefined, extent: ImageExtent | undefined): RoiBounds {
  if (extent !== undefined) {
    return clampBounds(bounds ?? fullBounds(extent), extent);
  }
  if (bounds === undefined) {
    throw new RoiError("invalid_argument", "bounds: required, because the size of the image is unknown", {
      path: "bounds",
    });
  }
  return orderBounds(bounds);
}

function newPoints(
  type: PathRoi["type"],
  points: readonly RoiPoint[],
  extent: ImageExtent | undefined,
): readonly RoiPoint[] {
  const checked = type === "line" ? checkEnds(points) : checkPoints(points);
  const placed = extent === undefined ? checked : clampPoints(type, checked, extent);
  if (
    isEmptyPath(type, placed) ||
    (type === "point" && extent !== undefined && !hasPointInside(placed, extent))
  ) {
    const size = { polygon: "an area", point: "a pixel", line: "a length", polyline: "a length" }[type];
    throw new RoiError("invalid_argument", `points: expected ${size} inside the image, found none`, {
      path: "points",
      found: points,
    });
  }
  return placed;
}

function checkChannel(channel: number, extent: ImageExtent | undefined): number {
  const checked = readInteger(channel, "channel", 1);
  const numChannels = extent?.numChannels;
  if (numChannels !== undefined && checked > readInteger(numChannels, "numChannels", 1)) {
    throw new RoiError("invalid_argument", `channel: expected 1 to ${numChannels}, found ${checked}`, {
      path: "channel",
      expected: numChannels,
      found: checked,
    });
  }
  return checked;
}
