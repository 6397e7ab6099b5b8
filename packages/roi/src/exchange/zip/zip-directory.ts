// Reads the list of entries at the end of a zip.

import { RoiError } from "../../errors.ts";
import { unexpected } from "../../shapes/fields/read-field.ts";
import { ALL_ONES_16, ALL_ONES_32, ZIP_DIRECTORY, ZIP_END } from "./zip-layout.ts";

/** An entry, as the list at the end of a zip describes it. */
export interface ZipEntry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly compressedBytes: number;
  /** Its size when decompressed, as the zip claims; not checked yet. */
  readonly bytesInside: number;
  /** The offset of its local header. */
  readonly offset: number;
}

export interface ZipDirectory {
  readonly entries: readonly ZipEntry[];
  /** The offset of the list; all entries lie before it. */
  readonly offset: number;
}

const LONGEST_COMMENT = 0xffff;

/**
 * Reads the entries of a zip, in their order, from the list at its end.
 *
 * Source: PKWARE, .ZIP File Format Specification (APPNOTE) 6.3, sections 4.3.12 and 4.3.16.
 *
 * @throws {RoiError} `invalid_argument` for bytes that are not a zip, or a zip whose parts do not fit each
 *   other
 * @throws {RoiError} `not_supported` for a zip in several parts or in the 64-bit form
 */
export function readZipDirectory(bytes: Uint8Array): ZipDirectory {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  const at16 = (field: number): number => view.getUint16(end + field, true);
  const at32 = (field: number): number => view.getUint32(end + field, true);
  const numEntries = at16(ZIP_END.numEntries);
  const [size, offset] = [at32(ZIP_END.directoryBytes), at32(ZIP_END.directoryOffset)];
  if (numEntries === ALL_ONES_16 || size === ALL_ONES_32 || offset === ALL_ONES_32) {
    throw refuse(end, "a zip in the 64-bit form");
  }
  if (
    at16(ZIP_END.disk) !== 0 ||
    at16(ZIP_END.directoryDisk) !== 0 ||
    at16(ZIP_END.numEntriesHere) !== numEntries
  ) {
    throw refuse(end, "a zip in several parts");
  }
  if (offset + size !== end) {
    throw unexpected(`byte ${end}`, `a list of entries that ends at ${end}`, offset + size);
  }
  return { entries: readEntries(view, numEntries, offset, end), offset };
}

/** Finds the last end record whose comment reaches exactly to the end of the bytes. */
function findEnd(view: DataView): number {
  const first = Math.max(0, view.byteLength - ZIP_END.bytes - LONGEST_COMMENT);
  for (let at = view.byteLength - ZIP_END.bytes; at >= first; at--) {
    if (
      view.getUint32(at, true) === ZIP_END.signature &&
      view.getUint16(at + ZIP_END.commentLength, true) === view.byteLength - ZIP_END.bytes - at
    ) {
      return at;
    }
  }
  throw new RoiError(
    "invalid_argument",
    "zip: no end record found at the end of the file; it may be cut off",
    {
      path: "zip",
    },
  );
}

function readEntries(view: DataView, numEntries: number, offset: number, end: number): readonly ZipEntry[] {
  const decoder = new TextDecoder();
  const entries: ZipEntry[] = [];
  let at = offset;
  for (let index = 0; index < numEntries; index++) {
    const path = `entry ${index}, byte ${at}`;
    if (at + ZIP_DIRECTORY.bytes > end || view.getUint32(at, true) !== ZIP_DIRECTORY.signature) {
      throw unexpected(path, `an entry, one of ${numEntries}, in a list that ends at ${end}`, undefined);
    }
    const at16 = (field: number): number => view.getUint16(at + field, true);
    const at32 = (field: number): number => view.getUint32(at + field, true);
    const nameLength = at16(ZIP_DIRECTORY.nameLength);
    const next =
      at +
      ZIP_DIRECTORY.bytes +
      nameLength +
      at16(ZIP_DIRECTORY.extraLength) +
      at16(ZIP_DIRECTORY.commentLength);
    if (next > end) {
      throw unexpected(path, `a name and extra fields that end before ${end}`, next);
    }
    if (at16(ZIP_DIRECTORY.disk) !== 0) {
      throw refuse(at, "a zip in several parts");
    }
    const nameBytes = new Uint8Array(view.buffer, view.byteOffset + at + ZIP_DIRECTORY.bytes, nameLength);
    entries.push({
      name: decoder.decode(nameBytes),
      flags: at16(ZIP_DIRECTORY.flags),
      method: at16(ZIP_DIRECTORY.method),
      crc: at32(ZIP_DIRECTORY.crc),
      compressedBytes: at32(ZIP_DIRECTORY.compressedBytes),
      bytesInside: at32(ZIP_DIRECTORY.bytesInside),
      offset: at32(ZIP_DIRECTORY.offset),
    });
    at = next;
  }
  if (at !== end) {
    throw unexpected(`byte ${at}`, `the end of ${numEntries} entries at ${end}`, at);
  }
  return entries;
}

function refuse(at: number, what: string): RoiError {
  return new RoiError("not_supported", `byte ${at}: ${what} is not supported`, {
    path: `byte ${at}`,
    found: what,
  });
}
