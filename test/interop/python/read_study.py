"""Prints as JSON what Python reads in a dataset and its packed file: tables with pandas and DuckDB, arrays with zarr-python."""

import hashlib
import io
import json
import pathlib
import sys
import warnings
import zipfile

import duckdb
import numpy
import pandas
import zarr

warnings.simplefilter("error")  # A reader that has to guess says so.
root = pathlib.Path(sys.argv[1])


def cell(value):
    """Floats as hexadecimal, so that every bit is compared; 64-bit integers as text, so that none is rounded."""
    if value is None or value is pandas.NA or value is pandas.NaT:
        return None
    if isinstance(value, (bool, numpy.bool_)):
        return bool(value)
    if isinstance(value, (int, numpy.integer)):
        return f"int {int(value)}"
    if isinstance(value, (float, numpy.floating)):
        return float(value).hex()
    return value


def by_pandas(path):
    frame = pandas.read_parquet(path, engine="pyarrow", dtype_backend="numpy_nullable")
    return {"columns": list(frame.columns), "rows": [[cell(v) for v in row] for row in frame.itertuples(index=False, name=None)]}


def by_duckdb(path):
    result = duckdb.sql(f"select * from read_parquet('{path}')")
    return {"columns": result.columns, "rows": [[cell(v) for v in row] for row in result.fetchall()]}


def array(path):
    opened = zarr.open_array(path, mode="r", zarr_format=3)
    values = opened[...]
    return {
        "dtype": str(opened.dtype),
        "shape": list(opened.shape),
        "dimension_names": list(opened.metadata.dimension_names or []),
        "sha256": hashlib.sha256(numpy.ascontiguousarray(values).tobytes()).hexdigest(),
    }


def packed(path):
    """The same in one file: pixels by zarr-python's ZipStore, the shapes of tables by pandas."""
    with zipfile.ZipFile(path) as file:
        found = {
            "first": file.namelist()[0],
            "damaged": file.testzip(),
            "stored": all(entry.compress_type == zipfile.ZIP_STORED for entry in file.infolist()),
            "tables": {
                name.split("/")[1].removesuffix(".parquet"): list(pandas.read_parquet(io.BytesIO(file.read(name))).shape)
                for name in file.namelist()
                if name.startswith("tables/") and name.endswith(".parquet")
            },
        }
    store = zarr.storage.ZipStore(path, mode="r")
    images = zarr.open_group(store, mode="r", zarr_format=3)["images"]
    found["pixels"] = {
        name: hashlib.sha256(numpy.ascontiguousarray(image["data"][...]).tobytes()).hexdigest()
        for name, image in images.groups()
    }
    store.close()
    return found


group = zarr.open_group(root, mode="r", zarr_format=3)
print(
    json.dumps(
        {
            "attributes": dict(group.attrs),
            "packed": packed(sys.argv[2]),
            "images": {
                name: {"attributes": dict(image.attrs), "pixels": array(root / "images" / name / "data")}
                for name, image in zarr.open_group(root / "images", mode="r", zarr_format=3).groups()
            },
            "arrays": {
                str(path.parent.relative_to(root)): array(path.parent)
                for path in sorted(root.glob("images/*/analysis_arrays/**/data/zarr.json"))
            },
            "tables": {
                path.stem: {"pandas": by_pandas(path), "duckdb": by_duckdb(path)}
                for path in sorted((root / "tables").glob("*.parquet"))
            },
        }
    )
)
