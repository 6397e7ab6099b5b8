"""Reads and writes TIFFs with tifffile, which times itself here.

Input lines are `["read", path, …]` or `["write", source, target]`; each answer has milliseconds and a digest.
"""

import hashlib
import json
import sys
import time

import tifffile

for line in sys.stdin:
    verb, *paths = json.loads(line)
    if verb == "read":
        begun = time.perf_counter()
        arrays = [tifffile.imread(path) for path in paths]
        seconds = time.perf_counter() - begun
    else:
        arrays = [tifffile.imread(paths[0])]
        begun = time.perf_counter()
        tifffile.imwrite(paths[1], arrays[0])
        seconds = time.perf_counter() - begun
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(array.astype(array.dtype.newbyteorder("<")).tobytes())
    print(json.dumps({"ms": seconds * 1000, "sha256": digest.hexdigest()}), flush=True)
