"""Prints as JSON what Python reads in a packed dataset: pixels with zarr-python's ZipStore, tables with pandas."""

import hashlib
import io
import json
import sys
import warnings
import zipfile

import numpy
import pandas
import zarr

warnings.simplefilter("error")
path = sys.argv[1]

with zipfile.ZipFile(path) as packed:
    names = packed.namelist()
    damaged = packed.testzip()
    stored = all(entry.compress_type == zipfile.ZIP_STORED for entry in packed.infolist())
    tables = {
        name.split("/")[1].removesuffix(".parquet"): list(pandas.read_parquet(io.BytesIO(packed.read(name))).shape)
        for name in names
        if name.startswith("tables/") and name.endswith(".parquet")
    }

store = zarr.storage.ZipStore(path, mode="r")
group = zarr.open_group(store, mode="r", zarr_format=3)
pixels = {
    name: hashlib.sha256(numpy.ascontiguousarray(image["data"][...]).tobytes()).hexdigest()
    for name, image in group["images"].groups()
}
store.close()
print(json.dumps({"first": names[0], "damaged": damaged, "stored": stored, "tables": tables, "pixels": pixels}))
