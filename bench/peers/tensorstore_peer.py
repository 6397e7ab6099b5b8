"""Reads whole arrays with tensorstore, which times itself here.

Each input line is a list: the number of threads, then paths of arrays. With one thread, one array is read after
the other. Each answer has milliseconds, those of the processor, and a digest.
"""

import hashlib
import json
import sys
import time

import numpy
import tensorstore


def open_array(path, context):
    spec = {"driver": "zarr3", "kvstore": {"driver": "file", "path": path}}
    return tensorstore.open(spec, read=True, context=context)


def read(paths, threads):
    limit = {"limit": threads}
    context = tensorstore.Context({"data_copy_concurrency": limit, "file_io_concurrency": limit})
    if threads == 1:
        return [open_array(path, context).result().read().result() for path in paths]
    opened = [open_array(path, context) for path in paths]
    return [reading.result() for reading in [array.result().read() for array in opened]]


for line in sys.stdin:
    threads, *paths = json.loads(line)
    begun, begun_cpu = time.perf_counter(), time.process_time()
    arrays = read(paths, int(threads))
    seconds, cpu_seconds = time.perf_counter() - begun, time.process_time() - begun_cpu
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(numpy.ascontiguousarray(array).tobytes())
    print(
        json.dumps({"ms": seconds * 1000, "cpuMs": cpu_seconds * 1000, "sha256": digest.hexdigest()}),
        flush=True,
    )
