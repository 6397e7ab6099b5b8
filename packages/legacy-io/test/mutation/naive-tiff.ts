import { inflateSync, zstdDecompressSync } from "node:zlib";

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
  for (let at = offsetAt(big ? 8 : 4); at !== 0; ) {
    need(!seen.has(at), "circle");
    seen.add(at);
    const count = big ? Number(view.getBigUint64(at, le)) : view.getUint16(at, le);
    const first = at + (big ? 8 : 2);
    const step = big ? 20 : 12;
    need(count > 0 && first + count * step <= file.length, "entries");
    const tags = new Map<number, readonly number[]>();
    for (let entry = first; entry < first + count * step; entry += step) {
      const id = view.getUint16(entry, le);
      const values = valuesAt(view, le, big, entry);
      if (values !== undefined && !tags.has(id)) {
        tags.set(id, values);
      }
    }
    pages.push(tags);
    at = offsetAt(first + count * step);
  }
  const proper = pages.filter((tags) => ((tags.get(254)?.[0] ?? 0) & 5) === 0);
  const images = proper.length === 0 ? pages : proper;
  const decoded = images.map((tags) => readPage(file, le, tags));
  const [page] = decoded;
  need(page !== undefined, "pages");
  need(
    decoded.every(
      ({ dtype, planeShape }) => dtype === page.dtype && `${planeShape}` === `${page.planeShape}`,
    ),
    "equal pages",
  );
  const text = images[0]?.get(270);
  const description = text === undefined ? undefined : Buffer.from(text).toString("latin1").split("\0")[0];
  const stacked = Number(/^ImageJ=.*^images=(\d+)$/ms.exec(description ?? "")?.[1] ?? decoded.length);
  if (decoded.length === 1 && stacked > 1) {
    const [start = 0] = images[0]?.get(273) ?? [];
    need((images[0]?.get(259)?.[0] ?? 1) === 1, "an uncompressed stack");
    need(start + stacked * page.bytes.length <= file.length, "a whole stack");
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
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * size;
    return size === 1
      ? view.getUint8(at)
      : size === 2
        ? view.getUint16(at, le)
        : size === 4 || type === 5
          ? view.getUint32(at, le)
          : Number(view.getBigUint64(at, le));
  });
}

type Page = Pick<NaiveTiff, "dtype" | "planeShape" | "bytes">;

function readPage(file: Uint8Array, le: boolean, tags: Tags): Page {
  const one = (id: number, absent: number): number => tags.get(id)?.[0] ?? absent;
  const [width, height, samples] = [one(256, 0), one(257, 0), one(277, 1)];
  const [bits, format, compression] = [one(258, 1), one(339, 1), one(259, 1)];
  const kind = KINDS[format];
  need(width > 0 && height > 0 && samples > 0 && width * height * samples <= 1e6, "a small image");
  need(kind !== undefined && [8, 16, 32, 64].includes(bits), "a known type");
  const size = bits / 8;
  const isPlanar = samples > 1 && one(284, 1) === 2;
  const planes = isPlanar ? samples : 1;
  const inPixel = isPlanar ? 1 : samples;
  const isTiled = [322, 323, 324].some((id) => tags.has(id));
  const tileWidth = isTiled ? one(322, 0) : width;
  const tileHeight = isTiled ? one(323, 0) : Math.min(one(278, height), height);
  need(tileWidth > 0 && tileHeight > 0 && tileWidth * tileHeight <= 1e6, "a small tile");
  // Old writers put the places of tiles under the tags of strips.
  const offsets = (isTiled ? tags.get(324) : undefined) ?? tags.get(273) ?? [];
  const counts = (isTiled ? tags.get(325) : undefined) ?? tags.get(279) ?? [];
  const across = Math.ceil(width / tileWidth);
  const down = Math.ceil(height / tileHeight);
  const image = new Uint8Array(width * height * samples * size);
  for (let tile = 0; tile < across * down * planes; tile++) {
    const plane = Math.floor(tile / (across * down));
    const top = (Math.floor(tile / across) % down) * tileHeight;
    const left = (tile % across) * tileWidth;
    const rows = isTiled ? tileHeight : Math.min(tileHeight, height - top);
    const start = offsets[tile] ?? Number.NaN;
    const rowBytes = tileWidth * inPixel * size;
    // What is not compressed is as long as its pixels are, whatever the file says.
    const stop = start + (compression === 1 ? rows * rowBytes : (counts[tile] ?? Number.NaN));
    need(stop <= file.length, "a tile inside the file");
    const plain = unpredict(
      unpack(file.slice(start, stop), compression, rows * rowBytes),
      compression === 1 ? 1 : one(317, 1),
      { size, rows, rowLength: tileWidth * inPixel, stride: inPixel, le },
    );
    for (let row = 0; row < rows && top + row < height; row++) {
      for (let column = 0; column < tileWidth && left + column < width; column++) {
        for (let byte = 0; byte < inPixel * size; byte++) {
          const pixel = (plane * height + top + row) * width + left + column;
          image[pixel * inPixel * size + byte] = plain[row * rowBytes + column * inPixel * size + byte] ?? 0;
        }
      }
    }
  }
  const planeShape =
    samples === 1 ? [height, width] : isPlanar ? [samples, height, width] : [height, width, samples];
  return { dtype: `${kind}${bits}`, planeShape, bytes: image };
}

function unpack(packed: Uint8Array, compression: number, needed: number): Uint8Array {
  switch (compression) {
    case 1:
      return packed;
    case 5:
      return atLeast(needed, unpackLzw(packed));
    case 8:
    case 32946:
      return atLeast(needed, inflateSync(packed));
    case 32773:
      return atLeast(needed, unpackPackBits(packed));
    case 50000:
      return atLeast(needed, zstdDecompressSync(packed));
    default:
      throw new Error(`compression ${compression}`);
  }
}

function atLeast(needed: number, bytes: Uint8Array): Uint8Array {
  need(bytes.length >= needed, "all pixels");
  return bytes.slice(0, needed);
}

/** As the specification's own pseudocode: a table of strings. */
function unpackLzw(packed: Uint8Array): Uint8Array {
  const bits = [...packed].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const out: number[] = [];
  let table: (readonly number[])[] = [];
  let old: readonly number[] | undefined;
  let width = 9;
  for (let at = 0; at + width <= bits.length; ) {
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
