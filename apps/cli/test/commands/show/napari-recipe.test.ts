import { expect, it } from "vitest";
import { napariRecipe } from "../../../src/commands/show/napari-recipe.ts";

const IMAGE = {
  location: "/lab/study.zarr",
  imageId: "scan-1",
  exportRois: "kym roi export study.zarr scan-1",
};
const PIXELS = 'zarr.open_array("/lab/study.zarr/images/scan-1/data")[:]';
const SECONDS = { unit: "s", step: 0.002, origin: 0 };
const MICROMETERS = { unit: "\u00b5m", step: 0.25 };
const EXPORT = "# rois.geojson is made by: kym roi export study.zarr scan-1 rois.geojson --pixel-center 0";

it("napari gets image and ROIs in s and µm", () => {
  expect(napariRecipe({ ...IMAGE, axes: ["t", "x"], scales: [SECONDS, MICROMETERS] })).toEqual([
    'layer = {"scale": [0.002, 0.25], "units": ["s", "\u00b5m"], "axis_labels": ["t", "x"]}',
    `viewer.add_image(${PIXELS}, **layer)`,
    'viewer.open("rois.geojson", plugin="napari-geojson", **layer)',
    EXPORT,
  ]);
});

it("each channel is a layer, and an origin moves all of them; without ROIs nothing is exported", () => {
  const scales = [null, { ...SECONDS, origin: -0.5 }, MICROMETERS];
  const axes = ["c", "t", "x"];
  expect(napariRecipe({ ...IMAGE, axes, scales, exportRois: undefined })).toEqual([
    'layer = {"scale": [0.002, 0.25], "translate": [-0.5, 0], "units": ["s", "\u00b5m"], "axis_labels": ["t", "x"]}',
    `viewer.add_image(${PIXELS}, channel_axis=0, **layer)`,
  ]);
});

it("an axis without a scale counts pixels, and ROIs have the two axes of the plane", () => {
  expect(napariRecipe({ ...IMAGE, axes: ["z", "y", "x"], scales: [null, null, MICROMETERS] })).toEqual([
    'layer = {"scale": [1, 1, 0.25], "units": ["pixel", "pixel", "\u00b5m"], "axis_labels": ["z", "y", "x"]}',
    `viewer.add_image(${PIXELS}, rgb=False, **layer)`,
    'viewer.open("rois.geojson", plugin="napari-geojson", **{key: values[-2:] for key, values in layer.items()})',
    EXPORT,
  ]);
});

it("samples are layers as channels are, wherever their axis stands", () => {
  const scales = [SECONDS, MICROMETERS, null];
  expect(napariRecipe({ ...IMAGE, axes: ["t", "x", "s"], scales, exportRois: undefined })).toEqual([
    'layer = {"scale": [0.002, 0.25], "units": ["s", "\u00b5m"], "axis_labels": ["t", "x"]}',
    `viewer.add_image(${PIXELS}, channel_axis=2, **layer)`,
  ]);
});
