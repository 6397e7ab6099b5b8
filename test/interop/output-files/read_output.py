"""Prints, as JSON, what openpyxl, pandas, pyarrow and DuckDB read from files that `kym query -o` wrote."""

import json
import sys

import duckdb
import openpyxl
import pandas
import pyarrow.csv
import pyarrow.parquet

folder = sys.argv[1]
sheet = openpyxl.load_workbook(f"{folder}/t.xlsx").active
parquet = pyarrow.parquet.read_table(f"{folder}/t.parquet")


def of_pandas(frame):
    return {
        "types": {name: str(frame[name].dtype) for name in frame},
        "rows": json.loads(frame.to_json(orient="values", double_precision=15)),
    }


print(
    json.dumps(
        {
            "xlsx": [[[cell.value, cell.data_type] for cell in row] for row in sheet.iter_rows()],
            "frozen": sheet.freeze_panes,
            "excel": of_pandas(pandas.read_excel(f"{folder}/t.xlsx")),
            "parquet": {
                "types": {field.name: str(field.type) for field in parquet.schema},
                "units": {
                    field.name: (field.metadata or {}).get(b"unit", b"").decode() for field in parquet.schema
                },
                "rows": [list(row.values()) for row in parquet.to_pylist()],
            },
            "csv": of_pandas(pandas.read_csv(f"{folder}/t.csv")),
            "tsv": of_pandas(pandas.read_csv(f"{folder}/t.tsv", sep="\t")),
            "one column": [
                pandas.read_csv(f"{folder}/one.csv")["vel_mean"].isna().tolist(),
                pyarrow.csv.read_csv(f"{folder}/one.csv")["vel_mean"].is_null().to_pylist(),
                [value is None for (value,) in duckdb.sql(f"from '{folder}/one.csv'").fetchall()],
            ],
            "json": of_pandas(pandas.read_json(f"{folder}/t.json")),
            "duckdb": duckdb.sql(f"select typeof(ok), ok, note from '{folder}/t.csv' order by id").fetchall(),
        }
    )
)
