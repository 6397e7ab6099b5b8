#!/usr/bin/env bash
# exceljs: a number whose format spells its unit with escaped letters, 0.00\ \m\m\/\s, is read as a date in 1899.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check openpyxl==3.1.5
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund exceljs@4.4.0
"$folder/env/bin/python" - <<'PY'
import openpyxl

book = openpyxl.Workbook()
sheet = book.active
for row, form in enumerate(('0.00', '0.00 "mm/s"', '0.00\\ \\m\\m\\/\\s', '0.0\\ \\s', '0.0\\ \\h'), 1):
    sheet.cell(row, 1, 0.75).number_format = form
book.save("velocities.xlsx")
print("openpyxl", openpyxl.__version__, "reads back:", [cell.value for cell in openpyxl.load_workbook("velocities.xlsx").active["A"]])
PY
cat > probe.mjs <<'JS'
import { readFileSync } from "node:fs";
import excel from "exceljs";

const { version } = JSON.parse(readFileSync("node_modules/exceljs/package.json", "utf8"));
const book = new excel.Workbook();
await book.xlsx.readFile("velocities.xlsx");
const kinds = [];
console.log(`exceljs ${version}: five cells that hold 0.75`);
book.worksheets[0].eachRow((row) => {
  const cell = row.getCell(1);
  kinds.push(cell.value instanceof Date ? "date" : typeof cell.value);
  console.log(`${cell.numFmt}: ${cell.value instanceof Date ? cell.value.toISOString() : cell.value}`);
});
console.log("Letters in quotes are taken for text; letters after a backslash, for days, hours, minutes or seconds.");
process.exit(kinds.join() === "number,number,date,date,date" ? 0 : 1);
JS
node probe.mjs
