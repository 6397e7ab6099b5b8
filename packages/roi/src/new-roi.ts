import { boundsArea, fullBounds, orderBounds, type RoiBounds } from "./bounds.ts";
import { clampBounds, clampZ, type ImageExtent } from "./clamp.ts";
import { RoiError } from "./errors.ts";
import { createMaskRoi } from "./mask.ts";
import { readInteger } from "./read-field.ts";
import { createRectRoi } from "./rect.ts";
import type { Roi } from "./roi.ts";
import type { StoredRoiStats } from "./stored-stats.ts";
import { withGeometry } from "./with-geometry.ts";

interface NewRoiFields {
  /** Default 1. */
  readonly channel?: number | undefined;
  /** Default 0; clamped to the slices that there are. */
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
      /** Clamped to the image. Default: all of it. */
      readonly bounds?: RoiBounds | undefined;
    })
  | (NewRoiFields & { readonly type: "mask"; readonly maskRef: string });

/** What an edit replaces; what is absent stays. `bounds` are a rect's, `maskRef` is a mask's. */
export interface RoiEdit extends NewRoiFields {
  readonly bounds?: RoiBounds | undefined;
  readonly maskRef?: string | undefined;
}

/**
 * A new ROI inside the image. Throws `invalid_argument` for an area of 0, a channel that does not exist, and a rect
 * without bounds where the image's size is not known.
 */
export function buildNewRoi(id: number, draft: NewRoi, extent: ImageExtent | undefined): Roi {
  const { channel, name, note, stats, meta, extra } = draft;
  const place = { channel: checkChannel(channel ?? 1, extent), z: clampZ(draft.z ?? 0, extent) };
  const fields = { id, name, note, stats, meta, extra, ...place };
  if (draft.type === "mask") {
    return createMaskRoi({ ...fields, maskRef: draft.maskRef });
  }
  return createRectRoi({ ...fields, bounds: newBounds(draft.bounds, extent) });
}

/** The ROI after an edit; the same one if nothing changed. Throws `invalid_argument` as {@link buildNewRoi} does. */
export function applyEdit(roi: Roi, edit: RoiEdit, extent: ImageExtent | undefined): Roi {
  const moved = withGeometry(roi, {
    bounds: edit.bounds === undefined || roi.type === "mask" ? edit.bounds : newBounds(edit.bounds, extent),
    maskRef: edit.maskRef,
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
    stats: stats ?? moved.stats,
    meta: meta ?? moved.meta,
    extra: extra ?? moved.extra,
  };
  return moved.type === "rect"
    ? createRectRoi({ ...moved, ...fields })
    : createMaskRoi({ ...moved, ...fields });
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
    throw new RoiError("invalid_argument", "bounds: needed where the image's size is not known", {
      path: "bounds",
    });
  }
  return orderBounds(bounds);
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
