import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { memoryStore, openDataset, parseStoreKey, type ZarrImageRecord } from "../../src/index.ts";
import { canonicalJson } from "../../src/json/index.ts";

/**
 * Unusual JSON, through a dataset: each input is a file of a dataset without a log, as the Python system leaves it, and, as
 * a value, what a caller wants to save. Both readers accept NaN, and no writer writes it.
 */

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** The record of an image whose artifact `x` has these bytes. */
async function recordWith(bytes: Uint8Array, ending = ".json"): Promise<ZarrImageRecord> {
  const store = memoryStore();
  const put = (path: string, value: string | Uint8Array): Promise<void> =>
    store.put(parseStoreKey(path), typeof value === "string" ? text(value) : value);
  await put(".zgroup", '{"zarr_format": 2}');
  await put(".zattrs", '{"format": "kymflow_zarr_v1", "schema_version": 1}');
  await put("images/a/.zgroup", '{"zarr_format": 2}');
  await put(`images/a/analysis/x${ending}`, bytes);
  return (await openDataset(store, { mode: "r" })).record("a");
}

describe("JSON that is read", () => {
  it.each<readonly [string, string, unknown]>([
    ["NaN and infinities", "[NaN, Infinity, -Infinity]", [Number.NaN, Infinity, -Infinity]],
    ["64 levels", `${"[".repeat(64)}${"]".repeat(64)}`, nested(64)],
    [
      "integers beyond 2^53",
      "[9007199254740993, -1771711156123456789]",
      [9007199254740993n, -1771711156123456789n],
    ],
    ["a BOM", "\ufeff{}", {}],
    ["-0 and -0.0", "[-0, -0.0]", [0, -0]],
    ["an escaped pair of surrogates", '"\\ud83d\\ude00"', "😀"],
    ["spaces after it", "{} \n", {}],
  ])("may have %s", async (_what, source, value) => {
    expect(await (await recordWith(text(source))).loadJson("x")).toEqual(value);
    expect(await (await recordWith(gzipSync(text(source)), ".json.gz")).loadJson("x")).toEqual(value);
  });

  it.each(["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"])(
    "keeps the key %s as a key like any other, and no prototype changes",
    async (key) => {
      const record = await recordWith(text(`{"${key}": {"polluted": true}, "a": {"${key}": 1}}`));
      const value = await record.loadJson("x");
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(Object.entries(value as object)).toEqual([
        [key, { polluted: true }],
        ["a", expect.anything()],
      ]);
      expect(Object.hasOwn({}, "polluted") || "polluted" in {}).toBe(false);
      expect(canonicalJson(value)).toContain(`"${key}":{"polluted":true}`);
    },
  );

  it.each<readonly [string, string | Uint8Array, RegExp]>([
    ["65 levels", `${"[".repeat(65)}${"]".repeat(65)}`, /at most 64 levels/],
    ["a million levels", "[".repeat(1e6), /at most 64 levels/],
    [
      "a key twice",
      '{"a": 1,\n "b": {"c": 1, "c": 2}}',
      /line 2, column .*each key once, found the key "c" again/,
    ],
    ["half a surrogate pair", '"\\ud83d"', /lone surrogate/],
    ["half a pair, in UTF-8", Uint8Array.of(0x22, 0xed, 0xa0, 0xbd, 0x22), /not UTF-8/],
    ["bytes that are no UTF-8", Uint8Array.of(0x22, 0xff, 0x22), /not UTF-8/],
    ["Latin-1", Uint8Array.of(0x22, 0xb5, 0x6d, 0x22), /not UTF-8/],
    ["UTF-16", Uint8Array.of(0xff, 0xfe, 0x7b, 0, 0x7d, 0), /not UTF-8/],
    ["something after it", "{} {}", /the end of the text/],
    ["a NUL after it", "{}\0", /the end of the text/],
    ["a line break in a string", '"a\nb"', /control character/],
    ["nothing", "", /a value/],
    ["a comma too many", "[1,]", /a value/],
    ["a comment", "{} // text", /the end of the text/],
    ["an integer of 5 000 digits", "9".repeat(5000), /4300 digits/],
    ["two BOMs", "\ufeff\ufeff{}", /a value/],
    ["an infinity with a plus", "+Infinity", /a value/],
  ])("is invalid_file, and says where, with %s", async (_what, source, message) => {
    const bytes = typeof source === "string" ? text(source) : source;
    for (const record of [await recordWith(bytes), await recordWith(gzipSync(bytes), ".json.gz")]) {
      await expect(record.loadJson("x")).rejects.toMatchObject({
        code: "invalid_file",
        message: expect.stringMatching(message),
      });
    }
  });

  it("that unpacks to more than 64 MiB is invalid_file, and is not unpacked", async () => {
    const bomb = gzipSync(new Uint8Array(200 << 20).fill(0x20), { level: 9 });
    const record = await recordWith(bomb, ".json.gz");
    const before = process.memoryUsage().rss;
    await expect(record.loadJson("x")).rejects.toMatchObject({ code: "invalid_file" });
    expect(process.memoryUsage().rss - before).toBeLessThan(150 << 20);
  });
});

describe("JSON that is written", () => {
  const record = async (): Promise<ZarrImageRecord> =>
    (await openDataset(memoryStore())).addImage({ dtype: "uint8", shape: [1, 1], data: new Uint8Array(1) });

  it.each<readonly [string, unknown, string]>([
    ["NaN", { a: [1, { b: Number.NaN }] }, "$.a[1].b"],
    ["an infinity", [Number.NEGATIVE_INFINITY], "$[0]"],
    ["undefined", { a: undefined }, "$.a"],
    ["a function", { a: () => 1 }, "$.a"],
    ["a symbol", [Symbol("a")], "$[0]"],
    ["a date", { a: new Date(0) }, "$.a"],
    ["a map", { a: new Map() }, "$.a"],
    ["half a surrogate pair", { a: "\ud83d" }, "$.a"],
    ["65 levels", nested(65), "at most 64"],
  ])("is refused with %s, naming the path", async (_what, value, path) => {
    await expect((await record()).saveJson("x", value)).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining(path),
    });
  });

  it("is refused if it is its own part", async () => {
    const value: Record<string, unknown> = {};
    value["self"] = value;
    await expect((await record()).saveJson("x", value)).rejects.toMatchObject({ code: "invalid_argument" });
  });

  it("keeps what is exact: integers beyond 2^53, -0.0, keys in their order, prototype's names", async () => {
    const one = await record();
    const value = JSON.parse('{"z": 1, "a": {"__proto__": [1.5]}}');
    await one.saveJson("x", { n: 9007199254740993n, value, zero: -0 });
    const { text: stored } = await one.loadJsonText("x");
    expect(stored.replace(/\s+/g, "")).toBe(
      '{"n":9007199254740993,"value":{"z":1,"a":{"__proto__":[1.5]}},"zero":-0.0}',
    );
    expect(await one.loadJson("x")).toEqual({ n: 9007199254740993n, value, zero: -0 });
  });
});

function nested(levels: number): unknown {
  let value: unknown = [];
  for (let level = 1; level < levels; level++) {
    value = [value];
  }
  return value;
}
