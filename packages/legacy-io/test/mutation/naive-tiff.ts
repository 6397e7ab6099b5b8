import { constants, inflateSync, zstdDecompressSync } from "node:zlib";

import { unpackFax } from "./naive-fax.ts";

/** What a naive reader makes of a TIFF. */
export interface NaiveTiff {
  readonly dtype: string;
  /** Of one page: rows, columns, and samples first or last where there are several. */
  readonly planeShape: readonly number[];
  readonly planeCount: number;
  /** All planes, one after another, in C order, little-endian. */
  readonly bytes: Uint8Array;
  /** The text of ImageDescription, which says how planes make an array. */
  readonly description: string | undefined;
}

type Tags = ReadonlyMap<number, readonly number[]>;

const TYPE_BYTES: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  7: 1,
  13: 4,
  16: 8,
  18: 8,
};
const KINDS: Readonly<Record<number, string>> = { 1: "uint", 2: "int", 3: "float", 4: "uint" };
const MOST_VALUES = 100_000;
const FAX: Readonly<Record<number, "rle" | "t4" | "t6">> = { 2: "rle", 3: "t4", 4: "t6" };

/**
 * Reads a TIFF as the specification tells it, byte by byte, with nothing shared with the reader under test and no
 * thought of speed. Throws where the file does not hold what it says.
 */
export function readNaively(file: Uint8Array): NaiveTiff {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const order = view.getUint16(0);
  const le = order === 0x4949;
  need(le || order === 0x4d4d, "byte order");
  const version = view.getUint16(2, le);
  need(version === 42 || version === 43, "version");
  const big = version === 43;
  const offsetAt = (at: number): number => (big ? Number(view.getBigUint64(at, le)) : view.getUint32(at, le));
  const pages: Tags[] = [];
  const seen = new Set<number>();
  const marks: number[] = [];
  for (let at = offsetAt(big ? 8 : 4); at !== 0; ) {
    need(!seen.has(at), "circle");
    seen.add(at);
    const step = big ? 20 : 12;
    const first = at + (big ? 8 : 2);
    let count = 0;
    let next = 0;
    const tags = new Map<number, readonly number[]>();
    const ids = new Set<number>();
    try {
      count = big ? Number(view.getBigUint64(at, le)) : view.getUint16(at, le);
      need(count > 0 && count <= 1024 && first + count * step <= file.length, "entries");
      const link = first + count * step;
      // A link that is cut off, or leads beyond what a number can say, ends the chain.
      next = link + (big ? 8 : 4) <= file.length ? offsetAt(link) : 0;
      next = Number.isSafeInteger(next) ? next : 0;
      for (let entry = first; entry < first + count * step; entry += step) {
        const id = view.getUint16(entry, le);
        const values = valuesAt(view, le, big, entry);
        ids.add(id);
        if (values !== undefined && !tags.has(id)) {
          tags.set(id, values);
        }
      }
      need(ids.has(256) && ids.has(257), "size");
    } catch (error) {
      // A chain that ends in garbage ends there.
      need(pages.length > 0, String(error));
      break;
    }
    marks.push(at);
    pages.push(tags);
    at = next;
  }
  const isProper = (tags: Tags): boolean => ((single(tags, 254) ?? 0) & 5) === 0;
  const proper = pages.filter(isProper);
  const [first = proper[0]] = proper.length === 0 ? pages : proper;
  need(first !== undefined, "pages");
  const images = (proper.length === 0 ? pages : proper).filter((tags) => kindOf(tags) === kindOf(first));
  const decoded = images.map((tags) => readPage(file, le, tags, [...marks, ...images.flatMap(placesOf)]));
  const [page] = decoded;
  need(page !== undefined, "pages");
  const text = images[0]?.get(270);
  const description = text === undefined ? undefined : Buffer.from(text).toString("latin1").split("\0")[0];
  const stacked = Number(/^ImageJ=.*^images=(\d+)$/ms.exec(description ?? "")?.[1] ?? decoded.length);
  const [start = 0] = images[0]?.get(273) ?? [];
  const isWhole = start + stacked * page.bytes.length <= file.length;
  if (decoded.length === 1 && stacked > 1 && isWhole && (images[0]?.get(259)?.[0] ?? 1) === 1) {
    const bytes = inLittleEndian(
      file.slice(start, start + stacked * page.bytes.length),
      itemBytes(page.dtype),
      le,
    );
    return { ...page, planeCount: stacked, bytes, description };
  }
  return {
    ...page,
    planeCount: decoded.length,
    bytes: Buffer.concat(decoded.map(({ bytes }) => bytes)),
    description,
  };
}

function valuesAt(view: DataView, le: boolean, big: boolean, entry: number): readonly number[] | undefined {
  const type = view.getUint16(entry + 2, le);
  const size = TYPE_BYTES[type];
  const count = big ? Number(view.getBigUint64(entry + 4, le)) : view.getUint32(entry + 4, le);
  if (size === undefined || count > MOST_VALUES) {
    return undefined;
  }
  const field = entry + (big ? 12 : 8);
  const isInline = size * count <= (big ? 8 : 4);
  const start = isInline ? field : big ? Number(view.getBigUint64(field, le)) : view.getUint32(field, le);
  if (start + size * count > view.byteLength) {
    return undefined;
  }
  const values = Array.from({ length: count }, (_, index) => {
    const at = start + index * size;
    return size === 1
      ? view.getUint8(at)
      : size === 2
        ? view.getUint16(at, le)
        : size === 4 || type === 5
          ? view.getUint32(at, le)
          : Number(view.getBigUint64(at, le));
  });
  typeOf.set(values, type);
  return values;
}

/** The field types of values. */
const typeOf = new WeakMap<readonly number[], number>();
const INTEGERS = new Set([1, 3, 4, 13, 16, 18]);

/** Whole numbers of a tag; undefined where its type is another. */
function integers(tags: Tags, id: number): readonly number[] | undefined {
  const values = tags.get(id);
  return values !== undefined && INTEGERS.has(typeOf.get(values) ?? 0) && values.length > 0
    ? values
    : undefined;
}

/** The one whole number of a tag that the pixels can do without. */
function single(tags: Tags, id: number): number | undefined {
  const values = integers(tags, id);
  return values?.length === 1 ? values[0] : undefined;
}

/** What pages of one image have in common. */
function kindOf(tags: Tags): string {
  const samples = tags.get(277)?.[0] ?? 1;
  const planar = samples > 1 ? tags.get(284)?.[0] : 1;
  return [256, 257, 277, 258, 339]
    .map((id) => tags.get(id)?.[0] ?? 1)
    .concat(planar ?? 1)
    .join(" ");
}

function placesOf(tags: Tags): readonly number[] {
  return [...(tags.get(273) ?? []), ...(tags.get(324) ?? [])];
}

type Page = Pick<NaiveTiff, "dtype" | "planeShape" | "bytes">;

function readPage(file: Uint8Array, le: boolean, tags: Tags, marks: readonly number[]): Page {
  const one = (id: number, absent: number): number => tags.get(id)?.[0] ?? absent;
  const [width, height, samples] = [one(256, 0), one(257, 0), one(277, 1)];
  const [bits, format, compression] = [one(258, 1), one(339, 1), one(259, 1)];
  const kind = KINDS[format];
  need(width > 0 && height > 0 && samples > 0 && width * height * samples <= 1e7, "a small image");
  const isHalf = format === 3 && bits === 16;
  const isPacked = bits < 8 || [10, 12, 14].includes(bits);
  need(kind !== undefined && (isPacked ? kind === "uint" : [8, 16, 32, 64].includes(bits)), "a known type");
  const isPlanar = samples > 1 && one(284, 1) === 2;
  const planes = isPlanar ? samples : 1;
  const inPixel = isPlanar ? 1 : samples;
  const isTiled = [322, 323, 324].some((id) => tags.has(id));
  // Old writers put the places of tiles under the tags of strips.
  const offsets = (isTiled ? tags.get(324) : undefined) ?? tags.get(273) ?? [];
  const counts = (isTiled ? integers(tags, 325) : undefined) ?? integers(tags, 279) ?? [];
  const tileWidth = isTiled ? one(322, 0) : width;
  const rowBits = tileWidth * inPixel * bits;
  const rowBytes = Math.ceil(rowBits / 8);
  const tileHeight = isTiled
    ? one(323, 0)
    : rowsOfStrip(single(tags, 278), {
        height,
        planes,
        strips: offsets.length,
        rowBytes,
        counts,
        compression,
      });
  need(tileWidth > 0 && tileHeight > 0 && tileWidth * tileHeight <= 1e7, "a small tile");
  const across = Math.ceil(width / tileWidth);
  const down = Math.ceil(height / tileHeight);
  const size = isHalf ? 4 : isPacked ? (bits > 8 ? 2 : 1) : bits / 8;
  const image = new Uint8Array(width * height * samples * size);
  for (let tile = 0; tile < across * down * planes; tile++) {
    const plane = Math.floor(tile / (across * down));
    const top = (Math.floor(tile / across) % down) * tileHeight;
    const left = (tile % across) * tileWidth;
    const rows = isTiled ? tileHeight : Math.min(tileHeight, height - top);
    const start = offsets[tile] ?? Number.NaN;
    const count = counts[tile] ?? 0;
    const rowLength = tileWidth * inPixel;
    let plain: Uint8Array = new Uint8Array(rows * rowLength * size);
    if (start !== 0 || counts[tile] !== 0) {
      const toNext = Math.min(file.length, ...marks.filter((mark) => mark > start));
      // What is not compressed is as long as its pixels are, whatever the file says.
      const isCountWrong = count === 0 || start + count > file.length;
      const stop = compression === 1 ? start + rows * rowBytes : isCountWrong ? toNext : start + count;
      need(stop <= file.length, "a tile inside the file");
      const packed = file.slice(start, stop);
      const turned = one(266, 1) === 2 ? packed.map(reversed) : packed;
      const fax = FAX[compression];
      need(fax === undefined || (bits === 1 && samples === 1), "a bilevel image");
      const isTwoDimensional = ((integers(tags, 292)?.[0] ?? 0) & 1) === 1;
      const stored =
        fax === undefined
          ? unpack(turned, compression, rows * rowBytes)
          : unpackFax(turned, fax === "t4" && isTwoDimensional ? "t4-2d" : fax, tileWidth, rows);
      const predictor = [1, 2, 3, 4, 32773].includes(compression) ? 1 : one(317, 1);
      const shape = { size: bits / 8, rows, rowLength, stride: inPixel, le };
      plain = isPacked
        ? widened(stored, bits, rowLength, rows, rowBytes)
        : isHalf
          ? floatsOf(unpredict(stored, predictor, shape))
          : unpredict(stored, predictor, shape);
    }
    for (let row = 0; row < rows && top + row < height; row++) {
      for (let column = 0; column < tileWidth && left + column < width; column++) {
        for (let byte = 0; byte < inPixel * size; byte++) {
          const pixel = (plane * height + top + row) * width + left + column;
          image[pixel * inPixel * size + byte] =
            plain[row * rowLength * size + column * inPixel * size + byte] ?? 0;
        }
      }
    }
  }
  const planeShape =
    samples === 1 ? [height, width] : isPlanar ? [samples, height, width] : [height, width, samples];
  const dtype = isHalf ? "float32" : bits === 1 ? "bool" : isPacked ? `uint${size * 8}` : `${kind}${bits}`;
  return { dtype, planeShape, bytes: image };
}

interface Strips {
  readonly height: number;
  readonly planes: number;
  readonly strips: number;
  readonly rowBytes: number;
  readonly counts: readonly number[];
  readonly compression: number;
}

function rowsOfStrip(
  said: number | undefined,
  { height, planes, strips, rowBytes, counts, compression }: Strips,
): number {
  const declared = said === undefined || said === 0 ? height : Math.min(said, height);
  const fits = (rows: number): boolean => Math.ceil(height / rows) * planes === strips;
  if (fits(declared)) {
    return declared;
  }
  if (strips === planes) {
    return height;
  }
  const rows = (counts[0] ?? 0) / rowBytes;
  if (compression === 1 && rows > 0 && Number.isInteger(rows) && fits(rows)) {
    return rows;
  }
  return [1, 2, 3, 4].map((times) => declared + times * 65_536).find(fits) ?? declared;
}

function reversed(byte: number): number {
  return Number.parseInt([...byte.toString(2).padStart(8, "0")].reverse().join(""), 2);
}

/** Samples of a few bits as samples of one or two bytes, by the text of their bits. */
function widened(
  bytes: Uint8Array,
  bits: number,
  rowLength: number,
  rows: number,
  rowBytes: number,
): Uint8Array {
  const size = bits > 8 ? 2 : 1;
  const out = new Uint8Array(rows * rowLength * size);
  for (let row = 0; row < rows; row++) {
    const text = [...bytes.slice(row * rowBytes, (row + 1) * rowBytes)]
      .map((byte) => byte.toString(2).padStart(8, "0"))
      .join("");
    for (let column = 0; column < rowLength; column++) {
      const value = Number.parseInt(text.slice(column * bits, (column + 1) * bits), 2);
      out[(row * rowLength + column) * size] = value & 255;
      if (size === 2) {
        out[(row * rowLength + column) * size + 1] = value >> 8;
      }
    }
  }
  return out;
}

/** Little-endian float16 as little-endian float32. */
export function floatsOf(halves: Uint8Array): Uint8Array<ArrayBuffer> {
  const view = new DataView(halves.buffer, halves.byteOffset, halves.byteLength);
  const out = new DataView(new ArrayBuffer(halves.byteLength * 2));
  for (let at = 0; at < halves.byteLength; at += 2) {
    const half = view.getUint16(at, true);
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    const size =
      exponent === 31
        ? fraction === 0
          ? Number.POSITIVE_INFINITY
          : Number.NaN
        : exponent === 0
          ? fraction / 2 ** 24
          : (1 + fraction / 1024) * 2 ** (exponent - 15);
    out.setFloat32(at * 2, half >> 15 === 1 ? -size : size, true);
    if (Number.isNaN(size)) {
      out.setUint32(at * 2, ((half >> 15) * 2 ** 31 + 0x7f800000 + fraction * 2 ** 13) >>> 0, true);
    }
  }
  return new Uint8Array(out.buffer);
}

function unpack(packed: Uint8Array, compression: number, needed: number): Uint8Array {
  switch (compression) {
    case 1:
      return packed;
    case 5:
      return atLeast(needed, unpackLzw(packed, needed));
    case 8:
    case 32946:
      return atLeast(needed, unpackDeflate(packed, needed));
    case 32773:
      return atLeast(needed, unpackPackBits(packed));
    case 50000:
      return atLeast(needed, zstdDecompressSync(packed));
    default:
      throw new Error(`compression ${compression}`);
  }
}

/** Data that go on beyond the rows need no end. Others do: it has their checksum. */
function unpackDeflate(packed: Uint8Array, needed: number): Uint8Array {
  try {
    return inflateSync(packed);
  } catch (error) {
    const part = inflateSync(packed, { finishFlush: constants.Z_SYNC_FLUSH });
    if (part.length > needed) {
      return part;
    }
    throw error;
  }
}

function atLeast(needed: number, bytes: Uint8Array): Uint8Array {
  need(bytes.length >= needed, "all pixels");
  return bytes.slice(0, needed);
}

/** As the specification's own pseudocode: a table of strings. */
function unpackLzw(packed: Uint8Array, needed: number): Uint8Array {
  const bits = [...packed].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const out: number[] = [];
  let table: (readonly number[])[] = [];
  let old: readonly number[] | undefined;
  let width = 9;
  for (let at = 0; at + width <= bits.length && out.length < needed; ) {
    const code = Number.parseInt(bits.slice(at, at + width), 2);
    at += width;
    if (code === 257) {
      break;
    }
    if (code === 256) {
      table = Array.from({ length: 258 }, (_, byte) => (byte < 256 ? [byte] : []));
      width = 9;
      old = undefined;
      continue;
    }
    if (table.length === 0) {
      table = Array.from({ length: 258 }, (_, byte) => (byte < 256 ? [byte] : []));
    }
    const known = table[code];
    const text: readonly number[] | undefined =
      known ?? (code === table.length && old !== undefined ? [...old, old[0] ?? 0] : undefined);
    need(text !== undefined, "a code of the table");
    out.push(...text);
    if (old !== undefined && table.length < 4096) {
      table.push([...old, text[0] ?? 0]);
      width = table.length >= 2047 ? 12 : table.length >= 1023 ? 11 : table.length >= 511 ? 10 : 9;
    }
    old = text;
  }
  return Uint8Array.from(out);
}

function unpackPackBits(packed: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (let at = 0; at < packed.length; ) {
    const header = packed[at++] ?? 0;
    if (header < 128) {
      out.push(...packed.slice(at, at + header + 1));
      at += header + 1;
    } else if (header > 128) {
      out.push(...new Array<number>(257 - header).fill(packed[at++] ?? 0));
    }
  }
  return Uint8Array.from(out);
}

interface Rows {
  readonly size: number;
  readonly rows: number;
  readonly rowLength: number;
  readonly stride: number;
  readonly le: boolean;
}

/** Little-endian elements of bytes as a file has them. */
function unpredict(
  bytes: Uint8Array,
  predictor: number,
  { size, rows, rowLength, stride, le }: Rows,
): Uint8Array {
  if (predictor !== 3) {
    const plain = inLittleEndian(bytes, size, le);
    const view = new DataView(plain.buffer, plain.byteOffset);
    for (let at = 0; predictor === 2 && at < rows * rowLength; at++) {
      if (at % rowLength >= stride) {
        let carry = 0;
        for (let byte = 0; byte < size; byte++) {
          const sum = view.getUint8(at * size + byte) + view.getUint8((at - stride) * size + byte) + carry;
          view.setUint8(at * size + byte, sum & 255);
          carry = sum >> 8;
        }
      }
    }
    return plain;
  }
  const plain = new Uint8Array(bytes.length);
  const rowBytes = rowLength * size;
  for (let row = 0; row < rows; row++) {
    const shuffled = bytes.slice(row * rowBytes, (row + 1) * rowBytes);
    for (let at = stride; at < rowBytes; at++) {
      shuffled[at] = ((shuffled[at] ?? 0) + (shuffled[at - stride] ?? 0)) & 255;
    }
    for (let at = 0; at < rowBytes; at++) {
      const significance = Math.floor(at / rowLength);
      plain[row * rowBytes + (at % rowLength) * size + (size - 1 - significance)] = shuffled[at] ?? 0;
    }
  }
  return plain;
}

function inLittleEndian(bytes: Uint8Array, size: number, le: boolean): Uint8Array {
  return Uint8Array.from(bytes, (byte, at) =>
    le ? byte : (bytes[at - (at % size) + size - 1 - (at % size)] ?? 0),
  );
}

function itemBytes(dtype: string): number {
  return Number(/\d+$/.exec(dtype)?.[0]) / 8;
}

function need(condition: boolean, what: string): asserts condition {
  if (!condition) {
    throw new Error(`no ${what}`);
  }
}
