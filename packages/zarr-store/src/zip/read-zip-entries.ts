// Reads the entries of a zip file from its directory, and refuses what contradicts itself or would leave the folder.

import type { ReadOptions } from "../runtime/read-options.ts";
import { isStoreKey, parentKey, type StoreKey } from "../store/store-key.ts";
import { extraNumbers } from "./extra-numbers.ts";
import { readBy, type ZipEnd } from "./find-zip-end.ts";
import { type ZipFaultDetails, zipFault } from "./zip-fault.ts";
import {
  DEFLATED,
  DIRECTORY_HEADER,
  FLAG_ENCRYPTED,
  FLAG_MASKED,
  FLAG_PATCH,
  FLAG_STRONGLY_ENCRYPTED,
  LOCAL_HEADER,
  STORED,
} from "./zip-layout.ts";
import type { ZipSource } from "./zip-source.ts";

/** A file in a zip, as the directory says. */
export interface ZipEntry {
  readonly name: StoreKey;
  readonly method: typeof STORED | typeof DEFLATED;
  readonly flags: number;
  readonly crc32: number;
  readonly packedBytes: number;
  readonly sizeBytes: number;
  /** Where its local header begins. */
  readonly offset: number;
  /** Where the next entry or the directory begins: its bytes end before. */
  readonly limit: number;
}

/** Bounds against a hostile file: they hold 2 000 000 names of 90 bytes. */
const MAX_DIRECTORY_BYTES = 2 ** 28;
const MAX_ENTRIES = 2 ** 21;
/** No deflate stream becomes larger than this many times itself. Source: zlib, "Maximum compression factor". */
const MAX_DEFLATE_RATIO = 1032;
const UNIX = 3;
const FOLDER_MODE = 0o040000;
const FILE_MODE = 0o100000;
const MODE_KIND = 0o170000;

/**
 * Reads the entries of a zip file, by name. Folders are left out: names say where they are.
 *
 * @throws {ZarrStoreError}
 * - `invalid_file` for entries that overlap, go beyond the file, have one name, or lie below each other, and for a directory that
 *   is damaged or too large
 * - `invalid_name` for a name that does not stay below the folder, or is not UTF-8
 * - `not_supported` for entries that are encrypted, links, in several parts, or compressed by another method than deflate
 */
export async function readZipEntries(
  source: ZipSource,
  end: ZipEnd,
  options: ReadOptions = {},
): Promise<ReadonlyMap<StoreKey, ZipEntry>> {
  const { location } = source;
  const { numEntries, directoryOffset, directoryBytes } = end;
  const fewest = numEntries * DIRECTORY_HEADER.sizeBytes;
  if (numEntries > MAX_ENTRIES || directoryBytes > MAX_DIRECTORY_BYTES || fewest > directoryBytes) {
    const found = `${numEntries} entries in ${directoryBytes} bytes`;
    throw zipFault("invalid_file", location, `has a directory that lies or is too large: ${found}`, {
      found,
    });
  }
  const bytes = await readBy(source, end.tail, directoryOffset, directoryBytes, options);
  const parts: Part[] = [];
  let at = 0;
  for (let index = 0; index < numEntries; index++) {
    const part = readPart(bytes, at, location, directoryOffset + at);
    parts.push(part);
    at = part.next;
  }
  if (at !== directoryBytes) {
    throw zipFault("invalid_file", location, `has a directory with more than its ${numEntries} entries`, {
      offset: directoryOffset + at,
    });
  }
  return checkedTogether(parts, location, directoryOffset);
}

/** An entry of the directory, a folder included, before it is compared with the others. */
interface Part extends Omit<ZipEntry, "limit"> {
  readonly isFolder: boolean;
  /** The least that its header and name take before its bytes. */
  readonly leastBytes: number;
  /** Where the next one begins in the directory. */
  readonly next: number;
}

function readPart(bytes: Uint8Array<ArrayBuffer>, at: number, location: string, offset: number): Part {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, bytes.length - at);
  const damaged = (): Error =>
    zipFault("invalid_file", location, "has a directory that is damaged or was cut off", { offset });
  if (
    view.byteLength < DIRECTORY_HEADER.sizeBytes ||
    view.getUint32(0, true) !== DIRECTORY_HEADER.signature
  ) {
    throw damaged();
  }
  const at16 = (field: number): number => view.getUint16(field, true);
  const at32 = (field: number): number => view.getUint32(field, true);
  const extraAt = DIRECTORY_HEADER.sizeBytes + at16(DIRECTORY_HEADER.nameLengthAt);
  const extraEnd = extraAt + at16(DIRECTORY_HEADER.extraLengthAt);
  const next = extraEnd + at16(DIRECTORY_HEADER.commentLengthAt);
  if (next > view.byteLength) {
    throw damaged();
  }
  const flags = at16(DIRECTORY_HEADER.flagsAt);
  const nameBytes = bytes.subarray(at + DIRECTORY_HEADER.sizeBytes, at + extraAt);
  const entry = textOfName(nameBytes, location, offset);
  const refuse = (
    code: "invalid_file" | "not_supported",
    what: string,
    details: ZipFaultDetails = {},
  ): never => {
    throw zipFault(code, location, what, { entry, offset, ...details });
  };
  if (flags & (FLAG_ENCRYPTED | FLAG_STRONGLY_ENCRYPTED | FLAG_MASKED)) {
    refuse("not_supported", "is encrypted");
  }
  if (flags & FLAG_PATCH) {
    refuse("not_supported", "is a patch of another file");
  }
  if (at16(DIRECTORY_HEADER.diskAt) !== 0) {
    refuse("not_supported", "lies in another part of a split zip");
  }
  const isFolder = entry.endsWith("/");
  const method = at16(DIRECTORY_HEADER.methodAt);
  if (method !== STORED && method !== DEFLATED) {
    return refuse(
      "not_supported",
      `is compressed by method ${method}; only stored and deflated entries are read`,
      {
        found: method,
      },
    );
  }
  const mode = at16(DIRECTORY_HEADER.madeByAt) >> 8 === UNIX ? at32(DIRECTORY_HEADER.attributesAt) >>> 16 : 0;
  const kind = mode & MODE_KIND;
  if (kind !== 0 && kind !== (isFolder ? FOLDER_MODE : FILE_MODE)) {
    refuse("not_supported", "is a link or a special file", { found: `0${mode.toString(8)}` });
  }
  const numbers = extraNumbers(bytes.subarray(at + extraAt, at + extraEnd), [
    at32(DIRECTORY_HEADER.unpackedAt),
    at32(DIRECTORY_HEADER.packedAt),
    at32(DIRECTORY_HEADER.offsetAt),
  ]);
  if (typeof numbers === "string") {
    return refuse("invalid_file", numbers);
  }
  const [sizeBytes = 0, packedBytes = 0, start = 0] = numbers;
  const name = isFolder ? entry.slice(0, -1) : entry;
  if (!isStoreKey(name)) {
    throw zipFault(
      "invalid_name",
      location,
      "has a name that does not stay below the folder, or that no dataset has",
      {
        entry,
        offset,
      },
    );
  }
  const isTooMuch = sizeBytes > MAX_DEFLATE_RATIO * packedBytes + 64;
  if (method === STORED ? sizeBytes !== packedBytes : isTooMuch) {
    const found = `${packedBytes} bytes that become ${sizeBytes}`;
    refuse("invalid_file", `says what cannot be: ${found}`, { found });
  }
  if (isFolder && sizeBytes !== 0) {
    refuse("invalid_file", "is a folder with bytes of its own", { found: sizeBytes });
  }
  return {
    name,
    method,
    flags,
    crc32: at32(DIRECTORY_HEADER.crcAt),
    packedBytes,
    sizeBytes,
    offset: start,
    isFolder,
    leastBytes: LOCAL_HEADER.sizeBytes + nameBytes.length + packedBytes,
    next: at + next,
  };
}

/** Names are UTF-8, also where the flag is missing: some programs forget it. Other alphabets cannot be told apart. */
function textOfName(bytes: Uint8Array, location: string, offset: number): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const entry = new TextDecoder().decode(bytes);
    throw zipFault("invalid_name", location, "has a name that is not UTF-8", { entry, offset, cause });
  }
}

/** Checks entries against each other: names, folders and places in the file. */
function checkedTogether(
  parts: readonly Part[],
  location: string,
  directoryOffset: number,
): ReadonlyMap<StoreKey, ZipEntry> {
  const files = new Set<string>();
  const folders = new Set<string>();
  for (const { name, isFolder } of parts) {
    if ((isFolder ? folders : files).has(name)) {
      throw zipFault("invalid_file", location, "stands twice in the directory", { entry: name });
    }
    (isFolder ? folders : files).add(name);
  }
  for (const { name } of parts) {
    for (let above = parentKey(name); above !== undefined; above = parentKey(above)) {
      if (files.has(above)) {
        throw zipFault("invalid_file", location, `lies below ${JSON.stringify(above)}, which is a file`, {
          entry: name,
        });
      }
    }
    if (files.has(name) && folders.has(name)) {
      throw zipFault("invalid_file", location, "is a file and a folder", { entry: name });
    }
  }
  const limits = new Map<Part, number>();
  const byOffset = parts.toSorted((a, b) => a.offset - b.offset);
  for (const [index, part] of byOffset.entries()) {
    const after = byOffset[index + 1];
    const limit = Math.min(after?.offset ?? directoryOffset, directoryOffset);
    const found = part.offset + part.leastBytes;
    if (found > limit) {
      const other =
        found > directoryOffset ? "the directory or the end of the file" : JSON.stringify(after?.name);
      throw zipFault("invalid_file", location, `overlaps ${other}`, {
        entry: part.name,
        expected: limit,
        found,
      });
    }
    limits.set(part, limit);
  }
  const entries = new Map<StoreKey, ZipEntry>();
  for (const part of parts) {
    const { name, method, flags, crc32, packedBytes, sizeBytes, offset, isFolder } = part;
    if (!isFolder) {
      const limit = limits.get(part) ?? 0;
      entries.set(name, { name, method, flags, crc32, packedBytes, sizeBytes, offset, limit });
    }
  }
  return entries;
}
