// The CRC-32C checksum, which guards chunks and sealed gzip files.

import { crcOf, crcTables } from "./crc.ts";

const TABLES = crcTables(0x82f63b78);

/**
 * Computes the CRC-32C (Castagnoli) of bytes, as an unsigned 32-bit integer.
 *
 * @see https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4
 */
export function crc32c(bytes: Uint8Array): number {
  return crcOf(TABLES, bytes);
}
