"""Reads whole arrays with zarr-python or tensorstore, which time themselves here.

Each input line is a list of paths of arrays, for zarr-python, or `{"library", "threads", "paths"}`; each answer has
milliseconds and a digest. The digest is of the arrays in the order of their paths.
"""

import hashlib
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy
import zarr


def reader(library, threads):
    if library == "zarr-python":
        return lambda path: zarr.open_array(path, mode="r")[...]
    import tensorstore

    limit = {"limit": threads}
    context = tensorstore.Context({"data_copy_concurrency": limit, "file_io_concurrency": limit})
    return lambda path: (
        tensorstore.open({"driver": "zarr3", "kvstore": {"driver": "file", "path": path}}, context=context)
        .result()
        .read()
        .result()
    )


for line in sys.stdin:
    request = json.loads(line)
    asked = request if isinstance(request, dict) else {"library": "zarr-python", "threads": 1, "paths": request}
    read, threads = reader(asked["library"], asked["threads"]), asked["threads"]
    begun, begun_cpu = time.perf_counter(), time.process_time()
    if threads == 1:
        arrays = [read(path) for path in asked["paths"]]
    else:
        with ThreadPoolExecutor(threads) as pool:
            arrays = list(pool.map(read, asked["paths"]))
    seconds, cpu_seconds = time.perf_counter() - begun, time.process_time() - begun_cpu
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(numpy.ascontiguousarray(array).tobytes())
    answer = {"ms": seconds * 1000, "cpuMs": cpu_seconds * 1000, "sha256": digest.hexdigest()}
    print(json.dumps(answer), flush=True)
