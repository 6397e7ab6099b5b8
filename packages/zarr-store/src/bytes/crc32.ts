// The CRC-32 checksum of zip files and gzip.

import { crcOf, crcTables } from "./crc.ts";

const TABLES = crcTables(0xedb88320);

/**
 * Computes the CRC-32 (ISO 3309) of bytes, as an unsigned 32-bit integer.
 *
 * @param before the checksum of the bytes before these; 0 at the beginning
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  return crcOf(TABLES, bytes, before);
}
