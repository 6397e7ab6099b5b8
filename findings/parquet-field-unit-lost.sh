#!/usr/bin/env bash
# Parquet: the unit that a field's metadata carries is gone after one pass through DuckDB, polars or pandas, without a word.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check pyarrow==26.0.1 duckdb==2.0.1 polars==2.1.0 pandas==3.1.1
cd "$folder"
"$folder/env/bin/python" - <<'PY'
import sys
import duckdb, pandas, polars, pyarrow, pyarrow.parquet as pq

field = pyarrow.field("vel_mean", pyarrow.float64(), metadata={"unit": "mm/s"})
pq.write_table(pyarrow.table({"vel_mean": [1.0, 2.0]}, schema=pyarrow.schema([field])), "in.parquet")
duckdb.sql("copy (from 'in.parquet') to 'duckdb.parquet'")
polars.read_parquet("in.parquet").write_parquet("polars.parquet")
pandas.read_parquet("in.parquet").to_parquet("pandas.parquet")
print("written by pyarrow:", pq.read_schema("in.parquet").field("vel_mean").metadata)
left = {name: pq.read_schema(f"{name}.parquet").field("vel_mean").metadata for name in ("duckdb", "polars", "pandas")}
for module in (duckdb, polars, pandas):
    print(f"after {module.__name__} {module.__version__}:", left[module.__name__])
print("All three keep names, types and values. Only pyarrow itself keeps the metadata of a field.")
sys.exit(any(value is not None for value in left.values()))
PY
