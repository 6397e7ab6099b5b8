// Tests that the width of a text is what the library says, also where it is not asked.

import stringWidth from "fast-string-width";
import { expect, test } from "vitest";
import { textWidth } from "../../src/screen/text-width.ts";

test("every character up to U+2FFF has the width that the library gives it", () => {
  const different = Array.from({ length: 0x3000 }, (_, code) => String.fromCodePoint(code)).filter(
    (character) => textWidth(`a${character}`) !== stringWidth(`a${character}`),
  );
  expect(different).toEqual([]);
});

test.each([
  ["30000 × 38 µm — 1.2…", 20],
  ["e\u0301", 1],
  ["\u001b[1mbold\u001b[22m", 4],
  ["毛細血管", 8],
  ["", 0],
])("%j is %i columns wide", (text, columns) => {
  expect(textWidth(text)).toBe(columns);
});
