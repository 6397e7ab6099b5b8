import {
  Bool,
  Decimal,
  Dictionary,
  Field,
  Float16,
  Float32,
  Float64,
  Int8,
  Int32,
  Int64,
  List,
  Schema,
  Struct,
  Table,
  tableToIPC,
  Uint16,
  Utf8,
} from "apache-arrow";
import fc from "fast-check";
import { expect, test } from "vitest";
import { arrowFieldsOf } from "../../../src/table/parquet/arrow-fields.ts";
import { unreadDictionary } from "../../../src/table/parquet/unread-dictionary.ts";

const SCHEMA = new Schema([
  new Field("scan", new Utf8()),
  new Field("speed_mm_s", new Float64(), true),
  new Field("note", new Dictionary(new Utf8(), new Int8())),
  new Field("price", new Dictionary(new Decimal(1, 2, 128), new Uint16())),
  new Field("peaks", new List(new Field("item", new Struct([new Field("n", new Int64())])))),
]);
const SOUND = tableToIPC(new Table(SCHEMA), "stream");

test("the columns of a schema are those that Arrow wrote, with dictionaries and what is inside lists", () => {
  expect(arrowFieldsOf(SOUND)).toEqual([
    { name: "scan", values: "utf8", indices: undefined, children: [] },
    { name: "speed_mm_s", values: "double", indices: undefined, children: [] },
    { name: "note", values: "utf8", indices: "int8", children: [] },
    { name: "price", values: "decimal128(2, 1)", indices: "uint16", children: [] },
    {
      name: "peaks",
      values: "list",
      indices: undefined,
      children: [
        {
          name: "item",
          values: "struct",
          indices: undefined,
          children: [{ name: "n", values: "int", indices: undefined, children: [] }],
        },
      ],
    },
  ]);
});

test.each([
  [new Dictionary(new Bool(), new Int8()), "dictionary<values=bool, indices=int8>"],
  [new Dictionary(new Float16(), new Int32()), "dictionary<values=halffloat, indices=int32>"],
  [
    new List(new Field("item", new Dictionary(new Bool(), new Int32()))),
    "dictionary<values=bool, indices=int32>",
  ],
  [new Dictionary(new Float32(), new Int8()), undefined],
  [new Dictionary(new Utf8(), new Int32()), undefined],
])("a column of the type %s: what may not reach the WebAssembly is %s", (type, words) => {
  const schema = tableToIPC(
    new Table(new Schema([new Field("first", new Utf8()), new Field("k", type)])),
    "stream",
  );
  expect(unreadDictionary(Buffer.from(schema).toString("base64"))).toEqual(
    words && { name: "k", type: words },
  );
});

test("a changed schema is refused as a RangeError, or read as some columns, without a length being believed", () => {
  const changes = fc.array(fc.tuple(fc.nat(SOUND.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
  const outcomes = new Set<string>();
  fc.assert(
    fc.property(changes, (places) => {
      const bytes = Uint8Array.from(SOUND);
      for (const [at, value] of places) {
        bytes[at] = value;
      }
      try {
        outcomes.add(Array.isArray(arrowFieldsOf(bytes)) ? "read" : "else");
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        outcomes.add("refused");
      }
    }),
    { numRuns: 500 },
  );
  expect([...outcomes].sort()).toEqual(["read", "refused"]);
});
