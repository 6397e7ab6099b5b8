// The records of a zip file that we write: stored entries, 64 bits throughout, the same bytes whenever they are written.

import {
  DIRECTORY_HEADER,
  END_RECORD,
  END_RECORD_64,
  EXTRA_64,
  FIRST_DATE,
  FLAG_UTF8,
  IN_64_OF_16,
  IN_64_OF_32,
  LOCAL_HEADER,
  LOCATOR_64,
  STORED,
  VERSION_64,
} from "./zip-layout.ts";

/** An entry that was written, or whose bytes are known. */
export interface WrittenEntry {
  readonly name: string;
  readonly sizeBytes: number;
  readonly crc32: number;
  /** Where its local header begins. */
  readonly offset: number;
}

const EXTRA_HEADER_BYTES = 4;
const NUMBER_BYTES = 8;
const LOCAL_EXTRA_BYTES = EXTRA_HEADER_BYTES + 2 * NUMBER_BYTES;
const DIRECTORY_EXTRA_BYTES = EXTRA_HEADER_BYTES + 3 * NUMBER_BYTES;
/** Made on Unix, where attributes hold a mode: a plain file that its owner may change and all may read. */
const MADE_BY_UNIX = (3 << 8) | VERSION_64;
const FILE_ATTRIBUTES = 0o100644 * 2 ** 16;

/** The length of the local header of a name, in bytes. */
export function localHeaderBytes(name: string): number {
  return LOCAL_HEADER.sizeBytes + utf8(name).length + LOCAL_EXTRA_BYTES;
}

/** The header that stands before the bytes of an entry. */
export function encodeLocalHeader({ name, sizeBytes, crc32 }: WrittenEntry): Uint8Array<ArrayBuffer> {
  const nameBytes = utf8(name);
  const extraAt = LOCAL_HEADER.sizeBytes + nameBytes.length;
  const bytes = new Uint8Array(extraAt + LOCAL_EXTRA_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, LOCAL_HEADER.signature, true);
  view.setUint16(LOCAL_HEADER.versionAt, VERSION_64, true);
  view.setUint16(LOCAL_HEADER.flagsAt, FLAG_UTF8, true);
  view.setUint16(LOCAL_HEADER.methodAt, STORED, true);
  view.setUint16(LOCAL_HEADER.dateAt, FIRST_DATE, true);
  view.setUint32(LOCAL_HEADER.crcAt, crc32, true);
  view.setUint32(LOCAL_HEADER.packedAt, IN_64_OF_32, true);
  view.setUint32(LOCAL_HEADER.unpackedAt, IN_64_OF_32, true);
  view.setUint16(LOCAL_HEADER.nameLengthAt, nameBytes.length, true);
  view.setUint16(LOCAL_HEADER.extraLengthAt, LOCAL_EXTRA_BYTES, true);
  bytes.set(nameBytes, LOCAL_HEADER.sizeBytes);
  putExtra(view, extraAt, [sizeBytes, sizeBytes]);
  return bytes;
}

/**
 * The directory and the records at the end.
 *
 * @param offset where the directory begins: the end of the last entry
 * @param comment at most 65 535 bytes
 */
export function encodeZipEnd(
  entries: readonly WrittenEntry[],
  offset: number,
  comment: Uint8Array = new Uint8Array(),
): Uint8Array<ArrayBuffer> {
  const directory = entries.map(directoryHeader);
  const directoryBytes = directory.reduce((sum, { length }) => sum + length, 0);
  const end64At = directoryBytes;
  const locatorAt = end64At + END_RECORD_64.sizeBytes;
  const endAt = locatorAt + LOCATOR_64.sizeBytes;
  const bytes = new Uint8Array(endAt + END_RECORD.sizeBytes + comment.length);
  let at = 0;
  for (const header of directory) {
    bytes.set(header, at);
    at += header.length;
  }
  const end64 = new DataView(bytes.buffer, end64At);
  end64.setUint32(0, END_RECORD_64.signature, true);
  putWhole(end64, END_RECORD_64.recordBytesAt, END_RECORD_64.sizeBytes - END_RECORD_64.madeByAt);
  end64.setUint16(END_RECORD_64.madeByAt, MADE_BY_UNIX, true);
  end64.setUint16(END_RECORD_64.versionAt, VERSION_64, true);
  putWhole(end64, END_RECORD_64.entriesHereAt, entries.length);
  putWhole(end64, END_RECORD_64.entriesAt, entries.length);
  putWhole(end64, END_RECORD_64.directoryBytesAt, directoryBytes);
  putWhole(end64, END_RECORD_64.directoryOffsetAt, offset);
  const locator = new DataView(bytes.buffer, locatorAt);
  locator.setUint32(0, LOCATOR_64.signature, true);
  putWhole(locator, LOCATOR_64.endAt, offset + end64At);
  locator.setUint32(LOCATOR_64.disksAt, 1, true);
  const end = new DataView(bytes.buffer, endAt);
  end.setUint32(0, END_RECORD.signature, true);
  end.setUint16(END_RECORD.entriesHereAt, IN_64_OF_16, true);
  end.setUint16(END_RECORD.entriesAt, IN_64_OF_16, true);
  end.setUint32(END_RECORD.directoryBytesAt, IN_64_OF_32, true);
  end.setUint32(END_RECORD.directoryOffsetAt, IN_64_OF_32, true);
  end.setUint16(END_RECORD.commentLengthAt, comment.length, true);
  bytes.set(comment, endAt + END_RECORD.sizeBytes);
  return bytes;
}

function directoryHeader({ name, sizeBytes, crc32, offset }: WrittenEntry): Uint8Array<ArrayBuffer> {
  const nameBytes = utf8(name);
  const extraAt = DIRECTORY_HEADER.sizeBytes + nameBytes.length;
  const bytes = new Uint8Array(extraAt + DIRECTORY_EXTRA_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, DIRECTORY_HEADER.signature, true);
  view.setUint16(DIRECTORY_HEADER.madeByAt, MADE_BY_UNIX, true);
  view.setUint16(DIRECTORY_HEADER.versionAt, VERSION_64, true);
  view.setUint16(DIRECTORY_HEADER.flagsAt, FLAG_UTF8, true);
  view.setUint16(DIRECTORY_HEADER.methodAt, STORED, true);
  view.setUint16(DIRECTORY_HEADER.dateAt, FIRST_DATE, true);
  view.setUint32(DIRECTORY_HEADER.crcAt, crc32, true);
  view.setUint32(DIRECTORY_HEADER.packedAt, IN_64_OF_32, true);
  view.setUint32(DIRECTORY_HEADER.unpackedAt, IN_64_OF_32, true);
  view.setUint16(DIRECTORY_HEADER.nameLengthAt, nameBytes.length, true);
  view.setUint16(DIRECTORY_HEADER.extraLengthAt, DIRECTORY_EXTRA_BYTES, true);
  view.setUint32(DIRECTORY_HEADER.attributesAt, FILE_ATTRIBUTES, true);
  view.setUint32(DIRECTORY_HEADER.offsetAt, IN_64_OF_32, true);
  bytes.set(nameBytes, DIRECTORY_HEADER.sizeBytes);
  putExtra(view, extraAt, [sizeBytes, sizeBytes, offset]);
  return bytes;
}

function putExtra(view: DataView, at: number, numbers: readonly number[]): void {
  view.setUint16(at, EXTRA_64, true);
  view.setUint16(at + 2, numbers.length * NUMBER_BYTES, true);
  for (const [index, number] of numbers.entries()) {
    putWhole(view, at + EXTRA_HEADER_BYTES + index * NUMBER_BYTES, number);
  }
}

function putWhole(view: DataView, at: number, value: number): void {
  view.setBigUint64(at, BigInt(value), true);
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
