import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  deleteMember,
  getMember,
  nodeOf,
  parseLossless,
  plainValue,
  serializeLossless,
  setMember,
} from "../../src/json/lossless-json.ts";
import { jsonSource, plainJson } from "./json-arbitraries.ts";

describe("serializeLossless", () => {
  test("writes what Python's json.dumps(indent=2) writes, non-ASCII as it is", () => {
    const text = `{
  "name": "µm/s",
  "empty": {},
  "none": [],
  "list": [
    1,
    {
      "a": 1.0
    }
  ],
  "ns": 1771700000123456789
}`;
    expect(serializeLossless(parseLossless(text))).toBe(text);
  });

  test("gives back every text of its own format byte for byte", () => {
    fc.assert(
      fc.property(jsonSource, fc.constantFrom(0, 2, 4), (source, indent) => {
        const once = serializeLossless(parseLossless(source), { indent });
        expect(serializeLossless(parseLossless(once), { indent })).toBe(once);
      }),
    );
  });

  test("is undone by parsing, for plain values", () => {
    fc.assert(
      fc.property(plainJson, (value) => {
        expect(plainValue(parseLossless(serializeLossless(value)))).toEqual(value);
      }),
    );
  });

  test("writes what JSON.stringify writes, but for numbers that are no safe integers", () => {
    const value = { a: [1, "x\u2028\u007f\n", null, true], "é😀": {} };
    expect(serializeLossless(value)).toBe(JSON.stringify(value, null, 2));
    expect(serializeLossless([1e17, -0, 0.1, 2n ** 70n], { indent: 0 })).toBe(
      "[1e+17,-0.0,0.1,1180591620717411303424]",
    );
  });

  test("refuses the NaN of legacy text, with its path", () => {
    const node = parseLossless('{"a": [1, -Infinity]}', { allowNonFinite: true });
    expect(() => serializeLossless(node)).toThrow(
      "cannot be JSON at $.a[1]: expected a finite number, found -Infinity",
    );
  });
});

describe("getMember, setMember, deleteMember", () => {
  const text = '{\n  "b": 1.10,\n  "a": 1E5,\n  "ns": 1771700000123456789\n}';

  test("change one key and keep every other number as it was written", () => {
    const node = parseLossless(text);
    expect(serializeLossless(setMember(node, "a", nodeOf({ x: 1 })))).toBe(
      text.replace("1E5", '{\n    "x": 1\n  }'),
    );
    expect(serializeLossless(setMember(node, "c", nodeOf(true)))).toBe(
      text.replace("\n}", ',\n  "c": true\n}'),
    );
    expect(serializeLossless(deleteMember(node, "a"))).toBe(text.replace('  "a": 1E5,\n', ""));
    expect(serializeLossless(node)).toBe(text);
  });

  test("find nothing where there is nothing", () => {
    const node = parseLossless(text);
    expect(getMember(node, "zz")).toBeUndefined();
    expect(getMember(node, "toString")).toBeUndefined();
    expect(getMember(parseLossless("[1]"), "0")).toBeUndefined();
    expect(deleteMember(node, "zz")).toBe(node);
    expect(getMember(node, "b")).toMatchObject({ kind: "number", text: "1.10" });
  });

  test("refuse to set a key of what is no object", () => {
    expect(() => setMember(parseLossless("[]"), "a", nodeOf(1))).toThrow(
      "expected a JSON object, found array",
    );
    expect(() => deleteMember(parseLossless("1"), "a")).toThrow("expected a JSON object, found number");
  });
});
