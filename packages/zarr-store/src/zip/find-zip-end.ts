// Finds the directory of a zip file from the records at its end.

import type { ReadOptions } from "../runtime/read-options.ts";
import { zipFault } from "./zip-fault.ts";
import {
  END_RECORD,
  END_RECORD_64,
  IN_64_OF_16,
  IN_64_OF_32,
  LOCATOR_64,
  LONGEST_TEXT,
} from "./zip-layout.ts";
import type { ZipSource } from "./zip-source.ts";

/** What the records at the end of a zip file say, checked against each other and the length of the file. */
export interface ZipEnd {
  readonly numEntries: number;
  readonly directoryOffset: number;
  readonly directoryBytes: number;
  readonly comment: Uint8Array<ArrayBuffer>;
  /** The last bytes of the file, which were read for this, and where they begin. */
  readonly tail: { readonly offset: number; readonly bytes: Uint8Array<ArrayBuffer> };
}

/** Numbers of a record, before they are checked. */
interface Claim {
  readonly numEntries: number;
  readonly directoryOffset: number;
  readonly directoryBytes: number;
}

const TAIL_BYTES = END_RECORD.sizeBytes + LONGEST_TEXT + LOCATOR_64.sizeBytes + END_RECORD_64.sizeBytes;

/**
 * Reads the end of a zip file.
 *
 * There must be one end record whose comment reaches exactly to the end of the file. Where a comment holds another one, programs
 * disagree on what is in the file, so it is refused. So is a file with anything between its directory and its end.
 *
 * @throws {ZarrStoreError} `invalid_file`, `not_supported` for a file in several parts, and what `source` throws
 */
export async function findZipEnd(source: ZipSource, options: ReadOptions = {}): Promise<ZipEnd> {
  const { location, sizeBytes } = source;
  const offset = Math.max(0, sizeBytes - TAIL_BYTES);
  const bytes = await source.read(offset, sizeBytes - offset, options);
  const tail = { offset, bytes };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = endRecordAt(view, location);
  const at16 = (field: number): number => view.getUint16(at + field, true);
  const at32 = (field: number): number => view.getUint32(at + field, true);
  const claim: Claim = {
    numEntries: at16(END_RECORD.entriesAt),
    directoryBytes: at32(END_RECORD.directoryBytesAt),
    directoryOffset: at32(END_RECORD.directoryOffsetAt),
  };
  const end64 = await readEnd64(source, tail, at, claim, options);
  const disks = [END_RECORD.diskAt, END_RECORD.directoryDiskAt].map(at16);
  const isInParts = disks.some((disk) => disk !== 0 && !(end64 !== undefined && disk === IN_64_OF_16));
  const here = at16(END_RECORD.entriesHereAt);
  if (isInParts || here !== claim.numEntries) {
    throw zipFault("not_supported", location, "is one of several parts of a split zip", {
      offset: offset + at,
    });
  }
  const { numEntries, directoryOffset, directoryBytes, before } = end64 ?? { ...claim, before: offset + at };
  if (directoryOffset + directoryBytes !== before) {
    throw zipFault("invalid_file", location, "has a directory that does not lie where its end record says", {
      offset: offset + at,
      expected: before,
      found: directoryOffset + directoryBytes,
    });
  }
  return {
    numEntries,
    directoryOffset,
    directoryBytes,
    comment: bytes.slice(at + END_RECORD.sizeBytes),
    tail,
  };
}

/** The only place of an end record whose comment ends with the file. */
function endRecordAt(view: DataView, location: string): number {
  const last = view.byteLength - END_RECORD.sizeBytes;
  let found: number | undefined;
  for (let at = last; at >= Math.max(0, last - LONGEST_TEXT); at--) {
    if (view.getUint32(at, true) !== END_RECORD.signature) {
      continue;
    }
    const reach = at + END_RECORD.sizeBytes + view.getUint16(at + END_RECORD.commentLengthAt, true);
    if (reach !== view.byteLength) {
      continue;
    }
    if (found !== undefined) {
      throw zipFault("invalid_file", location, "has a comment that holds a second end record");
    }
    found = at;
  }
  if (found === undefined) {
    throw zipFault("invalid_file", location, "is not a zip file, or was cut off: it has no end record");
  }
  for (let at = found + 4; at + 4 <= view.byteLength; at++) {
    if (view.getUint32(at, true) === END_RECORD.signature) {
      throw zipFault("invalid_file", location, "has a comment that holds a second end record");
    }
  }
  return found;
}

/** The record of 64 bits, if there is one. `before` is its offset. */
async function readEnd64(
  source: ZipSource,
  tail: ZipEnd["tail"],
  end: number,
  claim: Claim,
  options: ReadOptions,
): Promise<(Claim & { readonly before: number }) | undefined> {
  const { location } = source;
  const refuse = (what: string, expected?: unknown, found?: unknown): never => {
    throw zipFault("invalid_file", location, what, { offset: tail.offset + end, expected, found });
  };
  const at = end - LOCATOR_64.sizeBytes;
  const locator = new DataView(tail.bytes.buffer, tail.bytes.byteOffset, tail.bytes.byteLength);
  if (at < 0 || locator.getUint32(at, true) !== LOCATOR_64.signature) {
    return undefined;
  }
  const where = whole(locator, at + LOCATOR_64.endAt);
  if (
    locator.getUint32(at + LOCATOR_64.diskAt, true) !== 0 ||
    locator.getUint32(at + LOCATOR_64.disksAt, true) > 1
  ) {
    throw zipFault("not_supported", location, "is one of several parts of a split zip");
  }
  const locatorOffset = tail.offset + at;
  if (where === undefined || where + END_RECORD_64.sizeBytes > locatorOffset) {
    return refuse(
      "has an end record of 64 bits that does not lie where its locator says",
      locatorOffset,
      where,
    );
  }
  const bytes = await readBy(source, tail, where, END_RECORD_64.sizeBytes, options);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const recordBytes = whole(view, END_RECORD_64.recordBytesAt);
  if (
    view.getUint32(0, true) !== END_RECORD_64.signature ||
    recordBytes === undefined ||
    where + END_RECORD_64.madeByAt + recordBytes !== locatorOffset
  ) {
    return refuse(
      "has an end record of 64 bits that does not lie where its locator says",
      locatorOffset,
      where,
    );
  }
  const disks = [END_RECORD_64.diskAt, END_RECORD_64.directoryDiskAt].map((field) =>
    view.getUint32(field, true),
  );
  const [here, numEntries, directoryBytes, directoryOffset] = [
    END_RECORD_64.entriesHereAt,
    END_RECORD_64.entriesAt,
    END_RECORD_64.directoryBytesAt,
    END_RECORD_64.directoryOffsetAt,
  ].map((field) => whole(view, field));
  if (disks.some((disk) => disk !== 0) || here !== numEntries) {
    throw zipFault("not_supported", location, "is one of several parts of a split zip");
  }
  if (numEntries === undefined || directoryBytes === undefined || directoryOffset === undefined) {
    return refuse("has an end record of 64 bits with numbers beyond 2^53");
  }
  const agrees =
    (claim.numEntries === IN_64_OF_16 || claim.numEntries === numEntries) &&
    (claim.directoryBytes === IN_64_OF_32 || claim.directoryBytes === directoryBytes) &&
    (claim.directoryOffset === IN_64_OF_32 || claim.directoryOffset === directoryOffset);
  return agrees
    ? { numEntries, directoryBytes, directoryOffset, before: where }
    : refuse("has two end records, of 32 and 64 bits, that contradict each other");
}

/** Reads a range, from the tail if it lies in that. */
export async function readBy(
  source: ZipSource,
  tail: ZipEnd["tail"],
  offset: number,
  length: number,
  options: ReadOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  return offset >= tail.offset
    ? tail.bytes.slice(offset - tail.offset, offset - tail.offset + length)
    : source.read(offset, length, options);
}

/** A number of 64 bits; undefined if it is not exact as a float64. */
export function whole(view: DataView, at: number): number | undefined {
  const value = view.getBigUint64(at, true);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined;
}
