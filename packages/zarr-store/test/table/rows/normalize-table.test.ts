import {
  Binary,
  type DataType,
  DateDay,
  Dictionary,
  Field,
  Float16,
  Float32,
  Float64,
  Int8,
  Int16,
  Int32,
  Int64,
  LargeUtf8,
  List,
  makeData,
  Null,
  RecordBatch,
  Schema,
  Struct,
  Table,
  TimestampMicrosecond,
  TimestampMillisecond,
  TimestampNanosecond,
  TimestampSecond,
  Uint8,
  Uint16,
  Uint32,
  Uint64,
  Utf8,
  Utf8View,
  type Vector,
  vectorFromArray,
} from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { columnOf, normalizeTable, rowsOf, tableFromRows } from "../../../src/table/arrow-table.ts";
import { schemaOfTable } from "../../../src/table/table-schema.ts";
import { tableContent } from "../table-arbitraries.ts";

function tableOf(vector: Vector): Table {
  return new Table({ c: vector });
}

function buffersOf(table: Table): readonly unknown[] {
  const columns = table.batches.flatMap((batch) => batch.data.children);
  const views = columns.flatMap((data): unknown[] => [data.values, data.valueOffsets, data.nullBitmap]);
  return views.flatMap((view) => (ArrayBuffer.isView(view) && view.byteLength > 0 ? view.buffer : []));
}

type ReadCase = [DataType, readonly unknown[], string, readonly unknown[]];

const VIEWED = ["short", null, "longer than twelve bytes", "é".repeat(7)];
/** Interop runs this file with older versions of Arrow as well, which do not have the type. */
const STRING_VIEWS: readonly ReadCase[] =
  Utf8View === undefined ? [] : [[new Utf8View(), VIEWED, "utf8", VIEWED]];

describe("normalizeTable", () => {
  test.each<ReadCase>([
    [new Int8(), [-128, null, 127], "int32", [-128, null, 127]],
    [new Uint8(), [0, 255], "int32", [0, 255]],
    [new Int16(), [-32768], "int32", [-32768]],
    [new Uint16(), [65535], "int32", [65535]],
    [new Uint32(), [4294967295, null], "int64", [4294967295n, null]],
    [new Int64(), [-(2n ** 63n), null], "int64", [-(2n ** 63n), null]],
    [new Uint64(), [2n ** 63n - 1n, null], "int64", [2n ** 63n - 1n, null]],
    [
      new Float16(),
      [0.5, null, -2, Number.POSITIVE_INFINITY, Number.NaN, 2 ** -24, -65504],
      "float64",
      [0.5, null, -2, Number.POSITIVE_INFINITY, null, 2 ** -24, -65504],
    ],
    [new Float32(), [0.5, null, Number.NaN], "float64", [0.5, null, null]],
    [new Float64(), [0.1, Number.NaN], "float64", [0.1, null]],
    [new Utf8(), ["é", null, ""], "utf8", ["é", null, ""]],
    [new LargeUtf8(), ["é", null, ""], "utf8", ["é", null, ""]],
    ...STRING_VIEWS,
    [new Dictionary(new Utf8(), new Int8()), ["b", "a", null, "b"], "utf8", ["b", "a", null, "b"]],
    [new Dictionary(new Int16(), new Int32()), [7, 8, null, 7], "int32", [7, 8, null, 7]],
    [new Null(), [null, null], "utf8", [null, null]],
    [new List(new Field("item", new Int32())), [[1, 2], [], null], "utf8", ["[1, 2]", "[]", null]],
    [new List(new Field("item", new Utf8())), [['a"', null]], "utf8", ['["a\\"", null]']],
    [
      new List(new Field("item", new Float64())),
      [[0.5, Number.NaN, Number.POSITIVE_INFINITY]],
      "utf8",
      ["[0.5, null, Infinity]"],
    ],
    [new DateDay(), [new Date("2025-07-22"), null], "utf8", ["2025-07-22", null]],
  ])("reads %s as one of our types", (type, values, expectedType, expected) => {
    const table = normalizeTable(tableOf(vectorFromArray(values, type)));
    expect(columnOf(table, "c")).toEqual(expected);
    expect(schemaOfTable(table).columns[0]).toMatchObject({ name: "c", type: expectedType });
    expect(table.batches).toHaveLength(1);
  });

  test.each([
    [new TimestampSecond(), 1_700_000_000n, 1_700_000_000_000_000_000n],
    [new TimestampMillisecond(), 1_700_000_000_123n, 1_700_000_000_123_000_000n],
    [new TimestampMicrosecond(), -1n, -1000n],
    [new TimestampNanosecond("UTC"), 1_700_000_000_123_456_789n, 1_700_000_000_123_456_789n],
  ])("reads %s as nanoseconds", (type, stored, expected) => {
    const data = makeData({ type, data: new BigInt64Array([stored]), length: 1, nullCount: 0 });
    const schema = new Schema([new Field("c", type, false)]);
    const table = normalizeTable(new Table(schema, { c: data }));
    expect(columnOf(table, "c")).toEqual([expected]);
    expect(schemaOfTable(table).columns).toEqual([{ name: "c", type: "int64", nullable: false, unit: "ns" }]);
  });

  test.each([
    [new Int64(), BigInt64Array.of(1n, 0n, 1n)],
    [new Uint64(), BigUint64Array.of(1n, 0n, 1n)],
    [new Uint32(), Uint32Array.of(1, 0, 1)],
  ])("reads a dictionary whose indices are %s", (indices, data) => {
    const dictionary = vectorFromArray(["a", "b"], new Utf8());
    // Arrow's types know indices of at most 32 bits; files have others.
    const type = new Dictionary(new Utf8(), indices as unknown as Int32);
    const column = makeData({
      type,
      data: data as unknown as Int32Array,
      length: 3,
      nullCount: 1,
      nullBitmap: Uint8Array.of(0b101),
      dictionary,
    });
    const table = new Table(new Schema([new Field("c", type)]), { c: column });
    expect(columnOf(normalizeTable(table), "c")).toEqual(["b", null, "b"]);
  });

  test("refuses what is beyond int64, with the row", () => {
    expect(() =>
      normalizeTable(tableOf(vectorFromArray([1n, 2n ** 63n], new Uint64())), "t.parquet"),
    ).toThrow(
      expect.objectContaining({
        code: "not_supported",
        message:
          "column c of t.parquet has the type uint64, and row 1 holds 9223372036854775808, which is beyond int64",
      }),
    );
  });

  test("refuses other types and names the column", () => {
    const bytes = vectorFromArray([Uint8Array.of(1)], new Binary());
    expect(() => normalizeTable(tableOf(bytes), "t.parquet")).toThrow(
      expect.objectContaining({
        code: "not_supported",
        message:
          "column c of t.parquet has the type binary, which is not read; write it as numbers, text or timestamps",
      }),
    );
    const lists = vectorFromArray([[1]], new List(new Field("item", new Int32())));
    expect(() => schemaOfTable(tableOf(lists))).toThrow(expect.objectContaining({ code: "not_supported" }));
  });

  test("refuses a table with a name twice, which Parquet can have", () => {
    const fields = [new Field("a", new Int32()), new Field("a", new Int32())];
    const child = makeData({ type: new Int32(), data: new Int32Array(1) });
    const data = makeData({ type: new Struct(fields), length: 1, children: [child, child] });
    const table = new Table(new RecordBatch(new Schema(fields), data));
    expect(() => normalizeTable(table, "t")).toThrow(
      expect.objectContaining({ code: "not_supported", message: expect.stringContaining('"a" again') }),
    );
  });

  test("reads slices and several batches as the rows that they are", () => {
    const cut = tableContent.chain((content) =>
      fc
        .tuple(fc.nat(content.rows.length), fc.nat(content.rows.length))
        .map(([a, b]) => ({ ...content, start: Math.min(a, b), end: Math.max(a, b) })),
    );
    fc.assert(
      fc.property(cut, ({ schema, rows, start, end }) => {
        const table = tableFromRows(rows, schema);
        const joined = table.slice(start, end).concat(table);
        const expected = [...rows.slice(start, end), ...rows];
        expect([...rowsOf(normalizeTable(joined))]).toEqual(expected);
        expect([...rowsOf(joined)]).toEqual(expected);
      }),
    );
  });

  test("changes nothing about a table of ours, nor shares its memory", () => {
    fc.assert(
      fc.property(tableContent, ({ schema, rows }) => {
        const table = tableFromRows(rows, schema);
        const copy = normalizeTable(table);
        expect(schemaOfTable(copy)).toEqual(schema);
        expect([...rowsOf(copy)]).toEqual(rows);
        const own = new Set(buffersOf(table));
        expect(buffersOf(copy).filter((buffer) => own.has(buffer))).toEqual([]);
      }),
    );
  });
});
