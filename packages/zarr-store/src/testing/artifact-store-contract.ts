// The tests that every `ArtifactStore` must pass, for any test framework.

import { createNdArray, type NdArray } from "../array/nd-array.ts";
import type { ArtifactStore } from "../image/artifact-store.ts";
import { jsonText } from "../json/lossless-json.ts";
import { rowsOf } from "../table/rows/rows-of.ts";
import type { TableSchema } from "../table/table-schema.ts";
import { contractAssert } from "./contract-assert.ts";
import type { TestFramework } from "./readable-store-contract.ts";

const { equal, rejects } = contractAssert;

/** A fresh artifact store for one test. */
export interface ArtifactStoreUnderTest {
  /** The store of an image without artifacts. */
  readonly store: ArtifactStore;
  /** Opens the same artifacts through another object, as another process would see them. */
  readonly reopen: () => Promise<ArtifactStore>;
  /** Everything that is stored, as text of any form. Equal texts mean that nothing was written in between. */
  readonly fingerprint: () => Promise<string>;
  readonly dispose?: () => Promise<void>;
}

/** Names that a mapping to files could confuse: dots, file endings, underscores next to each other or to `/`. */
const AWKWARD_NAMES = [
  "a",
  "A.b-c",
  "a/b",
  "a_b",
  "a__b",
  "a_/b",
  "a/b_",
  "a___b/c__d",
  "x5F",
  "events.csv",
  "v1.0",
  "deep/er/still",
];
const BAD_NAMES = ["", "/", "a/", "/a", "a//b", ".", "..", "../a", "a/../b", "a b", "_a", "a\\b", "a\0", "é"];
const DTYPES = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"] as const;
const SCHEMA: TableSchema = {
  columns: [
    { name: "n", type: "int64", nullable: false },
    { name: "v", type: "float64", unit: "mm/s" },
    { name: "flag", type: "bool" },
    { name: "text", type: "utf8" },
  ],
};
const ROWS = [
  { n: 9007199254740993n, v: 0.1, flag: true, text: 'µ, "x"\n' },
  { n: -1n, v: null, flag: null, text: null },
  { n: 0n, v: -1e-300, flag: false, text: "" },
] as const;

/**
 * Defines the tests that every {@link ArtifactStore} must pass.
 *
 * @example
 * import { describe, it } from "vitest";
 * testArtifactStoreContract({ describe, it }, "a record", async () => {
 *   const { id } = await (await openDataset(store)).addImage(pixels);
 *   …
 * });
 */
export function testArtifactStoreContract(
  { describe, it }: TestFramework,
  name: string,
  open: () => Promise<ArtifactStoreUnderTest>,
): void {
  const test: DefineTest = (sentence, run) =>
    it(sentence, async () => {
      const opened = await open();
      try {
        await run(opened.store, opened);
      } finally {
        await opened.dispose?.();
      }
    });
  describe(`the contract of an artifact store: ${name}`, () => {
    describe("JSON", () => defineJson(test));
    describe("tables", () => defineTables(test));
    describe("arrays", () => defineArrays(test));
    describe("names", () => defineNames(test));
  });
}

type DefineTest = (
  sentence: string,
  run: (store: ArtifactStore, opened: ArtifactStoreUnderTest) => Promise<void>,
) => void;

function defineJson(test: DefineTest): void {
  test("gives a value back, integers beyond 2^53 exactly", async (store, { reopen }) => {
    const value = { b: [1, 2.5, null, true], a: { µ: "ü\n" }, ns: 1771700000123456789n };
    await store.saveJson("qc", value);
    const found = await (await reopen()).loadJson("qc");
    equal(JSON.stringify(found, bigIntText), JSON.stringify(value, bigIntText), "the value");
  });

  test("keeps a text as it is: spelling of numbers, order and space", async (store, { reopen }) => {
    const text = '{"b": 1.0,\n "a":1e-07, "n": 0.10, "big": 123456789012345678901234567890}';
    await store.saveJson("qc", jsonText(text));
    equal((await (await reopen()).loadJsonText("qc")).text, text, "the text");
  });

  test("replaces a value whole, a longer one by a shorter", async (store, { reopen }) => {
    await store.saveJson("qc", { note: "a much longer value than the one after it" });
    await store.saveJson("qc", {});
    equal(await (await reopen()).loadJson("qc"), {}, "the second value");
  });

  test("refuses what JSON cannot say, and leaves what was there", async (store) => {
    await store.saveJson("qc", { v: 1 });
    await rejects(() => store.saveJson("qc", { v: Number.NaN }), "invalid_argument", "NaN");
    equal(await store.loadJson("qc"), { v: 1 }, "the value before");
  });

  test("refuses to choose between two values of one key, but gives their text", async (store) => {
    await store.saveJson("qc", jsonText('{"a": 1, "a": 2}'));
    await rejects(() => store.loadJson("qc"), "invalid_file", "a key twice");
    equal((await store.loadJsonText("qc")).text, '{"a": 1, "a": 2}', "the text");
  });
}

function defineTables(test: DefineTest): void {
  test("gives rows back with their types, units and nothing where nothing was", async (store, { reopen }) => {
    await store.saveTable("events", ROWS, { schema: SCHEMA });
    const table = await (await reopen()).loadTable("events");
    equal(rowsText([...rowsOf(table)]), rowsText(ROWS), "the rows");
    equal(
      table.schema.fields.map((field) => field.metadata.get("unit") ?? ""),
      ["", "mm/s", "", ""],
      "units",
    );
  });

  test("takes a table as it gives it, and one without rows", async (store, { reopen }) => {
    await store.saveTable("events", [], { schema: SCHEMA });
    await store.saveTable("copy", await store.loadTable("events"));
    const copy = await (await reopen()).loadTable("copy");
    equal(copy.numRows, 0, "the number of rows");
    equal(
      copy.schema.fields.map((field) => field.name),
      ["n", "v", "flag", "text"],
      "the columns",
    );
  });

  test("replaces a table whole", async (store) => {
    await store.saveTable("events", ROWS, { schema: SCHEMA });
    await store.saveTable("events", [{ x: 1 }], { schema: { columns: [{ name: "x", type: "int64" }] } });
    equal(rowsText([...rowsOf(await store.loadTable("events"))]), rowsText([{ x: 1n }]), "the rows");
  });

  test("refuses rows without a schema, and rows that it does not fit", async (store, { fingerprint }) => {
    const before = await fingerprint();
    await rejects(() => store.saveTable("events", ROWS), "invalid_argument", "no schema");
    const wrong = () => store.saveTable("events", [{ n: "no number" }], { schema: SCHEMA });
    await rejects(wrong, "schema_mismatch", "a text in a column of numbers");
    equal(await fingerprint(), before, "what is stored");
  });
}

function defineArrays(test: DefineTest): void {
  test("gives arrays of every type back, of one to five axes", async (store, { reopen }) => {
    for (const [index, dtype] of DTYPES.entries()) {
      const array = counted(dtype, [2, 3, 1, 2, 2].slice(0, (index % 5) + 1));
      await store.saveArray(`array_${dtype}`, array);
      equal(textOf(await (await reopen()).loadArray(`array_${dtype}`)), textOf(array), dtype);
    }
  });

  test("replaces an array by one of another shape and type", async (store) => {
    await store.saveArray("mask", counted("float64", [4, 5]));
    const second = counted("bool", [3]);
    await store.saveArray("mask", second, { axes: ["x"] });
    equal(textOf(await store.loadArray("mask")), textOf(second), "the second array");
  });
}

function defineNames(test: DefineTest): void {
  test("lists what was saved, by kind and sorted, and nothing else", async (store, { reopen }) => {
    equal(await store.list(), { json: [], tables: [], arrays: [] }, "nothing");
    await store.saveJson("profile/params", {});
    await store.saveJson("metadata", { version: "2.0" });
    await store.saveTable("profile", ROWS, { schema: SCHEMA });
    await store.saveArray("masks/7", counted("bool", [2, 2]));
    const expected = { json: ["metadata", "profile/params"], tables: ["profile"], arrays: ["masks/7"] };
    equal(await (await reopen()).list(), expected, "the names");
  });

  test("keeps names apart, and kinds of one name", async (store, { reopen }) => {
    for (const name of AWKWARD_NAMES) {
      await store.saveJson(name, { name });
      await store.saveTable(name, [{ name }], { schema: { columns: [{ name: "name", type: "utf8" }] } });
      await store.saveArray(name, counted("uint8", [name.length]));
    }
    const again = await reopen();
    for (const name of AWKWARD_NAMES) {
      equal(await again.loadJson(name), { name }, name);
      equal(rowsText([...rowsOf(await again.loadTable(name))]), rowsText([{ name }]), name);
      equal((await again.loadArray(name)).shape, [name.length], name);
    }
    const names = [...AWKWARD_NAMES].sort();
    equal(await again.list(), { json: names, tables: names, arrays: names }, "the names");
  });

  test("says not_found for what is not there, and creates nothing by reading", async (store, opened) => {
    await store.saveJson("only_json", {});
    const before = await opened.fingerprint();
    await rejects(() => store.loadJson("nothing"), "not_found", "JSON");
    await rejects(() => store.loadJsonText("metadata"), "not_found", "metadata");
    await rejects(() => store.loadTable("only_json"), "not_found", "a table");
    await rejects(() => store.loadArray("only_json"), "not_found", "an array");
    await store.list();
    equal(await opened.fingerprint(), before, "what is stored");
  });

  test("refuses bad names before it touches anything", async (store, { fingerprint }) => {
    const before = await fingerprint();
    for (const name of BAD_NAMES) {
      await rejects(() => store.saveJson(name, {}), "invalid_name", `saveJson ${JSON.stringify(name)}`);
      await rejects(() => store.loadJsonText(name), "invalid_name", `loadJsonText ${JSON.stringify(name)}`);
      await rejects(() => store.loadTable(name), "invalid_name", `loadTable ${JSON.stringify(name)}`);
      await rejects(() => store.loadArray(name), "invalid_name", `loadArray ${JSON.stringify(name)}`);
      const table = () => store.saveTable(name, ROWS, { schema: SCHEMA });
      await rejects(table, "invalid_name", `saveTable ${JSON.stringify(name)}`);
      const array = () => store.saveArray(name, counted("bool", [1]));
      await rejects(array, "invalid_name", `saveArray ${JSON.stringify(name)}`);
    }
    equal(await fingerprint(), before, "what is stored");
  });

  test("does nothing after an abort", async (store, { fingerprint }) => {
    const before = await fingerprint();
    const signal = AbortSignal.abort();
    await rejects(() => store.saveJson("qc", {}, { signal }), "aborted", "saveJson");
    const table = () => store.saveTable("t", ROWS, { schema: SCHEMA, signal });
    await rejects(table, "aborted", "saveTable");
    const array = () => store.saveArray("a", counted("bool", [1]), { signal });
    await rejects(array, "aborted", "saveArray");
    equal(await fingerprint(), before, "what is stored");
  });
}

function counted(dtype: (typeof DTYPES)[number], shape: readonly number[]): NdArray {
  const array = createNdArray(dtype, shape);
  array.data.set(Array.from(array.data, (_, index) => (dtype === "bool" ? index % 2 : index + 1)));
  return array;
}

function textOf({ dtype, shape, data }: NdArray): string {
  return JSON.stringify([dtype, shape, Array.from(data, String)]);
}

function rowsText(rows: readonly object[]): string {
  return JSON.stringify(rows, bigIntText);
}

function bigIntText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}n` : value;
}
