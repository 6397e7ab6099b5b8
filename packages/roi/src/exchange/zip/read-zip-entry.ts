// Reads and checks one entry of a zip.

import { RoiError } from "../../errors.ts";
import { unexpected } from "../../shapes/fields/read-field.ts";
import { crc32 } from "./crc32.ts";
import { inflate } from "./inflate.ts";
import type { ZipDirectory, ZipEntry } from "./zip-directory.ts";
import { ALL_ONES_32, DEFLATED, ENCRYPTED_FLAG, STORED, ZIP_LOCAL } from "./zip-layout.ts";

/**
 * Returns the bytes of one entry, stored or deflated, after checking their checksum.
 *
 * @throws {RoiError} `not_supported` for an entry that is encrypted, in the 64-bit form, or compressed in
 *   another way
 * @throws {RoiError} `invalid_argument` for an entry of more than `mostBytes`, or one that does not lie before
 *   the list of entries
 * @throws {RoiError} `invalid_argument` for bytes that do not match their size or checksum
 */
export async function readZipEntry(
  bytes: Uint8Array,
  directory: ZipDirectory,
  entry: ZipEntry,
  mostBytes: number,
): Promise<Uint8Array> {
  const path = `entry ${JSON.stringify(entry.name)}`;
  checkEntry(entry, path, mostBytes);
  const packed = packedBytes(bytes, directory, entry, path);
  const whole = entry.method === STORED ? packed : await inflate(packed, entry.bytesInside, path);
  const found = crc32(whole);
  if (found !== entry.crc) {
    throw unexpected(path, `bytes with the checksum ${entry.crc}`, found);
  }
  return whole;
}

function checkEntry(entry: ZipEntry, path: string, mostBytes: number): void {
  const { flags, method, bytesInside, compressedBytes, offset } = entry;
  if ((flags & ENCRYPTED_FLAG) !== 0) {
    throw refuse(path, "an encrypted entry", flags);
  }
  if ([bytesInside, compressedBytes, offset].includes(ALL_ONES_32)) {
    throw refuse(path, "an entry in the 64-bit form", undefined);
  }
  if (method !== STORED && method !== DEFLATED) {
    throw refuse(path, `compression method ${method}`, method);
  }
  if (bytesInside > mostBytes) {
    throw unexpected(path, `at most ${mostBytes} bytes`, bytesInside);
  }
  if (method === STORED && bytesInside !== compressedBytes) {
    throw unexpected(path, `${compressedBytes} bytes, because it is not compressed`, bytesInside);
  }
}

/** Returns the bytes after the local header, which must belong to this entry. */
function packedBytes(bytes: Uint8Array, directory: ZipDirectory, entry: ZipEntry, path: string): Uint8Array {
  const { offset } = entry;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (offset + ZIP_LOCAL.bytes > directory.offset || view.getUint32(offset, true) !== ZIP_LOCAL.signature) {
    throw unexpected(path, `a local header at byte ${offset}`, undefined);
  }
  if (view.getUint16(offset + ZIP_LOCAL.method, true) !== entry.method) {
    throw unexpected(path, `compression method ${entry.method}, as in the list of entries`, "another");
  }
  const behind =
    view.getUint16(offset + ZIP_LOCAL.nameLength, true) +
    view.getUint16(offset + ZIP_LOCAL.extraLength, true);
  const start = offset + ZIP_LOCAL.bytes + behind;
  if (start + entry.compressedBytes > directory.offset) {
    throw unexpected(
      path,
      `bytes that end before the list at ${directory.offset}`,
      start + entry.compressedBytes,
    );
  }
  return bytes.subarray(start, start + entry.compressedBytes);
}

function refuse(path: string, what: string, found: unknown): RoiError {
  return new RoiError("not_supported", `${path}: ${what} is not supported`, { path, found });
}
