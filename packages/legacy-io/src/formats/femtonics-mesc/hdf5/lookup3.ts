// The checksum of HDF5's newer blocks: Bob Jenkins' lookup3 ("hashlittle"), which he put in the public domain.

import { brokenHdf5, type Hdf5Cursor } from "./hdf5-cursor.ts";

const SEED = 0xdeadbeef;

function rotated(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

/** The checksum of bytes, as an unsigned number of 32 bits. */
export function lookup3(bytes: Uint8Array): number {
  let [a, b, c] = [SEED + bytes.length, SEED + bytes.length, SEED + bytes.length].map(
    (value) => value | 0,
  ) as [number, number, number];
  const word = (at: number): number =>
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24);
  let at = 0;
  for (; bytes.length - at > 12; at += 12) {
    a = (a + word(at)) | 0;
    b = (b + word(at + 4)) | 0;
    c = (c + word(at + 8)) | 0;
    a = ((a - c) ^ rotated(c, 4)) | 0;
    c = (c + b) | 0;
    b = ((b - a) ^ rotated(a, 6)) | 0;
    a = (a + c) | 0;
    c = ((c - b) ^ rotated(b, 8)) | 0;
    b = (b + a) | 0;
    a = ((a - c) ^ rotated(c, 16)) | 0;
    c = (c + b) | 0;
    b = ((b - a) ^ rotated(a, 19)) | 0;
    a = (a + c) | 0;
    c = ((c - b) ^ rotated(b, 4)) | 0;
    b = (b + a) | 0;
  }
  if (at === bytes.length) {
    return c >>> 0;
  }
  a = (a + word(at)) | 0;
  b = (b + word(at + 4)) | 0;
  c = (c + word(at + 8)) | 0;
  c = ((c ^ b) - rotated(b, 14)) | 0;
  a = ((a ^ c) - rotated(c, 11)) | 0;
  b = ((b ^ a) - rotated(a, 25)) | 0;
  c = ((c ^ b) - rotated(b, 16)) | 0;
  a = ((a ^ c) - rotated(c, 4)) | 0;
  b = ((b ^ a) - rotated(a, 14)) | 0;
  c = ((c ^ b) - rotated(b, 24)) | 0;
  return c >>> 0;
}

/** Reads the checksum that ends a block, of all bytes since `from`. @throws LegacyIoError `invalid_file` if they are damaged */
export function expectChecksum(cursor: Hdf5Cursor, what: string, from = 0): void {
  const expected = lookup3(cursor.bytes.subarray(from, cursor.at));
  const found = cursor.uint(4);
  if (expected !== found) {
    throw brokenHdf5(`the checksum of ${what} is not that of its bytes`, {
      offset: cursor.offset + from,
      expected,
      found,
    });
  }
}
