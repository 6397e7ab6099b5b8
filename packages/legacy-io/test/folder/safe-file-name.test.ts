import fc from "fast-check";
import { expect, test } from "vitest";
import { nameBeforeEscape, safeFileName } from "../../src/folder/safe-file-name.ts";

test("a name that every system accepts stays as it is", () => {
  for (const name of [
    "28d AngII",
    "a.b[1].TIF",
    "é µ+#.tif",
    "~2.tif",
    "a~1.tif",
    "com10.tif",
    "console",
    ".a",
  ]) {
    expect([safeFileName(name), nameBeforeEscape(name)]).toEqual([name, name]);
  }
});

test.each([
  ["10:30.tif", "10~3A30.tif"],
  ['a<b>"|?*.tif', "a~3Cb~3E~22~7C~3F~2A.tif"],
  ["a\\b", "a~5Cb"],
  ["day 1.", "day 1~2E"],
  ["day ", "day~20"],
  ["aux.tif", "~61ux.tif"],
  ["COM1", "~43OM1"],
  ["lpt\u00b9.x", "~6Cpt\u00b9.x"],
  ["a~3Ab", "a~7E3Ab"],
  ["a\tb", "a~09b"],
])(
  "the name %j, which Windows forbids or which looks escaped, becomes %j and comes back",
  (name, escaped) => {
    expect(safeFileName(name)).toBe(escaped);
    expect(nameBeforeEscape(escaped)).toBe(name);
  },
);

test("any name comes back from its escaped form, which Windows accepts", () => {
  const hostile = fc.string({
    unit: fc.constantFrom("~", "3", "A", ":", ".", " ", "aux", "C", "\\", "\u00e9"),
  });
  fc.assert(
    fc.property(fc.oneof(hostile, fc.string({ unit: "grapheme" })), (name) => {
      fc.pre(name !== "" && !name.includes("/"));
      const escaped = safeFileName(name);
      expect(nameBeforeEscape(escaped)).toBe(name);
      expect(escaped).not.toMatch(/[<>:"\\|?*\p{Cc}]|[. ]$|^(con|prn|aux|nul)(\.|$)/iu);
    }),
  );
});
