// Reads and writes what ImageJ keeps in its private tags: selection, overlay, info, slice labels, display ranges, LUTs.

import { LegacyIoError } from "../../errors.ts";

/**
 * The content of ImageJ's tags 50838 (`ImageJMetadataByteCounts`) and 50839 (`ImageJMetadata`).
 *
 * Source: the layout that `ij.io.TiffEncoder` of ImageJ 1.54p writes. All numbers but those of selections are in the byte order
 * of the TIFF.
 */
export interface ImageJMetadata {
  /** The text of Image > Show Info. */
  readonly info: string | undefined;
  /** The properties of the image, keys and values in turn. */
  readonly properties: readonly string[];
  /** One label per slice; "" for a slice without one. */
  readonly labels: readonly string[];
  /** The display range of each channel: minimum and maximum in turn. */
  readonly ranges: readonly number[];
  /** The LUT of each channel: 256 bytes of red, then of green, then of blue. */
  readonly luts: readonly Uint8Array[];
  /** The active selection, as the bytes of a `.roi` file. */
  readonly selection: Uint8Array | undefined;
  /** The selections of the overlay, as the bytes of `.roi` files. */
  readonly overlay: readonly Uint8Array[];
  /** Blocks of other types, such as `plot`, unchanged. */
  readonly others: readonly { readonly type: string; readonly bytes: Uint8Array }[];
}

/** The values of the two tags. */
export interface ImageJMetadataTags {
  readonly byteCounts: ArrayLike<number>;
  readonly bytes: Uint8Array;
}

const MAGIC = "IJIJ";
/** ImageJ refuses a header of another size: 4 bytes, and 8 for each type of block. */
const [LEAST_HEADER, MOST_HEADER] = [12, 804];
const TEXT_TYPES: ReadonlySet<string> = new Set(["info", "prop", "labl"]);

/**
 * Reads the blocks of ImageJ's metadata. Texts are UTF-16. A type that is not known is kept.
 *
 * @throws {LegacyIoError} `invalid_file` if the byte counts do not fit the header or the bytes, or a text or a range ends within
 * a character or a number
 */
export function parseImageJMetadata(
  { byteCounts, bytes }: ImageJMetadataTags,
  isLittleEndian: boolean,
): ImageJMetadata {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (at: number): string => {
    const letters = [0, 1, 2, 3].map((index) => String.fromCharCode(bytes[at + index] ?? 0));
    return (isLittleEndian ? letters.reverse() : letters).join("");
  };
  const headerBytes = byteCounts[0] ?? 0;
  const isHeader =
    headerBytes >= LEAST_HEADER &&
    headerBytes <= MOST_HEADER &&
    headerBytes % 8 === 4 &&
    headerBytes <= bytes.length;
  if (!isHeader || word(0) !== MAGIC) {
    throw refused("a header that begins with IJIJ", headerBytes);
  }
  const blocks = new Map<string, Uint8Array[]>();
  let next = 1;
  let offset = headerBytes;
  for (let at = 4; at < headerBytes; at += 8) {
    const [type, count] = [word(at), view.getUint32(at + 4, isLittleEndian)];
    if (count > byteCounts.length - next) {
      throw refused(`at most ${byteCounts.length - next} blocks of the type ${printable(type)}`, count);
    }
    const list = blocks.get(type) ?? [];
    blocks.set(type, list);
    for (let index = 0; index < count; index++) {
      const size = byteCounts[next++] ?? 0;
      if (!(size <= bytes.length - offset)) {
        throw refused(`a block ${printable(type)} inside the tag of ${bytes.length} bytes`, offset + size);
      }
      if (TEXT_TYPES.has(type) ? size % 2 !== 0 : type === "rang" && size % 8 !== 0) {
        throw refused(`a whole block ${printable(type)}`, size);
      }
      list.push(new Uint8Array(bytes.subarray(offset, offset + size)));
      offset += size;
    }
  }
  const of = (type: string): readonly Uint8Array[] => blocks.get(type) ?? [];
  const texts = (type: string): readonly string[] => of(type).map((block) => textOf(block, isLittleEndian));
  const others = [...blocks].filter(([type]) => !KNOWN_TYPES.includes(type));
  return {
    info: texts("info")[0],
    properties: texts("prop"),
    labels: texts("labl"),
    ranges: of("rang").flatMap((block) => numbersOf(block, isLittleEndian)),
    luts: of("luts"),
    selection: of("roi ")[0],
    overlay: of("over"),
    others: others.flatMap(([type, list]) => list.map((block) => ({ type, bytes: block }))),
  };
}

/** In the order in which ImageJ writes them. */
const KNOWN_TYPES: readonly string[] = ["info", "prop", "labl", "rang", "luts", "roi ", "over"];

/**
 * Returns the values of the tags for a little-endian TIFF; undefined if there is nothing to write. It is the inverse of
 * `parseImageJMetadata`.
 */
export function encodeImageJMetadata(
  metadata: ImageJMetadata,
): { readonly byteCounts: readonly number[]; readonly bytes: Uint8Array } | undefined {
  const { info, properties, labels, ranges, luts, selection, overlay, others } = metadata;
  const all: readonly (readonly [type: string, blocks: readonly Uint8Array[]])[] = [
    ["info", info === undefined ? [] : [bytesOfText(info)]],
    ["prop", properties.map(bytesOfText)],
    ["labl", labels.map(bytesOfText)],
    ["rang", ranges.length === 0 ? [] : [bytesOfNumbers(ranges)]],
    ["luts", luts],
    ["roi ", selection === undefined ? [] : [selection]],
    ["over", overlay],
    ...[...Map.groupBy(others, ({ type }) => type)].map(
      ([type, list]) => [type, list.map(({ bytes }) => bytes)] as const,
    ),
  ];
  const kinds = all.filter(([, blocks]) => blocks.length > 0);
  if (kinds.length === 0) {
    return undefined;
  }
  const header = new DataView(new ArrayBuffer(4 + 8 * kinds.length));
  putWord(header, 0, MAGIC);
  for (const [index, [type, blocks]] of kinds.entries()) {
    putWord(header, 4 + 8 * index, type);
    header.setUint32(8 + 8 * index, blocks.length, true);
  }
  const parts = [new Uint8Array(header.buffer), ...kinds.flatMap(([, blocks]) => blocks)];
  const byteCounts = parts.map(({ length }) => length);
  const bytes = new Uint8Array(byteCounts.reduce((sum, size) => sum + size, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return { byteCounts, bytes };
}

function putWord(view: DataView, at: number, word: string): void {
  for (let index = 0; index < 4; index++) {
    view.setUint8(at + 3 - index, word.charCodeAt(index));
  }
}

function textOf(block: Uint8Array, isLittleEndian: boolean): string {
  return new TextDecoder(isLittleEndian ? "utf-16le" : "utf-16be", { ignoreBOM: true }).decode(block);
}

function bytesOfText(text: string): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 * text.length));
  for (let index = 0; index < text.length; index++) {
    view.setUint16(2 * index, text.charCodeAt(index), true);
  }
  return new Uint8Array(view.buffer);
}

function numbersOf(block: Uint8Array, isLittleEndian: boolean): readonly number[] {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  return Array.from({ length: block.length / 8 }, (_, index) => view.getFloat64(8 * index, isLittleEndian));
}

function bytesOfNumbers(numbers: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * numbers.length));
  for (const [index, number] of numbers.entries()) {
    view.setFloat64(8 * index, number, true);
  }
  return new Uint8Array(view.buffer);
}

function printable(type: string): string {
  return JSON.stringify(type);
}

function refused(expected: string, found: number): LegacyIoError {
  return new LegacyIoError("invalid_file", `TIFF tag ImageJMetadata: expected ${expected}, found ${found}`, {
    tag: "ImageJMetadata",
    expected,
    found,
  });
}
