// Describes a ROI that we read in the words of ImageJ, to compare both.

import type { ImageJRoi } from "@kym/roi/imagej";

/** A selection as `describe` in `imagej_rois.py` prints it. */
export interface ImageJSays {
  readonly type: string;
  readonly name: string | null;
  /** x, y, width and height. */
  readonly bounds: readonly number[];
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Slice, c, z and t. */
  readonly position: readonly number[];
}

const TYPES: Readonly<Record<ImageJRoi["type"], string>> = {
  polygon: "Polygon",
  rect: "Rectangle",
  oval: "Oval",
  line: "Straight Line",
  freeline: "Freeline",
  polyline: "Polyline",
  none: "None",
  freehand: "Freehand",
  traced: "Traced",
  angle: "Angle",
  point: "Point",
};

/** The description that ImageJ would print of a selection that we read. */
export function saysOf(roi: ImageJRoi): ImageJSays {
  return {
    type: typeOf(roi),
    name: roi.name ?? null,
    bounds: boundsOf(roi),
    points: roi.coordinates.map((point) => [point.x, point.y]),
    position: positionOf(roi),
  };
}

/**
 * ImageJ gives points the position that the file has. For other selections it also gives the slice as z, and no slice if the
 * stack has dimensions.
 */
function positionOf({ type, position: { slice, c, z, t } }: ImageJRoi): readonly number[] {
  if (type === "point") {
    return [slice, c, z, t];
  }
  return c === 0 && z === 0 && t === 0 ? [slice, 0, slice, 0] : [0, c, z, t];
}

/** If an open outline has whole coordinates, ImageJ's bounds include the pixels of its last points. */
function boundsOf({ type, bounds, isSubPixel }: ImageJRoi): readonly number[] {
  const { x, y, width, height } = bounds;
  const more = !isSubPixel && (type === "polyline" || type === "freeline" || type === "angle") ? 1 : 0;
  return [x, y, width + more, height + more];
}

function typeOf({ type, subtype, isComposite }: ImageJRoi): string {
  if (isComposite) {
    return "Composite";
  }
  switch (subtype) {
    case "text":
      return "Text";
    case "image":
      return "Image";
    case "arrow":
      return "Arrow";
    default:
      return TYPES[type];
  }
}
