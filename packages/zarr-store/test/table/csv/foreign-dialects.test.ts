import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { decodeCsvGz } from "../../../src/table/csv/csv-gz.ts";
import { readCsv } from "../../../src/table/csv/read-csv.ts";
import { rowsOf } from "../../../src/table/rows/rows-of.ts";
import { caught } from "../../support/caught.ts";

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const utf16 = (text: string, isBig = false): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(Buffer.from(text, "utf16le"));
  return isBig ? new Uint8Array(Buffer.from(bytes).swap16()) : bytes;
};
/** A table of which every dialect below holds the same. */
const EVENTS = [
  { roi_id: 1n, t_start_s: 0.5, user_type: "a" },
  { roi_id: 1n, t_start_s: null, user_type: null },
  { roi_id: 2n, t_start_s: 3.75, user_type: "b c" },
];

// The texts are what the programs wrote: R 4.2, pandas 3, LibreOffice 7 and Excel in German and English.
test.each<[string, Uint8Array<ArrayBuffer>]>([
  ["pandas", utf8("roi_id,t_start_s,user_type\n1,0.5,a\n1,,\n2,3.75,b c\n")],
  ["pandas with semicolons", utf8("roi_id;t_start_s;user_type\n1;0.5;a\n1;;\n2;3.75;b c\n")],
  ["pandas with tabs", utf8("roi_id\tt_start_s\tuser_type\n1\t0.5\ta\n1\t\t\n2\t3.75\tb c\n")],
  ["pandas with na_rep None", utf8("roi_id,t_start_s,user_type\n1,0.5,a\n1,None,None\n2,3.75,b c\n")],
  ["R write.csv", utf8('"roi_id","t_start_s","user_type"\n1,0.5,"a"\n1,NA,NA\n2,3.75,"b c"\n')],
  ["R write.csv2", utf8('"roi_id";"t_start_s";"user_type"\n1;0,5;"a"\n1;NA;NA\n2;3,75;"b c"\n')],
  ["R write.table", utf8('"roi_id"\t"t_start_s"\t"user_type"\n1\t0.5\t"a"\n1\tNA\tNA\n2\t3.75\t"b c"\n')],
  ["Excel in German", utf8("\ufeffroi_id;t_start_s;user_type\r\n1;0,5;a\r\n1;#NV;\r\n2;3,75;b c\r\n")],
  ["Excel with sep=", utf8("sep=;\r\nroi_id;t_start_s;user_type\r\n1;0,5;a\r\n1;;\r\n2;3,75;b c\r\n")],
  [
    "Excel Unicode text",
    utf16("\ufeffroi_id\tt_start_s\tuser_type\r\n1\t0.5\ta\r\n1\t#N/A\t#N/A\r\n2\t3.75\tb c\r\n"),
  ],
  [
    "Excel Unicode text in German",
    utf16("\ufeffroi_id\tt_start_s\tuser_type\r\n1\t0,5\ta\r\n1\t\t\r\n2\t3,75\tb c\r\n"),
  ],
  [
    "UTF-16 with the high byte first",
    utf16("\ufeffroi_id,t_start_s,user_type\n1,0.5,a\n1,,\n2,3.75,b c\n", true),
  ],
  [
    "R with UTF-16LE, which has no mark",
    utf16('"roi_id","t_start_s","user_type"\n1,0.5,"a"\n1,NA,NA\n2,3.75,"b c"\n'),
  ],
  [
    "UTF-16 without a mark, high byte first",
    utf16("roi_id,t_start_s,user_type\n1,0.5,a\n1,,\n2,3.75,b c\n", true),
  ],
  [
    "Excel with commas after the last column",
    utf8("roi_id,t_start_s,user_type,,\r\n1,0.5,a,,\r\n1,,,,\r\n2,3.75,b c,,\r\n"),
  ],
  ["commas at the end of some rows alone", utf8("roi_id,t_start_s,user_type\n1,0.5,a,\n1,,,,\n2,3.75,b c\n")],
  ["commas at the end of the titles alone", utf8("roi_id,t_start_s,user_type,,\n1,0.5,a\n1,,\n2,3.75,b c\n")],
  ["semicolons at the end", utf8("roi_id;t_start_s;user_type;\n1;0,5;a;\n1;;;\n2;3,75;b c;\n")],
  ["blanks after each comma", utf8("roi_id, t_start_s, user_type\n1, 0.5, a\n1, , NA\n2, 3.75, b c\n")],
  [
    "everything in quotes",
    utf8('"roi_id";"t_start_s";"user_type"\n"1";"0,5";"a"\n"1";"NA";NA\n"2";"3,75";"b c"\n'),
  ],
  ["old Mac line ends", utf8("roi_id;t_start_s;user_type\r1;0,5;a\r1;;\r2;3,75;b c\r")],
])("a table of %s is the same table, gzipped too, in several members too", async (_name, bytes) => {
  const { columns, rowCount } = readCsv(bytes);
  const rows = Array.from({ length: rowCount }, (_, row) =>
    Object.fromEntries(
      Object.entries(columns).map(([name, values]) => {
        const value = values[row];
        return [name, typeof value === "number" && Number.isNaN(value) ? null : value];
      }),
    ),
  );
  expect(rows).toEqual(EVENTS);
  const middle = Math.floor(bytes.length / 3);
  const members = [bytes.subarray(0, middle), bytes.subarray(middle)].map((part) => gzipSync(part));
  for (const packed of [gzipSync(bytes), Buffer.concat(members), Buffer.concat([...members, gzipSync("")])]) {
    expect([...rowsOf(await decodeCsvGz(new Uint8Array(packed)))]).toEqual(EVENTS);
  }
});

test("a bare word for a missing value is NULL in a column of any type, and one in quotes is text", () => {
  const { columns } = readCsv(
    utf8('name,n,v,ok\n"NA",NA,N/A,NULL\n#N/A,1,0.5,TRUE\n<NA>,2,null,n/a\nnan,3,NaN,None\n"x",4,1,FALSE\n'),
  );
  expect(columns).toEqual({
    name: ["NA", null, null, null, "x"],
    n: [null, 1n, 2n, 3n, 4n],
    v: Float64Array.of(Number.NaN, 0.5, Number.NaN, Number.NaN, 1),
    ok: [null, true, null, null, false],
  });
  const { columns: plain } = readCsv(utf8("name,other\nNA,1\nNAN1,2\nNancy,3\nNone,4\n"));
  expect(plain["name"]).toEqual([null, "NAN1", "Nancy", null]);
});

test("R's names of rows have no title, and become a first column without one", () => {
  const { schema, columns } = readCsv(utf8('"roi_id";"v"\n"1";7;0,5\n"2";8;NA\n'));
  expect(schema.columns.map(({ name }) => name)).toEqual(["Unnamed: 0", "roi_id", "v"]);
  expect(columns).toEqual({
    "Unnamed: 0": BigInt64Array.of(1n, 2n),
    roi_id: BigInt64Array.of(7n, 8n),
    v: Float64Array.of(0.5, Number.NaN),
  });
});

test.each([
  ["\t", "NA"],
  [";", "NA"],
  // Here the last cell of the first row is empty.
  ["\t", ""],
  [";", ""],
])("R's names of rows without quotes, %j between cells and %j for a missing value", (separator, missing) => {
  const rows = [
    ["roi_id", "name"],
    ["1", "7", missing],
    ["2", "8", "NA1"],
    ["3", "9", missing],
  ];
  const text = rows.map((cells) => `${cells.join(separator)}\n`).join("");
  expect(readCsv(utf8(text)).columns).toEqual({
    "Unnamed: 0": BigInt64Array.of(1n, 2n, 3n),
    roi_id: BigInt64Array.of(7n, 8n, 9n),
    name: [null, "NA1", null],
  });
  const quoted = text
    .replace("roi_id", '"roi_id"')
    .replace("name", '"name"')
    .replace(/^(?=\d)./gm, '"$&"');
  expect(readCsv(utf8(quoted)).columns).toEqual(readCsv(utf8(text)).columns);
});

test("commas at the end of rows stay no names of rows, and a comma may be a decimal one", async () => {
  expect(readCsv(utf8("a;b\n1;2;\n3;4;\n")).columns).toEqual({
    a: BigInt64Array.of(1n, 3n),
    b: BigInt64Array.of(2n, 4n),
  });
  expect(await caught(() => readCsv(utf8("a,b\n1,0,5\n2,0,6\n")))).toMatchObject({ code: "invalid_file" });
});

test("missing numbers of older programs for Windows", () => {
  expect(readCsv(utf8("v,w\n1.#IND,1\n-1.#IND,2\n1.#QNAN,3\n0.5,4\n")).columns["v"]).toEqual(
    Float64Array.of(Number.NaN, Number.NaN, Number.NaN, 0.5),
  );
});

test.each([
  ['"a","b"\n"1",2,3\n4,5\n', "CSV line 3: a row of 2 cells, expected 3, as in the rows before it"],
  ["a,b\n1,2,3\n", "CSV line 2: a row of 3 cells, expected 2, one per title"],
  ["a;b\n1;2\n1;2;x\n", "CSV line 3: a row of 3 cells, expected 2, one per title"],
  ["a\tb\tc\n1\t2\n", "CSV line 2: a row of 2 cells, expected 3, one per title"],
  ["a,b,\n1\n", "CSV line 2: a row of 1 cells, expected 3, one per title"],
])("a row that is too long or too short is refused by its line: %j", async (text, message) => {
  expect(await caught(() => readCsv(utf8(text)))).toMatchObject({ code: "invalid_file", message });
});

test.each<[string, string, readonly unknown[]]>([
  // The mark of a column is the one that its numbers have.
  ["commas alone", "v;w\n1,5;1\n-2,25E-3;2\n", [1.5, -0.00225]],
  ["whole numbers beside them", "v;w\n1;1\n2,5;2\n", [1, 2.5]],
  ["points alone", "v;w\n1.5;1\n2.25;2\n", [1.5, 2.25]],
  ["both", "v;w\n1,5;1\n2.25;2\n", ["1,5", "2.25"]],
  ["thousands with a fraction", "v;w\n1.234,5;1\n2,5;2\n", ["1.234,5", "2,5"]],
  ["a list", "v;w\n1,2,3;1\n2,5;2\n", ["1,2,3", "2,5"]],
  // Three digits after each mark may be thousands. They are read where nothing else can be meant.
  ["three digits with semicolons", "v;w\n1,234;1\n2,345;2\n", [1.234, 2.345]],
  ["three digits with tabs", "v\tw\n1,234\t1\n2,345\t2\n", ["1,234", "2,345"]],
  ["three digits that are decimals, not thousands", "v\tw\n0,234\t1\n2,345\t2\n", [0.234, 2.345]],
  ["three digits after points beside commas", "v;w\n1.234;1,5\n2.345;2,5\n", ["1.234", "2.345"]],
  ["three digits after commas beside points", "v;w\n1,234;1.5\n2,345;2.5\n", ["1,234", "2,345"]],
  ["each its own mark", "v;w\n1,25;1.5\n2,5;2.5\n", [1.25, 2.5]],
])("decimal commas, a column of %s", (_name, text, expected) => {
  expect([...(readCsv(utf8(text)).columns["v"] ?? [])]).toEqual(expected);
});

test("a column that a schema calls a number and whose marks may be thousands is refused with its line", async () => {
  const schema = { columns: [{ name: "v", type: "float64" }] } as const;
  expect(await caught(() => readCsv(utf8("v;w\n1;1,5\n1.234;2,5\n"), { schema }))).toMatchObject({
    code: "schema_mismatch",
    message: 'CSV line 3, column "v": expected float64, found "1.234"',
  });
});

test.each<[string, string, readonly string[]]>([
  ["commas, with semicolons in a title", "a;b,c\n1,2\n", ["a;b", "c"]],
  ["semicolons, with commas in the titles", "t, s;v, mm/s\n0,5;1,5\n", ["t, s", "v, mm/s"]],
  ["semicolons, with a comma in each row and in the titles", "pos (x, y);v\n1,5;2\n", ["pos (x, y)", "v"]],
  ["tabs, with commas and semicolons in the titles", "a, b\tc; d\n1\t2\n", ["a, b", "c; d"]],
  ["separators in quotes", '"a;b";"c,d"\n1;2\n', ["a;b", "c,d"]],
  ["one column", "note\na;b\n", ["note"]],
  ["no rows", "a,b;c,d\n", ["a", "b;c", "d"]],
])("the titles say what separates the cells: %s", (_name, text, names) => {
  expect(readCsv(utf8(text)).schema.columns.map(({ name }) => name)).toEqual(names);
});

test("blanks around bare titles are dropped, and a title in quotes is as it is", () => {
  const { schema } = readCsv(utf8(' a ,\u00a0b,c d," e "\n1,2,3,4\n'));
  expect(schema.columns.map(({ name }) => name)).toEqual(["a", "b", "c d", " e "]);
});

test("UTF-16 that is cut off is refused", async () => {
  const bytes = utf16("\ufeffa,b\n1,2\n");
  expect(await caught(() => readCsv(bytes.subarray(0, -1)))).toMatchObject({ code: "invalid_file" });
});

const windows1252 = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text, "latin1"));

// As Excel in German on Windows saves them as "CSV", and R with fileEncoding = "windows-1252".
test.each<[string, Uint8Array<ArrayBuffer>, Record<string, unknown>]>([
  [
    "Excel in German",
    windows1252("Gef\xe4\xdf;L\xe4nge (\xb5m);ok\r\nArt\xe9re;0,5;a\r\n\xdcbung;12,25;b\r\n"),
    { Gefäß: ["Artére", "Übung"], "Länge (µm)": Float64Array.of(0.5, 12.25), ok: ["a", "b"] },
  ],
  [
    "quotes, commas and what Latin-1 does not have",
    windows1252('name,note\n"\x84a\x93, b",5 \x80 \x96 \x99\n"\x8aa","\xb10.1"\n'),
    { name: ["„a“, b", "Ša"], note: ["5 € – ™", "±0.1"] },
  ],
  [
    "tabs",
    windows1252("n\tv in \xb0C\n1\t2,5\n"),
    { n: BigInt64Array.of(1n), "v in °C": Float64Array.of(2.5) },
  ],
  ["a blank that does not break", windows1252("a\xa0,b\n1,\xf6\n"), { a: BigInt64Array.of(1n), b: ["ö"] }],
])("Windows-1252 is read where a text can be nothing else: %s", async (_, bytes, columns) => {
  const table = readCsv(bytes);
  expect(table.columns).toEqual(columns);
  expect(table.assumedEncoding).toBe("windows-1252");
  const unpacked = await decodeCsvGz(new Uint8Array(gzipSync(bytes)));
  expect(unpacked.schema.names).toEqual(Object.keys(columns));
  expect(readCsv(utf8("a\nä\n")).assumedEncoding).toBeUndefined();
});

test("a text that is damaged UTF-8, or has bytes without a meaning, is refused and not guessed", async () => {
  const micro = [0xc2, 0xb5];
  for (const [what, bytes] of [
    ["a damaged character beside a whole one", [...micro, 0x0a, 0x31, 0xb5, 0x0a]],
    ["half of three bytes", [0x61, 0x0a, 0xe2, 0x82, 0x0a]],
    ["the first byte of a character at the end", [0x61, 0x0a, 0xc2]],
    ["a byte that Windows-1252 does not have", [0x61, 0x0a, 0xe4, 0x9d, 0x0a]],
    ["a control character", [0x61, 0x0a, 0xe4, 0x01, 0x0a]],
    ["a byte order mark of UTF-8", [0xef, 0xbb, 0xbf, 0x61, 0x0a, 0xe4, 0x0a]],
  ] as const) {
    expect(await caught(() => readCsv(Uint8Array.from(bytes))), what).toMatchObject({ code: "invalid_file" });
  }
});
