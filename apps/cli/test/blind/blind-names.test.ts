import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { BlindNames, placeText } from "../../src/blind/blind-names.ts";

function namesOf(seed: string, ids: readonly string[]): BlindNames {
  const hash = (id: string): string => createHash("sha256").update(placeText(seed, id)).digest("hex");
  return new BlindNames(seed, new Map(ids.map((id) => [id, hash(id)])));
}

const ids = fc.uniqueArray(
  fc.oneof(fc.uuid(), fc.string({ minLength: 4 }), fc.constantFrom("28d AngII 0002", "a.b", "café-1")),
  { maxLength: 30 },
);
const seeds = fc.string();

it("the names of one seed are unique, need only lower letters and digits, and sort in the order of scoring", () => {
  fc.assert(
    fc.property(ids, seeds, (all, seed) => {
      const names = namesOf(seed, all);
      const shown = names.imageIds.map((id) => names.of(id));
      expect(new Set(shown).size).toBe(all.length);
      expect(shown.toSorted()).toEqual(shown);
      expect(shown.every((name) => /^b[0-9a-hjkmnp-tv-z]{6,16}$/.test(name))).toBe(true);
      expect(names.imageIds.map((id) => names.idOf(names.of(id)))).toEqual(names.imageIds);
    }),
  );
});

it("images that come or go leave the names and the order of the others", () => {
  fc.assert(
    fc.property(ids, seeds, fc.nat(), (all, seed, some) => {
      const kept = all.filter((_, index) => (index + some) % 3 > 0);
      const [before, after] = [namesOf(seed, kept), namesOf(seed, all)];
      expect(after.imageIds.filter((id) => kept.includes(id))).toEqual(before.imageIds);
      for (const id of kept) {
        // Only a name that another image would share grows.
        expect(after.of(id).startsWith(before.of(id))).toBe(true);
        expect(after.find(before.of(id))).toContain(id);
      }
    }),
  );
});

it("another seed gives other names and another order", () => {
  const many = Array.from({ length: 40 }, (_, index) => `image ${index}`);
  const [a, b] = [namesOf("a", many), namesOf("b", many)];
  expect(a.imageIds).not.toEqual(b.imageIds);
  expect(a.imageIds).toEqual(namesOf("a", many.toReversed()).imageIds);
  expect(many.filter((id) => a.of(id) === b.of(id))).toEqual([]);
});

it("two images whose hashes begin alike have names that tell them apart, and an old name is understood as both", () => {
  const hashes = new Map([
    ["one", "a".repeat(64)],
    ["two", `${"a".repeat(12)}f${"0".repeat(51)}`],
    ["far", "0".repeat(64)],
  ]);
  const names = new BlindNames("0", hashes);
  expect([names.of("far"), names.of("one").length, names.of("two").length]).toEqual(["b000000", 11, 11]);
  expect(names.find(names.of("one").slice(0, 7))).toEqual(["one", "two"]);
});

it("no id is left in a text or in data, wherever it stands, and an unknown one is not given away", () => {
  const word = fc.constantFrom("images/", "edit ROIs of ", "(", ": ", "");
  fc.assert(
    fc.property(ids, seeds, fc.array(fc.tuple(word, fc.nat())), (all, seed, parts) => {
      const telling = all.filter((id) => /^[\w -]{8,}$/.test(id));
      const names = namesOf(seed, all);
      const text = parts.map(([before, at]) => `${before}${telling[at % telling.length] ?? ""}`).join("\n");
      const data = { images: [{ image_id: text, n: 1n, list: [text, null, true] }] };
      const shown = [names.in(text), ...JSON.stringify((names.inData(data) as typeof data).images[0]?.list)];
      expect(
        telling.filter((id) => shown[0]?.includes(id) === true || shown.slice(1).join("").includes(id)),
      ).toEqual([]);
      expect(names.of("an id of another dataset")).toBe("(an image that is gone)");
    }),
  );
});
