#!/usr/bin/env bash
# pyarrow: a CSV of one column that it wrote itself has fewer rows when it reads it: those without a number are gone.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check pyarrow==26.0.1 duckdb==2.0.1 pandas==3.1.1
cd "$folder"
"$folder/env/bin/python" - <<'PY'
import sys
import duckdb, pandas, pyarrow
from pyarrow import csv

trace = pyarrow.table({"velocity": [1.5, None, None, 2.5]})
csv.write_csv(trace, "trace.csv")
counts = {
    "pyarrow": csv.read_csv("trace.csv").num_rows,
    "pandas": len(pandas.read_csv("trace.csv")),
    "DuckDB": len(duckdb.sql("from read_csv('trace.csv')").fetchall()),
}
print(f"pyarrow {pyarrow.__version__} wrote {trace.num_rows} rows, two without a number:", repr(open("trace.csv").read()))
print("rows that come back:", counts)
wide = trace.append_column("line", pyarrow.array([0, 1, 2, 3]))
csv.write_csv(wide, "wide.csv")
print("with a second column:", csv.read_csv("wide.csv").num_rows)
print("Every later number of the trace so moves to an earlier time. pandas' own writer puts two quotes there.")
sys.exit(int(counts != {"pyarrow": 2, "pandas": 2, "DuckDB": 4} or csv.read_csv("wide.csv").num_rows != 4))
PY
