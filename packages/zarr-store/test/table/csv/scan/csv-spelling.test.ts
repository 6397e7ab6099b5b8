import fc from "fast-check";
import { expect, test } from "vitest";
import { readCsv } from "../../../../src/table/csv/read-csv.ts";
import { inferCsvType } from "../../../../src/table/csv/scan/csv-spelling.ts";

/** Any letter of a word in either case. */
const inAnyCase = (word: string): fc.Arbitrary<string> =>
  fc
    .array(fc.boolean(), { minLength: word.length, maxLength: word.length })
    .map((uppers) => [...word].map((letter, at) => (uppers[at] ? letter.toUpperCase() : letter)).join(""));
const digits = (maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."0123456789"), maxLength });
const words = [
  "true",
  "false",
  "nan",
  "-nan",
  "inf",
  "-infinity",
  "+inf",
  "na",
  "n/a",
  "null",
  "none",
  "#n/a",
];
const anySpelling = fc.oneof(
  fc.constantFrom(
    "NA",
    "N/A",
    "n/a",
    "#N/A",
    "#NA",
    "<NA>",
    "null",
    "NULL",
    "None",
    "1",
    "0",
    "-",
    ".",
    "1e5",
    "e",
  ),
  fc.constantFrom(...words).chain(inAnyCase),
  fc.double().map(String),
  fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }).map(String),
  fc
    .tuple(
      fc.constantFrom("", "-", "+"),
      digits(3),
      fc.constantFrom("", "."),
      digits(3),
      fc.constantFrom("", "e5"),
    )
    .map((parts) => parts.join("")),
  fc.string({ unit: fc.constantFrom(..."tTrRuUeE01.+-nNaA/ "), maxLength: 5 }),
);
/** Columns of one kind of cell are what has a type; those of many are text. */
const anyColumn = fc.oneof(
  fc.array(anySpelling, { minLength: 1, maxLength: 6 }),
  anySpelling.chain((one) =>
    fc.array(fc.constantFrom(one, "", "NA", "nan", "true", "1", "1.5"), { minLength: 1, maxLength: 6 }),
  ),
);

test("whatever type is inferred for a column, every cell of it is parsed, with quotes in the file or without", () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(anyColumn, (cells) => {
      const type = inferCsvType(cells.map((cell) => (cell === "" ? null : cell)));
      seen.add(type);
      for (const title of ["c,d", '"c","d"']) {
        const text = `${title}\n${cells.map((cell) => `${cell},\n`).join("")}`;
        const { schema, columns, rowCount } = readCsv(new TextEncoder().encode(text));
        expect(schema.columns[0]).toEqual({ name: "c", type });
        expect(rowCount).toBe(cells.length);
        expect(columns["c"]).toHaveLength(cells.length);
      }
    }),
    { numRuns: 3000 },
  );
  expect([...seen].toSorted()).toEqual(["bool", "float64", "int64", "utf8"]);
});

test.each(["tRUE", "true", "True", "TRUE", "FALSE", "fAlSe"])(
  "%s is inferred to be a boolean, and is one",
  (text) => {
    const { schema, columns } = readCsv(new TextEncoder().encode(`c,d\n${text},1\n`));
    expect(schema.columns[0]).toEqual({ name: "c", type: "bool" });
    expect(columns["c"]).toEqual([text.toLowerCase() === "true"]);
  },
);

test("a whole number of 64 bits keeps all its digits, and a longer one is a float", () => {
  const typesOf = (...cells: readonly string[]) => cells.map((cell) => inferCsvType([cell]));
  expect(typesOf("1771711156123456789", "9223372036854775807", "-9223372036854775808")).toEqual([
    "int64",
    "int64",
    "int64",
  ]);
  expect(typesOf("9223372036854775808", "-9223372036854775809", "12345678901234567890")).toEqual([
    "float64",
    "float64",
    "float64",
  ]);
});

test("a number whose spelling would be lost is text: a plus sign or leading zeros, but not a bare point", () => {
  const types = ["+5", "007", "-00.5", "+1.5", ".5", "-.5", "5.", "0.5", "-0"].map((cell) =>
    inferCsvType([cell]),
  );
  expect(types).toEqual([
    "utf8",
    "utf8",
    "utf8",
    "utf8",
    "float64",
    "float64",
    "float64",
    "float64",
    "int64",
  ]);
});
