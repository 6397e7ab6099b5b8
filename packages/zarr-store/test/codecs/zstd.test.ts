import { randomBytes } from "node:crypto";
import { constants, createZstdCompress, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { portableZstd } from "../../src/codecs/portable-zstd.ts";
import type { ZstdCodec } from "../../src/codecs/zstd.ts";
import { zstdDecodedSizeBound } from "../../src/codecs/zstd-decoded-size-bound.ts";
import { nodeZstd } from "../../src/node/runtime/zstd-node.ts";

const codecs: readonly (readonly [string, ZstdCodec])[] = [
  ["Node's", nodeZstd],
  ["portable", portableZstd],
];

/** A frame that does not state its content's size, as streaming writers make it. */
async function streamed(bytes: Uint8Array): Promise<Buffer> {
  const stream = createZstdCompress();
  for (let i = 0; i < bytes.length; i += 50_000) {
    stream.write(bytes.subarray(i, i + 50_000));
  }
  stream.end();
  return Buffer.concat(await stream.toArray());
}

const someBytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .integer({ min: 0, max: 300_000 })
    .map((length) => Uint8Array.from({ length }, (_, i) => (i >> 5) & 0xff)),
);

describe.each(codecs)("%s zstd", (_, codec) => {
  it("zstd gives back what it encoded, and what Node encoded", async () => {
    await fc.assert(
      fc.asyncProperty(someBytes, fc.integer({ min: 1, max: 9 }), async (bytes, level) => {
        const frame = await codec.compress(bytes, level);
        expect(Buffer.compare(await codec.decompress(frame, bytes.length), bytes)).toBe(0);
        expect(Buffer.compare(await codec.decompress(zstdCompressSync(bytes), bytes.length), bytes)).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it("zstd states the content's size in the frame, and adds no checksum", async () => {
    for (const length of [0, 1, 255, 256, 65_791, 65_792, 1_000_000]) {
      const frame = await codec.compress(new Uint8Array(length).fill(3), 1);
      expect(zstdDecodedSizeBound(frame)).toBe(length);
      expect(frame[4]! & 4).toBe(0);
    }
  });

  it("zstd compresses the same bytes to the same frame", async () => {
    const bytes = Uint8Array.from({ length: 200_000 }, (_, i) => (i * i) >> 7);
    expect(Buffer.compare(await codec.compress(bytes, 1), await codec.compress(bytes, 1))).toBe(0);
  });

  it("zstd takes noise, which does not get smaller", async () => {
    const noise = new Uint8Array(randomBytes(300_000));
    const frame = await codec.compress(noise, 1);
    expect(frame.length).toBeGreaterThan(noise.length);
    expect(Buffer.compare(await codec.decompress(frame, noise.length), noise)).toBe(0);
  });

  it("zstd reads frames that do not state their size, and notices checksums that do not match", async () => {
    const bytes = Uint8Array.from({ length: 400_000 }, (_, i) => i >> 9);
    expect(Buffer.compare(await codec.decompress(await streamed(bytes), bytes.length), bytes)).toBe(0);
    const checked = zstdCompressSync(bytes, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
    expect(Buffer.compare(await codec.decompress(checked, bytes.length), bytes)).toBe(0);
    checked[checked.length - 1]! ^= 1;
    await expect((async () => codec.decompress(checked, bytes.length))()).rejects.toThrow();
  });

  it("zstd does not make room for bombs, whether they state their size or not", async () => {
    const zeros = new Uint8Array(2e8);
    const bombs = [zstdCompressSync(zeros), await streamed(zeros)];
    const before = process.memoryUsage().rss;
    for (const bomb of bombs) {
      await expect((async () => codec.decompress(bomb, 1000))()).rejects.toThrow();
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(50e6);
  });
});

describe("room for frames", () => {
  it.each([1000, 300_000])(
    "Node's zstd makes room once for %d bytes that are as many as expected",
    async (length) => {
      const bytes = Uint8Array.from({ length }, (_, i) => i >> 4);
      const frame = zstdCompressSync(bytes);
      using allocate = vi.spyOn(Buffer, "allocUnsafe");
      const decoded = await nodeZstd.decompress(frame, length);
      expect(allocate.mock.calls).toEqual([[length + 1]]);
      expect(Buffer.compare(decoded, bytes)).toBe(0);
    },
  );

  it.each([1000, 300_000])(
    "Node's zstd refuses one byte more than the %d that are expected",
    async (length) => {
      const frame = zstdCompressSync(new Uint8Array(length + 1).fill(7));
      await expect((async () => nodeZstd.decompress(frame, length))()).rejects.toThrow();
    },
  );
});

describe("size of frames", () => {
  it("the bound of a frame's decoded size is never below what it decodes to", async () => {
    await fc.assert(
      fc.asyncProperty(someBytes, async (bytes) => {
        expect(zstdDecodedSizeBound(zstdCompressSync(bytes))).toBe(bytes.length);
        expect(zstdDecodedSizeBound(await streamed(bytes))).toBeGreaterThanOrEqual(bytes.length);
      }),
      { numRuns: 40 },
    );
  });

  it("the bound of a frame's decoded size adds up frames and passes over skippable ones", () => {
    const skippable = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9]);
    const frames = Buffer.concat([
      zstdCompressSync(Buffer.alloc(10)),
      skippable,
      zstdCompressSync(Buffer.alloc(700)),
    ]);
    expect(zstdDecodedSizeBound(frames)).toBe(710);
    expect(zstdDecodedSizeBound(new Uint8Array(0))).toBe(0);
  });

  it("the bound of a frame's decoded size is an error for anything cut short or made up", () => {
    const frame = zstdCompressSync(Buffer.from("some text, some text, some text"));
    for (let length = 1; length < frame.length; length += 1) {
      expect(() => zstdDecodedSizeBound(frame.subarray(0, length))).toThrow();
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        let bound: number | undefined;
        try {
          bound = zstdDecodedSizeBound(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
        expect(bound === undefined || bound >= 0).toBe(true);
      }),
    );
  });
});

describe("Node's zstd", () => {
  it("decodes at once to the same bytes, in memory that is theirs alone", async () => {
    for (const length of [1000, 300_000, 2_000_001]) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * i) >> 7);
      const frame = zstdCompressSync(bytes);
      const now = nodeZstd.decompressNow?.(frame, length);
      const later = await nodeZstd.decompress(frame, length);
      expect(now !== undefined && Buffer.compare(now, bytes)).toBe(0);
      expect(Buffer.compare(later, bytes)).toBe(0);
      if (length > 256 * 1024) {
        expect([now?.buffer.byteLength, later.buffer.byteLength]).toEqual([length, length]);
      }
    }
    const frame = zstdCompressSync(new Uint8Array(1000));
    expect(() => nodeZstd.decompressNow?.(frame, 999)).toThrow();
  });
});
