import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isOfShard, MOST_SHARDS, shardFault } from "../../src/runtime/work-shard.ts";

const hashOf = (name: string): string => createHash("sha256").update(name).digest("hex");

test("each name is of exactly one shard, whatever their number", () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 64 }), (name, count) => {
      const owners = Array.from({ length: count }, (_, index) => ({ index, count })).filter((shard) =>
        isOfShard(shard, hashOf(name)),
      );
      expect(owners).toHaveLength(1);
    }),
  );
});

test("which shard a name is of does not change from build to build, and shards are of about one size", () => {
  const parts = Array.from({ length: 8 }, () => 0);
  for (let name = 0; name < 8000; name++) {
    const owner = parts.findIndex((_, index) => isOfShard({ index, count: 8 }, hashOf(`${name}.tif`)));
    parts[owner] = (parts[owner] ?? 0) + 1;
  }
  expect(isOfShard({ index: 1, count: 3 }, hashOf("a.tif"))).toBe(true);
  expect(Math.min(...parts)).toBeGreaterThan(850);
  expect(Math.max(...parts)).toBeLessThan(1150);
});

test.each([
  [{ index: 0, count: 1 }, undefined],
  [{ index: 15, count: 16 }, undefined],
  [{ index: 16, count: 16 }, "counted from 0 to 15: there is no shard 16"],
  [{ index: -1, count: 2 }, "there is no shard -1"],
  [{ index: 0.5, count: 2 }, "there is no shard 0.5"],
  [{ index: 0, count: 0 }, "not of 0"],
  [{ index: 0, count: MOST_SHARDS + 1 }, `not of ${MOST_SHARDS + 1}`],
  [{ index: Number.NaN, count: Number.NaN }, "not of NaN"],
])("%j is a shard, or it is said why not", (shard, fault) => {
  expect(shardFault(shard)).toEqual(fault === undefined ? undefined : expect.stringContaining(fault));
});
