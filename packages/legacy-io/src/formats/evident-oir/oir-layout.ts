// Reads where the parts of an OIR file lie: its pixel blocks by name, and the texts that describe them.

import { throwIfAborted } from "@kym/zarr-store/runtime";
import { LegacyIoError } from "../../errors.ts";
import type { ByteSource } from "../../tiff/byte-source.ts";
import type { RecordingLimits } from "../recording-format.ts";

/** Pixels of one part of a plane, as they lie in a file. */
export interface OirPixels {
  /** Axes, channel and number of the block, as the file spells them. */
  readonly uid: string;
  /** Where its name says that it begins in its plane, in bytes, and how long it is. Files are known in which both are 0. */
  readonly planeOffset: number;
  readonly planeBytes: number;
  readonly offset: number;
  /** What the block declares. */
  readonly sizeBytes: number;
  /** What of it is in the file. */
  readonly presentBytes: number;
}

/** An XML document. Its root is, for example, `lsmimage:imageProperties`. The text of one that is not read is not kept. */
export interface OirDocument {
  readonly prefix: string;
  readonly root: string;
  readonly text: string;
}

/** What is in one OIR file. */
export interface OirLayout {
  readonly pixels: readonly OirPixels[];
  /** The XML of the first frame. */
  readonly frame: string | undefined;
  readonly frameCount: number;
  /** XML documents in the order of the file. */
  readonly documents: readonly OirDocument[];
  /** The program that wrote it, in eight letters at most. */
  readonly writer: string;
  /** What is left alone, in words. */
  readonly notUsed: readonly string[];
  readonly warnings: readonly string[];
}

const MAGIC = "OLYMPUSRAWFORMAT";
const HEADER_BYTES = 96;
/** Other documents hold colour tables, drawings and events. */
const READ_PREFIXES: ReadonlySet<string> = new Set(["lsmimage", "base", "cameraimage"]);
const INDEX_MARK = 0xff_ff_ff_ff;
/** A block's head, a UID and the head of the pixels behind it. */
const WINDOW_BYTES = 512;
const MOST_UID_BYTES = 256;
/** A file with a document per channel has some dozens. */
const MOST_DOCUMENTS = 10_000;
/** The head of the block, where its pixels begin in their plane, how many bytes they are, and the length of the name. */
const UID_HEAD_BYTES = 20;
const [METADATA, FRAME, BMP, UID, PIXELS] = [0, 1, 2, 3, 4];

/** Whether a file begins as an OIR file does. */
export async function isOir(source: ByteSource): Promise<boolean> {
  return source.sizeBytes >= HEADER_BYTES && latin1(await source.read(0, MAGIC.length)) === MAGIC;
}

/**
 * Reads the index of blocks and the texts. Reads no pixels.
 *
 * @param name The file, for messages.
 * @throws {LegacyIoError} `invalid_file` for another kind of file, an index outside the file, and blocks that overlap; `not_supported`
 * beyond a limit; `io`; `aborted`
 */
export async function readOirLayout(
  source: ByteSource,
  name: string,
  limits: RecordingLimits,
  signal?: AbortSignal,
): Promise<OirLayout> {
  if (!(await isOir(source))) {
    throw invalid(name, "it does not begin as an OIR file", MAGIC, source.sizeBytes);
  }
  const header = await viewAt(source, 0, HEADER_BYTES);
  const warnings: string[] = [];
  const offsets = await blockOffsets(source, header, name, limits, warnings, signal);
  const parts = new OirParts(source, name, limits, warnings);
  for (let at = 0; at < offsets.length; ) {
    throwIfAborted(signal, LegacyIoError);
    at += await parts.take(offsets[at] ?? 0, offsets[at + 1]);
  }
  assertApart(parts.pixels, name);
  return {
    pixels: parts.pixels,
    frame: parts.frame,
    frameCount: parts.frameCount,
    documents: parts.documents,
    writer: latin1(new Uint8Array(header.buffer, header.byteOffset + 72, 8)).replaceAll(/[^ -~]/g, ""),
    notUsed: parts.notUsed,
    warnings,
  };
}

/** The offsets of the index; without a usable index, those of the blocks that follow one another from the header on. */
async function blockOffsets(
  source: ByteSource,
  header: DataView,
  name: string,
  limits: RecordingLimits,
  warnings: string[],
  signal: AbortSignal | undefined,
): Promise<readonly number[]> {
  const [declaredBytes, indexOffset] = [header.getBigUint64(32, true), header.getBigUint64(40, true)];
  const fileBytes = BigInt(source.sizeBytes);
  if (declaredBytes > fileBytes) {
    warnings.push(`${name} is cut off: it says ${declaredBytes} bytes and has ${fileBytes}`);
  }
  const end = declaredBytes < fileBytes ? Number(declaredBytes) : source.sizeBytes;
  if (indexOffset + 4n <= BigInt(end)) {
    const start = Number(indexOffset);
    const count = Math.floor((end - start - 4) / 8);
    const wanted = Math.min(count, limits.maxEntries + 1);
    const index = await viewAt(source, start, 4 + wanted * 8);
    if (index.getUint32(0, true) === INDEX_MARK) {
      const offsets: number[] = [];
      for (let entry = 0; entry < wanted; entry++) {
        const offset = index.getBigUint64(4 + entry * 8, true);
        if (offset === 0n || offset + 8n > BigInt(end)) {
          break;
        }
        offsets.push(Number(offset));
      }
      assertEntries(offsets.length, name, limits);
      return offsets;
    }
  }
  warnings.push(`${name} has no index of its blocks: they are read one behind the other`);
  const offsets: number[] = [];
  for (let offset = HEADER_BYTES; offset + 8 <= end; ) {
    throwIfAborted(signal, LegacyIoError);
    offsets.push(offset);
    assertEntries(offsets.length, name, limits);
    const head = await viewAt(source, offset, 8);
    if (head.getUint32(4, true) > 5) {
      offsets.pop();
      break;
    }
    offset += 8 + head.getUint32(0, true);
  }
  return offsets;
}

/** Collects the parts of a file, block by block. */
class OirParts {
  readonly pixels: OirPixels[] = [];
  readonly documents: OirDocument[] = [];
  readonly notUsed: string[] = [];
  frame: string | undefined;
  frameCount = 0;
  readonly #source: ByteSource;
  readonly #name: string;
  readonly #limits: RecordingLimits;
  readonly #warnings: string[];
  #textBytes = 0;

  constructor(source: ByteSource, name: string, limits: RecordingLimits, warnings: string[]) {
    this.#source = source;
    this.#name = name;
    this.#limits = limits;
    this.#warnings = warnings;
  }

  /** Takes the block at an offset, with the pixels behind a UID. Returns how many entries of the index that were. */
  async take(offset: number, next: number | undefined): Promise<number> {
    const { sizeBytes } = this.#source;
    const window = await viewAt(this.#source, offset, Math.min(WINDOW_BYTES, sizeBytes - offset));
    const length = window.getUint32(0, true);
    const type = window.getUint32(4, true);
    if (type === UID) {
      return this.#takePixels(window, offset, next);
    }
    if (type === FRAME) {
      this.frameCount++;
      this.frame ??= (await this.#text(offset, length))?.match(/<\?xml[\s\S]*/)?.[0];
    } else if (type === METADATA) {
      this.#takeDocuments((await this.#text(offset, length)) ?? "");
    } else if (type === BMP) {
      this.notUsed.push(`a thumbnail (BMP, ${length} bytes)`);
    }
    return 1;
  }

  async #takePixels(window: DataView, offset: number, next: number | undefined): Promise<number> {
    const uidBytes = window.byteLength >= UID_HEAD_BYTES ? window.getUint32(16, true) : 0;
    if (uidBytes === 0 || uidBytes > MOST_UID_BYTES || UID_HEAD_BYTES + uidBytes > window.byteLength) {
      throw invalid(this.#name, `the UID at byte ${offset} is not of its file`, MOST_UID_BYTES, uidBytes);
    }
    if (next === undefined) {
      return 1;
    }
    const uid = latin1(new Uint8Array(window.buffer, window.byteOffset + UID_HEAD_BYTES, uidBytes));
    const ahead = next - offset;
    const head =
      ahead > 0 && ahead + 8 <= window.byteLength
        ? new DataView(window.buffer, window.byteOffset + ahead, 8)
        : await viewAt(this.#source, next, 8);
    if (head.getUint32(4, true) !== PIXELS) {
      return 1;
    }
    const sizeBytes = head.getUint32(0, true);
    const presentBytes = Math.min(sizeBytes, this.#source.sizeBytes - next - 8);
    this.pixels.push({
      uid,
      planeOffset: window.getUint32(8, true),
      planeBytes: window.getUint32(12, true),
      offset: next + 8,
      sizeBytes,
      presentBytes,
    });
    return 2;
  }

  async #text(offset: number, length: number): Promise<string | undefined> {
    if (length > this.#source.sizeBytes - offset - 8) {
      this.#warnings.push(`${this.#name} is cut off in the text at byte ${offset}: it is not read`);
      return undefined;
    }
    this.#textBytes += length;
    if (this.#textBytes > this.#limits.maxTextBytes) {
      throw new LegacyIoError(
        "not_supported",
        `${this.#name} has more than ${this.#limits.maxTextBytes} bytes of metadata`,
        { offset, expected: this.#limits.maxTextBytes, found: this.#textBytes },
      );
    }
    return new TextDecoder().decode(await this.#source.read(offset + 8, length));
  }

  #takeDocuments(text: string): void {
    for (let at = text.indexOf("<?xml"); at >= 0; ) {
      const next = text.indexOf("<?xml", at + 5);
      const piece = text.slice(at, next < 0 ? undefined : next);
      const document = piece.slice(0, piece.lastIndexOf(">") + 1);
      const [, prefix = "", root = ""] = /<([A-Za-z]+):([\w.-]+)/.exec(document.slice(0, 400)) ?? [];
      this.documents.push({ prefix, root, text: READ_PREFIXES.has(prefix) ? document : "" });
      if (this.documents.length > MOST_DOCUMENTS) {
        throw invalid(this.#name, "it has too many XML documents", MOST_DOCUMENTS, this.documents.length);
      }
      at = next;
    }
  }
}

/** A block that two entries name would be read twice: with few bytes a file could ask for any memory. */
function assertApart(pixels: readonly OirPixels[], name: string): void {
  let end = 0;
  for (const { offset, presentBytes } of pixels.toSorted((left, right) => left.offset - right.offset)) {
    if (offset < end) {
      throw invalid(name, "its pixel blocks overlap", end, offset);
    }
    end = offset + presentBytes;
  }
}

function assertEntries(count: number, name: string, limits: RecordingLimits): void {
  if (count > limits.maxEntries) {
    throw new LegacyIoError("not_supported", `${name} has more than ${limits.maxEntries} blocks`, {
      expected: limits.maxEntries,
      found: count,
    });
  }
}

async function viewAt(source: ByteSource, offset: number, length: number): Promise<DataView> {
  const bytes = await source.read(offset, length);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function invalid(name: string, problem: string, expected: unknown, found: unknown): LegacyIoError {
  return new LegacyIoError("invalid_file", `${name}: ${problem}`, { path: name, expected, found });
}
