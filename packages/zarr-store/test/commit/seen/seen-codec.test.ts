import fc from "fast-check";
import { expect, test } from "vitest";
import { gzip } from "../../../src/bytes/gzip.ts";
import { sealGzip } from "../../../src/bytes/sealed-gzip.ts";
import type { SeenFile } from "../../../src/commit/seen/is-trusted.ts";
import { decodeSeen, encodeSeen } from "../../../src/commit/seen/seen-codec.ts";
import { parseStoreKey, type StoreKey } from "../../../src/index.ts";

const number64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
const file: fc.Arbitrary<SeenFile> = fc
  .record({
    sizeBytes: fc.maxSafeNat(),
    mtimeNs: number64,
    ctimeNs: number64,
    lookedNs: number64,
    inode: fc.option(number64, { nil: undefined }),
    sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
  })
  .map(({ inode, ...rest }) => ({ ...rest, ...(inode !== undefined && { inode }) }));
const files: fc.Arbitrary<ReadonlyMap<StoreKey, SeenFile>> = fc
  .array(fc.tuple(fc.stringMatching(/^[a-z]{1,8}(\/[a-z]{1,8}){0,3}$/).map(parseStoreKey), file))
  .map((entries) => new Map(entries));

test("what was seen is read as it was written, every digit of it, and only in its place", async () => {
  await fc.assert(
    fc.asyncProperty(files, async (seen) => {
      const bytes = await encodeSeen("here", seen);
      expect(await decodeSeen(bytes, "here")).toEqual(seen);
      expect(await decodeSeen(bytes, "there")).toEqual(new Map());
    }),
  );
});

test("a file with a flipped bit or a missing end says nothing", async () => {
  const [seen] = fc.sample(files, { numRuns: 1, seed: 7 });
  const bytes = await encodeSeen(
    "here",
    new Map([...(seen ?? []), [parseStoreKey("a"), fc.sample(file, 1)[0] as SeenFile]]),
  );
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 7 }), async (at, bit) => {
      const damaged = bytes.with(at, (bytes[at] ?? 0) ^ (1 << bit));
      expect(await decodeSeen(damaged, "here")).toEqual(new Map());
      expect(await decodeSeen(bytes.subarray(0, at), "here")).toEqual(new Map());
    }),
  );
});

test.each([
  ["of another format", { format: 2, place: "here", files: {} }],
  ["that is a list", []],
  ["without files", { format: 1, place: "here" }],
])("a sealed file %s says nothing", async (_, wire) => {
  expect(await decodeSeen(await sealed(wire), "here")).toEqual(new Map());
});

test.each([
  ["a size below zero", [-1, "1", "1", "1", "", "a".repeat(64)]],
  ["a time that is a number", [1, 1, "1", "1", "", "a".repeat(64)]],
  ["a time of 21 digits", [1, "1".repeat(21), "1", "1", "", "a".repeat(64)]],
  ["an inode that is not a number", [1, "1", "1", "1", "x", "a".repeat(64)]],
  ["a short hash", [1, "1", "1", "1", "", "a"]],
  ["nothing", null],
])("an entry with %s is left out, and the others stay", async (_, entry) => {
  const good = [1, "1", "1", "1", "", "a".repeat(64)];
  const wire = { format: 1, place: "here", files: { bad: entry, "../out": good, good } };
  expect([...(await decodeSeen(await sealed(wire), "here")).keys()]).toEqual(["good"]);
});

async function sealed(wire: unknown): Promise<Uint8Array> {
  return sealGzip(await gzip(new TextEncoder().encode(JSON.stringify(wire))));
}
