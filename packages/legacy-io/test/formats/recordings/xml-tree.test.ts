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
])("%s is a typed error", async (text, code) => {
  expect(await codeOf(() => parseXml(text, "a test"))).toBe(code);
});

it("a number is a whole text of one", () => {
  expect(["1.5e-7", "0x10", "1,5", "", "Infinity"].map(finiteNumber)).toEqual([
    1.5e-7,
    ...Array(4).fill(undefined),
  ]);
});
