import fc from "fast-check";
import { expect, test } from "vitest";
import { defineIndexer, paramsHash } from "../../src/index.ts";
import { InputHasher } from "../../src/staleness/input-hashes.ts";

const indexer = defineIndexer({
  name: "x",
  schemaVersion: "1",
  schema: { columns: [{ name: "v", type: "float64" }] },
  analysisVersion: "lab.x@1",
  inputs: [{ format: "json", name: "x/result" }],
  usesPixels: true,
  sources: ["b", "a", "a/b", "a.b", "a-b", "B", "a"].map((name) => ({ format: "json", name })),
  context: async () => null,
  extract: async () => [],
});

const sha256 = fc.stringMatching(/^[0-9a-f]{64}$/);
const KEYS = [
  ...["zarr.json", "data/zarr.json", "data/c/0/0", "data/c/0/10", "analysis/x/result.json"],
  ...["b", "a", "a/b", "a.b", "a-b", "B", "other"].map((name) => `analysis/${name}.json`),
  "analysis/a.json.gz",
];

test("the hashes are those of the canonical JSON of what is there, whatever the order of the manifest", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...KEYS), sha256)), (entries) => {
      const hashes = new Map(entries);
      const of = (isMember: (key: string) => boolean): string =>
        paramsHash(Object.fromEntries([...hashes].filter(([key]) => isMember(key))));
      const found = new InputHasher(indexer).hashesOf(hashes);
      const input = "analysis/x/result.json";
      expect(found.inputsSha256).toBe(
        hashes.has(input) ? of((key) => key === input || key.startsWith("data/")) : undefined,
      );
      expect(found.sourcesSha256).toBe(
        of((key) => key === "zarr.json" || (key.startsWith("analysis/") && !/other|result/.test(key))),
      );
    }),
  );
});
