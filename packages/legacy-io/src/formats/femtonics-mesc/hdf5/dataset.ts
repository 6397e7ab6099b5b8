// Reads the values of a dataset of an HDF5 file, a run of rows at a time.

import { MACHINE_ENDIAN, swapInPlace } from "@kym/zarr-store/bytes";
import { type ChunkGrid, type ChunkIndex, readChunkIndex, type StoredChunk } from "./chunk-index.ts";
import { type DataLayout, readLayout } from "./data-layout.ts";
import { type Hdf5Filters, readFilters, unfilter } from "./filters.ts";
import { brokenHdf5, unreadHdf5 } from "./hdf5-cursor.ts";
import type { Hdf5File } from "./hdf5-file.ts";
import { type Hdf5Object, MESSAGE, messageOf } from "./object-header.ts";
import { countElements, type Hdf5Type, readSpace, readType } from "./value-type.ts";

/** Numbers of a dataset. */
export type Hdf5Numbers = Extract<Hdf5Type, { readonly bits: number }>;

export interface Hdf5Dataset {
  readonly type: Hdf5Numbers;
  readonly shape: readonly number[];
  /**
   * Reads the rows `[start, stop)`, counted over all axes but the last, into `target` in the machine's byte order. Memory: 16 MiB of
   * chunks, or one, and its bytes in the file.
   *
   * @throws LegacyIoError `invalid_file`, `not_supported`, `io`
   */
  readonly readRows: (
    start: number,
    stop: number,
    target: Uint8Array<ArrayBuffer>,
    signal?: AbortSignal,
  ) => Promise<void>;
}

/** Chunks may be as large as this, or as twice their dataset. */
const CHUNK_BYTES = 2 ** 24;
const PIECE_BYTES = 2 ** 22;
/** Chunks that are kept for the next rows. */
const KEPT_BYTES = 2 ** 24;

interface Parts {
  readonly file: Hdf5File;
  readonly type: Hdf5Numbers;
  readonly shape: readonly number[];
  readonly fill: Uint8Array;
}

export function isHdf5Dataset({ messages }: Hdf5Object): boolean {
  return messages.some(({ type }) => type === MESSAGE.layout);
}

/**
 * Reads what a dataset is, but none of its values.
 *
 * @throws LegacyIoError `invalid_file`; `not_supported` for other values than numbers, beyond `maxDecodedBytes`, and for layouts,
 * indices and filters that are not read, by name
 */
export async function openHdf5Dataset(file: Hdf5File, object: Hdf5Object): Promise<Hdf5Dataset> {
  const message = (type: number) => messageOf(object, type, file);
  const [space, typeMessage, layoutMessage] = [
    message(MESSAGE.dataspace),
    message(MESSAGE.datatype),
    message(MESSAGE.layout),
  ];
  if (space === undefined || typeMessage === undefined || layoutMessage === undefined) {
    throw brokenHdf5("a dataset has no size, type or layout", { offset: object.address });
  }
  if (message(MESSAGE.externalFiles) !== undefined) {
    throw unreadHdf5("a dataset has its values in other files", { offset: object.address });
  }
  const type = readType(typeMessage);
  if (!("bits" in type)) {
    const name = type.kind === "other" ? type.name : "texts";
    throw unreadHdf5(`a dataset of ${name}`, { offset: object.address });
  }
  const { shape, mostShape } = readSpace(space);
  const values = countElements(shape, file.limits.maxDecodedBytes / type.sizeBytes);
  const parts = { file, type, shape, fill: fillOf(object, file, type) };
  const filterMessage = message(MESSAGE.filters);
  const filters = filterMessage === undefined ? [] : readFilters(filterMessage);
  const layout = readLayout(layoutMessage);
  const read = readerOf(parts, { layout, filters, mostShape, sizeBytes: values * type.sizeBytes });
  return {
    type,
    shape,
    readRows: async (start, stop, target, signal) => {
      await read(start, stop, target, signal);
      if (type.endian !== MACHINE_ENDIAN) {
        swapInPlace(target, type.sizeBytes);
      }
    },
  };
}

/** A fill value message (HDF5 specification, §IV.A.2.f, g); zeros without one. */
function fillOf(object: Hdf5Object, file: Hdf5File, { sizeBytes }: Hdf5Numbers): Uint8Array {
  const zeros = new Uint8Array(sizeBytes);
  const old = messageOf(object, MESSAGE.oldFillValue, file);
  const cursor = messageOf(object, MESSAGE.fillValue, file) ?? old;
  if (cursor === undefined) {
    return zeros;
  }
  if (cursor !== old) {
    const version = cursor.version("a fill value", [1, 2, 3]);
    if (version === 3) {
      if ((cursor.uint(1) & 0x20) === 0) {
        return zeros;
      }
    } else {
      cursor.skip(2);
      if (cursor.uint(1) === 0 && version === 2) {
        return zeros;
      }
    }
  }
  const size = cursor.uint(4);
  return size === sizeBytes ? cursor.take(size) : zeros;
}

interface Stored {
  readonly layout: DataLayout;
  readonly filters: Hdf5Filters;
  readonly mostShape: readonly number[];
  /** Of all values. */
  readonly sizeBytes: number;
}

function readerOf(parts: Parts, stored: Stored): Hdf5Dataset["readRows"] {
  const { file, type, shape, fill } = parts;
  const { layout, sizeBytes } = stored;
  const rowBytes = (shape.at(-1) ?? 1) * type.sizeBytes;
  if (layout.kind === "chunked") {
    return chunkedReader(parts, { ...stored, layout });
  }
  const found = layout.kind === "compact" ? layout.data.length : layout.sizeBytes;
  if (found !== sizeBytes) {
    throw brokenHdf5("a dataset takes another number of bytes than its values", {
      expected: sizeBytes,
      found,
    });
  }
  if (layout.kind === "compact") {
    return async (start, stop, target) => target.set(layout.data.subarray(start * rowBytes, stop * rowBytes));
  }
  const { address } = layout;
  return async (start, _stop, target, signal) => {
    if (address === undefined) {
      fillWith(target, fill);
      return;
    }
    for (let at = 0; at < target.length; at += PIECE_BYTES) {
      signal?.throwIfAborted();
      await file.pixelsInto(address + start * rowBytes + at, target.subarray(at, at + PIECE_BYTES));
    }
  };
}

function fillWith(target: Uint8Array, fill: Uint8Array): void {
  if (fill.every((byte) => byte === 0)) {
    target.fill(0);
    return;
  }
  for (let at = 0; at < target.length; at += fill.length) {
    target.set(fill, at);
  }
}

/** Values along each axis from a start on. */
interface Box {
  readonly starts: readonly number[];
  readonly stops: readonly number[];
}

function chunkedReader(
  { file, type, shape, fill }: Parts,
  {
    layout,
    filters,
    mostShape,
    sizeBytes,
  }: Stored & { readonly layout: Extract<DataLayout, { readonly kind: "chunked" }> },
): Hdf5Dataset["readRows"] {
  const { chunkShape } = layout;
  const itemBytes = type.sizeBytes;
  if (chunkShape.length !== shape.length || layout.itemBytes !== itemBytes) {
    throw brokenHdf5("chunks have other axes or values than their dataset", {
      expected: [...shape, itemBytes],
      found: [...chunkShape, layout.itemBytes],
    });
  }
  const chunkBytes = countElements(chunkShape, Math.max(CHUNK_BYTES, 2 * sizeBytes) / itemBytes) * itemBytes;
  const chunksOf = (sizes: readonly number[]): readonly number[] =>
    sizes.map((size, axis) => Math.ceil(size / (chunkShape[axis] ?? 1)));
  const grid: ChunkGrid = {
    chunkShape,
    counts: chunksOf(shape),
    mostCounts: chunksOf(mostShape),
    chunkBytes,
    hasFilters: filters.length > 0,
  };
  let index: Promise<ChunkIndex> | undefined;
  const kept = new Map<number, Uint8Array>();
  const mostKept = Math.floor(Math.min(KEPT_BYTES, sizeBytes) / chunkBytes);
  const bytesOf = async (number: number, stored: StoredChunk): Promise<Uint8Array> => {
    const known = kept.get(number);
    if (known !== undefined) {
      return known;
    }
    for (const oldest of kept.keys()) {
      if (kept.size < Math.max(1, mostKept)) {
        break;
      }
      kept.delete(oldest);
    }
    const bytes = await storedChunk(file, stored, { filters, itemBytes, chunkBytes });
    kept.set(number, bytes);
    return bytes;
  };
  return async (start, stop, target, signal) => {
    fillWith(target, fill);
    index ??= readChunkIndex(file, layout.index, grid);
    const chunks = await index;
    let done = 0;
    for (const box of boxesOf(shape, start, stop)) {
      for (const [number, stored] of chunks.between(...numbersWithin(grid, box))) {
        const starts = startsOf(grid, number);
        if (overlaps(starts, chunkShape, box)) {
          signal?.throwIfAborted();
          const bytes = await bytesOf(number, stored);
          copyPart({ bytes, starts, shape: chunkShape }, box, itemBytes, target.subarray(done));
        }
      }
      done += box.starts.reduce((size, from, axis) => size * ((box.stops[axis] ?? 0) - from), itemBytes);
    }
  };
}

/** The numbers from the first chunk of a box to the last; not all between are of the box. */
function numbersWithin({ chunkShape, counts }: ChunkGrid, { starts, stops }: Box): readonly [number, number] {
  const numberOf = (places: readonly number[]): number =>
    places.reduce(
      (number, place, axis) => number * (counts[axis] ?? 1) + Math.floor(place / (chunkShape[axis] ?? 1)),
      0,
    );
  return [numberOf(starts), numberOf(stops.map((stop) => stop - 1)) + 1];
}

function startsOf({ chunkShape, counts }: ChunkGrid, number: number): readonly number[] {
  const starts: number[] = [];
  let rest = number;
  for (let axis = counts.length - 1; axis >= 0; axis--) {
    const count = counts[axis] ?? 1;
    starts.unshift((rest % count) * (chunkShape[axis] ?? 1));
    rest = Math.floor(rest / count);
  }
  return starts;
}

function overlaps(chunk: readonly number[], sizes: readonly number[], { starts, stops }: Box): boolean {
  return chunk.every(
    (start, axis) => start < (stops[axis] ?? 0) && start + (sizes[axis] ?? 0) > (starts[axis] ?? 0),
  );
}

async function storedChunk(
  file: Hdf5File,
  stored: StoredChunk,
  chunk: { readonly filters: Hdf5Filters; readonly itemBytes: number; readonly chunkBytes: number },
): Promise<Uint8Array> {
  const { address, sizeBytes, filterMask } = stored;
  // What deflate makes of bytes that it cannot make smaller is not much longer.
  const most = chunk.chunkBytes + Math.ceil(chunk.chunkBytes / 100) + 1024;
  if (!(sizeBytes <= most)) {
    throw brokenHdf5("a chunk takes more bytes than it could", {
      offset: address,
      expected: most,
      found: sizeBytes,
    });
  }
  const bytes = new Uint8Array(sizeBytes);
  await file.pixelsInto(address, bytes);
  return unfilter(bytes, { ...chunk, filterMask, offset: address });
}

/** Rows of all axes but the last as at most three boxes: the end of one plane, whole planes, the beginning of one. */
function boxesOf(shape: readonly number[], start: number, stop: number): readonly Box[] {
  if (shape.length <= 2) {
    return start < stop ? [boxOf(shape, [[start, stop]])] : [];
  }
  const [, rows = 1] = shape;
  const boxes: Box[] = [];
  for (let at = start; at < stop; ) {
    const plane = Math.floor(at / rows);
    const row = at % rows;
    const planes = row === 0 ? Math.floor((stop - at) / rows) : 0;
    const end = planes > 0 ? at + planes * rows : Math.min(stop, (plane + 1) * rows);
    boxes.push(
      planes > 0
        ? boxOf(shape, [
            [plane, plane + planes],
            [0, rows],
          ])
        : boxOf(shape, [
            [plane, plane + 1],
            [row, row + end - at],
          ]),
    );
    at = end;
  }
  return boxes;
}

function boxOf(shape: readonly number[], ranges: readonly (readonly [number, number])[]): Box {
  return {
    starts: shape.map((_, axis) => ranges[axis]?.[0] ?? 0),
    stops: shape.map((size, axis) => ranges[axis]?.[1] ?? size),
  };
}

interface Piece {
  readonly bytes: Uint8Array;
  readonly starts: readonly number[];
  readonly shape: readonly number[];
}

/** Copies what a chunk has of a box to its place in the box. */
function copyPart(chunk: Piece, box: Box, itemBytes: number, target: Uint8Array): void {
  const rank = chunk.shape.length;
  const copy = (axis: number, from: number, to: number): void => {
    const [chunkStart = 0, size = 0] = [chunk.starts[axis], chunk.shape[axis]];
    const [boxStart = 0, boxStop = 0] = [box.starts[axis], box.stops[axis]];
    const [first, stop] = [Math.max(chunkStart, boxStart), Math.min(chunkStart + size, boxStop)];
    const [source, place] = [from * size + first - chunkStart, to * (boxStop - boxStart) + first - boxStart];
    if (axis === rank - 1) {
      target.set(
        chunk.bytes.subarray(source * itemBytes, (source + stop - first) * itemBytes),
        place * itemBytes,
      );
      return;
    }
    for (let at = 0; at < stop - first; at++) {
      copy(axis + 1, source + at, place + at);
    }
  };
  copy(0, 0, 0);
}
