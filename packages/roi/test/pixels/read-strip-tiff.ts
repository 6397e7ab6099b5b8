import { readFileSync } from "node:fs";
import type { Plane } from "../../src/index.ts";

const TAG = { width: 256, height: 257, stripOffsets: 273, stripByteCounts: 279 } as const;

/** Reads an uncompressed little-endian uint16 TIFF of one page, which is all that these tests need. */
export function readStripTiff(path: string): Plane {
  const bytes = readFileSync(path);
  const ifd = bytes.readUInt32LE(4);
  const valuesByTag = new Map<number, readonly number[]>();
  for (let entry = ifd + 2; entry < ifd + 2 + 12 * bytes.readUInt16LE(ifd); entry += 12) {
    valuesByTag.set(bytes.readUInt16LE(entry), readValues(bytes, entry));
  }
  const values = (tag: number): readonly number[] => valuesByTag.get(tag) ?? [];
  const [width = 0] = values(TAG.width);
  const [height = 0] = values(TAG.height);
  const strips = values(TAG.stripOffsets).map((offset, index) => {
    return bytes.subarray(offset, offset + (values(TAG.stripByteCounts)[index] ?? 0));
  });
  const pixels = Uint8Array.from(Buffer.concat(strips));
  return { data: new Uint16Array(pixels.buffer), height, width };
}

function readValues(bytes: Buffer, entry: number): readonly number[] {
  const sizeBytes = bytes.readUInt16LE(entry + 2) === 3 ? 2 : 4;
  const count = bytes.readUInt32LE(entry + 4);
  const start = count * sizeBytes <= 4 ? entry + 8 : bytes.readUInt32LE(entry + 8);
  return Array.from({ length: count }, (_, index) => bytes.readUIntLE(start + index * sizeBytes, sizeBytes));
}
