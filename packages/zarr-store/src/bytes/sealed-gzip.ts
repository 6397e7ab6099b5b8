// Seals gzip files with a checksum of the compressed bytes, so that damage which gzip overlooks is found.

import { crc32c } from "./crc32c.ts";
import { GZIP_HEADER } from "./gzip.ts";

// gzip's own checksum covers the unpacked bytes only. Some flipped bits do not change them: bits of the header, padding of
// the last byte, or a match that finds the same bytes elsewhere. So a sealed member has an extra field (RFC 1952, §2.3.1.1)
// with the CRC-32C of all bytes after it. Every reader skips that field.

const EXTRA_FIELD = 4;
const SEALED_HEADER: readonly number[] = GZIP_HEADER.with(3, EXTRA_FIELD);
/** Eight bytes of extra fields: a single one, named `ZS`, of four bytes. */
const FIELD_HEADER: readonly number[] = [8, 0, 0x5a, 0x53, 4, 0];
const CRC_AT = SEALED_HEADER.length + FIELD_HEADER.length;
const BODY_AT = CRC_AT + 4;

/** Adds the seal to the output of {@link gzip}. */
export function sealGzip(member: Uint8Array): Uint8Array<ArrayBuffer> {
  const body = member.subarray(GZIP_HEADER.length);
  const sealed = new Uint8Array(BODY_AT + body.length);
  sealed.set([...SEALED_HEADER, ...FIELD_HEADER]);
  new DataView(sealed.buffer).setUint32(CRC_AT, crc32c(body), true);
  sealed.set(body, BODY_AT);
  return sealed;
}

/** Whether the bytes begin as {@link sealGzip} writes them. */
export function isSealedGzip(bytes: Uint8Array): boolean {
  return bytes.length >= BODY_AT && beginsWith(bytes, [...SEALED_HEADER, ...FIELD_HEADER]);
}

/**
 * Says what shows that the bytes are not as they were written; undefined if nothing does. Early files have no seal, and
 * only their header is checked.
 */
export function gzipSealFault(bytes: Uint8Array): string | undefined {
  if (beginsWith(bytes, GZIP_HEADER)) {
    return undefined;
  }
  if (!isSealedGzip(bytes)) {
    return "its gzip header is not one that this package writes";
  }
  const sealed = new DataView(bytes.buffer, bytes.byteOffset).getUint32(CRC_AT, true);
  return sealed === crc32c(bytes.subarray(BODY_AT)) ? undefined : "its bytes do not match its seal";
}

function beginsWith(bytes: Uint8Array, prefix: readonly number[]): boolean {
  return prefix.every((byte, index) => bytes[index] === byte);
}
