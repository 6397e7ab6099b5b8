import { randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { constants, createZstdCompress, zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { decodeZstdWithGeotiff } from "../../../src/tiff/codecs/geotiff-zstd.ts";
import { caught } from "../../support/caught.ts";

const plain = new Uint8Array(randomBytes(1 << 17)).map((byte, index) => (index % 3 === 0 ? 7 : byte));

async function compressWithoutSize(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = createZstdCompress({ params: { [constants.ZSTD_c_contentSizeFlag]: 0 } });
  stream.end(bytes);
  return new Uint8Array(await buffer(stream));
}

test("frames that say their size, and frames that do not, are decoded", async () => {
  expect(await decodeZstdWithGeotiff(new Uint8Array(zstdCompressSync(plain)), plain.length)).toEqual(plain);
  expect(await decodeZstdWithGeotiff(await compressWithoutSize(plain), plain.length)).toEqual(plain);
  expect(await decodeZstdWithGeotiff(zstdCompressSync(plain), plain.length)).toEqual(plain);
});

test("a bomb is refused before it is decoded", async () => {
  const bomb = new Uint8Array(zstdCompressSync(new Uint8Array(1 << 28)));
  expect(bomb.length).toBeLessThan(100_000);
  const before = process.memoryUsage().rss;
  expect(await caught(() => decodeZstdWithGeotiff(bomb, 4096))).toMatchObject({ code: "invalid_file" });
  expect(process.memoryUsage().rss - before).toBeLessThan(1 << 26);
});

test("damaged, truncated and foreign data are typed errors", async () => {
  const frame = new Uint8Array(zstdCompressSync(plain));
  const flipped = frame.map((byte, index) => (index > 40 && index < 90 ? byte ^ 0xff : byte));
  for (const bytes of [
    new Uint8Array(0),
    frame.subarray(0, 8),
    frame.subarray(0, -5),
    plain.subarray(0, 99),
  ]) {
    expect(await caught(() => decodeZstdWithGeotiff(bytes, plain.length))).toMatchObject({
      code: "invalid_file",
    });
  }
  const outcome = await decodeZstdWithGeotiff(flipped, plain.length).catch((error: unknown) => error);
  expect(outcome).not.toEqual(plain);
});
