import { expect, it } from "vitest";
import { xarrayRecipe } from "../../../src/commands/show/xarray-recipe.ts";

it("the lines for xarray add an origin only where it is not 0, and name only axes with a scale", () => {
  const scales = [null, { unit: "s", step: 0.002, origin: -0.5 }, { unit: "\u00b5m", step: 1e-7, origin: 0 }];
  expect(xarrayRecipe("/lab/study.zarr", "scan-1", ["c", "t", "x"], scales)).toEqual([
    'ds = xarray.open_zarr("/lab/study.zarr/images/scan-1", consolidated=False)',
    'ds = ds.assign_coords({"t": ("t", numpy.arange(ds.sizes["t"]) * 0.002 + -0.5, {"units": "s"}), ' +
      '"x": ("x", numpy.arange(ds.sizes["x"]) * 1e-7, {"units": "\u00b5m"})})',
  ]);
});

it("an image whose axes have no scale needs no lines for xarray", () => {
  expect(xarrayRecipe("/lab/study.zarr", "scan-1", ["y", "x"], [null, null])).toEqual([]);
});
