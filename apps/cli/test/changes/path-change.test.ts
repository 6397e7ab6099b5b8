import { parseStoreKey } from "@kym/zarr-store";
import fc from "fast-check";
import { expect, it } from "vitest";
import { joinPathChanges, type PathChange, reversed } from "../../src/changes/path-change.ts";

const KEYS = ["tables/a.parquet", "tables/b.parquet"].map((path) => parseStoreKey(path));

it("several commits count as one change, from the state before the first to the state after the last; a value that returned is not listed", () => {
  const commits = fc.array(fc.record({ key: fc.nat(1), hash: fc.constantFrom("x", "y", null) }), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(commits, (steps) => {
      const state = new Map<string, string | null>();
      const changes = steps.map(({ key, hash }): PathChange[] => {
        const path = KEYS[key] ?? KEYS[0];
        if (path === undefined) {
          return [];
        }
        const before = state.get(path) ?? null;
        state.set(path, hash);
        return before === hash ? [] : [{ path, before, after: hash }];
      });
      const joined = joinPathChanges(changes);
      const expected = KEYS.flatMap((path) => {
        const after = state.get(path) ?? null;
        return after === null ? [] : [{ path, before: null, after }];
      });
      const plain = joined.map(({ path, before, after }) => ({ path, before, after }));
      expect(plain.sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual(expected);
      expect(reversed(reversed(joined))).toEqual(joined);
      expect(joinPathChanges([...changes, reversed(joined)])).toEqual([]);
    }),
  );
});

it("the images of a pooled table are counted once", () => {
  const [path] = KEYS;
  if (path === undefined) {
    throw new Error("there are keys");
  }
  const joined = joinPathChanges([
    [{ path, before: null, after: "1", imageIds: ["a", "b"] }],
    [{ path, before: "1", after: "2", imageIds: ["b", "c"] }],
  ]);
  expect(joined).toEqual([{ path, before: null, after: "2", imageIds: ["a", "b", "c"] }]);
});
