// The binary layout of zip files: signatures, sizes and byte offsets of fields.

/** The record at the end of a zip: the number of entries, and where their list is. */
export const ZIP_END = {
  signature: 0x0605_4b50,
  bytes: 22,
  disk: 4,
  directoryDisk: 6,
  numEntriesHere: 8,
  numEntries: 10,
  directoryBytes: 12,
  directoryOffset: 16,
  commentLength: 20,
} as const;

/** One entry of the list at the end. */
export const ZIP_DIRECTORY = {
  signature: 0x0201_4b50,
  bytes: 46,
  versionMade: 4,
  versionNeeded: 6,
  flags: 8,
  method: 10,
  time: 12,
  date: 14,
  crc: 16,
  compressedBytes: 20,
  bytesInside: 24,
  nameLength: 28,
  extraLength: 30,
  commentLength: 32,
  disk: 34,
  offset: 42,
} as const;

/** The local header, before the bytes of an entry. */
export const ZIP_LOCAL = {
  signature: 0x0403_4b50,
  bytes: 30,
  versionNeeded: 4,
  flags: 6,
  method: 8,
  time: 10,
  date: 12,
  crc: 14,
  compressedBytes: 18,
  bytesInside: 22,
  nameLength: 26,
  extraLength: 28,
} as const;

export const STORED = 0;
export const DEFLATED = 8;
export const ENCRYPTED_FLAG = 1;
export const UTF8_FLAG = 0x800;
/** 1 January 1980. A fixed date makes zips of the same files equal, whenever they are written. */
export const NO_DATE = 0x0021;
/** The version of the format that is needed: 2.0, for deflated entries and folders. */
export const VERSION_NEEDED = 20;
/** If all bits of a field are ones, the number is elsewhere, in the 64-bit form. */
export const ALL_ONES_16 = 0xffff;
export const ALL_ONES_32 = 0xffff_ffff;
