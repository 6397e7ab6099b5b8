#!/usr/bin/env bash
# parquet-wasm: reads decimals, and reads dictionaries, but one dictionary column of decimals makes it refuse the whole file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check pyarrow==26.0.1 duckdb==2.0.1
cd "$folder"
"$folder/env/bin/python" - <<'PY'
import decimal
import duckdb, pyarrow as pa, pyarrow.parquet as pq

prices = pa.array([decimal.Decimal("1.5"), decimal.Decimal("2.5"), decimal.Decimal("1.5")])
pq.write_table(pa.table({"k": prices}), "plain.parquet")
pq.write_table(pa.table({"k": pa.array(["a", "b", "a"]).dictionary_encode()}), "texts.parquet")
pq.write_table(pa.table({"k": prices.dictionary_encode()}), "decimals.parquet")
print("pyarrow", pa.__version__, "reads", pq.read_table("decimals.parquet")["k"].to_pylist())
print("duckdb", duckdb.__version__, "reads", duckdb.sql("from 'decimals.parquet'").fetchall())
PY
npm install --silent --no-audit --no-fund --prefix "$folder" parquet-wasm@0.8.0
cat >read.cjs <<'JS'
const { readFileSync } = require("node:fs");
const { readParquet, readSchema } = require("parquet-wasm");
const { version } = JSON.parse(readFileSync("node_modules/parquet-wasm/package.json", "utf8"));
const read = (name) => {
  try {
    readParquet(readFileSync(name));
    return "read";
  } catch (error) {
    return `refused: ${error.message ?? error}`;
  }
};
readSchema(readFileSync("decimals.parquet"));
console.log(`parquet-wasm ${version}`, "decimals.parquet:", "the schema is read");
const found = ["plain.parquet", "texts.parquet", "decimals.parquet"].map((name) => [name, read(name)]);
for (const [name, what] of found) {
  console.log(`parquet-wasm ${version}`, `${name}:`, what);
}
console.log("pyarrow and DuckDB read all three. The footer announces the dictionary, and parquet-wasm reads the schema without a word.");
const [plain, texts, decimals] = found.map(([, what]) => what);
process.exit(plain === "read" && texts === "read" && decimals.startsWith("refused") ? 0 : 1);
JS
node read.cjs
