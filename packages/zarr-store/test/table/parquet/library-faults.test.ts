import { Field, Schema, Table, tableFromIPC, tableToIPC, Utf8, vectorFromArray } from "apache-arrow";
import { describe, expect, test } from "vitest";
import { columnOf, rowsOf, tableFromColumns, tableFromRows } from "../../../src/table/arrow-table.ts";
import { packStrings, unpackStrings } from "../../../src/table/columns/utf8-strings.ts";
import { decodeParquet, encodeParquet } from "../../../src/table/parquet/parquet.ts";

/** Each fault is shown, then that it does not reach our users. If a fault is gone, the detour may go too. */
describe("faults of apache-arrow 21.2 and parquet-wasm 0.8.0 that we work around", () => {
  test("arrow writes a corrupt stream when two columns share a buffer", async () => {
    const numbers = Float64Array.from({ length: 100 }, (_, index) => index + 0.5);
    const shared = tableFromColumns({ columns: [{ name: "a", type: "float64" }] }, { a: numbers }).getChildAt(
      0,
    );
    if (shared === null) {
      throw new Error("no column");
    }
    const table = new Table({ a: shared, b: shared });
    expect(streamIsRight(table)).toBe(false);

    const decoded = await decodeParquet(await encodeParquet(table));
    expect(columnOf(decoded, "a")).toEqual([...numbers]);
    expect(columnOf(decoded, "b")).toEqual([...numbers]);
  });

  test("arrow takes nullable from the values and not from the schema when it builds from vectors", async () => {
    const required = new Schema([new Field("a", new Utf8(), false)]);
    const built = new Table({ a: vectorFromArray(["x"], new Utf8()) });
    expect(built.schema.fields[0]?.nullable).not.toBe(required.fields[0]?.nullable);

    const ours = tableFromRows([{ a: "x" }], { columns: [{ name: "a", type: "utf8", nullable: false }] });
    expect(ours.schema.fields[0]?.nullable).toBe(false);
    expect((await decodeParquet(await encodeParquet(ours))).schema.fields[0]?.nullable).toBe(false);
  });

  test("vectorFromArray, slow on strings, gives the strings that ours gives", () => {
    const strings = ["", "image 1", "é", "😀", "\u0000"];
    expect([...vectorFromArray(strings, new Utf8())]).toEqual(strings);
    expect(unpackStrings(packStrings(strings))).toEqual(strings);
  });

  test("parquet-wasm reads all columns whatever it is asked for, so that we offer no choice", async () => {
    const table = tableFromRows([{ a: 1, b: "x" }], {
      columns: [
        { name: "a", type: "int32" },
        { name: "b", type: "utf8" },
      ],
    });
    const { readParquet } = await import("parquet-wasm");
    const bytes = await encodeParquet(table);
    const asked = tableFromIPC(readParquet(bytes, { columns: ["a"] }).intoIPCStream());
    expect(asked.schema.fields.map((field) => field.name)).toEqual(["a", "b"]);
    expect([...rowsOf(await decodeParquet(bytes))]).toEqual([{ a: 1, b: "x" }]);
  });

  test("parquet-wasm cuts a table into batches of 1024 rows unless it is told not to", async () => {
    const rows = Array.from({ length: 5000 }, (_, a) => ({ a }));
    const bytes = await encodeParquet(tableFromRows(rows, { columns: [{ name: "a", type: "int32" }] }));
    const { readParquet } = await import("parquet-wasm");
    const small = readParquet(bytes);
    expect(small.numBatches).toBe(5);
    small.free();
    expect((await decodeParquet(bytes)).batches).toHaveLength(1);
  });
});

function streamIsRight(table: Table): boolean {
  try {
    const read = tableFromIPC(tableToIPC(table, "stream"));
    return JSON.stringify(read.toArray()) === JSON.stringify(table.toArray());
  } catch {
    return false;
  }
}
