"""Prints as JSON what Python reads in a dataset that holds every dtype and every kind of table."""

import hashlib
import json
import pathlib
import sys
import warnings

import duckdb
import numpy
import pandas
import xarray
import zarr

warnings.simplefilter("error")  # A reader that has to guess says so.
# The warning of zarr-python about a group that also holds our plain files: tables, the log, artifacts.
warnings.filterwarnings("ignore", message="Object at .* is not recognized as a component of a Zarr hierarchy")
root = pathlib.Path(sys.argv[1])


def digest(values):
    return hashlib.sha256(numpy.ascontiguousarray(values).tobytes()).hexdigest()


def array(group):
    """An array by zarr-python, and the same by xarray, which takes the dimensions from the metadata."""
    opened = zarr.open_group(group, mode="r", zarr_format=3, use_consolidated=False)["data"]
    variable = xarray.open_zarr(group, zarr_format=3, consolidated=False)["data"]
    return {
        "zarr": {
            "dtype": str(opened.dtype),
            "shape": opened.shape,
            "chunks": opened.chunks,
            "fill": str(opened.fill_value),
            "attributes": dict(opened.attrs),
            "dims": opened.metadata.dimension_names,
            "sha256": digest(opened[...]),
            # The last chunk, which is padded where it extends beyond the edge.
            "corner": digest(opened[tuple(slice((length - 1) // chunk * chunk, None) for length, chunk in zip(opened.shape, opened.chunks))]),
        },
        "xarray": {
            "dtype": str(variable.dtype),
            "shape": variable.shape,
            "dims": variable.dims,
            "sha256": digest(variable.values),
        },
    }


def cell(value):
    if value is None or value is pandas.NA:
        return None
    if isinstance(value, (bool, numpy.bool_)):
        return bool(value)
    if isinstance(value, (int, numpy.integer)):
        return f"int {int(value)}"
    if isinstance(value, (float, numpy.floating)):
        return "nan" if numpy.isnan(value) else f"float {numpy.float64(value).tobytes().hex()}"
    return value


def frame_of(frame):
    return {
        "types": {name: str(dtype) for name, dtype in frame.dtypes.items()},
        "rows": [[cell(value) for value in row] for row in frame.itertuples(index=False, name=None)],
    }


def relation_of(relation):
    return {
        "types": dict(zip(relation.columns, map(str, relation.types))),
        "rows": [[cell(value) for value in row] for row in relation.fetchall()],
    }


CSV_TYPES = {
    "image_id": "string", "n64": "Int64", "n32": "Int32", "f64": "Float64", "text": "string", "flag": "boolean",
    "µm per px, \"x\"": "Float64", "required": "Int64",
}


def parquet(path):
    return {
        "pandas": frame_of(pandas.read_parquet(path, dtype_backend="numpy_nullable")),
        "duckdb": relation_of(duckdb.read_parquet(str(path))),
    }


def csv(path):
    # An empty field is a missing value, an empty text is "". pandas cannot tell them apart, so the table has no empty text.
    frame = pandas.read_csv(path, dtype=CSV_TYPES, keep_default_na=False, na_values=[""])
    return {
        "pandas": frame_of(frame),
        "guessed": frame_of(pandas.read_csv(path, dtype_backend="numpy_nullable", keep_default_na=False, na_values=[""])),
        "duckdb": relation_of(duckdb.read_csv(str(path))),
    }


print(
    json.dumps(
        {
            "groups": sorted(name for name, _ in zarr.open_group(root, mode="r", use_consolidated=False).groups()),
            "arrays": {
                str(path.parent.parent.relative_to(root)): array(path.parent.parent)
                for path in sorted(root.glob("images/**/data/zarr.json"))
            },
            "parquet": {str(path.relative_to(root)): parquet(path) for path in sorted(root.rglob("*.parquet"))},
            "csv": {str(path.relative_to(root)): csv(path) for path in sorted(root.rglob("*.csv.gz"))},
        }
    )
)
