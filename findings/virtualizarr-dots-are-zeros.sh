#!/usr/bin/env bash
# VirtualiZarr: every pixel of a valid Zarr v3 array whose chunk keys are separated by dots is read as 0, without an error.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check virtualizarr==2.5.1 obstore==0.12.1 obspec-utils==0.9.0 \
  arro3-core==0.9.1 xarray==2026.9.0 zarr==3.1.6
cd "$folder"
"$folder/env/bin/python" -W ignore - <<'PY'
import os, sys
from importlib.metadata import version
import numpy, xarray, zarr
from obspec_utils.registry import ObjectStoreRegistry
from obstore.store import LocalStore
from virtualizarr.parsers import ZarrParser

print(f"virtualizarr {version('virtualizarr')}, zarr {zarr.__version__}, xarray {xarray.__version__}")
sums = {}
for separator in "/.":
    path = os.path.abspath(f"keys-{ord(separator)}.zarr")
    group = zarr.open_group(path, mode="w", zarr_format=3)
    encoding = {"name": "default", "separator": separator}
    array = group.create_array("data", shape=(4, 3), chunks=(2, 3), dtype="uint16", chunk_key_encoding=encoding, dimension_names=("t", "x"))
    array[:] = numpy.arange(12).reshape(4, 3)
    virtual = ZarrParser()(url=f"file://{path}", registry=ObjectStoreRegistry({"file://": LocalStore()}))
    readers = {
        "zarr-python": array[:],
        "xarray": xarray.open_zarr(path, consolidated=False)["data"].values,
        "VirtualiZarr": xarray.open_zarr(virtual, consolidated=False, zarr_format=3)["data"].values,
    }
    sums[separator] = {name: int(pixels.sum()) for name, pixels in readers.items()}
    print(f"separator {separator!r}, sum of all pixels: {sums[separator]}")
print("The Zarr v3 specification allows both separators of the default encoding.")
sys.exit(not (set(sums["/"].values()) == {66} and sums["."] == {"zarr-python": 66, "xarray": 66, "VirtualiZarr": 0}))
PY
