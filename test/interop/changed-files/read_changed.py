"""Reads changed files and reports where the result differs from ours: `read_changed.py folder`.

The folder holds `<kind>-<number>.bin`, and for each of them `<kind>-<number>.json` with what we read. Prints one JSON
object: for each kind, how many files were compared, how many could not be read here, and what differs.
"""

import csv
import hashlib
import io
import json
import logging
import pathlib
import sys

import numpy
import tifffile

logging.disable(logging.CRITICAL)


def array_says(array):
    array = numpy.asarray(array)
    if array.dtype == numpy.float16:
        array = array.astype(numpy.float32)  # as which we give it, every value the same
    little = numpy.ascontiguousarray(array.astype(array.dtype.newbyteorder("<")))
    return {
        "dtype": array.dtype.name,
        "count": int(array.size),
        "sha256": hashlib.sha256(little.tobytes()).hexdigest(),
    }


def read_tiff(data):
    """Of a strip without a byte count tifffile makes zeros, where we read what is there: such a file says nothing here."""
    with tifffile.TiffFile(io.BytesIO(data)) as tif:
        if any(0 in page.databytecounts for page in tif.pages):
            return None
        if tif.is_imagej:
            return array_says(tif.asarray())
        pages = list(tif.pages)
        proper = [page for page in pages if not int(page.subfiletype) & 5] or pages
        return array_says(numpy.concatenate([page.asarray().ravel() for page in proper]))


def read_npy(data):
    array = numpy.load(io.BytesIO(data), allow_pickle=False)
    return {**array_says(array), "shape": list(array.shape)}


def read_csv(data):
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline="")
    return [row for row in csv.reader(text, strict=True) if row]


def read_json(data):
    return json.loads(data.decode("utf-8-sig"), parse_int=float)


READERS = {"tiff": read_tiff, "npy": read_npy, "csv": read_csv, "json": read_json}
tallies = {kind: {"compared": 0, "unread": 0, "differences": []} for kind in READERS}
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.bin")):
    kind = path.name.split("-")[0]
    ours = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"), parse_int=float)
    try:
        theirs = READERS[kind](path.read_bytes())
    except Exception:
        tallies[kind]["unread"] += 1
        continue
    if theirs is None:
        continue
    tallies[kind]["compared"] += 1
    if theirs != ours:
        tallies[kind]["differences"].append(f"{path.stem}: {str(ours)[:300]}, not {str(theirs)[:300]}")
print(json.dumps(tallies))
