// Reads the tags at the start of a PicoQuant file.

import { LegacyIoError } from "../../errors.ts";
import type { ByteSource } from "../../tiff/byte-source.ts";
import type { RecordingLimits } from "../recording-format.ts";

/** The numbers and dates of a file by the names of their tags. Texts, lists and bytes are left out. */
export interface PtuTags {
  readonly numbers: ReadonlyMap<string, number>;
  /** Where the records begin. */
  readonly recordsAt: number;
}

const MAGIC = "PQTTTR";
/** Eight bytes of magic, eight of the version. */
const HEAD_BYTES = 16;
/** 32 of the name, i32 index, u32 type, 8 of the value. */
const TAG_BYTES = 48;
const END = "Header_End";
const TYPES = {
  empty: 0xffff0008,
  bool: 0x00000008,
  integer: 0x10000008,
  bits: 0x11000008,
  colour: 0x12000008,
  float: 0x20000008,
  /** Days since 1899-12-30. */
  date: 0x21000008,
} as const;
const INTEGERS: readonly number[] = [TYPES.bool, TYPES.integer, TYPES.bits, TYPES.colour];
const FLOATS: readonly number[] = [TYPES.float, TYPES.date];
/** A list of numbers, texts of 8 and of 16 bits, bytes: their size stands in the value, and they follow the tag. */
const FOLLOWED: readonly number[] = [0x2001ffff, 0x4001ffff, 0x4002ffff, 0xffffffff];

/**
 * Reads the tags up to `Header_End`. Of a name that is there twice, the first value counts.
 *
 * @throws LegacyIoError `invalid_file` for another file, one that ends within its tags, a type that is not known, and more than
 * `maxEntries` tags
 */
export async function readPtuTags(source: ByteSource, { maxEntries }: RecordingLimits): Promise<PtuTags> {
  const magic = textOf(await source.read(0, Math.min(HEAD_BYTES, source.sizeBytes)));
  if (!magic.startsWith(`${MAGIC}\0`)) {
    throw invalid("it does not begin as a PTU does", 0, MAGIC, magic.slice(0, 8));
  }
  const numbers = new Map<string, number>();
  for (let at = HEAD_BYTES, count = 0; ; count++) {
    if (count > maxEntries) {
      throw invalid("it has too many tags", at, maxEntries, count);
    }
    const bytes = await source.read(at, TAG_BYTES);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const [name = ""] = textOf(bytes.subarray(0, 32)).split("\0");
    const type = view.getUint32(36, true);
    at += TAG_BYTES;
    if (name === END) {
      return { numbers, recordsAt: at };
    }
    if (FOLLOWED.includes(type)) {
      const size = Number(view.getBigInt64(40, true));
      if (size < 0 || size > source.sizeBytes - at) {
        throw invalid(
          `the tag ${JSON.stringify(name)} ends behind the file`,
          at,
          source.sizeBytes - at,
          size,
        );
      }
      at += size;
    } else if (INTEGERS.includes(type) || FLOATS.includes(type)) {
      const value = FLOATS.includes(type) ? view.getFloat64(40, true) : Number(view.getBigInt64(40, true));
      if (!numbers.has(name) && Number.isFinite(value)) {
        numbers.set(name, value);
      }
    } else if (type !== TYPES.empty) {
      throw invalid(`the tag ${JSON.stringify(name)} has an unknown type`, at, "a type", type);
    }
  }
}

function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function invalid(problem: string, offset: number, expected: unknown, found: unknown): LegacyIoError {
  return new LegacyIoError("invalid_file", `PTU: ${problem}`, { offset, expected, found });
}
