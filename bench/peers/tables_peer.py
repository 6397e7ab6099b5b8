"""Reads many small Parquet files of one kind into one table with a library that times itself here.

Each input line is `[library, folder, glob]`; each answer has milliseconds and the number of rows as `sha256`.
"""

import glob
import json
import os
import sys
import time


def rows_of(library, pattern):
    if library == "polars":
        import polars

        return polars.read_parquet(pattern).height
    if library == "DuckDB":
        import duckdb

        return duckdb.connect().execute(f"create table t as select * from read_parquet('{pattern}')").fetchone()[0]
    if library == "pyarrow.dataset":
        import pyarrow.dataset

        return pyarrow.dataset.dataset(sorted(glob.glob(pattern)), format="parquet").to_table().num_rows
    import pandas

    return len(pandas.concat([pandas.read_parquet(path) for path in sorted(glob.glob(pattern))]))


for line in sys.stdin:
    library, folder, pattern = json.loads(line)
    begun, begun_cpu = time.perf_counter(), time.process_time()
    rows = rows_of(library, os.path.join(folder, pattern))
    seconds, cpu_seconds = time.perf_counter() - begun, time.process_time() - begun_cpu
    print(json.dumps({"ms": seconds * 1000, "cpuMs": cpu_seconds * 1000, "sha256": str(rows)}), flush=True)
