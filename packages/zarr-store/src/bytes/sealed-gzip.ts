import { crc32c } from "./crc32c.ts";
import { GZIP_HEADER } from "./gzip.ts";

/**
 * gzip's own checksum is of what was packed. Its header, the bits that fill up the last byte, and a match that could as
 * well point elsewhere may change without anyone seeing it. A sealed member carries in an extra field (RFC 1952, section
 * 2.3.1.1), which every reader skips, the CRC-32C of all bytes that follow the field.
 */
const EXTRA_FIELD = 4;
const SEALED_HEADER: readonly number[] = GZIP_HEADER.with(3, EXTRA_FIELD);
/** Eight bytes of fields: one, named `ZS`, of four bytes. */
const FIELD_HEADER: readonly number[] = [8, 0, 0x5a, 0x53, 4, 0];
const CRC_AT = SEALED_HEADER.length + FIELD_HEADER.length;
const BODY_AT = CRC_AT + 4;

/** Seals what {@link gzip} packed. */
export function sealGzip(member: Uint8Array): Uint8Array<ArrayBuffer> {
  const body = member.subarray(GZIP_HEADER.length);
  const sealed = new Uint8Array(BODY_AT + body.length);
  sealed.set([...SEALED_HEADER, ...FIELD_HEADER]);
  new DataView(sealed.buffer).setUint32(CRC_AT, crc32c(body), true);
  sealed.set(body, BODY_AT);
  return sealed;
}

/**
 * Why the bytes are none that were ever written, undefined if they are. A member without a seal, as they were written once,
 * is told by its header alone.
 */
export function gzipSealFault(bytes: Uint8Array): string | undefined {
  if (beginsWith(bytes, GZIP_HEADER)) {
    return undefined;
  }
  if (bytes.length < BODY_AT || !beginsWith(bytes, [...SEALED_HEADER, ...FIELD_HEADER])) {
    return "its gzip header is not the one that is written";
  }
  const sealed = new DataView(bytes.buffer, bytes.byteOffset).getUint32(CRC_AT, true);
  return sealed === crc32c(bytes.subarray(BODY_AT)) ? undefined : "its bytes are not those that were sealed";
}

function beginsWith(bytes: Uint8Array, prefix: readonly number[]): boolean {
  return prefix.every((byte, index) => bytes[index] === byte);
}
