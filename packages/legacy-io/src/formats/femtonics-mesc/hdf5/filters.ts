// Undoes the filters of chunks of an HDF5 file: deflate, shuffle and fletcher32.

import { inflate } from "@kym/zarr-store/bytes";
import { brokenHdf5, type Hdf5Cursor, unreadHdf5 } from "./hdf5-cursor.ts";

const DEFLATE = 1;
const SHUFFLE = 2;
const FLETCHER32 = 3;
const CHECKSUM_BYTES = 4;
const OTHERS: ReadonlyMap<number, string> = new Map([
  [4, "szip"],
  [5, "nbit"],
  [6, "scaleoffset"],
  [307, "bzip2"],
  [32_000, "lzf"],
  [32_001, "blosc"],
  [32_004, "lz4"],
  [32_008, "bitshuffle"],
  [32_015, "zstd"],
]);
const MOST_FILTERS = 32;

/** Filters in the order in which they were applied. */
export type Hdf5Filters = readonly number[];

/** A filter pipeline message (HDF5 specification, §IV.A.2.l). @throws LegacyIoError `not_supported` for other filters, by name */
export function readFilters(cursor: Hdf5Cursor): Hdf5Filters {
  const version = cursor.version("the filters of a dataset", [1, 2]);
  const count = cursor.uint(1);
  cursor.skip(version === 1 ? 6 : 0);
  if (count > MOST_FILTERS) {
    throw brokenHdf5("a dataset has too many filters", { offset: cursor.offset, expected: 32, found: count });
  }
  return Array.from({ length: count }, () => readFilter(cursor, version));
}

function readFilter(cursor: Hdf5Cursor, version: number): number {
  const id = cursor.uint(2);
  const nameBytes = version === 1 || id >= 256 ? cursor.uint(2) : 0;
  cursor.skip(2);
  const values = cursor.uint(2);
  cursor.skip(version === 1 ? (nameBytes + 7) & ~7 : nameBytes);
  cursor.skip(4 * values + (version === 1 && values % 2 === 1 ? 4 : 0));
  if (id !== DEFLATE && id !== SHUFFLE && id !== FLETCHER32) {
    throw unreadHdf5(`the filter ${OTHERS.get(id) ?? id} of a dataset`, { offset: cursor.offset, found: id });
  }
  return id;
}

export interface FilteredChunk {
  readonly filters: Hdf5Filters;
  /** A set bit says that the filter of this number was not applied. */
  readonly filterMask: number;
  readonly itemBytes: number;
  readonly chunkBytes: number;
  /** In the file, for errors. */
  readonly offset: number;
}

/**
 * The `chunkBytes` bytes of a chunk.
 *
 * @throws LegacyIoError `invalid_file` for damaged bytes, a wrong checksum, or another number of bytes
 */
export async function unfilter(stored: Uint8Array, chunk: FilteredChunk): Promise<Uint8Array> {
  const { filterMask, itemBytes, chunkBytes, offset } = chunk;
  const filters = chunk.filters.filter((_, at) => ((filterMask >>> at) & 1) === 0);
  let bytes = stored;
  for (let at = filters.length - 1; at >= 0; at--) {
    const checksums = filters.slice(0, at).filter((filter) => filter === FLETCHER32).length;
    const mostBytes = chunkBytes + CHECKSUM_BYTES * checksums;
    switch (filters[at]) {
      case DEFLATE:
        bytes = await inflated(bytes, mostBytes, offset);
        break;
      case SHUFFLE:
        bytes = unshuffled(bytes, itemBytes);
        break;
      default:
        bytes = checked(bytes, offset);
    }
  }
  if (bytes.length !== chunkBytes) {
    throw brokenHdf5("a chunk has another number of bytes than its values", {
      offset,
      expected: chunkBytes,
      found: bytes.length,
    });
  }
  return bytes;
}

async function inflated(bytes: Uint8Array, maxBytes: number, offset: number): Promise<Uint8Array> {
  try {
    return await inflate(bytes, { format: "zlib", maxBytes, likelyBytes: maxBytes });
  } catch (cause) {
    throw brokenHdf5(`a chunk cannot be inflated: ${cause instanceof Error ? cause.message : cause}`, {
      offset,
      cause,
    });
  }
}

/** First bytes first, then second bytes; what is left over stands unchanged at the end. */
function unshuffled(bytes: Uint8Array, itemBytes: number): Uint8Array {
  const count = Math.floor(bytes.length / itemBytes);
  const result = new Uint8Array(bytes.length);
  for (let byte = 0; byte < itemBytes; byte++) {
    const from = byte * count;
    for (let at = 0; at < count; at++) {
      result[at * itemBytes + byte] = bytes[from + at] ?? 0;
    }
  }
  result.set(bytes.subarray(count * itemBytes), count * itemBytes);
  return result;
}

function checked(bytes: Uint8Array, offset: number): Uint8Array {
  if (bytes.length < CHECKSUM_BYTES) {
    throw brokenHdf5("a chunk is shorter than its checksum", { offset, found: bytes.length });
  }
  const data = bytes.subarray(0, bytes.length - CHECKSUM_BYTES);
  const [low = 0, second = 0, third = 0, high = 0] = bytes.subarray(data.length);
  const found = [low + 256 * second, third + 256 * high].map((sum) => sum % 65_535);
  const expected = fletcher32(data);
  if (found[0] !== expected[0] || found[1] !== expected[1]) {
    throw brokenHdf5("the fletcher32 checksum of a chunk is not that of its bytes", {
      offset,
      expected,
      found,
    });
  }
  return data;
}

/** Two sums of the words of 2 bytes, the first byte the higher one, modulo 65 535. */
function fletcher32(bytes: Uint8Array): readonly [number, number] {
  let [first, second] = [0, 0];
  for (let at = 0; at < bytes.length; at += 2) {
    first = (first + (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0)) % 65_535;
    second = (second + first) % 65_535;
  }
  return [first, second];
}
