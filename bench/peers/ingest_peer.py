"""Ingests TIFFs with tifffile and a Zarr library, which time themselves here.

Input lines are `["ingest", folder, target, threads, compression, library]`, answered with milliseconds, or
`["digest", target]`. The library is `zarr-python` if none is named; `zarrs` is its pipeline of that name; `tensorstore`.
"""

import hashlib
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy
import tifffile
import zarr
from zarr.codecs import ZstdCodec

PIPELINES = {
    "zarr-python": "zarr.core.codec_pipeline.BatchedCodecPipeline",
    "zarrs": "zarrs.ZarrsCodecPipeline",
}


def taker_by_zarr(target, compression, library):
    zarr.config.set({"codec_pipeline.path": PIPELINES[library]})
    compressors = [ZstdCodec(level=1)] if compression == "zstd" else None
    group = zarr.create_group(target)

    def take(path):
        pixels = tifffile.imread(path)
        array = group.create_array(
            path.stem, shape=pixels.shape, chunks=pixels.shape, dtype=pixels.dtype, compressors=compressors
        )
        array[...] = pixels

    return take


def taker_by_tensorstore(target, threads, compression):
    import tensorstore

    zarr.create_group(target)
    limit = {"limit": threads}
    context = tensorstore.Context({"data_copy_concurrency": limit, "file_io_concurrency": limit, "file_io_sync": False})
    codecs = [{"name": "bytes", "configuration": {"endian": "little"}}]
    if compression == "zstd":
        codecs.append({"name": "zstd", "configuration": {"level": 1}})

    def take(path):
        pixels = tifffile.imread(path)
        spec = {
            "driver": "zarr3",
            "kvstore": {"driver": "file", "path": os.path.join(target, path.stem)},
            "metadata": {
                "shape": list(pixels.shape),
                "data_type": pixels.dtype.name,
                "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": list(pixels.shape)}},
                "codecs": codecs,
            },
        }
        array = tensorstore.open(spec, create=True, context=context).result()
        array.write(numpy.ascontiguousarray(pixels), can_reference_source_data_indefinitely=True).result()

    return take


def ingest(folder, target, threads, compression, library="zarr-python"):
    paths = sorted(Path(folder).glob("*.tif"))
    begun, begun_cpu = time.perf_counter(), time.process_time()
    if library == "tensorstore":
        take = taker_by_tensorstore(target, threads, compression)
    else:
        take = taker_by_zarr(target, compression, library)
    if threads == 1:
        for path in paths:
            take(path)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(take, paths))
    return {
        "ms": 1000 * (time.perf_counter() - begun),
        "cpuMs": 1000 * (time.process_time() - begun_cpu),
        "sha256": "",
    }


def digest(target):
    zarr.config.set({"codec_pipeline.path": PIPELINES["zarr-python"]})
    whole = hashlib.sha256()
    for name in sorted(path.name for path in Path(target).iterdir() if path.is_dir()):
        pixels = zarr.open_array(os.path.join(target, name), mode="r")[...]
        whole.update(pixels.astype(pixels.dtype.newbyteorder("<")).tobytes())
    return whole.hexdigest()


for line in sys.stdin:
    verb, *arguments = json.loads(line)
    answer = ingest(*arguments) if verb == "ingest" else {"ms": 0, "sha256": digest(*arguments)}
    print(json.dumps(answer), flush=True)
