import { gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseArrayMetadata } from "../../src/array/metadata/array-metadata.ts";
import { createNdArray, type NdArray, ndArrayBytes } from "../../src/array/nd-array.ts";
import { readArray } from "../../src/array/zarr-array.ts";
import { crc32c } from "../../src/bytes/crc32c.ts";
import { nodeZstd } from "../../src/node/runtime/zstd-node.ts";
import { bytesOf } from "./arbitrary-array.ts";

const bytes = { name: "bytes", configuration: { endian: "little" } };
const zstd = { name: "zstd", configuration: { level: 1, checksum: false } };
const gzip = { name: "gzip", configuration: { level: 1 } };
const blosc = {
  name: "blosc",
  configuration: { cname: "lz4", clevel: 5, shuffle: "shuffle", typesize: 2, blocksize: 0 },
};
const crc = { name: "crc32c" };

const array = createNdArray(
  "uint16",
  [8, 4],
  Uint16Array.from({ length: 32 }, (_, i) => i * 257),
);
const raw = ndArrayBytes(array);

function withChecksum(body: Uint8Array): Uint8Array {
  const checked = new Uint8Array(body.length + 4);
  checked.set(body);
  new DataView(checked.buffer).setUint32(body.length, crc32c(body), true);
  return checked;
}

/** Reads an array of one chunk, 8 × 4 uint16, whose object holds `stored`. */
function read(codecs: readonly unknown[], stored: Uint8Array, extra: object = {}): Promise<NdArray> {
  const document = {
    zarr_format: 3,
    node_type: "array",
    shape: [8, 4],
    data_type: "uint16",
    chunk_grid: { name: "regular", configuration: { chunk_shape: [8, 4] } },
    chunk_key_encoding: { name: "default", configuration: { separator: "." } },
    fill_value: 0,
    codecs,
    ...extra,
  };
  const portable = "portable" in extra;
  const metadata = parseArrayMetadata(
    Object.fromEntries(Object.entries(document).filter(([key]) => key !== "portable")),
    "a",
  );
  return readArray(metadata, async () => new Uint8Array(stored), {
    where: "a",
    ...(portable ? {} : { zstd: nodeZstd }),
  });
}

const damage = { code: "integrity", details: { path: expect.stringMatching(/^a\/c\.0\.0/) } };

/** The header of a Blosc frame: decoded size, block size, frame size. */
function bloscFrame(decoded: number, block: number, frame: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set([2, 1, 0x21, 2]);
  const view = new DataView(bytes.buffer);
  view.setUint32(4, decoded, true);
  view.setUint32(8, block, true);
  view.setUint32(12, frame, true);
  return bytes;
}

describe("damaged chunks", () => {
  it.each([
    ["empty", new Uint8Array(0)],
    ["one byte short", raw.subarray(0, 63)],
    ["one element short", raw.subarray(0, 62)],
    ["one byte long", new Uint8Array(65)],
    ["half", raw.subarray(0, 32)],
    ["double", new Uint8Array(128)],
  ])("a chunk that is uncompressed and %s is integrity, and no value comes out", async (_, stored) => {
    await expect(read([bytes], stored)).rejects.toMatchObject({
      ...damage,
      details: { path: "a/c.0.0", expected: 64, found: stored.length },
      message: `a/c.0.0: a chunk of ${stored.length} bytes where 64 are expected`,
    });
  });

  it.each([
    ["empty", new Uint8Array(0)],
    ["noise", new Uint8Array(30).fill(7)],
    ["cut short", zstdCompressSync(raw).subarray(0, -3)],
    ["one element short inside", zstdCompressSync(raw.subarray(0, 62))],
    ["one element long inside", zstdCompressSync(new Uint8Array(66))],
    ["100 MB inside", zstdCompressSync(new Uint8Array(1e8))],
    ["nothing inside", zstdCompressSync(new Uint8Array(0))],
  ])("a chunk of zstd, %s, is integrity with Node's decoder and the portable one", async (_, stored) => {
    const before = process.memoryUsage().rss;
    await expect(read([bytes, zstd], stored)).rejects.toMatchObject(damage);
    await expect(read([bytes, zstd], stored, { portable: true })).rejects.toMatchObject(damage);
    expect(process.memoryUsage().rss - before).toBeLessThan(50e6);
  });

  it.each([
    ["empty", new Uint8Array(0)],
    ["noise", new Uint8Array(30).fill(7)],
    ["cut short", gzipSync(raw).subarray(0, -3)],
    ["with another checksum", new Uint8Array(gzipSync(raw)).fill(0, -8, -4)],
    ["followed by other bytes", Buffer.concat([gzipSync(raw), Buffer.from("more")])],
    ["one element long inside", gzipSync(new Uint8Array(66))],
    ["100 MB inside", gzipSync(new Uint8Array(1e8), { level: 9 })],
  ])("a chunk of gzip, %s, is integrity, and no value comes out", async (_, stored) => {
    const before = process.memoryUsage().rss;
    await expect(read([bytes, gzip], stored)).rejects.toMatchObject(damage);
    expect(process.memoryUsage().rss - before).toBeLessThan(50e6);
  });

  it.each([
    ["empty", new Uint8Array(0)],
    ["shorter than its header", new Uint8Array(15)],
    ["of another length than it says", bloscFrame(64, 64, 90, 80)],
    ["of 4 GB decoded", bloscFrame(4e9, 64, 80, 80)],
    ["of blocks of 4 GB", bloscFrame(64, 4e9, 80, 80)],
    ["of noise", bloscFrame(64, 64, 80, 80).fill(0xff, 16)],
  ])("a chunk of blosc, %s, is integrity, and no value comes out", async (_, stored) => {
    await expect(read([bytes, blosc], stored)).rejects.toMatchObject(damage);
  });

  it("a chunk with a checksum that does not match is integrity, for every bit", async () => {
    const stored = withChecksum(raw);
    expect(bytesOf(await read([bytes, crc], stored)).equals(raw)).toBe(true);
    for (let bit = 0; bit < stored.length * 8; bit += 1) {
      const flipped = new Uint8Array(stored);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      await expect(read([bytes, crc], flipped)).rejects.toMatchObject(damage);
    }
    await expect(read([bytes, crc], stored.subarray(0, 3))).rejects.toMatchObject(damage);
  });

  it("a chunk with a bool that is neither 0 nor 1 is integrity", async () => {
    const bools = { data_type: "bool", fill_value: false };
    await expect(read(["bytes"], new Uint8Array(32).fill(2), bools)).rejects.toMatchObject(damage);
  });

  it("a chunk that is damaged between two codecs is integrity, too", async () => {
    const bomb = gzipSync(new Uint8Array(1e8), { level: 9 });
    await expect(read([bytes, zstd, gzip], bomb)).rejects.toMatchObject(damage);
    expect(bytesOf(await read([bytes, zstd, gzip], gzipSync(zstdCompressSync(raw)))).equals(raw)).toBe(true);
  });
});

describe("damaged shards", () => {
  const sharding = (configuration: object): unknown[] => [
    {
      name: "sharding_indexed",
      configuration: { chunk_shape: [4, 4], codecs: [bytes], index_codecs: [bytes, crc], ...configuration },
    },
  ];

  /** Two chunks of 32 bytes, then an index with the given ranges. */
  function shard(ranges: readonly (readonly [bigint, bigint])[], checksum = true): Uint8Array {
    const index = new Uint8Array(BigUint64Array.from(ranges.flat()).buffer);
    return Buffer.concat([raw, checksum ? withChecksum(index) : index]);
  }

  const whole = [
    [0n, 32n],
    [32n, 32n],
  ] as const;

  it("a shard is read if all is well", async () => {
    expect(bytesOf(await read(sharding({}), shard(whole))).equals(raw)).toBe(true);
    const absent = 2n ** 64n - 1n;
    const half = await read(sharding({}), shard([whole[0], [absent, absent]]), { fill_value: 9 });
    expect([...half.data.slice(16)]).toEqual(Array(16).fill(9));
  });

  it.each([
    ["empty", new Uint8Array(0), "it has 0 bytes"],
    ["shorter than its index", new Uint8Array(35), "its index alone needs 36"],
    ["cut short", shard(whole).subarray(0, -1), "the checksum of its index"],
    [
      "with an index of another checksum",
      new Uint8Array(shard(whole)).fill(1, -4),
      "the checksum of its index",
    ],
    [
      "with a chunk beyond its end",
      shard([whole[0], [90n, 32n]]),
      "chunk 1 has 32 bytes at 90, but the shard has 100",
    ],
    ["with a chunk of another length", shard([whole[0], [32n, 31n]]), "31 bytes where 32 are expected"],
    [
      "with an offset near 2^64",
      shard([whole[0], [2n ** 64n - 8n, 32n]]),
      "chunk 1 has 32 bytes at 18446744073709551608",
    ],
    [
      "with a length near 2^64",
      shard([whole[0], [32n, 2n ** 64n - 2n]]),
      "chunk 1 has 18446744073709551614 bytes at 32",
    ],
    [
      "with half an absent entry",
      shard([whole[0], [2n ** 64n - 1n, 32n]]),
      "chunk 1 has 32 bytes at 18446744073709551615",
    ],
  ])("a shard is integrity: %s", async (_, stored, message) => {
    await expect(read(sharding({}), stored)).rejects.toMatchObject({
      ...damage,
      message: expect.stringContaining(message),
    });
  });

  it("a shard may have its index without a checksum, or in front", async () => {
    expect(bytesOf(await read(sharding({ index_codecs: [bytes] }), shard(whole, false))).equals(raw)).toBe(
      true,
    );
    const index = withChecksum(new Uint8Array(BigUint64Array.from([36n, 32n, 68n, 32n]).buffer));
    const stored = Buffer.concat([index, raw]);
    expect(bytesOf(await read(sharding({ index_location: "start" }), stored)).equals(raw)).toBe(true);
  });
});

describe("decoders", () => {
  it("after many damaged chunks every decoder still works, and none made anything but a typed error", async () => {
    const v2 = { id: "blosc", cname: "lz4", clevel: 5, shuffle: 1, blocksize: 0 };
    const metadata = parseArrayMetadata(
      {
        zarr_format: 2,
        shape: [8, 4],
        chunks: [8, 4],
        dtype: "<u2",
        compressor: v2,
        filters: null,
        order: "C",
        fill_value: 0,
      },
      ".zarray",
    );
    const sound: readonly (readonly [string, Uint8Array, (stored: Uint8Array) => Promise<NdArray>])[] = [
      ["zstd", zstdCompressSync(raw), (stored) => read([bytes, zstd], stored)],
      ["portable zstd", zstdCompressSync(raw), (stored) => read([bytes, zstd], stored, { portable: true })],
      ["gzip", gzipSync(raw), (stored) => read([bytes, gzip], stored)],
      [
        "blosc",
        Buffer.from(BLOSC_FRAME, "base64"),
        (stored) => readArray(metadata, async () => new Uint8Array(stored)),
      ],
    ];
    for (const [, stored, readStored] of sound) {
      await fc.assert(
        fc.asyncProperty(fc.nat(stored.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
          const flipped = new Uint8Array(stored);
          flipped[at]! ^= mask;
          await readStored(flipped).then(
            (value) => expect(value.data).toHaveLength(32),
            (error: unknown) => expect(error).toMatchObject({ code: "integrity" }),
          );
        }),
        { numRuns: 400 },
      );
      expect(bytesOf(await readStored(stored)).equals(raw)).toBe(true);
    }
  });
});

/** numcodecs.Blosc("lz4").encode of `raw`, by numcodecs 0.16.6. */
const BLOSC_FRAME =
  "AgEzAkAAAABAAAAAUAAAAAAAAQECAgMDBAQFBQYGBwcICAkJCgoLCwwMDQ0ODg8PEBARERISExMUFBUVFhYXFxgYGRkaGhsbHBwdHR4eHx8=";
