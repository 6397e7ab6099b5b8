import fc from "fast-check";
import { expect, test } from "vitest";
import { nodeOf, parseLossless, plainValue, serializeLossless } from "../../src/json/lossless-json.ts";
import { parsePlain } from "../../src/json/parse-plain.ts";
import { plainJson } from "./json-arbitraries.ts";

function outcomeOf(read: () => unknown): unknown {
  try {
    return { value: serializeLossless(nodeOf(read())) };
  } catch (error) {
    return { error: String(error) };
  }
}

function expectAlike(text: string): void {
  const slowly = outcomeOf(() => plainValue(parseLossless(text, { duplicateKeys: "error" })));
  expect([text, outcomeOf(() => parsePlain(text))]).toEqual([text, slowly]);
}

test("any value that we write is read as the lossless parser reads it, with and without spaces", () => {
  fc.assert(
    fc.property(plainJson, fc.constantFrom(0, 2), (value, indent) => {
      const text = serializeLossless(value, { indent });
      expect(parsePlain(text)).toEqual(plainValue(parseLossless(text)));
      expectAlike(text);
    }),
  );
});

test("text of which a character was changed is refused, or read, as by the lossless parser", () => {
  const change = fc.constantFrom(...'"\\:,{}[]0159eE.-+ \n\tabé', "\ud800", "\ufeff");
  fc.assert(
    fc.property(plainJson, fc.nat(), change, fc.boolean(), (value, at, character, isInserted) => {
      const text = serializeLossless({ a: value, b: [1, { a: 2 }] }, { indent: 0 });
      const place = at % (text.length + 1);
      expectAlike(text.slice(0, place) + character + text.slice(place + (isInserted ? 0 : 1)));
    }),
    { numRuns: 2000 },
  );
});

test.each([
  '{"a":1,"a":2}',
  '{"a":1,"a" :2}',
  '{"a" :1,"a":2}',
  '{"a":1,"a"\t:2}',
  '{"a": 1,"a"\n:2}',
  '{"a b":":","a b":2}',
  '{":a":1,"b:":":"}',
  '{"a\\":":1,"a":2,"a":3}',
  '{"b":"\\":","a":1,"a":2}',
  "9007199254740992",
  "-0",
  "-0.0",
  "1e400",
  "1.0",
  '{"__proto__":{"a":1},"constructor":2}',
  '"\\ud800"',
  "[".repeat(64) + "]".repeat(64),
  "[".repeat(65) + "]".repeat(65),
  '{"":1}',
  '{"t":1753142400000000001,"u":[-9007199254740993,9007199254740991,9007199254740993],"n":1}',
  '{"a":{"__proto__":12345678901234567890,"constructor":12345678901234567890}}',
  '{"a":"b:12345678901234567890,","c":":12345678901234567890}"}',
  '{"a:12345678901234567890,":1}',
  '{"a":12345678901234567890,"a":12345678901234567891}',
  '{"a":12345678901234567890.5,"b":12345678901234567890e2,"c":[12345678901234567890 ]}',
  '{"a":012345678901234567890}',
  '{"a":-0123456789012345678}',
  `{"a":${"9".repeat(40)},"b":${"9".repeat(41)},"c":${"9".repeat(400)}}`,
  `${'{"a":'.repeat(63)}[12345678901234567890]${"}".repeat(63)}`,
  `${'{"a":'.repeat(64)}[12345678901234567890]${"}".repeat(64)}`,
  "12345678901234567890",
  "\ufeff{}",
  "[1,]",
  "",
])("%s is read, or refused, as by the lossless parser", (text) => {
  expectAlike(text);
});
