// Maps an ImageJ selection to the nearest type of ROI; `roi-to-imagej.ts` is the inverse.

import type { NewRoi } from "../../edit/new-roi.ts";
import { RoiError } from "../../errors.ts";
import type { RoiPoint } from "../../shapes/point.ts";
import type { IgnoredField } from "../imported-rois.ts";
import type { ImageJBounds, ImageJPoint, ImageJPosition, ImageJRoi } from "./imagej-roi.ts";

/** A ROI before it has an id, and the fields of the selection for which it has no place. */
export interface RoiOfImageJ {
  readonly draft: NewRoi;
  readonly ignored: readonly IgnoredField[];
}

/** In ImageJ, a line at 0 runs through the centres of the first pixels. In this package, those are at 0.5. */
export const LINE_SHIFT = 0.5;

/**
 * Maps an ImageJ selection to the nearest ROI:
 *
 * | ImageJ | ROI |
 * | --- | --- |
 * | rect of whole pixels | rect |
 * | rect with fractions | polygon of its four corners |
 * | line, arrow | line |
 * | polyline, freeline | polyline |
 * | polygon, freehand, traced, rotated rectangle | polygon |
 * | ellipse | polygon of the outline that ImageJ stores |
 * | `c` | channel; 1 if not given |
 * | `z`, otherwise the slice | z, less 1; 0 if not given |
 * | everything else | `ignored` |
 *
 * Lines and polylines are moved by half a pixel: for them, ImageJ's whole numbers are the centres of pixels;
 * for areas, the corners.
 *
 * @throws {RoiError} `not_supported`, with the type, for oval, point, angle, text, image, composite, and a file
 *   without a selection
 */
export function roiFromImageJ(roi: ImageJRoi): RoiOfImageJ {
  const { position, unused } = placeOf(roi.position);
  const { subtype } = roi;
  return {
    draft: { name: roi.name ?? "", ...position, ...geometryOf(roi) },
    ignored: [
      ...(subtype === undefined ? [] : [{ what: "subtype", value: subtype }]),
      ...unused,
      ...roi.ignored,
    ],
  };
}

function geometryOf(roi: ImageJRoi): NewRoi {
  const { type, subtype, bounds, coordinates } = roi;
  if (roi.isComposite) {
    throw refuse("composite");
  }
  if (subtype === "text" || subtype === "image") {
    throw refuse(subtype);
  }
  switch (type) {
    case "rect":
      return rectOf(bounds);
    case "line":
      return { type: "line", points: pointsOf(coordinates, LINE_SHIFT) };
    case "polyline":
    case "freeline":
      return { type: "polyline", points: pointsOf(coordinates, LINE_SHIFT) };
    case "polygon":
    case "freehand":
    case "traced":
      return { type: "polygon", points: pointsOf(coordinates, 0) };
    case "oval":
    case "none":
    case "angle":
    case "point":
      throw refuse(type);
  }
  return type satisfies never;
}

function rectOf({ x, y, width, height }: ImageJBounds): NewRoi {
  if ([x, y, width, height].every(Number.isSafeInteger)) {
    return {
      type: "rect",
      bounds: { dim0Start: y, dim0Stop: y + height, dim1Start: x, dim1Stop: x + width },
    };
  }
  const corners = [
    { x, y },
    { x: x + width, y },
    { x: x + width, y: y + height },
    { x, y: y + height },
  ];
  return { type: "polygon", points: pointsOf(corners, 0) };
}

function pointsOf(coordinates: readonly ImageJPoint[], shift: number): readonly RoiPoint[] {
  return coordinates.map(({ x, y }) => ({ dim0: y + shift, dim1: x + shift }));
}

/** A position in a stack with dimensions takes precedence over the slice. */
function placeOf({ slice, c, z, t }: ImageJPosition): {
  readonly position: { readonly channel?: number; readonly z?: number };
  readonly unused: readonly IgnoredField[];
} {
  const hasDimensions = c > 0 || z > 0 || t > 0;
  const depth = hasDimensions ? z : slice;
  const unused = {
    position_slice: hasDimensions || slice < 0 ? slice : 0,
    position_c: Math.min(c, 0),
    position_z: Math.min(z, 0),
    position_t: t,
  };
  return {
    position: { ...(c > 0 && { channel: c }), ...(depth > 0 && { z: depth - 1 }) },
    unused: Object.entries(unused)
      .filter(([, value]) => value !== 0)
      .map(([what, value]) => ({ what, value })),
  };
}

function refuse(what: string): RoiError {
  return new RoiError("not_supported", `ImageJ selections of type ${what} cannot become a ROI`, {
    path: "type",
    expected: ["rect", "line", "polyline", "freeline", "polygon", "freehand", "traced"],
    found: what,
  });
}
