// Writes a zip of stored (uncompressed) entries.

import { unexpected } from "../../shapes/fields/read-field.ts";
import { crc32 } from "./crc32.ts";
import {
  ALL_ONES_16,
  ALL_ONES_32,
  NO_DATE,
  UTF8_FLAG,
  VERSION_NEEDED,
  ZIP_DIRECTORY,
  ZIP_END,
  ZIP_LOCAL,
} from "./zip-layout.ts";

export interface ZipFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Returns a zip of stored entries. The same files always give the same bytes.
 *
 * @throws {RoiError} `invalid_argument` for two files of one name, a name that is empty or too long, and more
 *   than a 32-bit zip can hold
 */
export function writeZip(files: readonly ZipFile[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const entries = files.map(({ name, bytes }) => ({ name: encoder.encode(name), bytes, crc: crc32(bytes) }));
  checkFiles(files, entries);
  const localBytes = sum(entries.map(({ name, bytes }) => ZIP_LOCAL.bytes + name.length + bytes.length));
  const directoryBytes = sum(entries.map(({ name }) => ZIP_DIRECTORY.bytes + name.length));
  const total = localBytes + directoryBytes + ZIP_END.bytes;
  if (total >= ALL_ONES_32 || files.length >= ALL_ONES_16) {
    throw unexpected("files", "no more than a zip of 32 bits holds", `${files.length} files, ${total} bytes`);
  }
  const whole = new Uint8Array(total);
  const view = new DataView(whole.buffer);
  let [offset, listed] = [0, localBytes];
  for (const { name, bytes, crc } of entries) {
    putEntry(view, offset, ZIP_LOCAL, { crc, size: bytes.length, nameLength: name.length });
    whole.set(name, offset + ZIP_LOCAL.bytes);
    whole.set(bytes, offset + ZIP_LOCAL.bytes + name.length);
    putEntry(view, listed, ZIP_DIRECTORY, { crc, size: bytes.length, nameLength: name.length });
    view.setUint16(listed + ZIP_DIRECTORY.versionMade, VERSION_NEEDED, true);
    view.setUint32(listed + ZIP_DIRECTORY.offset, offset, true);
    whole.set(name, listed + ZIP_DIRECTORY.bytes);
    offset += ZIP_LOCAL.bytes + name.length + bytes.length;
    listed += ZIP_DIRECTORY.bytes + name.length;
  }
  view.setUint32(listed, ZIP_END.signature, true);
  view.setUint16(listed + ZIP_END.numEntriesHere, files.length, true);
  view.setUint16(listed + ZIP_END.numEntries, files.length, true);
  view.setUint32(listed + ZIP_END.directoryBytes, directoryBytes, true);
  view.setUint32(listed + ZIP_END.directoryOffset, localBytes, true);
  return whole;
}

/** Writes the fields that the local header and the list of entries have in common. */
function putEntry(
  view: DataView,
  at: number,
  layout: typeof ZIP_LOCAL | typeof ZIP_DIRECTORY,
  entry: { readonly crc: number; readonly size: number; readonly nameLength: number },
): void {
  view.setUint32(at, layout.signature, true);
  view.setUint16(at + layout.versionNeeded, VERSION_NEEDED, true);
  view.setUint16(at + layout.flags, UTF8_FLAG, true);
  view.setUint16(at + layout.date, NO_DATE, true);
  view.setUint32(at + layout.crc, entry.crc, true);
  view.setUint32(at + layout.compressedBytes, entry.size, true);
  view.setUint32(at + layout.bytesInside, entry.size, true);
  view.setUint16(at + layout.nameLength, entry.nameLength, true);
}

function checkFiles(files: readonly ZipFile[], entries: readonly { readonly name: Uint8Array }[]): void {
  const names = new Set<string>();
  for (const [index, { name }] of files.entries()) {
    const length = entries[index]?.name.length ?? 0;
    if (length === 0 || length > ALL_ONES_16) {
      throw unexpected(`files[${index}].name`, `1 to ${ALL_ONES_16} bytes`, length);
    }
    if (names.has(name)) {
      throw unexpected(`files[${index}].name`, "a name that no other file has", name);
    }
    names.add(name);
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
