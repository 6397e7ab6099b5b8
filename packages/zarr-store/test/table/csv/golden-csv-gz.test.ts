// Tables that earlier builds wrote as `.csv.gz` keep their types and values, whatever becomes of the reader.
import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { rowsOf, tableFromRows } from "../../../src/table/arrow-table.ts";
import { decodeCsvGz, encodeCsvGz } from "../../../src/table/csv/csv-gz.ts";
import {
  type CellValue,
  type ColumnType,
  type Row,
  schemaOfTable,
  type TableSchema,
} from "../../../src/table/table-schema.ts";

/** What the build that wrote a file read from it without a schema; numbers stand as text. */
interface Golden {
  /** The types of the table that was written, in the order of its columns. */
  readonly written: readonly ColumnType[];
  readonly types: Readonly<Record<string, ColumnType>>;
  readonly rows: readonly (readonly (string | boolean | null)[])[];
}

const FOLDER = new URL("golden/", import.meta.url);
const GOLDEN: Readonly<Record<string, Golden>> = JSON.parse(
  readFileSync(new URL("golden.json", FOLDER), "utf8"),
);
const NAMES = Object.keys(GOLDEN);

const bytesOf = (name: string): Uint8Array => readFileSync(new URL(`${name}.csv.gz`, FOLDER));
const shown = (value: CellValue | undefined): string | boolean | null =>
  typeof value === "number" || typeof value === "bigint"
    ? Object.is(value, -0)
      ? "-0"
      : String(value)
    : (value ?? null);
const shownRows = (rows: Iterable<Row>): unknown =>
  Array.from(rows, (row) => Object.values(row).map((value) => shown(value)));

test("each golden .csv.gz has its types and values listed, and each list its file", () => {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(".csv.gz"));
  expect(files.toSorted()).toEqual(NAMES.map((name) => `${name}.csv.gz`).toSorted());
});

test.each(NAMES)(
  "the golden table %s.csv.gz keeps the types and values that it had when it was written",
  async (name) => {
    const { types, rows } = GOLDEN[name] as Golden;
    const table = await decodeCsvGz(bytesOf(name));
    expect(schemaOfTable(table).columns).toEqual(
      Object.entries(types).map(([column, type]) => ({ name: column, type })),
    );
    expect(shownRows(rowsOf(table))).toEqual(rows);
  },
);

test.each(NAMES)(
  "the golden table %s.csv.gz is read by the schema it was written with, and written again alike",
  async (name) => {
    const { types, written } = GOLDEN[name] as Golden;
    const schema: TableSchema = {
      columns: Object.keys(types).map((column, index) => ({
        name: column,
        type: written[index] as ColumnType,
      })),
    };
    const table = await decodeCsvGz(bytesOf(name), schema);
    expect(schemaOfTable(table)).toEqual(schema);
    const again = await encodeCsvGz(tableFromRows([...rowsOf(table)], schema));
    expect(gunzipSync(again).toString("utf8")).toBe(gunzipSync(bytesOf(name)).toString("utf8"));
  },
);
