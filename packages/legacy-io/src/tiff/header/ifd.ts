// Reads the file header and the directories of a TIFF or BigTIFF.

import { isLegacyIoError, LegacyIoError } from "../../errors.ts";
import { type DirectoryLink, followDirectories } from "./follow-directories.ts";
import type { HeaderReader } from "./header-reader.ts";
import type { TiffLimits } from "./tiff-limits.ts";
import { TIFF_TAG } from "./tiff-tag.ts";

/** One entry of a directory: a tag and the place of its values. */
export interface TiffEntry {
  readonly tag: number;
  /** The TIFF field type, 1 (BYTE) to 18 (IFD8). */
  readonly type: number;
  readonly count: number;
  /** The offset of the values; they are inside the entry if they fit. */
  readonly offset: number;
}

/** One image file directory: what a TIFF says about one page. */
export interface TiffDirectory {
  readonly offset: number;
  readonly entries: ReadonlyMap<number, TiffEntry>;
}

/** The structure of a TIFF: its byte order and its directories, in the order of their chain. */
export interface TiffStructure {
  readonly isLittleEndian: boolean;
  readonly isBigTiff: boolean;
  readonly directories: readonly TiffDirectory[];
  /** Why the chain of directories ends before its end, for people; undefined for a sound file. */
  readonly brokenOff: string | undefined;
}

/** The field sizes in which TIFF and BigTIFF differ. */
interface EntryLayout {
  readonly countBytes: 2 | 8;
  readonly entryBytes: 12 | 20;
  readonly offsetBytes: 4 | 8;
}

const CLASSIC: EntryLayout = { countBytes: 2, entryBytes: 12, offsetBytes: 4 };
const BIG: EntryLayout = { countBytes: 8, entryBytes: 20, offsetBytes: 8 };
const CLASSIC_VERSION = 42;
const BIG_VERSION = 43;
const KNOWN_TAGS: ReadonlySet<number> = new Set(Object.values(TIFF_TAG));
/** Roughly the memory of one entry, and of an empty directory. */
const KEPT_BYTES = 128;
const TYPE_BYTES: readonly number[] = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];

/** Bytes of one value of a field type; 0 for a type that TIFF does not have. */
export function fieldTypeBytes(type: number): number {
  return TYPE_BYTES[type] ?? 0;
}

/**
 * Reads all directories of a TIFF or BigTIFF in either byte order, but no pixels. The numbers of directories and entries are
 * limited. Entries with tags that are not needed, or with unknown types, are skipped, as TIFF 6.0 requires. Whether the
 * values of the others lie inside the file is checked when they are read.
 * @throws {LegacyIoError} `invalid_file` if the bytes are not a TIFF, or its first directory is not whole
 */
export async function scanDirectories(reader: HeaderReader, limits: TiffLimits): Promise<TiffStructure> {
  const { isLittleEndian, layout, firstOffset } = await readFileHeader(reader);
  let brokenOff: string | undefined;
  const readNext = async (offset: number): Promise<DirectoryLink<TiffDirectory>> => {
    const { entries, nextOffset } = await readDirectory(reader, layout, isLittleEndian, offset, limits);
    if (!entries.has(TIFF_TAG.ImageWidth) || !entries.has(TIFF_TAG.ImageLength)) {
      const message = `TIFF tag ImageWidth: the directory at offset ${offset} does not say its size`;
      throw new LegacyIoError("invalid_file", message, { tag: "ImageWidth", offset });
    }
    reader.budget.take((entries.size + 1) * KEPT_BYTES, "its directories");
    if (nextOffset === undefined) {
      brokenOff = `the directory at offset ${offset} does not say where the next one is: the pages up to it are read`;
    }
    return { directory: { offset, entries }, nextOffset: nextOffset ?? 0 };
  };
  const directories = await followDirectories(firstOffset, limits.maxIfds, readNext, (error, offset) => {
    if (!isLegacyIoError(error, "invalid_file")) {
      return false;
    }
    brokenOff = `the chain of directories leads to offset ${offset}, which is not a directory (${error.message}): the pages before it are read`;
    return true;
  });
  if (directories.length === 0) {
    throw new LegacyIoError("invalid_file", "the TIFF has no directory: its first offset is 0");
  }
  return { isLittleEndian, isBigTiff: layout === BIG, directories, brokenOff };
}

async function readFileHeader(
  reader: HeaderReader,
): Promise<{ readonly isLittleEndian: boolean; readonly layout: EntryLayout; readonly firstOffset: number }> {
  if (reader.sizeBytes < 8) {
    throw new LegacyIoError(
      "invalid_file",
      `not a TIFF: ${reader.sizeBytes} bytes are less than its header`,
      {
        expected: 8,
        found: reader.sizeBytes,
      },
    );
  }
  const view = await reader.read(0, 8);
  const order = view.getUint16(0, false);
  const isLittleEndian = order === 0x4949;
  const version = view.getUint16(2, isLittleEndian);
  if ((!isLittleEndian && order !== 0x4d4d) || (version !== CLASSIC_VERSION && version !== BIG_VERSION)) {
    const found = [0, 1, 2, 3].map((index) => view.getUint8(index).toString(16).padStart(2, "0")).join(" ");
    throw new LegacyIoError("invalid_file", `not a TIFF: it begins with the bytes ${found}`, {
      offset: 0,
      expected: "49 49 2a 00 or 4d 4d 00 2a",
      found,
    });
  }
  if (version === CLASSIC_VERSION) {
    return { isLittleEndian, layout: CLASSIC, firstOffset: view.getUint32(4, isLittleEndian) };
  }
  const big = await reader.read(4, 12);
  if (big.getUint16(0, isLittleEndian) !== 8 || big.getUint16(2, isLittleEndian) !== 0) {
    throw new LegacyIoError("invalid_file", "a BigTIFF whose offsets do not have 8 bytes", {
      offset: 4,
      expected: 8,
      found: big.getUint16(0, isLittleEndian),
    });
  }
  return { isLittleEndian, layout: BIG, firstOffset: readUint64(big, 4, isLittleEndian) };
}

async function readDirectory(
  reader: HeaderReader,
  layout: EntryLayout,
  isLittleEndian: boolean,
  offset: number,
  limits: TiffLimits,
): Promise<{
  readonly entries: ReadonlyMap<number, TiffEntry>;
  /** Undefined if the file ends before it, or if no file is as long. */
  readonly nextOffset: number | undefined;
}> {
  const countView = await reader.read(offset, layout.countBytes);
  const entryCount =
    layout === BIG ? readUint64(countView, 0, isLittleEndian) : countView.getUint16(0, isLittleEndian);
  if (entryCount === 0 || entryCount > limits.maxEntries) {
    throw new LegacyIoError(
      "invalid_file",
      `a TIFF directory at offset ${offset} with ${entryCount} entries`,
      {
        offset,
        expected: `1 to ${limits.maxEntries}`,
        found: entryCount,
      },
    );
  }
  const start = offset + layout.countBytes;
  const entriesBytes = entryCount * layout.entryBytes;
  const leftBytes = reader.sizeBytes - start - entriesBytes;
  const isCutOff = leftBytes >= 0 && leftBytes < layout.offsetBytes;
  const view = await reader.read(start, entriesBytes + (isCutOff ? 0 : layout.offsetBytes));
  const entries = new Map<number, TiffEntry>();
  for (let index = 0; index < entryCount; index++) {
    const at = index * layout.entryBytes;
    const entry = readEntry(view, at, start, layout, isLittleEndian);
    if (entry !== undefined && !entries.has(entry.tag)) {
      entries.set(entry.tag, entry);
    }
  }
  return { entries, nextOffset: isCutOff ? undefined : readLink(view, entriesBytes, layout, isLittleEndian) };
}

function readLink(
  view: DataView,
  at: number,
  layout: EntryLayout,
  isLittleEndian: boolean,
): number | undefined {
  const offset = layout === BIG ? anyUint64(view, at, isLittleEndian) : view.getUint32(at, isLittleEndian);
  return Number.isSafeInteger(offset) ? offset : undefined;
}

function readEntry(
  view: DataView,
  at: number,
  viewOffset: number,
  layout: EntryLayout,
  isLittleEndian: boolean,
): TiffEntry | undefined {
  const tag = view.getUint16(at, isLittleEndian);
  const type = view.getUint16(at + 2, isLittleEndian);
  // A number beyond 2^53 is that of a damaged entry: it lies outside the file, whatever its last digits.
  const count =
    layout === BIG ? anyUint64(view, at + 4, isLittleEndian) : view.getUint32(at + 4, isLittleEndian);
  const sizeBytes = count * fieldTypeBytes(type);
  if (fieldTypeBytes(type) === 0 || !KNOWN_TAGS.has(tag)) {
    return undefined;
  }
  const valueAt = at + layout.entryBytes - layout.offsetBytes;
  if (sizeBytes <= layout.offsetBytes) {
    return { tag, type, count, offset: viewOffset + valueAt };
  }
  const offset =
    layout === BIG ? anyUint64(view, valueAt, isLittleEndian) : view.getUint32(valueAt, isLittleEndian);
  return { tag, type, count, offset };
}

function anyUint64(view: DataView, at: number, isLittleEndian: boolean): number {
  return Number(view.getBigUint64(at, isLittleEndian));
}

/** Reads a 64-bit number. Throws `invalid_file` above 2^53, because no file is that large. */
export function readUint64(view: DataView, at: number, isLittleEndian: boolean): number {
  const value = view.getBigUint64(at, isLittleEndian);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new LegacyIoError("invalid_file", `a TIFF offset or count of ${value} is beyond 2^53`, {
      found: value,
    });
  }
  return Number(value);
}
