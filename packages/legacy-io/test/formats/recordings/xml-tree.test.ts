import { expect, it } from "vitest";
import { elementsAt, finiteNumber, parseXml, textAt } from "../../../src/formats/czi/xml-tree.ts";
import { codeOf } from "../../support/caught.ts";

it("a document becomes elements with their own text, without prefixes, comments and entities", () => {
  const root = parseXml(
    '<?xml version="1.0"?><!-- a > b --><a:R><b k="1 &lt; 2" n:j=\'&#181;\'> x &amp; <c/>y</b><b><![CDATA[<z>]]></b></a:R>',
    "a test",
  );
  const [first, second] = elementsAt(root, "b");
  expect([root.name, first?.text, second?.text]).toEqual(["R", " x & y", "<z>"]);
  expect([...(first?.attributes ?? [])]).toEqual([
    ["k", "1 < 2"],
    ["j", "\u00b5"],
  ]);
  expect([textAt(root, "b/c"), textAt(root, "b/d")]).toEqual(["", undefined]);
});

it.each([
  ["<a><b></a></b>", "invalid_file"],
  ["<a>", "invalid_file"],
  ["", "invalid_file"],
  ["<a/><b/>", "invalid_file"],
  ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "not_supported"],
  ["<a>".repeat(100), "not_supported"],
  ["<a><!-- b </a>", "invalid_file"],
  ["<a><![CDATA[ b ]] </a>", "invalid_file"],
  ["<a><? b </a>", "invalid_file"],
  ['<a b="1></a>', "invalid_file"],
  ["<a <b/></a>", "invalid_file"],
])("%s is a typed error", async (text, code) => {
  expect(await codeOf(() => parseXml(text, "a test"))).toBe(code);
});

it("a number is a whole text of one", () => {
  expect(["1.5e-7", "0x10", "1,5", "", "Infinity"].map(finiteNumber)).toEqual([
    1.5e-7,
    ...Array(4).fill(undefined),
  ]);
});

it.each([
  ["comments", "<!--"],
  ["texts of CDATA", "<![CDATA["],
  ["instructions", "<?"],
  ["quotes", `<a" "`],
  ["a name", "x"],
])("%s without an end, a million letters of them, are refused at once", async (_what, piece) => {
  const text = `<a><${piece.repeat(1_000_000 / piece.length)}`;
  expect(await codeOf(() => parseXml(text, "a test"))).toBe("invalid_file");
});

it("signs in quotes, a slash in a value, spaces and a `<` that begins no tag are read as ever", () => {
  const root = parseXml(`<a x='<b>' y = "c/>" z=d/e w="1"\n>1 < 2 <= 3<b u="/"/></a >`, "a test");
  expect([root.text, [...root.attributes], root.children.map(({ name }) => name)]).toEqual([
    "1 < 2 <= 3",
    [
      ["x", "<b>"],
      ["y", "c/>"],
      ["w", "1"],
    ],
    ["b"],
  ]);
  const word = "x".repeat(300_000);
  expect([...parseXml(`<a ${word} k="1"${" ".repeat(300_000)}/>`, "a test").attributes]).toEqual([
    ["k", "1"],
  ]);
});
