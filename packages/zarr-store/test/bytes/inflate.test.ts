import { deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inflate } from "../../src/bytes/inflate.ts";

const someBytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .tuple(fc.integer({ min: 0, max: 400_000 }), fc.integer({ min: 0, max: 9 }))
    .map(([length, shift]) => Uint8Array.from({ length }, (_, i) => (i * 2654435761) >>> (8 + shift))),
);

describe("inflate", () => {
  it("inflate gives back what gzip and zlib packed, in memory that is all its own where its size is known", async () => {
    await fc.assert(
      fc.asyncProperty(
        someBytes,
        fc.constantFrom("gzip", "zlib"),
        fc.nat(5000),
        async (bytes, format, more) => {
          const packed = format === "gzip" ? gzipSync(bytes) : deflateSync(bytes);
          const likelyBytes = more % 2 === 0 ? undefined : more;
          const options = { format, maxBytes: bytes.length + more, likelyBytes } as const;
          const inflated = await inflate(packed, options);
          expect(Buffer.compare(inflated, bytes)).toBe(0);
          const exact = await inflate(packed, { ...options, maxBytes: bytes.length });
          expect(exact.buffer.byteLength).toBe(bytes.length);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("inflate refuses one byte more than it may give, and never makes room for the rest", async () => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i * i);
    await expect(inflate(gzipSync(bytes), { format: "gzip", maxBytes: 999 })).rejects.toThrow(
      "more than 999 bytes",
    );
    const bomb = deflateSync(new Uint8Array(1e8), { level: 9 });
    const before = process.memoryUsage().arrayBuffers;
    await expect(inflate(bomb, { format: "zlib", maxBytes: 5e5 })).rejects.toThrow("more than 500000 bytes");
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2e7);
  });

  it.each([
    ["cut short", deflateSync(new Uint8Array(9)).subarray(0, -2)],
    ["of another format", gzipSync(new Uint8Array(9))],
    ["followed by other bytes", Buffer.concat([deflateSync(new Uint8Array(9)), Buffer.from("more")])],
    ["empty", new Uint8Array(0)],
  ])("inflate throws for a stream that is %s", async (_, packed) => {
    await expect(inflate(packed, { format: "zlib", maxBytes: 9 })).rejects.toThrow();
  });

  it("inflate calls what checks the time before each piece, and ends with what that throws", async () => {
    const bytes = Uint8Array.from({ length: 1 << 20 }, (_, i) => (i * 2654435761) >>> 11);
    const packed = gzipSync(bytes);
    let calls = 0;
    const check = (): void => {
      calls += 1;
      if (calls === 5) {
        throw new Error("the time is up");
      }
    };
    await expect(inflate(packed, { format: "gzip", maxBytes: 1 << 20, check })).rejects.toThrow(
      "the time is up",
    );
    expect(calls).toBe(5);
  });
});

it("a gzip file of several members is all of them, also where the data look like the start of another", async () => {
  const fake = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);
  const parts = [
    fake,
    new TextEncoder().encode("a,b\n"),
    new Uint8Array(0),
    Uint8Array.of(...fake, ...fake, 1),
  ];
  // Level 0 stores the bytes as they are, magic included.
  const members = parts.map((part) => gzipSync(part, { level: 0 }));
  const whole = new Uint8Array(Buffer.concat(parts));
  const file = new Uint8Array(Buffer.concat(members));
  expect(await inflate(file, { format: "gzip", maxBytes: whole.length })).toEqual(whole);
  await expect(inflate(file, { format: "gzip", maxBytes: whole.length - 1 })).rejects.toThrow("more than");
  await expect(inflate(file.subarray(0, -1), { format: "gzip", maxBytes: 1000 })).rejects.toThrow();
  const wrong = file.slice();
  wrong[wrong.length - 6] = (wrong[wrong.length - 6] ?? 0) ^ 1;
  await expect(inflate(wrong, { format: "gzip", maxBytes: 1000 })).rejects.toThrow();
});
