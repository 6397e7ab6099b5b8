// Maps an ImageJ selection to the nearest type of ROI; `roi-to-imagej.ts` is the inverse.

import type { NewRoi } from "../../edit/new-roi.ts";
import { RoiError } from "../../errors.ts";
import { unexpected } from "../../shapes/fields/read-field.ts";
import type { RoiPoint } from "../../shapes/point.ts";
import type { IgnoredField } from "../imported-rois.ts";
import { joinRings } from "../join-rings.ts";
import type { ImageJBounds, ImageJPoint, ImageJPosition, ImageJRoi } from "./imagej-roi.ts";
import { roundedOutline } from "./kinds/rounded-outline.ts";

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
 * | point, multi-point | point |
 * | oval, rect with round corners | polygon round the pixels that it covers |
 * | composite | polygon of all outlines, joined, which covers the same pixels |
 * | angle | polyline |
 * | text, image | its bounds, as a rect |
 * | `c` | channel; 1 if not given |
 * | `z`, otherwise the slice | z, less 1; 0 if not given |
 * | everything else | `ignored` |
 *
 * The note of an ROI of the last five kinds says what it was. Lines and points are moved by half a pixel: for them, ImageJ's
 * whole numbers are the centres of pixels; for areas, the corners.
 *
 * @throws {RoiError} `not_supported` for a file without a selection (type `none`)
 * @throws {RoiError} `invalid_argument` for a composite without any outline of three points
 */
export function roiFromImageJ(roi: ImageJRoi): RoiOfImageJ {
  const { position, unused } = placeOf(roi.position);
  const { subtype } = roi;
  const geometry = geometryOf(roi);
  const note = noteOf(roi, geometry);
  return {
    draft: {
      name: roi.name ?? "",
      ...(note === undefined ? {} : { note }),
      ...position,
      ...geometry,
    },
    ignored: [
      ...(subtype === undefined ? [] : [{ what: "subtype", value: subtype }]),
      ...unused,
      ...roi.ignored,
    ],
  };
}

function geometryOf(roi: ImageJRoi): NewRoi {
  const { type, bounds, coordinates } = roi;
  if (roi.isComposite) {
    return { type: "polygon", points: joinedRings(roi.rings ?? []) };
  }
  switch (type) {
    case "rect": {
      const radius = cornerDiameter(roi) / 2;
      return radius === 0
        ? rectOf(bounds)
        : { type: "polygon", points: pointsOf(roundedOutline(bounds, { x: radius, y: radius }), 0) };
    }
    case "oval": {
      const radii = { x: bounds.width / 2, y: bounds.height / 2 };
      return { type: "polygon", points: pointsOf(roundedOutline(bounds, radii), 0) };
    }
    case "line":
      return { type: "line", points: pointsOf(coordinates, LINE_SHIFT) };
    case "polyline":
    case "freeline":
    case "angle":
      return { type: "polyline", points: pointsOf(coordinates, LINE_SHIFT) };
    case "point":
      return { type: "point", points: pointsOf(coordinates, LINE_SHIFT) };
    case "polygon":
    case "freehand":
    case "traced":
      return { type: "polygon", points: pointsOf(coordinates, 0) };
    case "none":
      throw refuse(type);
  }
  return type satisfies never;
}

/** Says what a selection was that is now of another kind. */
function noteOf(roi: ImageJRoi, { type }: NewRoi): string | undefined {
  const was = kindOf(roi);
  const text = roi.text === undefined ? "" : ` ${JSON.stringify(roi.text.trim())}`;
  return was === undefined ? undefined : `ImageJ ${was}${text}, here a ${type}`;
}

function kindOf(roi: ImageJRoi): string | undefined {
  if (roi.isComposite) {
    return "composite";
  }
  if (roi.subtype === "text" || roi.subtype === "image") {
    return roi.subtype;
  }
  if (cornerDiameter(roi) > 0) {
    return "rect with round corners";
  }
  return roi.type === "oval" || roi.type === "angle" ? roi.type : undefined;
}

function cornerDiameter({ type, subtype, ignored }: ImageJRoi): number {
  const found = ignored.find(({ what }) => what === "corner_diameter")?.value;
  return type === "rect" && subtype === undefined && typeof found === "number" ? found : 0;
}

function joinedRings(rings: readonly (readonly ImageJPoint[])[]): readonly RoiPoint[] {
  const joined = joinRings(rings.map((ring) => pointsOf(ring, 0)));
  if (joined.length === 0) {
    throw unexpected("composite", "an outline of at least three points", rings.length);
  }
  return joined;
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
    expected: "a selection",
    found: what,
  });
}
