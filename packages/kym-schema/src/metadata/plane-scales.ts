// The scales of an image's axes, as its pixels carry them for other programs.

import type { AxisScales } from "@kym/zarr-store/array";
import { calibrationOf } from "./calibration.ts";
import { parseMetadataLeniently } from "./metadata.ts";

/**
 * The units of the plane in the words that TensorStore, pint and napari take. `um` of metadata and columns becomes `µm`,
 * with the micro sign U+00B5. It is never "seconds": xarray would make a duration of the axis.
 */
const PLANE_UNITS = { rows: "s", columns: "\u00b5m" } as const;

/**
 * The scale of each axis of an image, from the text of its artifact `metadata`: seconds along the rows and µm along the
 * columns, the last two axes. `null` for every other axis, and for one that is not calibrated. Never throws: metadata
 * that is not JSON gives no scales.
 *
 * @param rank the number of axes of the image
 */
export function planeScales(metadataText: string | undefined, rank: number): AxisScales {
  const { header } = parseMetadataLeniently(metadataText ?? "");
  const { secondsPerLine, umPerPx } = calibrationOf(header);
  return Array.from({ length: rank }, (_, axis) => {
    const isRows = axis === rank - 2;
    const step = isRows ? secondsPerLine : axis === rank - 1 ? umPerPx : null;
    return step === null ? null : { unit: isRows ? PLANE_UNITS.rows : PLANE_UNITS.columns, step };
  });
}

/**
 * {@link planeScales} of metadata after an edit; undefined if the edit did not change them. Pixels that say no scales,
 * because an older version wrote them, so stay as they are while only ROIs or notes change.
 */
export function changedScales(
  textBefore: string | undefined,
  textAfter: string,
  rank: number,
): AxisScales | undefined {
  const [before, after] = [planeScales(textBefore, rank), planeScales(textAfter, rank)];
  return after.every((scale, axis) => scale?.step === before[axis]?.step) ? undefined : after;
}
