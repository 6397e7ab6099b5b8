import { rowsOf } from "@kym/zarr-store";
import { decodeParquet, schemaOfTable } from "@kym/zarr-store/table";
import { expect, test } from "vitest";
import { encodeTable, tableText } from "../../src/output/encode-table.ts";
import type { OutputTable } from "../../src/output/output-table.ts";

const TABLE: OutputTable = {
  columns: [
    { name: "n", type: "int64", values: [2n ** 60n + 1n, null] },
    {
      name: "vel_mean",
      type: "float64",
      unit: "mm/s",
      values: [-1.1480221427577417, Number.POSITIVE_INFINITY],
    },
    { name: "ok", type: "bool", values: [true, false] },
    { name: "note", type: "utf8", values: ["=1+1", 'a,"b"\tc'] },
  ],
  rowCount: 2,
};

test("CSV and TSV have all digits, TRUE and FALSE, which base R takes for logical values, and no formula", () => {
  expect(tableText(TABLE, "csv")).toBe(
    `n,vel_mean,ok,note\n1152921504606846977,-1.1480221427577417,TRUE,'=1+1\n,Infinity,FALSE,"a,""b""\tc"\n`,
  );
  expect(tableText(TABLE, "tsv").split("\n")[1]).toBe(
    "1152921504606846977\t-1.1480221427577417\tTRUE\t'=1+1",
  );
});

test("JSON is a list with one object a line, with all digits, and null for an infinity", () => {
  const lines = tableText(TABLE, "json").split("\n");
  expect(lines[1]).toBe('{"n":1152921504606846977,"vel_mean":-1.1480221427577417,"ok":true,"note":"=1+1"},');
  expect(JSON.parse(lines.join("\n"))[1]).toEqual({ n: null, vel_mean: null, ok: false, note: 'a,"b"\tc' });
  expect(tableText({ columns: [], rowCount: 0 }, "json")).toBe("[]\n");
});

test("Parquet keeps types, units and every value, also without rows", async () => {
  const bytes = await encodeTable(TABLE, "parquet", "");
  const table = await decodeParquet(Uint8Array.from(Buffer.from(bytes)));
  expect(schemaOfTable(table).columns).toEqual(
    TABLE.columns.map(({ values: _, ...column }) => expect.objectContaining(column)),
  );
  expect([...rowsOf(table)]).toEqual([
    { n: 2n ** 60n + 1n, vel_mean: -1.1480221427577417, ok: true, note: "=1+1" },
    { n: null, vel_mean: Number.POSITIVE_INFINITY, ok: false, note: 'a,"b"\tc' },
  ]);
  const empty = { columns: TABLE.columns.map((column) => ({ ...column, values: [] })), rowCount: 0 };
  const none = await decodeParquet(Uint8Array.from(Buffer.from(await encodeTable(empty, "parquet", ""))));
  expect(schemaOfTable(none)).toEqual(schemaOfTable(table));
});

test("xlsx is a zip with one sheet", async () => {
  const bytes = Buffer.from(await encodeTable(TABLE, "xlsx", ""));
  expect(bytes.subarray(0, 4).toString("latin1")).toBe("PK\u0003\u0004");
  expect(bytes.toString("latin1")).toContain("xl/worksheets/sheet1.xml");
});
