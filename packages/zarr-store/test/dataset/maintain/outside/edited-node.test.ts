import fc from "fast-check";
import { expect, it } from "vitest";
import { nodeWithoutAdditions } from "../../../../src/dataset/maintain/edited-node.ts";
import { encodeNode } from "../../../../src/dataset/record/record-objects.ts";
import { parseStoreKey } from "../../../../src/index.ts";
import { likeZarrPython } from "./like-zarr-python.ts";

const RECORD = parseStoreKey("images/one/zarr.json");
const attributes = fc.dictionary(
  fc.string({ maxLength: 6, unit: "grapheme" }).filter((name) => name !== "__proto__"),
  fc.jsonValue({ maxDepth: 2 }).map(withPlainNumbers),
  { maxKeys: 8 },
);

/** Python keeps the spelling of -0.0 and of floats beyond 2^53; its imitation in JavaScript does not. */
function withPlainNumbers(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_key, part: unknown) =>
    typeof part === "number" && (Object.is(part, -0) || Math.abs(part) > Number.MAX_SAFE_INTEGER) ? 1 : part,
  );
}

it("what others add to a group, whatever it is, is told from what was there, byte for byte", () => {
  fc.assert(
    fc.property(attributes, attributes, fc.boolean(), (own, added, isConsolidated) => {
      const bytes = encodeNode(own);
      const names = Object.keys({ ...own, ...added });
      // An object has names like "7" before all others, so that they are not added at the end.
      fc.pre(names.every((name) => !/^\d+$/.test(name)));
      const news = Object.fromEntries(Object.entries(added).filter(([name]) => !Object.hasOwn(own, name)));
      const text = likeZarrPython(new TextDecoder().decode(bytes), {
        attributes: news,
        ...(isConsolidated && { consolidated: { data: { shape: [1] } } }),
      });
      const earlier = nodeWithoutAdditions(RECORD, new TextEncoder().encode(text), bytes.length);
      expect(earlier?.bytes).toEqual(bytes);
      const count = Object.keys(news).length;
      expect(earlier?.added === "").toBe(count === 0 && !isConsolidated);
      expect(earlier?.added.includes("attribute")).toBe(count > 0);
    }),
  );
});

it("a node of another Zarr version, or of codecs that are not written, was never one of ours", () => {
  const path = parseStoreKey("images/one/data/zarr.json");
  const array = {
    zarr_format: 2,
    shape: [2],
    chunks: [2],
    dtype: "|u1",
    compressor: null,
    fill_value: 0,
    order: "C",
    filters: null,
  };
  for (const node of [array, { zarr_format: 2 }, [], "x", null]) {
    expect(nodeWithoutAdditions(path, new TextEncoder().encode(JSON.stringify(node)), 100)).toBeUndefined();
  }
});

it("a node of 10 000 attributes is searched for those that were there, not tried with each number of them", () => {
  const own = { axes: ["t", "x"], created_utc: "" };
  const added = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, index) => [`a${index}`, "x".repeat(100)]),
  );
  const text = likeZarrPython(new TextDecoder().decode(encodeNode(own)), { attributes: added });
  const startedMs = performance.now();
  const earlier = nodeWithoutAdditions(RECORD, new TextEncoder().encode(text), encodeNode(own).length);
  expect(earlier?.bytes).toEqual(encodeNode(own));
  expect(earlier?.added).toBe("the attributes a0, a1, a2, a3, a4, …");
  expect(performance.now() - startedMs).toBeLessThan(10_000);
});
