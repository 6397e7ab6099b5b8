"""Reads and writes TIFFs with tifffile, which times itself here.

Input lines are `["read", path, …]`, `["read on one thread", path, …]` `["write", source, target]`
or `["compress", source, target, compression, rows a strip]`; each answer has milliseconds and a digest.
"""

import hashlib
import json
import sys
import time

import tifffile

for line in sys.stdin:
    verb, *paths = json.loads(line)
    # Its own choice of threads for "read".
    threads = 1 if verb == "read on one thread" else None
    if verb.startswith("read"):
        begun, begun_cpu = time.perf_counter(), time.process_time()
        arrays = [tifffile.imread(path, maxworkers=threads) for path in paths]
        seconds, cpu_seconds = time.perf_counter() - begun, time.process_time() - begun_cpu
    elif verb == "compress":
        source, target, compression, rows = paths
        kind = None if compression == "none" else {"deflate": "adobe_deflate"}.get(compression, compression.lower())
        begun, begun_cpu = time.perf_counter(), time.process_time()
        tifffile.imwrite(target, tifffile.imread(source), compression=kind, rowsperstrip=int(rows), bigtiff=False)
        seconds, cpu_seconds = time.perf_counter() - begun, time.process_time() - begun_cpu
        arrays = []
    else:
        arrays = [tifffile.imread(paths[0])]
        begun, begun_cpu = time.perf_counter(), time.process_time()
        tifffile.imwrite(paths[1], arrays[0])
        seconds, cpu_seconds = time.perf_counter() - begun, time.process_time() - begun_cpu
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(array.astype(array.dtype.newbyteorder("<")).tobytes())
    answer = {"ms": seconds * 1000, "cpuMs": cpu_seconds * 1000, "sha256": digest.hexdigest()}
    print(json.dumps(answer), flush=True)
