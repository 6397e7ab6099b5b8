"""Writes a small dataset in the layout of the Python system (Zarr v2), and prints what it holds.

It is a program of its own: it uses zarr-python, pandas and the standard library, and nothing of that system.
"""

import gzip
import io
import json
import os
import sys
import warnings

import numpy as np
import pandas as pd
import zarr
from numcodecs import Blosc

warnings.filterwarnings("ignore")
ROOT = sys.argv[1]
CREATED = "2026-01-02T03:04:05Z"
UPDATED = "2026-01-02T03:05:00Z"


def write(path, data):
    target = os.path.join(ROOT, path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "wb") as file:
        file.write(data)


def dumps(value):
    """Two spaces, keys in their order, ASCII, no newline at the end."""
    return json.dumps(value, indent=2)


def attributes(path, values):
    write(f"{path}/.zattrs" if path else ".zattrs", json.dumps(values, indent=4, sort_keys=True).encode())


def write_group(path, values=None):
    write(f"{path}/.zgroup" if path else ".zgroup", json.dumps({"zarr_format": 2}, indent=4).encode())
    if values is not None:
        attributes(path, values)


def write_array(path, array, chunks):
    stored = zarr.create_array(
        store=os.path.join(ROOT, path),
        shape=array.shape,
        dtype=array.dtype,
        chunks=chunks,
        compressors=Blosc(cname="zstd", clevel=3, shuffle=Blosc.BITSHUFFLE, blocksize=0),
        filters=None,
        fill_value=False if array.dtype == bool else 0,
        order="C",
        zarr_format=2,
        chunk_key_encoding={"name": "v2", "separator": "."},
        config={"write_empty_chunks": True},
    )
    stored[...] = array
    extra = os.path.join(ROOT, path, ".zattrs")
    if os.path.exists(extra):
        os.remove(extra)


def plain(value):
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    return float(value) if isinstance(value, np.floating) else value


def array_facts(array):
    wide = array.dtype.kind in "iu" and array.dtype.itemsize == 8
    values = [str(one) if wide else int(one) if array.dtype == bool else one for one in array.ravel().tolist()]
    return {"dtype": array.dtype.newbyteorder("=").name, "shape": list(array.shape), "values": values}


def rows(frame):
    return [{name: plain(value) for name, value in row.items()} for row in frame.to_dict("records")]


def parquet(path, frame, compression):
    buffer = io.BytesIO()
    frame.to_parquet(buffer, compression=compression, index=False)
    write(path, buffer.getvalue())


facts = {"images": {}, "tables": {}, "log": []}


def image(image_id, array, axes, chunks):
    write_group(f"images/{image_id}", {"axes": axes, "created_utc": CREATED, "updated_utc": UPDATED})
    write_array(f"images/{image_id}/data", array, chunks)
    facts["images"][image_id] = {
        "axes": axes,
        "pixels": array_facts(array),
        "json": {},
        "parquet": {},
        "csv": {},
        "arrays": {},
        "attachments": {},
    }


def save_json(image_id, name, value):
    write(f"images/{image_id}/analysis/{name}.json", dumps(value).encode())
    facts["images"][image_id]["json"][name] = dumps(value)


def save_frame(image_id, name, frame):
    parquet(f"images/{image_id}/analysis/{name}.parquet", frame, "zstd")
    facts["images"][image_id]["parquet"][name] = rows(frame)


def save_csv(image_id, name, frame):
    text = frame.to_csv(index=False)
    write(f"images/{image_id}/analysis/{name}.csv.gz", gzip.compress(text.encode(), mtime=0))
    facts["images"][image_id]["csv"][name] = rows(pd.read_csv(io.StringIO(text)))


def save_array_artifact(image_id, name, array, axes, chunks):
    group = f"images/{image_id}/analysis_arrays"
    write_group(group)
    write_group(f"{group}/{name}", {"axes": axes, "updated_utc": UPDATED})
    write_array(f"{group}/{name}/data", array, chunks)
    facts["images"][image_id]["arrays"][name] = array_facts(array)


def save_table(name, frame):
    parquet(f"tables/{name}.parquet", frame, "snappy")
    facts["tables"][name] = rows(frame)


write_group("", {"format": "kymflow_zarr_v1", "schema_version": 1, "created_utc": CREATED, "updated_utc": UPDATED})
write_group("images")
write_group("index")

# More lines than one chunk has, so that the last chunk is padded.
scan = (np.arange(520 * 4).reshape(520, 4) % 977).astype("<u2")
image("line-scan", scan, ["y", "x"], (512, 4))
save_json(
    "line-scan",
    "metadata",
    {
        "version": "2.0",
        "header": {"voxels": [0.002, 0.2069], "acquired_local_epoch_ns": 1667392215461000001},
        "experiment_metadata": {"species": "mouse", "note": "é"},
        "rois": [
            {
                "roi_id": 1,
                "roi_type": "rect",
                "version": "1.0",
                "name": "vessel",
                "note": "",
                "channel": 1,
                "z": 0,
                "data": {"x0": 0, "x1": 2, "y0": 1, "y1": 5},
                "meta": {},
            }
        ],
    },
)
events = pd.DataFrame(
    {
        "roi_id": np.array([1, 1], dtype="int64"),
        "event_id": ["e0", "e1"],
        "t_start_s": [0.5, 1.5],
        "t_end_s": [0.75, 1.75],
        "peak_t_s": [0.6, 1.6],
        "peak_value": [1.0, np.nan],
        "score": [0.5, 0.875],
    }
)
save_json("line-scan", "velocity_events/params", {"threshold": 0.2, "window": 5})
save_frame("line-scan", "velocity_events/events", events)
save_csv("line-scan", "trace", pd.DataFrame({"time_s": [0.0, 0.002], "name": ["a, b", "é"]}))
save_array_artifact("line-scan", "roi_mask_1", (np.arange(24).reshape(6, 4) % 2).astype(bool), ["y", "x"], (6, 4))

stack = (np.arange(2 * 3 * 4 * 5 * 2) / 8 - 3).reshape(2, 3, 4, 5, 2).astype("<f4")
image("stack", stack, ["t", "z", "y", "x", "c"], (1, 1, 4, 5, 1))

# A byte order that little-endian machines do not have.
big = np.arange(-6, 6).reshape(3, 4).astype(">i2")
image("big-endian", big, ["y", "x"], (3, 4))

pooled = events.assign(image_id="line-scan", analysis_version="kymflow.velocity@0.1", params_hash="00" * 32)
save_table("kym_velocity_events", pooled)
save_table(
    "sources",
    pd.DataFrame(
        {
            "source_primary_path": ["/data/study/line-scan.tif"],
            "image_id": ["line-scan"],
            "source_mtime_ns": np.array([1753190060091123457], dtype="int64"),
            "source_size_bytes": np.array([1024], dtype="int64"),
            "ingested_epoch_ns": np.array([1771700000123456789], dtype="int64"),
        }
    ),
)
manifest = {
    "schema_version": 1,
    "format": "kymflow_zarr_v1",
    "created_utc": CREATED,
    "updated_utc": UPDATED,
    "images": [
        {
            "image_id": image_id,
            "shape": one["pixels"]["shape"],
            "dtype": one["pixels"]["dtype"],
            "axes": one["axes"],
            "created_utc": CREATED,
            "updated_utc": UPDATED,
            "acquired_local_epoch_ns": 1667392215461000001 if image_id == "line-scan" else None,
        }
        for image_id, one in sorted(facts["images"].items())
    ],
}
write("index/manifest.json.gz", gzip.compress(dumps(manifest).encode(), mtime=0))
print(json.dumps(facts, indent=1, ensure_ascii=False))
