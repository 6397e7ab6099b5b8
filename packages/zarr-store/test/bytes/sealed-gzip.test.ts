import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GZIP_HEADER, gzip } from "../../src/bytes/gzip.ts";
import { inflate } from "../../src/bytes/inflate.ts";
import { gzipSealFault, sealGzip } from "../../src/bytes/sealed-gzip.ts";

/** Repeats itself at many distances, so that a match may point elsewhere and mean the same. */
const REPETITIVE = new TextEncoder().encode('{"a":"00000000"},'.repeat(40));

describe("a gzip member", () => {
  it("has the header that is the same on every runtime", async () => {
    expect([...(await gzip(REPETITIVE)).subarray(0, 10)]).toEqual(GZIP_HEADER);
    expect(GZIP_HEADER).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
  });

  it("is read sealed by those who know nothing of seals", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const sealed = sealGzip(await gzip(new Uint8Array(bytes)));
        expect(new Uint8Array(gunzipSync(sealed))).toEqual(new Uint8Array(bytes));
        expect(await inflate(sealed, { format: "gzip", maxBytes: 300 })).toEqual(new Uint8Array(bytes));
        expect(gzipSealFault(sealed)).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });

  it("does not open, or shows by its seal, whichever of its bits is flipped", async () => {
    const sealed = sealGzip(await gzip(REPETITIVE));
    let seen = 0;
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const flipped = sealed.with(bit >> 3, (sealed[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
      const isRead = await inflate(flipped, { format: "gzip", maxBytes: 1 << 20 }).then(
        () => true,
        () => false,
      );
      const fault = gzipSealFault(flipped);
      expect(!isRead || fault !== undefined, `bit ${bit}`).toBe(true);
      seen += isRead && fault !== undefined ? 1 : 0;
    }
    expect(seen, "bits that gzip's own checksum does not see").toBeGreaterThan(50);
  });

  it("shows by its seal where bytes follow it, are missing, or were packed by another program", async () => {
    const sealed = sealGzip(await gzip(REPETITIVE));
    const unsealed = "its bytes do not match its seal";
    expect(gzipSealFault(Uint8Array.of(...sealed, 0))).toBe(unsealed);
    expect(gzipSealFault(sealed.subarray(0, -1))).toBe(unsealed);
    const foreign = "its gzip header is not one that this package writes";
    expect(gzipSealFault(sealed.subarray(0, 19))).toBe(foreign);
    expect(gzipSealFault(gzipSync(REPETITIVE))).toBe(foreign);
    expect(gzipSealFault(new Uint8Array())).toBe(foreign);
  });

  it("that was never sealed is told by its header", async () => {
    const member = await gzip(REPETITIVE);
    expect(gzipSealFault(member)).toBeUndefined();
    expect(gzipSealFault(member.with(4, 1))).toBe("its gzip header is not one that this package writes");
  });
});
