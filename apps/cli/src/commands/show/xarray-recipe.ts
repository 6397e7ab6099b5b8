// The lines of Python that open an image in xarray, with its axes in physical units.

import { dirname, join } from "node:path";
import { parseImageId } from "@kym/zarr-store";
import type { AxisScale, AxisScales } from "@kym/zarr-store/array";
import { pixelArray } from "@kym/zarr-store/layout";

/**
 * Two lines: one opens the image, one adds its coordinates as float64 numbers, `i × step + origin`. None for an image
 * whose axes have no scale, which needs no coordinates.
 *
 * @param location the folder of the dataset
 */
export function xarrayRecipe(
  location: string,
  imageId: string,
  axes: readonly string[],
  scales: AxisScales,
): readonly string[] {
  const coordinates = scales.flatMap((scale, index) => {
    const axis = axes[index];
    return scale === null || axis === undefined ? [] : [coordinateOf(axis, scale)];
  });
  const group = dirname(join(location, pixelArray(parseImageId(imageId))));
  return coordinates.length === 0
    ? []
    : [
        `ds = xarray.open_zarr(${JSON.stringify(group)}, consolidated=False)`,
        `ds = ds.assign_coords({${coordinates.join(", ")}})`,
      ];
}

/** Text in JSON is text in Python. */
function coordinateOf(axis: string, { unit, step, origin = 0 }: AxisScale): string {
  const name = JSON.stringify(axis);
  const numbers = `numpy.arange(ds.sizes[${name}]) * ${step}${origin === 0 ? "" : ` + ${origin}`}`;
  return `${name}: (${name}, ${numbers}, {"units": ${JSON.stringify(unit)}})`;
}
