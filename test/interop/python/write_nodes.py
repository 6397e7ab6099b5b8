"""Writes to the Zarr nodes of a dataset in one of the ways of Zarr programs, and prints what it then sees."""

import json
import sys
import warnings

import zarr

warnings.simplefilter("ignore")
root, way = sys.argv[1:]

if way == "look":
    group = zarr.open_group(root, mode="r")
    print(json.dumps(sorted(group["images"].keys())))
    sys.exit()

if way.startswith("xarray"):
    import numpy
    import xarray

if way == "consolidate":
    zarr.consolidate_metadata(root)
elif way == "consolidate all":
    zarr.open_group(root, mode="a").attrs["lab"] = "B12"
    zarr.consolidate_metadata(f"{root}/images/one")
    zarr.consolidate_metadata(f"{root}/images")
    zarr.consolidate_metadata(root)
elif way == "resize":
    zarr.open_array(f"{root}/images/one/data", mode="a").resize((20, 3))
elif way == "attributes":
    zarr.open_group(root, mode="a").attrs["lab"] = "B12"
    zarr.open_group(f"{root}/images", mode="a", use_consolidated=False).attrs["rack"] = 7
    zarr.open_group(f"{root}/images/one", mode="a").attrs["note"] = {"text": "µm, by hand", "when": [1e-7, 2**60]}
    zarr.open_array(f"{root}/images/one/data", mode="a").attrs["unit"] = "V"
    zarr.open_array(f"{root}/images/one/analysis_arrays/deep/mask/data", mode="a").attrs["by"] = "hand"
    zarr.open_group(f"{root}/images/one/analysis_arrays/deep", mode="a").attrs["is"] = True
elif way == "xarray":
    with xarray.open_zarr(f"{root}/images/one", consolidated=False) as found:
        extra = xarray.Dataset({"mean": ("x", found["data"].mean("t").values)}, attrs=found.attrs)
    extra.to_zarr(f"{root}/images/one", mode="a")
elif way == "xarray of its own":
    own = xarray.Dataset({"mask": (("t", "x"), numpy.zeros((2, 3), "uint8"))}, attrs={"by": "me"})
    own.to_zarr(f"{root}/images/one", mode="a")
    own.to_zarr(root, mode="a")

group = zarr.open_group(root, mode="r", use_consolidated=False)
print(json.dumps({"attributes": dict(group.attrs), "image": dict(group["images/one"].attrs)}))
