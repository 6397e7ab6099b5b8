"""Prints as JSON what Python reads in a dataset: every table with pandas and DuckDB, every array with zarr-python."""

import hashlib
import json
import pathlib
import sys
import warnings

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


group = zarr.open_group(root, mode="r", zarr_format=3)
print(
    json.dumps(
        {
            "attributes": dict(group.attrs),
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
