#!/usr/bin/env bash
# DuckDB: 31/12/25 in a CSV is 25 December 2031; with a time of day behind it, it is 25 December of the year 31.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.1
cd "$folder"
"$folder/env/bin/python" - <<'PY'
import sys
import duckdb

print(f"DuckDB {duckdb.__version__}: read_csv() of one column that a microscope's clock wrote, nothing stated")
seen = {}
for text in ("31/12/25", "31/12/25 14:05", "12/31/25", "12/31/25 14:05"):
    with open("scans.csv", "w") as file:
        file.write(f"scan,acquired\nA,{text}\n")
    seen[text] = duckdb.sql("select acquired::varchar, typeof(acquired) from read_csv('scans.csv')").fetchall()[0]
    print(f"{text:15} {seen[text][0]} {seen[text][1]}")
print("The time of day alone changes the year by 2000, or turns the column into text.")
expected = {
    "31/12/25": ("2031-12-25", "DATE"),
    "31/12/25 14:05": ("0031-12-25 14:05:00", "TIMESTAMP"),
    "12/31/25": ("2025-12-31", "DATE"),
    "12/31/25 14:05": ("12/31/25 14:05", "VARCHAR"),
}
sys.exit(int(seen != expected))
PY
