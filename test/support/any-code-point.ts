// Any character of Unicode but half a surrogate pair, as fast-check's unit "binary" without its table of all of them.
import fc from "fast-check";

const FIRST_SURROGATE = 0xd800;
const SURROGATES = 0x800;

/**
 * The unit of strings of any characters. fast-check's own `unit: "binary"` looks up what it generated in a map of 1.1
 * million strings, which each process of the tests would have to fill first.
 */
export const anyCodePoint: fc.Arbitrary<string> = fc.nat({ max: 0x10ffff - SURROGATES }).map(
  (rank) => String.fromCodePoint(rank < FIRST_SURROGATE ? rank : rank + SURROGATES),
  (text) => {
    const codePoint = typeof text === "string" ? text.codePointAt(0) : undefined;
    if (codePoint === undefined || text !== String.fromCodePoint(codePoint) || !text.isWellFormed()) {
      throw new TypeError(`not one character: ${text}`);
    }
    return codePoint < FIRST_SURROGATE ? codePoint : codePoint - SURROGATES;
  },
);
