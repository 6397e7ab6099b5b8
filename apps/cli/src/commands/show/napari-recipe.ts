// The lines of Python that show an image in napari, in physical units, with its ROIs where they belong.

import { join } from "node:path";
import { parseImageId } from "@kym/zarr-store";
import type { AxisScales } from "@kym/zarr-store/array";
import { pixelArray } from "@kym/zarr-store/layout";

/** The image that napari is to show. */
export interface NapariImage {
  /** The folder of the dataset. */
  readonly location: string;
  readonly imageId: string;
  /** The axes, slowest first, and the scale of each. */
  readonly axes: readonly string[];
  readonly scales: AxisScales;
  /** The beginning of a command that exports its ROIs; undefined for an image without any. */
  readonly exportRois: string | undefined;
}

/**
 * Lines for a `viewer`: one adds the image, each channel or sample as a layer, and the last its ROIs. napari places pixels and ROIs by the
 * same scale: the centre of a pixel is a whole number, so the ROIs are exported with `--pixel-center 0`. An axis without a scale
 * counts pixels.
 */
export function napariRecipe({
  location,
  imageId,
  axes,
  scales,
  exportRois,
}: NapariImage): readonly string[] {
  const channel = axes.findIndex((axis) => axis === "c" || axis === "s");
  const shown = axes.flatMap((axis, index) =>
    index === channel ? [] : [{ axis, scale: scales[index] ?? null }],
  );
  const origins = shown.map(({ scale }) => scale?.origin ?? 0);
  const layer = {
    scale: shown.map(({ scale }) => scale?.step ?? 1),
    ...(origins.every((origin) => origin === 0) ? {} : { translate: origins }),
    units: shown.map(({ scale }) => scale?.unit ?? "pixel"),
    axis_labels: shown.map(({ axis }) => axis),
  };
  const pixels = `zarr.open_array(${JSON.stringify(join(location, pixelArray(parseImageId(imageId))))})[:]`;
  const layerText = Object.entries(layer).map(([key, values]) => `"${key}": ${pythonList(values)}`);
  // napari takes three or four columns of a stack for colours.
  const options = `${channel < 0 ? "" : `, channel_axis=${channel}`}${shown.length > 2 ? ", rgb=False" : ""}`;
  const ofPlane = shown.length === 2 ? "**layer" : "**{key: values[-2:] for key, values in layer.items()}";
  return [
    `layer = {${layerText.join(", ")}}`,
    `viewer.add_image(${pixels}${options}, **layer)`,
    ...(exportRois === undefined
      ? []
      : [
          `viewer.open("rois.geojson", plugin="napari-geojson", ${ofPlane})`,
          `# rois.geojson is made by: ${exportRois} rois.geojson --pixel-center 0`,
        ]),
  ];
}

/** Numbers and text in JSON are those of Python. */
function pythonList(values: readonly (string | number)[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(", ")}]`;
}
