// Reads the values of the tags of one directory, with a limit on each.

import { LegacyIoError } from "../../errors.ts";
import { decodeUtf8OrLatin1 } from "../descriptions/instrument-text.ts";
import type { HeaderReader } from "./header-reader.ts";
import { fieldTypeBytes, readUint64, type TiffDirectory, type TiffEntry } from "./ifd.ts";
import { TIFF_TAG, type TiffTagName } from "./tiff-tag.ts";

const ASCII = 2;
const SHORT = 3;
const LONG = 4;
const RATIONAL = 5;
const INTEGER_TYPES: ReadonlySet<number> = new Set([1, SHORT, LONG, 13, 16, 18]);

/** Reads the values of the tags of one directory. A size is checked before its values are read. */
export interface TagValues {
  has(name: TiffTagName): boolean;
  /** How many values the file holds for a tag; 0 if the tag is missing or its values do not lie inside the file. */
  storedCount(name: TiffTagName): number;
  /** Unsigned integers, at most `maxCount`; undefined if the tag is missing. */
  integers(name: TiffTagName, maxCount: number): Promise<Float64Array | undefined>;
  /** One unsigned integer. */
  integer(name: TiffTagName): Promise<number | undefined>;
  /** Numerator and denominator of a RATIONAL. */
  rational(name: TiffTagName): Promise<readonly [number, number] | undefined>;
  /** Text up to its first NUL, as UTF-8 if it is valid and as Latin-1 otherwise. */
  text(name: TiffTagName, maxBytes: number): Promise<string | undefined>;
  bytes(name: TiffTagName, maxBytes: number): Promise<Uint8Array | undefined>;
}

/** Makes a reader of one directory's tags. Its methods throw `invalid_file`, naming the tag, for a wrong type or count. */
export function tagValues(
  reader: HeaderReader,
  directory: TiffDirectory,
  isLittleEndian: boolean,
): TagValues {
  const entryOf = (name: TiffTagName): TiffEntry | undefined => directory.entries.get(TIFF_TAG[name]);
  const refuse = (name: TiffTagName, expected: string, entry: TiffEntry): LegacyIoError => {
    const found = `${entry.count} values of type ${entry.type} at offset ${entry.offset}`;
    return new LegacyIoError("invalid_file", `TIFF tag ${name}: expected ${expected}, found ${found}`, {
      tag: name,
      offset: entry.offset,
      expected,
      found,
    });
  };
  const readValues = (name: TiffTagName, entry: TiffEntry): DataView | Promise<DataView> => {
    const sizeBytes = entry.count * fieldTypeBytes(entry.type);
    if (sizeBytes > reader.sizeBytes - entry.offset) {
      throw refuse(name, `values inside the file of ${reader.sizeBytes} bytes`, entry);
    }
    return reader.read(entry.offset, sizeBytes);
  };
  const integers = async (name: TiffTagName, maxCount: number): Promise<Float64Array | undefined> => {
    const entry = entryOf(name);
    if (entry === undefined) {
      return undefined;
    }
    if (!INTEGER_TYPES.has(entry.type) || entry.count === 0 || entry.count > maxCount) {
      throw refuse(
        name,
        maxCount === 1 ? "an unsigned integer" : `1 to ${maxCount} unsigned integers`,
        entry,
      );
    }
    const pending = readValues(name, entry);
    const view = pending instanceof DataView ? pending : await pending;
    if (entry.count > 1) {
      reader.budget.take(entry.count * Float64Array.BYTES_PER_ELEMENT, `its ${name}`);
    }
    return readIntegers(view, entry, isLittleEndian);
  };
  const bytes = async (name: TiffTagName, maxBytes: number): Promise<Uint8Array | undefined> => {
    const entry = entryOf(name);
    if (entry === undefined) {
      return undefined;
    }
    const sizeBytes = entry.count * fieldTypeBytes(entry.type);
    if (sizeBytes > maxBytes) {
      throw refuse(name, `at most ${maxBytes} bytes`, entry);
    }
    const view = await readValues(name, entry);
    return new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
  };
  return {
    has: (name) => entryOf(name) !== undefined,
    storedCount: (name) => {
      const entry = entryOf(name);
      const sizeBytes = entry === undefined ? 0 : entry.count * fieldTypeBytes(entry.type);
      return entry === undefined || sizeBytes > reader.sizeBytes - entry.offset ? 0 : entry.count;
    },
    integers,
    integer: async (name) => (entryOf(name) === undefined ? undefined : (await integers(name, 1))?.[0]),
    rational: async (name) => {
      const entry = entryOf(name);
      if (entry === undefined || entry.type !== RATIONAL || entry.count !== 1) {
        return undefined;
      }
      const view = await readValues(name, entry);
      return [view.getUint32(0, isLittleEndian), view.getUint32(4, isLittleEndian)];
    },
    bytes,
    text: async (name, maxBytes) => {
      const value = entryOf(name)?.type === ASCII ? await bytes(name, maxBytes) : undefined;
      if (value === undefined) {
        return undefined;
      }
      const end = value.indexOf(0);
      return decodeUtf8OrLatin1(end === -1 ? value : value.subarray(0, end)).text;
    },
  };
}

function readIntegers(view: DataView, entry: TiffEntry, isLittleEndian: boolean): Float64Array {
  const values = new Float64Array(entry.count);
  const width = fieldTypeBytes(entry.type);
  for (let index = 0; index < entry.count; index++) {
    const at = index * width;
    values[index] =
      width === 1
        ? view.getUint8(at)
        : width === 2
          ? view.getUint16(at, isLittleEndian)
          : width === 4
            ? view.getUint32(at, isLittleEndian)
            : readUint64(view, at, isLittleEndian);
  }
  return values;
}
