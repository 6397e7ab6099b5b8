"""Reads an OIR whole with oirfile, and prints what that took, its greatest resident size and the hash of its pixels."""

import hashlib
import json
import resource
import sys
import time

import oirfile

begun, begun_cpu = time.perf_counter(), time.process_time()
with oirfile.OirFile(sys.argv[1]) as oir:
    array = oir.asarray()
ms = (time.perf_counter() - begun) * 1000
cpu_ms = (time.process_time() - begun_cpu) * 1000
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"ms": ms, "cpuMs": cpu_ms, "peakBytes": peak, "sha256": hashlib.sha256(array).hexdigest()}))
