import fc from "fast-check";
import { inferSchema, initParser } from "udsv";
import { expect, test } from "vitest";
import { findCsvCells } from "../../../src/table/csv/find-csv-cells.ts";
import { readCsv } from "../../../src/table/csv/read-csv.ts";
import { caught } from "../../support/caught.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const rowsOf = (text: string): unknown => {
  const { columns, rowCount } = readCsv(encode(text));
  return Array.from({ length: rowCount }, (_, row) => Object.values(columns).map((column) => column[row]));
};

test("types are found from all cells, and the narrowest is taken", () => {
  const text = "a,b,c,d,e,f\n1,1.5,True,x,007,\n-2,,False,,008,\n,1e-05,true,y,9,\n";
  const { schema, columns } = readCsv(encode(text));
  expect(schema.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
    "a int64",
    "b float64",
    "c bool",
    "d utf8",
    "e utf8",
    "f utf8",
  ]);
  expect(columns).toEqual({
    a: [1n, -2n, null],
    b: Float64Array.of(1.5, Number.NaN, 1e-5),
    c: [true, false, true],
    d: ["x", null, "y"],
    e: ["007", "008", "9"],
    f: [null, null, null],
  });
});

test("a schema says the types; columns that it does not know are text, in the file's order", () => {
  const schema = {
    columns: [
      { name: "n", type: "int64" },
      { name: "v", type: "float64" },
    ],
  } as const;
  const { schema: found, columns } = readCsv(encode("v,other,n\n1,1,1\n2,2,2\n"), { schema });
  expect(found.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
    "v float64",
    "other utf8",
    "n int64",
  ]);
  expect(columns).toEqual({ v: Float64Array.of(1, 2), other: ["1", "2"], n: BigInt64Array.of(1n, 2n) });
});

test("integers keep all 64 bits, and an integer that pandas wrote as a float is one", () => {
  const schema = { columns: [{ name: "n", type: "int64" }] } as const;
  const { columns } = readCsv(encode("n\n9223372036854775807\n-9223372036854775808\n12.0\n"), { schema });
  expect(columns["n"]).toEqual(BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n), 12n));
});

test("quotes, doubled quotes, commas and line ends in cells; an empty text is not a missing one", () => {
  expect(rowsOf('a,b\n"x,y","say ""hi"""\n"two\nlines",""\nplain,\n')).toEqual([
    ["x,y", 'say "hi"'],
    ["two\nlines", ""],
    ["plain", null],
  ]);
});

test.for([
  ["LF", "a,b\n1,2\n3,4\n"],
  ["CRLF", "a,b\r\n1,2\r\n3,4\r\n"],
  ["CR", "a,b\r1,2\r3,4\r"],
  ["no end", "a,b\n1,2\n3,4"],
  ["empty lines", "\n\na,b\n\n1,2\n3,4\n\n\n"],
  ["a byte order mark", "\uFEFFa,b\n1,2\n3,4\n"],
] as const)("rows end with %s", ([, text]) => {
  expect(readCsv(encode(text)).columns).toEqual({ a: BigInt64Array.of(1n, 3n), b: BigInt64Array.of(2n, 4n) });
});

test.for([
  ["a row that is too short", "a,b\n1,2\n3\n", 3],
  ["a row that is too long", "a,b\n1,2,3\n", 2],
  ["a row that ends too soon at the end of the file", "a,b\n1", 2],
  ["a quote in the middle of a cell", 'a,b\n1,x"y\n', 2],
  ["text behind a closing quote", 'a,b\n1,"x"y\n', 2],
  ["a quote that is never closed", 'a,b\n1,2\n"x,2\n', 3],
  ["a NUL byte", "a,b\n1,\0\n", 2],
  ["a header with two columns of one name", "a,a\n1,2\n", 1],
  ["nothing", "", 1],
  ["empty lines alone", "\n\n", 1],
] as const)("%s is refused, with its line", async ([, text, line]) => {
  expect(await caught(() => readCsv(encode(text)))).toMatchObject({
    code: "invalid_file",
    details: { line },
  });
});

test("NUL between quotes is text, as our own tables may hold it", () => {
  expect(readCsv(encode('a,b\n"x\0",1\n')).columns["a"]).toEqual(["x\0"]);
});

test("columns without a title are called by their places, as pandas calls them, beside one of such a name too", () => {
  const namesOf = (titles: string): unknown =>
    readCsv(encode(`${titles}\n1,2,3\n`)).schema.columns.map(({ name }) => name);
  expect(namesOf("a,,b")).toEqual(["a", "Unnamed: 1", "b"]);
  expect(namesOf(',"",b')).toEqual(["Unnamed: 0", "Unnamed: 1", "b"]);
  expect(namesOf(",Unnamed: 0,b")).toEqual(["Unnamed: 0.1", "Unnamed: 0", "b"]);
  expect(namesOf(",Unnamed: 0.1,Unnamed: 0")).toEqual(["Unnamed: 0.2", "Unnamed: 0.1", "Unnamed: 0"]);
});

test("more columns than a table may have are refused", async () => {
  const titles = Array.from({ length: 1025 }, (_, index) => `c${index}`).join(",");
  expect(await caught(() => readCsv(encode(`${titles}\n`)))).toMatchObject({ code: "invalid_file" });
});

test("an error names the file that a caller names, and the line", async () => {
  const error = await caught(() => readCsv(encode("a,b\n1\n"), { where: "t.csv" }));
  expect(error).toMatchObject({ code: "invalid_file", details: { path: "t.csv", line: 2 } });
  expect(error.message).toBe("t.csv: CSV line 2: a row of 1 cells, expected 2, one per title");
});

test("bytes that are no UTF-8 are refused, with the offset of the first", async () => {
  for (const [bytes, offset] of [
    [[0x61, 0x0a, 0x31, 0x81, 0x0a], 3],
    [[0x61, 0x0a, 0xc3, 0xa9, 0xc3, 0x0a], 4],
    [[0x61, 0x0a, 0xed, 0xa0, 0x80], 2],
    [[0x61, 0x0a, 0xe2, 0x82], 2],
  ] as const) {
    const error = await caught(() => readCsv(Uint8Array.from(bytes)));
    expect(error).toMatchObject({ code: "invalid_file", details: { offset, line: 2 } });
  }
});

test("a cell that is not of its column's type is refused, with line and column", async () => {
  const schema = { columns: [{ name: "v", type: "float64" }] } as const;
  const error = await caught(() => readCsv(encode("v\n1\n0x10\n"), { schema }));
  expect(error).toMatchObject({ code: "schema_mismatch", details: { line: 3, found: "0x10" } });
  expect(error.message).toContain('column "v"');
  for (const [type, cell] of [
    ["int64", "1.5"],
    ["int64", "9223372036854775808"],
    ["int32", "2147483648"],
    ["bool", "maybe"],
    ["float64", "1,5"],
  ] as const) {
    const text = `v,w\n"${cell}",1\n`;
    expect(
      (await caught(() => readCsv(encode(text), { schema: { columns: [{ name: "v", type }] } }))).code,
    ).toBe("schema_mismatch");
  }
});

test("a column that must be there and is not is refused", async () => {
  const schema = { columns: [{ name: "id", type: "int64", nullable: false }] } as const;
  expect(await caught(() => readCsv(encode("v\n1\n"), { schema }))).toMatchObject({
    code: "schema_mismatch",
  });
});

test("words for missing and infinite numbers are numbers", () => {
  const schema = { columns: [{ name: "v", type: "float64" }] } as const;
  const { columns } = readCsv(encode("v,w\nnan,1\nNaN,1\n#N/A,1\ninf,1\n-inf,1\nnull,1\n"), { schema });
  const missing = Number.NaN;
  expect(columns["v"]).toEqual(
    Float64Array.of(missing, missing, missing, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, missing),
  );
});

test("a header named as a part of objects is a name like any other", () => {
  const { columns } = readCsv(encode("__proto__,constructor\n1,2\n"));
  expect(Object.keys(columns)).toEqual(["__proto__", "constructor"]);
  expect(Object.getOwnPropertyDescriptor(columns, "__proto__")?.value).toEqual(BigInt64Array.of(1n));
});

test("rows and files beyond the limits are refused", async () => {
  const text = `a\n${"x".repeat(200)}\n`;
  expect((await caught(() => findCsvCells(encode(text), { maxRowBytes: 100 }))).code).toBe("invalid_file");
  expect((await caught(() => findCsvCells(encode(text), { maxBytes: 100 }))).code).toBe("invalid_file");
  expect(findCsvCells(encode(text)).rowCount).toBe(1);
});

const cellText = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 6 }),
  fc.string({ unit: fc.constantFrom('"', ",", "\n", "\r", " ", "a", "é", "="), maxLength: 8 }),
);
const anyTable = fc.integer({ min: 1, max: 5 }).chain((width) =>
  fc.record({
    names: fc.uniqueArray(
      cellText.filter((name) => name !== "" && !name.includes("\0")),
      { minLength: width, maxLength: width },
    ),
    rows: fc.array(
      fc.array(fc.option(cellText.filter((cell) => !cell.includes("\0"))), {
        minLength: width,
        maxLength: width,
      }),
      { maxLength: 8 },
    ),
    ending: fc.constantFrom("\n", "\r\n"),
  }),
);

test("any table of texts comes back as it was written", () => {
  const schemaOf = (names: readonly string[]) => ({
    columns: names.map((name) => ({ name, type: "utf8" as const })),
  });
  fc.assert(
    fc.property(anyTable, ({ names, rows, ending }) => {
      const quoted = (cell: string | null): string =>
        cell === null ? "" : `"${cell.replaceAll('"', '""')}"`;
      const isWritable = rows.every((row) => names.length > 1 || row[0] !== null);
      fc.pre(isWritable);
      const text = [names, ...rows].map((row) => row.map(quoted).join(",") + ending).join("");
      const table = readCsv(encode(text), { schema: schemaOf(names) });
      expect(table.schema.columns.map(({ name }) => name)).toEqual(names);
      const back = rows.map((_, row) => names.map((name) => table.columns[name]?.[row]));
      expect(back).toEqual(rows);
    }),
    { numRuns: 500 },
  );
});

test("on well-formed text without quotes it agrees with udsv, cell by cell", () => {
  const plain = fc.string({
    unit: fc.constantFrom("a", "1", ".", "-", "é", " "),
    minLength: 1,
    maxLength: 6,
  });
  const anyPlain = fc.integer({ min: 2, max: 5 }).chain((width) => {
    const row = fc.array(plain, { minLength: width, maxLength: width });
    return fc.record({ rows: fc.array(row, { minLength: 1, maxLength: 9 }), width: fc.constant(width) });
  });
  fc.assert(
    fc.property(anyPlain, ({ rows, width }) => {
      const names = Array.from({ length: width }, (_, index) => `c${index}`);
      const text = [names, ...rows].map((row) => `${row.join(",")}\n`).join("");
      const theirs = initParser(inferSchema(text, { col: ",", trim: false })).stringArrs(text);
      const table = readCsv(encode(text), {
        schema: { columns: names.map((name) => ({ name, type: "utf8" })) },
      });
      expect(theirs).toEqual(rows.map((_, row) => names.map((name) => table.columns[name]?.[row])));
    }),
  );
});

test("whatever bytes come, reading ends in a table or a typed error", () => {
  const some = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.string({ unit: fc.constantFrom('"', ",", "\n", "\r", "1", "a", "\0"), maxLength: 30 }).map(encode),
  );
  fc.assert(
    fc.property(some, (bytes) => {
      try {
        const { columns, rowCount } = readCsv(bytes);
        for (const column of Object.values(columns)) {
          expect(column).toHaveLength(rowCount);
        }
      } catch (error) {
        expect(error).toMatchObject({ name: "ZarrStoreError" });
      }
    }),
    { numRuns: 2000 },
  );
});
