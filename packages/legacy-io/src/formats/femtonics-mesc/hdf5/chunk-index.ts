// Finds the chunks of a dataset of an HDF5 file: where each is, how long, and which filters it had.

import type { ChunkIndexKind } from "./data-layout.ts";
import { brokenHdf5, type Hdf5Cursor } from "./hdf5-cursor.ts";
import type { Hdf5File } from "./hdf5-file.ts";
import { expectChecksum } from "./lookup3.ts";

const MOST_LEVELS = 32;

/** How chunks lie over a dataset. */
export interface ChunkGrid {
  readonly chunkShape: readonly number[];
  /** Chunks along each axis. */
  readonly counts: readonly number[];
  /** Chunks along each axis of the largest that the dataset may become; Infinity without limit. */
  readonly mostCounts: readonly number[];
  readonly chunkBytes: number;
  readonly hasFilters: boolean;
}

export interface StoredChunk {
  readonly address: number;
  readonly sizeBytes: number;
  /** A set bit says that the filter of this number was not applied. */
  readonly filterMask: number;
}

/** Chunks by their number in C order of `counts`. */
export class ChunkIndex {
  readonly #numbers: number[] = [];
  readonly #chunks: number[] = [];

  /** Chunks must come in order, without duplicates. @throws LegacyIoError `invalid_file` */
  add(number: number, { address, sizeBytes, filterMask }: StoredChunk): void {
    if (number <= (this.#numbers.at(-1) ?? -1)) {
      throw brokenHdf5("the chunks of a dataset are not in order", { offset: address });
    }
    this.#numbers.push(number);
    this.#chunks.push(address, sizeBytes, filterMask);
  }

  /** Those of the numbers `[low, high)` that are stored, in order. */
  *between(low: number, high: number): Generator<readonly [number: number, chunk: StoredChunk]> {
    let [from, to] = [0, this.#numbers.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.#numbers[middle] ?? 0) < low) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    for (let at = from; (this.#numbers[at] ?? high) < high; at++) {
      const [address = 0, sizeBytes = 0, filterMask = 0] = this.#chunks.slice(3 * at, 3 * at + 3);
      yield [this.#numbers[at] ?? 0, { address, sizeBytes, filterMask }];
    }
  }
}

/** @throws LegacyIoError `invalid_file`, `not_supported` */
export async function readChunkIndex(
  file: Hdf5File,
  index: ChunkIndexKind,
  grid: ChunkGrid,
): Promise<ChunkIndex> {
  const found = new ChunkIndex();
  if (index.address === undefined) {
    return found;
  }
  const { address } = index;
  switch (index.kind) {
    case "tree":
      await readTree(file, address, grid, found);
      break;
    case "single":
      found.add(0, {
        address,
        sizeBytes: index.sizeBytes ?? grid.chunkBytes,
        filterMask: index.filterMask,
      });
      break;
    case "implicit":
      addInOrder(grid, found, file, (at) => ({
        address: address + at * grid.chunkBytes,
        sizeBytes: grid.chunkBytes,
        filterMask: 0,
      }));
      break;
    default:
      await readFixedArray(file, address, grid, found);
  }
  return found;
}

/** A version 1 B-tree of chunks (HDF5 specification, §III.A.1). */
async function readTree(file: Hdf5File, root: number, grid: ChunkGrid, found: ChunkIndex): Promise<void> {
  const { offsetBytes } = file;
  const rank = grid.counts.length;
  const keyBytes = 8 + 8 * (rank + 1);
  const seen = new Set<number>();
  const walk = async (address: number, expectedLevel: number | undefined): Promise<void> => {
    if (seen.has(address)) {
      throw brokenHdf5("the tree of chunks goes round", { offset: address });
    }
    seen.add(address);
    const head = await file.block(address, 8);
    head.expect("TREE", "a node of chunks");
    const type = head.uint(1);
    const level = head.uint(1);
    const count = head.uint(2);
    if (type !== 1 || level > MOST_LEVELS || (expectedLevel !== undefined && level !== expectedLevel)) {
      throw brokenHdf5("a node of chunks has another type or level", {
        offset: address,
        expected: expectedLevel,
        found: [type, level],
      });
    }
    file.count(count + 1);
    const body = await file.block(address + 8, 2 * offsetBytes + count * (keyBytes + offsetBytes));
    body.skip(2 * offsetBytes);
    for (let at = 0; at < count; at++) {
      const [sizeBytes, filterMask] = [body.uint(4), body.uint(4)];
      const starts = grid.counts.map(() => body.uint(8));
      body.skip(8);
      const child = body.address();
      if (child === undefined) {
        throw brokenHdf5("a node of chunks names no child", { offset: body.offset + body.at });
      }
      if (level > 0) {
        await walk(child, level - 1);
      } else {
        addAt(grid, found, starts, { address: child, sizeBytes, filterMask });
      }
    }
  };
  await walk(root, undefined);
}

/** Chunks beyond the dataset, of before it shrank, do not count. */
function addAt(grid: ChunkGrid, found: ChunkIndex, starts: readonly number[], chunk: StoredChunk): void {
  let number = 0;
  let isInside = true;
  for (const [axis, start] of starts.entries()) {
    const [size, count] = [grid.chunkShape[axis] ?? 1, grid.counts[axis] ?? 0];
    if (start % size !== 0) {
      throw brokenHdf5("a chunk does not begin where one may", { offset: chunk.address, found: starts });
    }
    isInside &&= start / size < count;
    number = number * count + start / size;
  }
  if (isInside) {
    found.add(number, chunk);
  }
}

/** Chunks that are numbered in C order of the largest that the dataset may become. */
function addInOrder(
  { counts, mostCounts }: ChunkGrid,
  found: ChunkIndex,
  file: Hdf5File,
  chunkAt: (at: number) => StoredChunk | undefined,
): void {
  const all = counts.reduce((product, count) => product * count, 1);
  file.count(all);
  for (let number = 0; number < all; number++) {
    let [rest, at, step] = [number, 0, 1];
    for (let axis = counts.length - 1; axis >= 0; axis--) {
      const count = counts[axis] ?? 1;
      at += (rest % count) * step;
      rest = Math.floor(rest / count);
      step *= mostCounts[axis] ?? 1;
    }
    const chunk = chunkAt(at);
    if (chunk !== undefined) {
      found.add(number, chunk);
    }
  }
}

/** A fixed array of chunks (HDF5 specification, §VII.C). */
async function readFixedArray(
  file: Hdf5File,
  address: number,
  grid: ChunkGrid,
  found: ChunkIndex,
): Promise<void> {
  const { offsetBytes, lengthBytes } = file;
  const head = await file.block(address, 8 + lengthBytes + offsetBytes + 4);
  head.expect("FAHD", "an array of chunks");
  head.version("an array of chunks", [0]);
  const isFiltered = head.uint(1) === 1;
  const elementBytes = head.uint(1);
  const pageBits = head.uint(1);
  const count = head.length();
  const data = head.address();
  expectChecksum(head, "an array of chunks");
  const sizeBytes = elementBytes - offsetBytes - 4;
  const all = grid.mostCounts.reduce((product, chunks) => product * chunks, 1);
  const fits = isFiltered ? sizeBytes >= 1 && sizeBytes <= 8 : elementBytes === offsetBytes;
  if (count !== all || !fits || isFiltered !== grid.hasFilters || pageBits > 31) {
    throw brokenHdf5("an array of chunks is not that of its dataset", {
      offset: address,
      expected: all,
      found: count,
    });
  }
  if (data === undefined) {
    return;
  }
  file.count(count);
  const element = { elementBytes, sizeBytes: isFiltered ? sizeBytes : 0, chunkBytes: grid.chunkBytes };
  const chunks = await fixedArrayChunks(file, data, { count, pageElements: 2 ** pageBits, element });
  addInOrder(grid, found, file, (at) => chunks[at]);
}

interface ArrayElement {
  readonly elementBytes: number;
  /** Bytes of the size of a chunk; 0 without filters. */
  readonly sizeBytes: number;
  readonly chunkBytes: number;
}

/** Of more elements than a page has, each page has a checksum; those of which a bit is not set were never written. */
async function fixedArrayChunks(
  file: Hdf5File,
  address: number,
  {
    count,
    pageElements,
    element,
  }: { readonly count: number; readonly pageElements: number; readonly element: ArrayElement },
): Promise<readonly (StoredChunk | undefined)[]> {
  const what = "the chunks of an array";
  const pages = count > pageElements ? Math.ceil(count / pageElements) : 0;
  const headBytes = 6 + file.offsetBytes + Math.ceil(pages / 8);
  const { elementBytes } = element;
  const block = await file.block(address, headBytes + (pages > 0 ? 0 : count * elementBytes) + 4);
  block.expect("FADB", what);
  block.version(what, [0]);
  block.skip(1 + file.offsetBytes);
  if (pages === 0) {
    const chunks = elementsOf(block, count, element);
    expectChecksum(block, what);
    return chunks;
  }
  const written = block.take(Math.ceil(pages / 8));
  expectChecksum(block, what);
  const chunks: (StoredChunk | undefined)[] = [];
  for (let page = 0; page < pages; page++) {
    const elements = Math.min(pageElements, count - page * pageElements);
    const at = address + headBytes + 4 + page * (pageElements * elementBytes + 4);
    if ((((written[page >> 3] ?? 0) << (page & 7)) & 0x80) === 0) {
      chunks.length += elements;
      continue;
    }
    const cursor = await file.block(at, elements * elementBytes + 4);
    for (const chunk of elementsOf(cursor, elements, element)) {
      chunks.push(chunk);
    }
    expectChecksum(cursor, what);
  }
  return chunks;
}

function elementsOf(
  cursor: Hdf5Cursor,
  count: number,
  { sizeBytes, chunkBytes }: ArrayElement,
): readonly (StoredChunk | undefined)[] {
  return Array.from({ length: count }, (): StoredChunk | undefined => {
    const address = cursor.address();
    const stored = sizeBytes > 0 ? cursor.uint(sizeBytes) : chunkBytes;
    const filterMask = sizeBytes > 0 ? cursor.uint(4) : 0;
    return address === undefined ? undefined : { address, sizeBytes: stored, filterMask };
  });
}
