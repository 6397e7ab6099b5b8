#!/usr/bin/env bash
# pandas: whether a filtered frame's row labels are in its Parquet file depends on whether the kept rows happen to be evenly spaced.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check pandas==3.1.1 pyarrow==26.0.1 polars==2.1.0 duckdb==2.0.1
cd "$folder"
"$folder/env/bin/python" - <<'PY'
import sys
import duckdb, pandas, polars

frame = pandas.DataFrame({"score": [0.5, -1.0, 2.0, 3.0]})
print(f"pandas {pandas.__version__}, polars {polars.__version__}, duckdb {duckdb.__version__}")
seen = {}
for bound, kept in (("every second row", frame[[True, False, True, False]]), ("rows 0, 2, 3", frame[[True, False, True, True]])):
    kept.to_parquet("kept.parquet")
    seen[bound] = polars.read_parquet("kept.parquet").columns
    assert duckdb.sql("from 'kept.parquet'").columns == seen[bound]
    assert pandas.read_parquet("kept.parquet").index.tolist() == kept.index.tolist()
    print(f"{bound}: labels {kept.index.tolist()}, a {type(kept.index).__name__}; polars and DuckDB read columns {seen[bound]}")
frame.rename_axis("line").to_parquet("named.parquet")
seen["named"] = polars.read_parquet("named.parquet").columns
print(f"an index that was named line: columns {seen['named']}")
print("The same filter gives files with different columns. Only pandas reads the labels that it kept as a range.")
sys.exit(not (seen["every second row"] == ["score"] == seen["named"] and seen["rows 0, 2, 3"] == ["score", "__index_level_0__"]))
PY
