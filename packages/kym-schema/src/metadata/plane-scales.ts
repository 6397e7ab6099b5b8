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
 * The scale of each axis of an image, from the text of its artifact `metadata`: seconds along the rows of a line scan and µm
 * along its columns, the last two axes; for other axes what the header gives in seconds or µm. `null` for an axis that is not
 * calibrated. Never throws: metadata that is not JSON gives no scales.
 *
 * @param rank the number of axes of the image
 */
export function planeScales(metadataText: string | undefined, rank: number): AxisScales {
  const { header } = parseMetadataLeniently(metadataText ?? "");
  const { voxels, voxelsUnits } = header;
  const { secondsPerLine, umPerPx } = calibrationOf(header);
  return Array.from({ length: rank }, (_, axis) => {
    if (axis === rank - 1) {
      return scaleOf(null, umPerPx);
    }
    const isRows = axis === rank - 2;
    if (isRows && (secondsPerLine !== null || rank === 2)) {
      return scaleOf(secondsPerLine, null);
    }
    // The rows of a stack of pictures are a length, and its planes may be times or lengths.
    const [step = 0, unit = ""] = voxels?.length === rank ? [voxels[axis], voxelsUnits?.[axis]] : [];
    const said = calibrationOf({ voxels: [step, step], voxelsUnits: [unit, unit] });
    return scaleOf(said.secondsPerLine, said.umPerPx);
  });
}

function scaleOf(seconds: number | null, micrometres: number | null): AxisScales[number] {
  return seconds !== null
    ? { unit: PLANE_UNITS.rows, step: seconds }
    : micrometres !== null
      ? { unit: PLANE_UNITS.columns, step: micrometres }
      : null;
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
