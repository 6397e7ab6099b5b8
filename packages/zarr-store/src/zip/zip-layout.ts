// The records of a zip file: their signatures, sizes and the byte offsets of their fields.
// Source: PKWARE, .ZIP File Format Specification (APPNOTE) 6.3.10, sections 4.3.7, 4.3.12 and 4.3.14 to 4.3.16.

/** Before the bytes of an entry. */
export const LOCAL_HEADER = {
  signature: 0x0403_4b50,
  sizeBytes: 30,
  versionAt: 4,
  flagsAt: 6,
  methodAt: 8,
  dateAt: 12,
  crcAt: 14,
  packedAt: 18,
  unpackedAt: 22,
  nameLengthAt: 26,
  extraLengthAt: 28,
} as const;

/** An entry of the directory at the end. */
export const DIRECTORY_HEADER = {
  signature: 0x0201_4b50,
  sizeBytes: 46,
  madeByAt: 4,
  versionAt: 6,
  flagsAt: 8,
  methodAt: 10,
  dateAt: 14,
  crcAt: 16,
  packedAt: 20,
  unpackedAt: 24,
  nameLengthAt: 28,
  extraLengthAt: 30,
  commentLengthAt: 32,
  diskAt: 34,
  attributesAt: 38,
  offsetAt: 42,
} as const;

/** The last record, which says where the directory is. */
export const END_RECORD = {
  signature: 0x0605_4b50,
  sizeBytes: 22,
  diskAt: 4,
  directoryDiskAt: 6,
  entriesHereAt: 8,
  entriesAt: 10,
  directoryBytesAt: 12,
  directoryOffsetAt: 16,
  commentLengthAt: 20,
} as const;

/** The same with fields of 64 bits. */
export const END_RECORD_64 = {
  signature: 0x0606_4b50,
  sizeBytes: 56,
  recordBytesAt: 4,
  madeByAt: 12,
  versionAt: 14,
  diskAt: 16,
  directoryDiskAt: 20,
  entriesHereAt: 24,
  entriesAt: 32,
  directoryBytesAt: 40,
  directoryOffsetAt: 48,
} as const;

/** Stands before the last record, and says where the one of 64 bits is. */
export const LOCATOR_64 = {
  signature: 0x0706_4b50,
  sizeBytes: 20,
  diskAt: 4,
  endAt: 8,
  disksAt: 16,
} as const;

export const STORED = 0;
export const DEFLATED = 8;

/** Bits of the flags. */
export const FLAG_ENCRYPTED: number = 1;
export const FLAG_DESCRIPTOR: number = 1 << 3;
export const FLAG_PATCH: number = 1 << 5;
export const FLAG_STRONGLY_ENCRYPTED: number = 1 << 6;
export const FLAG_UTF8: number = 1 << 11;
export const FLAG_MASKED: number = 1 << 13;

/** The id of the extra field that holds numbers of 64 bits. */
export const EXTRA_64: number = 1;
/** The version of the format that is needed: 4.5, for 64 bits. */
export const VERSION_64: number = 45;
/** The numbers that say that the true one has 64 bits and stands elsewhere. */
export const IN_64_OF_16: number = 0xffff;
export const IN_64_OF_32: number = 0xffff_ffff;
/** 1 January 1980, the earliest date that there is: files of the same content are the same whenever they are written. */
export const FIRST_DATE: number = 0x0021;
/** The longest comment and name, in bytes. */
export const LONGEST_TEXT: number = 0xffff;
