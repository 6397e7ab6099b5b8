import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gzip } from "../../../src/bytes/gzip.ts";
import { sealGzip } from "../../../src/bytes/sealed-gzip.ts";
import { decodeCommitPack, encodeCommitPack } from "../../../src/commit/records/commit-pack.ts";
import { decodeCommitRecord, encodeCommitRecord } from "../../../src/commit/records/commit-record.ts";
import {
  blockOfPack,
  commitKey,
  firstOfBlock,
  lastOfBlock,
  packKey,
} from "../../../src/commit/records/control-keys.ts";
import { memoryStore } from "../../../src/store/memory-store.ts";
import { sha256, testRuntime } from "../../support/test-runtime.ts";
import { growLog, startDataset } from "./long-log.ts";

/** The files of records 1 to 1 000 of a dataset. */
const files: readonly Uint8Array<ArrayBuffer>[] = await (async () => {
  const store = memoryStore();
  await startDataset(store, testRuntime());
  await growLog(store, testRuntime(), 1000);
  return Promise.all(
    Array.from({ length: 1000 }, async (_, index) => (await store.get(commitKey(index + 1)))!),
  );
})();

async function packOf(from: number): Promise<Uint8Array<ArrayBuffer>> {
  const pack = await encodeCommitPack(files.slice(from - 1));
  expect(pack).toBeDefined();
  return pack ?? new Uint8Array();
}

describe("a pack", () => {
  it("a pack gives every record of its block as its own file does, in a sixth of the bytes", async () => {
    const bytes = await packOf(2);
    const pack = await decodeCommitPack(bytes, 1, sha256);
    expect([...pack.keys()]).toEqual(Array.from({ length: 999 }, (_, index) => index + 2));
    for (const [version, record] of pack) {
      expect(record).toEqual(await decodeCommitRecord(files[version - 1]!, version, sha256));
    }
    expect(bytes.length * 6).toBeLessThan(files.reduce((sum, { length }) => sum + length, 0));
    expect(await packOf(2)).toEqual(bytes);
  });

  it("a pack with any flipped bit, or cut off anywhere, is refused", async () => {
    const bytes = await packOf(990);
    for (let bit = 0; bit < bytes.length * 8; bit += 3) {
      const flipped = new Uint8Array(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await expect(decodeCommitPack(flipped, 1, sha256), `bit ${bit}`).rejects.toMatchObject({
        code: "integrity",
      });
    }
    for (let length = 0; length < bytes.length; length += 7) {
      await expect(decodeCommitPack(bytes.slice(0, length), 1, sha256)).rejects.toMatchObject({
        code: "integrity",
      });
    }
  });

  it.each<readonly [string, (lines: readonly string[]) => readonly string[]]>([
    ["a record is missing in its middle", (lines) => lines.toSpliced(4, 1)],
    ["it does not reach the end of its block", (lines) => lines.slice(0, -1)],
    ["a record stands in it twice", (lines) => lines.toSpliced(4, 0, lines[4] ?? "")],
    ["two records have changed places", (lines) => lines.with(3, lines[4] ?? "").with(4, lines[3] ?? "")],
    [
      "a record says something else than its hash",
      (lines) => lines.with(4, (lines[4] ?? "").replace("of one", "of two")),
    ],
    ["a record is spelled otherwise", (lines) => lines.with(4, (lines[4] ?? "").replace('"v":', '"v": '))],
    [
      "a record is of a later format",
      (lines) => lines.with(4, (lines[4] ?? "").replace('"format":2', '"format":3')),
    ],
    ["a line is not JSON", (lines) => lines.with(4, "{")],
    ["it is empty", () => []],
  ])("a sealed pack is refused if %s", async (_what, change) => {
    const lines = files.slice(989).map((file) => JSON.stringify(JSON.parse(new TextDecoder().decode(file))));
    const text = change(lines).map((line) => `${line}\n`);
    const bytes = sealGzip(await gzip(new TextEncoder().encode(text.join(""))));
    const refusal = await decodeCommitPack(bytes, 1, sha256).catch((error: { code?: string }) => error.code);
    expect(["integrity", "not_supported"]).toContain(refusal);
  });

  it("a pack is refused if a record, although whole, does not follow the one before it", async () => {
    const record = await decodeCommitRecord(files[995]!, 996, sha256);
    const other = await encodeCommitRecord({ ...record, message: "another" }, sha256);
    const bytes = await encodeCommitPack([...files.slice(989, 995), other.bytes, ...files.slice(996)]);
    await expect(decodeCommitPack(bytes!, 1, sha256)).rejects.toMatchObject({
      code: "integrity",
      message: expect.stringContaining("record 997 does not follow"),
    });
  });

  it("a pack under the name of another block is refused", async () => {
    await expect(decodeCommitPack(await packOf(990), 1001, sha256)).rejects.toMatchObject({
      code: "integrity",
    });
  });

  it("a block with more text than the limit is not packed", async () => {
    expect(await encodeCommitPack(files.slice(2), 100_000)).toBeUndefined();
  });
});

it("every version belongs to one block of 1 000, whose pack has a name that gives the block back", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER - 1000 }), (version) => {
      const [first, last] = [firstOfBlock(version), lastOfBlock(version)];
      expect(first <= version && version <= last && last - first === 999 && first % 1000 === 1).toBe(true);
      const name = packKey(version).slice("__commits/".length);
      expect(blockOfPack(name)).toBe(first);
      expect(name).toMatch(/^pack-\d{20}$/);
    }),
  );
  for (const name of [
    "pack-1",
    "pack-00000000000000000002",
    "pack-00000000000000000000",
    `pack-${"9".repeat(20)}`,
  ]) {
    expect(blockOfPack(name)).toBeUndefined();
  }
});
