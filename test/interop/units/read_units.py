"""Prints, as JSON, what Python programs say of one array that carries units: zarr-python, TensorStore and xarray."""

import json
import pathlib
import sys
import warnings

import numpy
import tensorstore
import xarray
import zarr

warnings.simplefilter("error")  # A reader that has to guess says so.
warnings.filterwarnings("ignore", message="Object at .* is not recognized as a component of a Zarr hierarchy")
folder, *recipes = sys.argv[1:]
group = pathlib.Path(folder)


def with_coordinates(recipe):
    """Runs lines that a page or a command shows, which leave the image in `ds`."""
    names = {"numpy": numpy, "xarray": xarray}
    exec(recipe, names)
    ds = names["ds"]
    return {
        "sum": int(ds["data"].sum()),
        "dims": list(ds["data"].dims),
        "coordinates": {
            str(name): {
                "dtype": str(values.dtype),
                "units": values.attrs["units"],
                "values": values.values.tolist(),
            }
            for name, values in ds.coords.items()
        },
    }


opened = zarr.open_array(group / "data", mode="r", zarr_format=3)
store = tensorstore.open({"driver": "zarr3", "kvstore": {"driver": "file", "path": str(group / "data")}}, read=True).result()
strided = store[:, ::2, :]
print(
    json.dumps(
        {
            "zarr": {"attributes": dict(opened.attrs), "sum": int(opened[...].sum())},
            "tensorstore": {
                "labels": list(store.domain.labels),
                "units": [unit and [unit.multiplier, unit.base_unit] for unit in store.dimension_units],
                "isSeconds": store.dimension_units[1] == tensorstore.Unit(0.00219, "s"),
                "strided": [unit and [unit.multiplier, unit.base_unit] for unit in strided.dimension_units],
                "sum": int(store.read().result().sum()),
            },
            "xarray": [with_coordinates(recipe) for recipe in recipes],
        }
    )
)
