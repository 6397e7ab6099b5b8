// The arithmetic of reflected 32-bit checksums, eight bytes at a time.

const BYTES_AT_ONCE = 8;

/** What eight bytes in a row do, a table of 256 for each of them: the last byte's first. */
export function crcTables(polynomial: number): Uint32Array {
  const all = new Uint32Array(256 * BYTES_AT_ONCE);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    }
    all[byte] = crc;
  }
  for (let place = 256; place < all.length; place += 1) {
    const before = all[place - 256] ?? 0;
    all[place] = (before >>> 8) ^ (all[before & 0xff] ?? 0);
  }
  return all;
}

/**
 * Computes a checksum as an unsigned 32-bit integer. Eight bytes at a time: Kounavis & Berry, "A systematic approach to
 * building high performance software-based CRC generators", ISCC 2005.
 *
 * @param before the checksum of the bytes before these; 0 at the beginning
 */
export function crcOf(table: Uint32Array, bytes: Uint8Array, before = 0): number {
  const { length } = bytes;
  let crc = ~before;
  let at = 0;
  for (; at + BYTES_AT_ONCE <= length; at += BYTES_AT_ONCE) {
    const mixed =
      crc ^
      ((bytes[at] ?? 0) |
        ((bytes[at + 1] ?? 0) << 8) |
        ((bytes[at + 2] ?? 0) << 16) |
        ((bytes[at + 3] ?? 0) << 24));
    crc =
      (table[1792 + (mixed & 0xff)] ?? 0) ^
      (table[1536 + ((mixed >>> 8) & 0xff)] ?? 0) ^
      (table[1280 + ((mixed >>> 16) & 0xff)] ?? 0) ^
      (table[1024 + (mixed >>> 24)] ?? 0) ^
      (table[768 + (bytes[at + 4] ?? 0)] ?? 0) ^
      (table[512 + (bytes[at + 5] ?? 0)] ?? 0) ^
      (table[256 + (bytes[at + 6] ?? 0)] ?? 0) ^
      (table[bytes[at + 7] ?? 0] ?? 0);
  }
  for (; at < length; at += 1) {
    crc = (crc >>> 8) ^ (table[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  }
  return ~crc >>> 0;
}
