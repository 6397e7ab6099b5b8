// Finds the XML and the blocks of bytes in a LIF.

import { LegacyIoError } from "../../errors.ts";
import type { ByteSource } from "../../tiff/byte-source.ts";
import type { RecordingLimits } from "../recording-format.ts";

/** Where the bytes of a block lie in the file. */
export interface LifBlock {
  readonly offset: number;
  readonly sizeBytes: number;
}

/** The XML of a file, and where the blocks begin. */
export interface LifHeader {
  readonly text: string;
  readonly endsAt: number;
}

const CHUNK = 0x70;
const FIELD = 0x2a;
/** u32 0x70, u32 length, u8 0x2A, u32 characters. */
const HEADER_BYTES = 13;
/** A name of a block is like `MemBlock_12`. */
const MAX_NAME_CHARACTERS = 1024;

/**
 * Reads the XML in UTF-16 at the start of a file.
 *
 * @throws LegacyIoError `invalid_file` for another file or one that ends within it; `not_supported` beyond `maxTextBytes`
 */
export async function readLifHeader(source: ByteSource, limits: RecordingLimits): Promise<LifHeader> {
  const view = viewOf(await source.read(0, Math.min(HEADER_BYTES, source.sizeBytes)));
  if (view.byteLength < HEADER_BYTES || view.getUint32(0, true) !== CHUNK || view.getUint8(8) !== FIELD) {
    throw invalid("it does not begin as a LIF does", 0, "0x70, a length, 0x2A", bytesInWords(view));
  }
  const textBytes = view.getUint32(9, true) * 2;
  if (textBytes > limits.maxTextBytes) {
    throw new LegacyIoError("not_supported", `LIF: its XML has ${textBytes} bytes, more than are read`, {
      expected: limits.maxTextBytes,
      found: textBytes,
    });
  }
  const bytes = await source.read(HEADER_BYTES, textBytes);
  try {
    const text = new TextDecoder("utf-16le", { fatal: true }).decode(bytes);
    return { text, endsAt: HEADER_BYTES + textBytes };
  } catch (cause) {
    throw new LegacyIoError("invalid_file", "LIF: its XML is not UTF-16", { offset: HEADER_BYTES, cause });
  }
}

/**
 * Finds the blocks behind the XML, by name. Other bytes behind the last block end the list. A block that ends behind the
 * file is taken as far as it goes: whoever needs more of it finds that out.
 *
 * @throws LegacyIoError `invalid_file` for more than `maxEntries` blocks, and for two of one name
 */
export async function readLifBlocks(
  source: ByteSource,
  { endsAt }: LifHeader,
  version: number,
  limits: RecordingLimits,
): Promise<ReadonlyMap<string, LifBlock>> {
  const blocks = new Map<string, LifBlock>();
  const sizeLength = version === 1 ? 4 : 8;
  // u32 0x70, u32 length, u8 0x2A, size, u8 0x2A, u32 characters
  const headLength = 9 + sizeLength + 5;
  for (let at = endsAt; at + headLength <= source.sizeBytes; ) {
    const view = viewOf(await source.read(at, headLength));
    const isBlock =
      view.getUint32(0, true) === CHUNK &&
      view.getUint8(8) === FIELD &&
      view.getUint8(9 + sizeLength) === FIELD;
    const nameBytes = view.getUint32(headLength - 4, true) * 2;
    if (!isBlock || nameBytes > 2 * MAX_NAME_CHARACTERS || at + headLength + nameBytes > source.sizeBytes) {
      break;
    }
    const name = new TextDecoder("utf-16le").decode(await source.read(at + headLength, nameBytes));
    const offset = at + headLength + nameBytes;
    const claimed = sizeLength === 4 ? view.getUint32(9, true) : Number(view.getBigUint64(9, true));
    const sizeBytes = Math.min(claimed, source.sizeBytes - offset);
    if (blocks.has(name)) {
      throw invalid(`two blocks are named ${JSON.stringify(name.slice(0, 60))}`, at, "one", name);
    }
    blocks.set(name, { offset, sizeBytes });
    if (blocks.size > limits.maxEntries) {
      throw invalid("it has too many blocks", at, limits.maxEntries, blocks.size);
    }
    at = offset + sizeBytes;
  }
  return blocks;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function bytesInWords(view: DataView): string {
  return Array.from({ length: Math.min(9, view.byteLength) }, (_, at) =>
    view.getUint8(at).toString(16).padStart(2, "0"),
  ).join(" ");
}

function invalid(problem: string, offset: number, expected: unknown, found: unknown): LegacyIoError {
  return new LegacyIoError("invalid_file", `LIF: ${problem}`, { offset, expected, found });
}
