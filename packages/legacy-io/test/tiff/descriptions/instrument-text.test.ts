import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeLatin1, decodeUtf8OrLatin1 } from "../../../src/tiff/descriptions/instrument-text.ts";

test("what a strict decoder takes is UTF-8, all else Latin-1, byte for byte", () => {
  const anyBytes = fc.oneof(
    fc.uint8Array({ maxLength: 30 }),
    fc
      .string({ unit: fc.constantFrom("a", "é", "µ", "\u{fffd}", "日", "\u{feff}") })
      .map((text) => new TextEncoder().encode(text)),
    fc
      .array(fc.constantFrom(0x61, 0xb5, 0xef, 0xbf, 0xbd, 0xc2), { maxLength: 8 })
      .map((bytes) => Uint8Array.from(bytes)),
  );
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      let strict: string | undefined;
      try {
        strict = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      } catch {
        strict = undefined;
      }
      const latin1 = [...bytes].map((byte) => String.fromCharCode(byte)).join("");
      expect(decodeUtf8OrLatin1(bytes)).toEqual(
        strict === undefined ? { text: latin1, encoding: "latin1" } : { text: strict, encoding: "utf-8" },
      );
    }),
    { numRuns: 2000 },
  );
});

test("Latin-1 of more than one piece is whole", () => {
  const bytes = Uint8Array.from({ length: 20_000 }, (_, index) => index % 256);
  expect(decodeLatin1(bytes)).toBe([...bytes].map((byte) => String.fromCharCode(byte)).join(""));
});
