import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  isJsonNode,
  jsonText,
  nodeOf,
  parseLossless,
  plainValue,
  serializeLossless,
} from "../../src/json/lossless-json.ts";
import { plainJson } from "./json-arbitraries.ts";

describe("plainValue", () => {
  test("gives integers beyond 2^53 as bigint and all other numbers as number", () => {
    const text = "[9007199254740991, 9007199254740992, -9007199254740993, 1e17, 1.0, 1e400]";
    expect(plainValue(parseLossless(text))).toEqual([
      9007199254740991,
      9007199254740992n,
      -9007199254740993n,
      1e17,
      1,
      Number.POSITIVE_INFINITY,
    ]);
  });

  test("has a negative zero only for a float", () => {
    expect(plainValue(parseLossless("[-0, -0.0]"))).toEqual([0, -0]);
  });

  test("makes __proto__ an ordinary key", () => {
    const value = plainValue(parseLossless('{"__proto__": {"polluted": true}, "constructor": 1}'));
    expect(Object.keys(value as object)).toEqual(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect((value as { polluted?: unknown }).polluted).toBeUndefined();
    expect(serializeLossless(value, { indent: 0 })).toBe('{"__proto__":{"polluted":true},"constructor":1}');
  });
});

describe("nodeOf", () => {
  test("is undone by plainValue", () => {
    fc.assert(
      fc.property(plainJson, (value) => {
        expect(plainValue(nodeOf(value))).toEqual(value);
      }),
    );
  });

  test("takes nodes and JSON text as parts of a value", () => {
    const value = { params: jsonText('{"tiny": 1e-07}'), node: parseLossless("1.10"), list: [1n] };
    expect(serializeLossless(value, { indent: 0 })).toBe('{"params":{"tiny":1e-07},"node":1.10,"list":[1]}');
  });

  test("does not take data that looks like a node or a JsonText for one", () => {
    const looksLike = [
      { kind: "number", text: "} not a number" },
      { kind: "json-text", text: "{}" },
      { kind: "object", members: [] as unknown[] },
    ];
    expect(isJsonNode(looksLike[0])).toBe(false);
    expect(JSON.parse(serializeLossless(looksLike))).toEqual(looksLike);
  });

  const cyclic: Record<string, unknown> = {};
  cyclic["self"] = { inner: [cyclic] };
  let deep: unknown = [];
  for (let level = 0; level < 65; level += 1) {
    deep = [deep];
  }
  test.each([
    [{ a: [0, 1, { b: Number.NaN }] }, "$.a[2].b", "a finite number, found NaN"],
    [{ a: Number.NEGATIVE_INFINITY }, "$.a", "a finite number, found -Infinity"],
    [{ a: undefined }, "$.a", "a JSON value, found undefined"],
    [undefined, "$", "a JSON value, found undefined"],
    [[() => 1], "$[0]", "a JSON value, found function"],
    [{ "a b": Symbol("s") }, '$["a b"]', "a JSON value, found symbol"],
    [{ at: new Date(0) }, "$.at", "a JSON value, found an instance of Date"],
    [{ data: new Float64Array(2) }, "$.data", "a JSON value, found an instance of Float64Array"],
    [{ map: new Map() }, "$.map", "a JSON value, found an instance of Map"],
    [cyclic, "$.self.inner[0]", "a tree, found a cycle"],
    [new Array<unknown>(1), "$[0]", "a JSON value, found undefined"],
    ["\ud83d", "$", "Unicode text, found a lone surrogate"],
    [{ "\ud83d": 1 }, '$["\\ud83d"]', "Unicode text, found a key with a lone surrogate"],
  ])("refuses %o and names the path", (value, path, message) => {
    expect(() => nodeOf(value)).toThrow(
      expect.objectContaining({
        code: "invalid_argument",
        message: `cannot be JSON at ${path}: expected ${message}`,
        details: expect.objectContaining({ path }),
      }),
    );
  });

  test("refuses more than 64 levels, which could not be read again", () => {
    expect(() => nodeOf(deep)).toThrow("expected at most 64 levels");
  });

  test("takes one object at two places, which is no cycle", () => {
    const shared = { a: 1 };
    expect(plainValue(nodeOf([shared, shared]))).toEqual([shared, shared]);
  });
});
