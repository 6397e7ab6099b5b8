import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { placeText } from "../../../src/blind/blind-names.ts";
import { drawImages, type GroupedImage } from "../../../src/commands/random/draw-images.ts";

const placeWith =
  (seed: string) =>
  (id: string): string =>
    createHash("sha256").update(placeText(seed, id)).digest("hex");

const images = fc.uniqueArray(
  fc.record({ imageId: fc.uuid(), group: fc.tuple(fc.constantFrom("Control", "AngII", null)) }),
  { selector: ({ imageId }) => imageId, maxLength: 40 },
);

it("new images take places between the old ones, which keep their order in every group", () => {
  fc.assert(
    fc.property(images, images, fc.string(), (old, more, seed) => {
      const ids = new Set(old.map(({ imageId }) => imageId));
      const both = [...more.filter(({ imageId }) => !ids.has(imageId)), ...old];
      const before = drawImages(old, placeWith(seed), undefined).imageIds;
      const after = drawImages(both, placeWith(seed), undefined).imageIds;
      expect(after.filter((id) => ids.has(id))).toEqual(before);
    }),
  );
});

it("each group gives its first images up to the number, and the drawn ones stand in one mixed order", () => {
  fc.assert(
    fc.property(images, fc.integer({ min: 1, max: 5 }), (all, perGroup) => {
      const place = placeWith("7");
      const { imageIds, groups, small } = drawImages(all, place, perGroup);
      const groupOf = new Map(all.map(({ imageId, group: [value] }) => [imageId, value]));
      const values = [...new Set(groupOf.values())];
      expect(groups).toBe(values.length);
      expect(imageIds).toEqual([...imageIds].sort((a, b) => (place(a) < place(b) ? -1 : 1)));
      for (const value of values) {
        const members = all.filter(({ group }) => group[0] === value).map(({ imageId }) => imageId);
        const first = members.sort((a, b) => (place(a) < place(b) ? -1 : 1)).slice(0, perGroup);
        expect(imageIds.filter((id) => groupOf.get(id) === value)).toEqual(first);
        expect(small.some(({ group }) => group[0] === value)).toBe(members.length < perGroup);
      }
    }),
  );
});

it("the order is that of the SHA-256 of seed and id, as sha256sum gives it", () => {
  const four: readonly GroupedImage[] = ["a", "b", "c", "d"].map((imageId) => ({ imageId, group: [] }));
  expect(placeWith("7")("a").slice(0, 8)).toBe("82d9d62b");
  expect(drawImages(four, placeWith("7"), undefined).imageIds).toEqual(["c", "a", "d", "b"]);
  expect(drawImages(four, placeWith("8"), undefined).imageIds).toEqual(["a", "c", "d", "b"]);
});
