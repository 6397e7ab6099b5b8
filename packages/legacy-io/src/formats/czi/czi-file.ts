// Finds the segments of a Zeiss CZI file: header, metadata, directory of blocks, and attachments.
// The layout is that of czifile (BSD-3) and of files that pylibCZIrw wrote.

import { LegacyIoError } from "../../errors.ts";
import type { ByteSource } from "../../tiff/byte-source.ts";
import type { RecordingLimits } from "../recording-format.ts";

/** Bytes of a segment's header: 16 of its id, 8 allocated, 8 used. */
export const SEGMENT_HEADER_BYTES = 32;

/** The segments that a file's header names. */
export interface CziFile {
  readonly source: ByteSource;
  /** The XML; undefined if the file has none. */
  readonly xml: string | undefined;
  readonly directoryOffset: number;
  readonly attachments: readonly CziAttachment[];
}

/** A file inside the file. */
export interface CziAttachment {
  readonly name: string;
  /** Such as `CZTIMS`. */
  readonly contentType: string;
  /** Where its segment begins. */
  readonly offset: number;
}

/** A segment's data, behind its header. */
export interface CziSegment {
  readonly offset: number;
  readonly sizeBytes: number;
}

const MAIN_FILE = "ZISRAWFILE";
const HEADER_BYTES = 80;

/**
 * Reads header, metadata and the list of attachments.
 *
 * @throws LegacyIoError `invalid_file`, `not_supported` for a part of a file that is in several
 */
export async function openCzi(source: ByteSource, limits: RecordingLimits): Promise<CziFile> {
  const { offset } = await segmentAt(source, 0, [MAIN_FILE]);
  const header = viewOf(await source.read(offset, HEADER_BYTES));
  const part = header.getInt32(48, true);
  if (part !== 0) {
    throw new LegacyIoError("not_supported", `part ${part} of a CZI that is in several files`, {
      found: part,
    });
  }
  const directoryOffset = positionAt(header, 52);
  if (directoryOffset === 0) {
    throw new LegacyIoError("invalid_file", "a CZI without a directory: its recording was not finished");
  }
  const metadata = positionAt(header, 60);
  const attachments = positionAt(header, 72);
  return {
    source,
    directoryOffset,
    xml: metadata === 0 ? undefined : await readXml(source, metadata, limits),
    attachments: attachments === 0 ? [] : await readAttachmentList(source, attachments, limits),
  };
}

/** Finds a segment that must have one of these ids. */
export async function segmentAt(
  source: ByteSource,
  offset: number,
  ids: readonly string[],
): Promise<CziSegment> {
  const bytes = await source.read(offset, SEGMENT_HEADER_BYTES);
  const id = zeroEndedText(bytes.subarray(0, 16));
  if (!ids.includes(id)) {
    throw new LegacyIoError(
      "invalid_file",
      `a CZI has ${JSON.stringify(id.slice(0, 16))} at offset ${offset}, not ${ids.join(" or ")}`,
      { offset, expected: ids, found: id },
    );
  }
  const view = viewOf(bytes);
  const allocated = positionAt(view, 16);
  const used = positionAt(view, 24);
  // A writer that was cut off leaves the used size at 0.
  const sizeBytes = used === 0 ? allocated : Math.min(used, allocated);
  const from = offset + SEGMENT_HEADER_BYTES;
  if (sizeBytes > source.sizeBytes - from) {
    throw new LegacyIoError(
      "invalid_file",
      `truncated: the segment ${id} at offset ${offset} has ${sizeBytes} bytes, the file ends after ${source.sizeBytes - from}`,
      { offset, expected: sizeBytes, found: source.sizeBytes - from },
    );
  }
  return { offset: from, sizeBytes };
}

const XML_OFFSET = 256;

async function readXml(source: ByteSource, at: number, { maxTextBytes }: RecordingLimits): Promise<string> {
  const { offset, sizeBytes } = await segmentAt(source, at, ["ZISRAWMETADATA"]);
  const size = viewOf(await source.read(offset, 4)).getInt32(0, true);
  assertSize("XML", size, sizeBytes - XML_OFFSET, at);
  if (size > maxTextBytes) {
    throw new LegacyIoError(
      "not_supported",
      `a CZI with ${size} bytes of metadata, more than ${maxTextBytes}`,
      {
        expected: maxTextBytes,
        found: size,
      },
    );
  }
  return new TextDecoder().decode(await source.read(offset + XML_OFFSET, size));
}

const LIST_OFFSET = 256;
const ENTRY_BYTES = 128;
const MAX_ATTACHMENTS = 4096;

async function readAttachmentList(
  source: ByteSource,
  at: number,
  { maxEntries }: RecordingLimits,
): Promise<readonly CziAttachment[]> {
  const { offset, sizeBytes } = await segmentAt(source, at, ["ZISRAWATTDIR"]);
  const count = viewOf(await source.read(offset, 4)).getInt32(0, true);
  assertSize("list of attachments", count * ENTRY_BYTES, sizeBytes - LIST_OFFSET, at);
  if (count > Math.min(maxEntries, MAX_ATTACHMENTS)) {
    throw new LegacyIoError("not_supported", `a CZI with ${count} attachments`, {
      expected: MAX_ATTACHMENTS,
      found: count,
    });
  }
  const bytes = await source.read(offset + LIST_OFFSET, count * ENTRY_BYTES);
  return Array.from({ length: count }, (_, index) => {
    const entry = bytes.subarray(index * ENTRY_BYTES, (index + 1) * ENTRY_BYTES);
    return {
      offset: positionAt(viewOf(entry), 12),
      contentType: zeroEndedText(entry.subarray(40, 48)),
      name: zeroEndedText(entry.subarray(48, 128)),
    };
  });
}

const ATTACHMENT_OFFSET = 256;

/** Reads a file inside the file. Throws `not_supported` for more than `maxBytes`. */
export async function readAttachment(
  { source }: CziFile,
  { name, offset: at }: CziAttachment,
  maxBytes: number,
): Promise<Uint8Array> {
  const { offset, sizeBytes } = await segmentAt(source, at, ["ZISRAWATTACH"]);
  const size = viewOf(await source.read(offset, 4)).getInt32(0, true);
  assertSize(`attachment ${name}`, size, sizeBytes - ATTACHMENT_OFFSET, at);
  if (size > maxBytes) {
    throw new LegacyIoError("not_supported", `a CZI whose attachment ${name} has ${size} bytes`, {
      expected: maxBytes,
      found: size,
    });
  }
  return source.read(offset + ATTACHMENT_OFFSET, size);
}

function assertSize(what: string, size: number, most: number, offset: number): void {
  if (!(size >= 0 && size <= most)) {
    throw new LegacyIoError(
      "invalid_file",
      `a CZI says ${size} bytes of ${what} where ${Math.max(0, most)} fit`,
      {
        offset,
        expected: Math.max(0, most),
        found: size,
      },
    );
  }
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A position or size of 64 bits. Throws for one that no file has. */
export function positionAt(view: DataView, at: number): number {
  const value = view.getBigInt64(at, true);
  if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new LegacyIoError("invalid_file", `a CZI names the position ${value}`, { found: String(value) });
  }
  return Number(value);
}

/** Text up to the first zero. */
export function zeroEndedText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder("latin1").decode(end < 0 ? bytes : bytes.subarray(0, end));
}
