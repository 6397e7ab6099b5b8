import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isZarrStoreError } from "../../../src/errors.ts";
import { type ParseLosslessOptions, parseLossless, plainValue } from "../../../src/json/lossless-json.ts";
import { jsonSource } from "../json-arbitraries.ts";

function refusal(text: string, options?: ParseLosslessOptions): string {
  try {
    parseLossless(text, options);
  } catch (error) {
    if (isZarrStoreError(error, "invalid_file")) {
      return error.message;
    }
    throw error;
  }
  return "accepted";
}

describe("parseLossless", () => {
  test("keeps the text of every number", () => {
    const node = parseLossless("[1.0, 1E-7, 1.10, 1771700000123456789, -0, 1e400]");
    const texts = node.kind === "array" ? node.items.map((item) => item.kind === "number" && item.text) : [];
    expect(texts).toEqual(["1.0", "1E-7", "1.10", "1771700000123456789", "-0", "1e400"]);
  });

  test("keeps the order of keys, integer-like ones too", () => {
    const node = parseLossless('{"b": 1, "10": 2, "2": 3}');
    expect(node.kind === "object" && [...node.members.keys()]).toEqual(["b", "10", "2"]);
  });

  test("gives a repeated key its first place and its last value, as Python does", () => {
    const node = parseLossless('{"a": 1, "b": 2, "a": 3}');
    expect(Object.entries(plainValue(node) as object)).toEqual([
      ["a", 3],
      ["b", 2],
    ]);
  });

  test("refuses a repeated key if asked to", () => {
    expect(refusal('{"a": 1,\n "a": 2}', { duplicateKeys: "error" })).toBe(
      'not JSON at line 2, column 2: expected each key once, found the key "a" again',
    );
  });

  test("reads whatever JSON.parse reads, to the same values", () => {
    fc.assert(
      fc.property(jsonSource, (text) => {
        const expected: unknown = JSON.parse(text);
        const found = plainValue(parseLossless(text));
        expect(asNumbers(found)).toEqual(asNumbers(expected));
      }),
    );
  });

  test("accepts exactly what JSON.parse accepts, of text that is almost JSON", () => {
    const almost = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'{}[]:,"\\ \n0123.-+eEutrfalsn\u0001') }),
      fc
        .tuple(
          jsonSource,
          fc.nat(),
          fc.string({ unit: fc.constantFrom(...'{}[]:,"\\0.-eE x\t'), maxLength: 2 }),
        )
        .map(
          ([text, at, put]) =>
            text.slice(0, at % (text.length + 1)) + put + text.slice(at % (text.length + 1)),
        ),
    );
    fc.assert(
      fc.property(almost, (text) => {
        // JSON.parse takes lone surrogates.
        fc.pre(!/\\u[dD]|[\ud800-\udfff]/.test(text));
        let accepted = true;
        try {
          JSON.parse(text);
        } catch {
          accepted = false;
        }
        expect(refusal(text) === "accepted").toBe(accepted);
      }),
      { numRuns: 3000 },
    );
  });

  test("drops a byte order mark, one only", () => {
    expect(plainValue(parseLossless('\ufeff{"a": 1}'))).toEqual({ a: 1 });
    expect(refusal("\ufeff\ufeff1")).toContain("line 1, column 2: expected a value");
  });

  test("takes NaN and infinities only if allowed", () => {
    const text = '{"a": NaN, "b": [Infinity, -Infinity]}';
    expect(plainValue(parseLossless(text, { allowNonFinite: true }))).toEqual({
      a: Number.NaN,
      b: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    });
    expect(refusal(text)).toBe("not JSON at line 1, column 7: expected a finite number, found NaN");
    expect(refusal("-Infinity")).toContain("expected a finite number, found -Infinity");
  });

  test("reads 64 levels and no more", () => {
    expect(refusal("[".repeat(64) + "]".repeat(64))).toBe("accepted");
    expect(refusal("[".repeat(65) + "]".repeat(65))).toContain("column 65: expected at most 64 levels");
    expect(refusal('{"a":'.repeat(100_000))).toContain("expected at most 64 levels");
  });

  test("refuses text that is too long, and integers of more digits than Python reads", () => {
    expect(refusal("[1, 2]", { maxLength: 5, where: "x.json" })).toBe(
      "JSON text of x.json is 6 characters long, at most 5",
    );
    expect(refusal("9".repeat(4300))).toBe("accepted");
    expect(refusal("9".repeat(4301))).toContain(
      "expected an integer of at most 4300 digits, found 4301 digits",
    );
  });

  test("refuses lone surrogates, escaped, half escaped or raw", () => {
    expect(refusal('"\\ud83d"')).toContain("expected a pair of surrogates, found a lone surrogate U+D83D");
    expect(refusal('"\\ude00\\ud83d"')).toContain("a lone surrogate U+DE00");
    expect(refusal('"\\ud83dx"')).toContain("a lone surrogate U+D83D");
    expect(refusal('"ab\ud83d"')).toContain("line 1, column 4: expected Unicode text");
    expect(plainValue(parseLossless('"\\ud83D\\uDE00"'))).toBe("😀");
  });

  test.each([
    ["", "line 1, column 1: expected a value, found the end of the text"],
    ["{,}", 'column 2: expected a key or "}", found ","'],
    ['{"a" 1}', 'column 6: expected ":", found "1"'],
    ['{"a": 1 "b": 2}', 'column 9: expected "," or "}", found "\\""'],
    ["[1,]", 'column 4: expected a value, found "]"'],
    ["[1 2]", 'column 4: expected "," or "]", found "2"'],
    ["{} x", 'column 4: expected the end of the text, found "x"'],
    ["01", 'column 2: expected the end of a number, found "1"'],
    ["1.", 'column 2: expected the end of a number, found "."'],
    ["-", 'column 1: expected a number, found "-"'],
    ["+1", 'column 1: expected a value, found "+"'],
    ["nul", 'column 1: expected a value, found "n"'],
    ['"a\nb"', "column 3: expected a character of a string, found an unescaped control character U+000A"],
    ['["a', "column 4: expected a quote that ends the string of line 1, column 2, found the end of the text"],
    ['"\\x"', 'column 2: expected an escape, found "\\x"'],
    ['"\\', "column 2: expected an escape, found the end of the text"],
    ['"\\u12g4"', 'column 2: expected \\u and four hexadecimal digits, found "\\\\u12g4"'],
    ["[1,\n\n  😀]", 'line 3, column 3: expected a value, found "😀"'],
  ])("says where %j is wrong", (text, message) => {
    expect(refusal(text)).toContain(message);
  });

  test("names the file in the message and in the details", () => {
    expect(() => parseLossless("[", { where: "images/a/analysis/qc.json" })).toThrow(
      expect.objectContaining({
        message: expect.stringContaining("line 1, column 2 of images/a/analysis/qc.json"),
        details: expect.objectContaining({ path: "images/a/analysis/qc.json" }),
      }),
    );
  });
});

/** Bigints and negative zeros as `JSON.parse` has them. */
function asNumbers(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? Number(item) : item)) ?? "null",
  );
}
