"""Ingests TIFFs with tifffile and zarr-python, which time themselves here.

Input lines are `["ingest", folder, target, threads, compression]`, answered with milliseconds, or `["digest", target]`.
"""

import hashlib
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import tifffile
import zarr
from zarr.codecs import ZstdCodec


def ingest(folder, target, threads, compression):
    paths = sorted(Path(folder).glob("*.tif"))
    compressors = [ZstdCodec(level=1)] if compression == "zstd" else None
    begun = time.perf_counter()
    group = zarr.create_group(target)

    def take(path):
        pixels = tifffile.imread(path)
        array = group.create_array(
            path.stem, shape=pixels.shape, chunks=pixels.shape, dtype=pixels.dtype, compressors=compressors
        )
        array[...] = pixels

    if threads == 1:
        for path in paths:
            take(path)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(take, paths))
    return time.perf_counter() - begun


def digest(target):
    group = zarr.open_group(target, mode="r")
    whole = hashlib.sha256()
    for name in sorted(group.array_keys()):
        pixels = group[name][...]
        whole.update(pixels.astype(pixels.dtype.newbyteorder("<")).tobytes())
    return whole.hexdigest()


for line in sys.stdin:
    verb, *arguments = json.loads(line)
    if verb == "ingest":
        answer = {"ms": ingest(*arguments) * 1000, "sha256": ""}
    else:
        answer = {"ms": 0, "sha256": digest(*arguments)}
    print(json.dumps(answer), flush=True)
