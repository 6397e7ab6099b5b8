// Counts the columns of a Parquet file before it is decoded, to bound the memory it takes.

const INT32_FIELD = 0x15;
const LIST_FIELD = 0x19;
const STRUCT = 12;

/**
 * Returns the number of columns in the schema of a Parquet file, counting nested columns and their parents. Every reader
 * makes its columns from this list. Undefined if the footer does not begin as known writers begin it.
 *
 * Source: `FileMetaData` of parquet.thrift (fields 1, `version`, and 2, `schema`), in Thrift's compact protocol.
 */
export function parquetColumnsOf(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const footerBytes = view.getUint32(bytes.length - 8, true);
  let at = bytes.length - 8 - footerBytes;
  // The version must fit in one byte; it is 1 or 2.
  if (bytes[at] !== INT32_FIELD || (bytes[at + 1] ?? 0x80) >= 0x80 || bytes[at + 2] !== LIST_FIELD) {
    return undefined;
  }
  at += 3;
  const header = bytes[at] ?? 0;
  if ((header & 0x0f) !== STRUCT) {
    return undefined;
  }
  const size = header >> 4;
  if (size < 0x0f) {
    return size - 1;
  }
  const [low = 0x80, high = 0x80] = [bytes[at + 1], bytes[at + 2]];
  if (low < 0x80) {
    return low - 1;
  }
  return high < 0x80 ? (low & 0x7f) + (high << 7) - 1 : undefined;
}
