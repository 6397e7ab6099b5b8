import { expect, it } from "vitest";
import { element, rounded, wordsElement } from "../../src/figure/svg-element.ts";

it("numbers have at most two digits after the point, and no minus before a zero", () => {
  expect([1, 0.5, 1.006, -0.001, 1e-9, 1234.5678, 100].map(rounded)).toEqual([
    ...["1", "0.5", "1.01", "0", "0", "1234.57", "100"],
  ]);
});

it("attributes and words stay text, whatever they hold", () => {
  expect(element("rect", { x: 1, fill: `"/><script>`, width: undefined })).toBe(
    `<rect x="1" fill="&quot;/&gt;&lt;script&gt;"/>`,
  );
  expect(wordsElement("text", {}, "a & b </text><script>'\"")).toBe(
    "<text>a &amp; b &lt;/text&gt;&lt;script&gt;&apos;&quot;</text>",
  );
  expect(wordsElement("text", {}, "a\u0000b\ud800c\uffffd\u{1f52c}µ")).toBe(
    "<text>a\ufffdb\ufffdc\ufffdd\u{1f52c}µ</text>",
  );
});
