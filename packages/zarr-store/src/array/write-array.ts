// Turns an array into the objects of a Zarr v3 array: its chunks and its `zarr.json`.

import { portableZstd } from "../codecs/portable-zstd.ts";
import { ZSTD_LEVEL, type ZstdCodec } from "../codecs/zstd.ts";
import { ZarrStoreError } from "../errors.ts";
import { serializeLossless } from "../json/lossless-json.ts";
import { throwIfAborted } from "../runtime/throw-if-aborted.ts";
import { defaultAxes, validateAxes } from "./axes.ts";
import { contiguousOffset, copyBlock, fillBytes } from "./block.ts";
import {
  type ChunkKeyEncoding,
  type ChunkOverlap,
  chunkKey,
  chunksOverlapping,
} from "./chunks/chunk-grid.ts";
import { chooseChunkShape, MAX_CHUNK_BYTES } from "./chunks/chunk-shape.ts";
import { isZstd } from "./codecs/zstd-codec.ts";
import { type DType, isDType, itemSizeBytes, type TypedArrayOf } from "./dtype.ts";
import { type ArrayMetadata, MAX_RANK } from "./metadata/array-metadata-model.ts";
import { encodeArrayMetadata, encodeArrayNode } from "./metadata/array-metadata-v3.ts";
import { fillValueBytes, zeroFillValue } from "./metadata/fill-value.ts";
import { checkNdArray, elementCount, type NdArray, ndArrayBytes } from "./nd-array.ts";

/** The type and shape of an array. */
export interface ArrayForm<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: readonly number[];
}

/** How an array is laid out and compressed. */
export interface PlanArrayWriteOptions {
  /** One name per axis, also written as `dimension_names`. Default: {@link defaultAxes}. */
  readonly axes?: readonly string[] | undefined;
  /** The shape of a chunk. Default: {@link chooseChunkShape}. */
  readonly chunkShape?: readonly number[] | undefined;
  /** Attributes of the array. Default: none. */
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
  /** The compression of chunks. Default `zstd`. */
  readonly compression?: "zstd" | "none" | undefined;
  /** The level of `zstd`, 1 to 22. Default 1. */
  readonly level?: number | undefined;
  /** What separates the coordinates in the key of a chunk. Default `/`, which every reader of Zarr v3 takes. */
  readonly chunkKeySeparator?: ChunkKeyEncoding["separator"] | undefined;
}

export interface EncodeArrayOptions {
  /** The Zstandard encoder. Default {@link portableZstd}. */
  readonly zstd?: ZstdCodec | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An array that is ready to be written: everything that could be wrong with it has been checked. */
export interface ArrayWritePlan<D extends DType = DType> {
  readonly array: NdArray<D>;
  readonly metadata: ArrayMetadata<D>;
}

/** One object of an array, by its key within the array. The bytes may be a view of the array's memory. */
export interface ArrayObject {
  readonly key: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The SHA-256 of the bytes, where it is known. */
  readonly sha256?: string | undefined;
}

/**
 * Reads the rows from `start` up to but not including `stop`: `(stop - start) * columns` elements. Rows are counted
 * through all planes.
 */
export type ReadRows<D extends DType> = (
  start: number,
  stop: number,
  options: { readonly signal?: AbortSignal | undefined },
) => TypedArrayOf<D> | Promise<TypedArrayOf<D>>;

/** An array whose chunks are already encoded, with its axes. */
export interface EncodedArray<D extends DType = DType> extends ArrayForm<D> {
  readonly axes: readonly string[];
  /** The objects in the order of writing. Without compression, they are views of the array's memory. */
  readonly objects: readonly ArrayObject[];
}

/** An object of an array whose file is in its place already. */
export interface StagedObject {
  readonly key: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** An array whose chunks another thread has written, beside what they were written with. Its `zarr.json` is missing. */
export interface StagedArray<D extends DType = DType> extends ArrayForm<D> {
  readonly axes: readonly string[];
  readonly compression: "zstd" | "none";
  readonly chunks: readonly StagedObject[];
}

/** An array that is read a few rows at a time while it is written, so that it is never in memory as a whole. */
export interface ArrayRows<D extends DType = DType> extends ArrayForm<D> {
  /** Called in order, each row once. The result is used until the next call, which may reuse its memory. */
  readonly readRows: ReadRows<D>;
}

/**
 * Decides how an array is laid out, without writing anything.
 *
 * @throws {ZarrStoreError} `invalid_argument` for
 * - an array that {@link checkNdArray} refuses, or more than 8 axes
 * - axes or a chunk shape that do not fit it, or chunks beyond 512 MiB
 * - attributes that are not JSON
 * @example
 * const plan = planArrayWrite(image, { axes: ["t", "x"] });
 * for await (const { key, bytes } of encodeArrayObjects(plan)) {
 *   await store.put(joinKey("image", key), bytes);
 * }
 */
export function planArrayWrite<D extends DType>(
  array: NdArray<D>,
  options: PlanArrayWriteOptions = {},
): ArrayWritePlan<D> {
  checkNdArray(array);
  return { array, metadata: planMetadata(array, options) };
}

/** {@link EncodeArrayOptions} for an array that is in memory. */
export interface EncodeWholeArrayOptions extends EncodeArrayOptions {
  /** The SHA-256 of the array's bytes, if it is known: a chunk that is exactly these bytes is not hashed again. */
  readonly arraySha256?: string | undefined;
}

/**
 * Makes the objects of an array: its chunks in C order, one at a time, then `zarr.json`. Chunks at the edge are
 * padded with 0. The array must not change meanwhile.
 *
 * @throws {ZarrStoreError} `aborted`
 */
export async function* encodeArrayObjects(
  { array, metadata }: ArrayWritePlan,
  { arraySha256: sha256, ...options }: EncodeWholeArrayOptions = {},
): AsyncGenerator<ArrayObject> {
  const bytes = ndArrayBytes(array);
  const itemSize = itemSizeBytes(array.dtype);
  const objects = encodeChunks(metadata, options, ({ coords, chunkStart, extent }) => {
    const { chunkShape, shape } = metadata;
    const start = coords.map((i, axis) => i * (chunkShape[axis] ?? 1));
    const sizeBytes = elementCount(chunkShape) * itemSize;
    const isFull = extent.every((length, axis) => length === chunkShape[axis]);
    const offset = isFull ? contiguousOffset({ shape, start }, extent) : undefined;
    if (offset !== undefined) {
      return bytes.subarray(offset * itemSize, offset * itemSize + sizeBytes);
    }
    const chunk = emptyChunk(metadata, sizeBytes);
    copyBlock(
      { bytes, shape, start },
      { bytes: chunk, shape: chunkShape, start: chunkStart },
      extent,
      itemSize,
    );
    return chunk;
  });
  for await (const object of objects) {
    yield sha256 !== undefined && isSameMemory(object.bytes, bytes) ? { ...object, sha256 } : object;
  }
}

function isSameMemory(a: Uint8Array, b: Uint8Array): boolean {
  return a.buffer === b.buffer && a.byteOffset === b.byteOffset && a.byteLength === b.byteLength;
}

/**
 * Like {@link encodeArrayObjects}, for an array that is read while it is written. Rows are asked for in order, those
 * of one chunk at a time.
 *
 * @throws {ZarrStoreError}
 * - `invalid_argument` as for {@link planArrayWrite}, and for chunks that do not hold whole rows
 * - `invalid_argument` for rows of another type or number than was asked for
 * - `aborted`
 */
export async function* encodeArrayFromRows<D extends DType>(
  form: ArrayForm<D> & PlanArrayWriteOptions,
  readRows: ReadRows<D>,
  options: EncodeArrayOptions = {},
): AsyncGenerator<ArrayObject> {
  const { dtype, shape } = form;
  const metadata = planMetadata(form, form);
  const rowAxis = Math.max(0, shape.length - 2);
  const planeRows = shape[rowAxis] ?? 1;
  const columns = shape.length < 2 ? 1 : (shape.at(-1) ?? 1);
  const isWholeRows = metadata.chunkShape.every(
    (length, axis) => axis === rowAxis || length === (axis < rowAxis ? 1 : Math.max(1, columns)),
  );
  if (!isWholeRows) {
    throw new ZarrStoreError(
      "invalid_argument",
      `chunks of [${metadata.chunkShape}] do not hold whole rows`,
      {
        expected: "the length of the last axis, and 1 along the axes before the rows",
        found: metadata.chunkShape,
      },
    );
  }
  const chunkRows = metadata.chunkShape[rowAxis] ?? 1;
  const sizeBytes = chunkRows * columns * itemSizeBytes(dtype);
  yield* encodeChunks(metadata, options, async ({ coords, extent }) => {
    const plane = coords.slice(0, rowAxis).reduce((sum, i, axis) => sum * (shape[axis] ?? 1) + i, 0);
    const start = plane * planeRows + (coords[rowAxis] ?? 0) * chunkRows;
    const rows = extent[rowAxis] ?? 1;
    const data = await readRows(start, start + rows, { signal: options.signal });
    const block = { dtype, shape: [rows, columns], data };
    checkNdArray(block);
    const bytes = ndArrayBytes(block);
    if (bytes.length === sizeBytes) {
      return bytes;
    }
    const chunk = emptyChunk(metadata, sizeBytes);
    chunk.set(bytes);
    return chunk;
  });
}

/** The object `zarr.json` of an array whose chunks are written. @throws {ZarrStoreError} as {@link planArrayWrite} */
export function arrayNode(form: ArrayForm, options: PlanArrayWriteOptions): ArrayObject {
  return { key: "zarr.json", bytes: encodeArrayNode(planMetadata(form, options)) };
}

async function* encodeChunks(
  metadata: ArrayMetadata,
  { zstd = portableZstd, signal }: EncodeArrayOptions,
  chunkBytes: (chunk: ChunkOverlap) => Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<ArrayObject> {
  const document = encodeArrayNode(metadata);
  const codec = metadata.codecs.bytesToBytes[0];
  const whole = metadata.shape.map((length) => ({ start: 0, stop: length }));
  for (const chunk of chunksOverlapping(whole, metadata.chunkShape)) {
    throwIfAborted(signal);
    const raw = await chunkBytes(chunk);
    throwIfAborted(signal);
    const bytes = codec !== undefined && isZstd(codec) ? await zstd.compress(raw, codec.level) : raw;
    yield { key: chunkKey(metadata.chunkKeyEncoding, chunk.coords), bytes };
  }
  throwIfAborted(signal);
  yield { key: "zarr.json", bytes: document };
}

function emptyChunk({ dtype, fillValue }: ArrayMetadata, sizeBytes: number): Uint8Array<ArrayBuffer> {
  const chunk = new Uint8Array(sizeBytes);
  fillBytes(chunk, fillValueBytes(dtype, fillValue));
  return chunk;
}

function planMetadata<D extends DType>(form: ArrayForm<D>, options: PlanArrayWriteOptions): ArrayMetadata<D> {
  const { dtype, shape } = form;
  if (!isDType(dtype)) {
    throw new ZarrStoreError("invalid_argument", `unknown dtype ${JSON.stringify(dtype)}`, { found: dtype });
  }
  elementCount(shape);
  if (shape.length > MAX_RANK) {
    throw new ZarrStoreError(
      "invalid_argument",
      `an array has at most ${MAX_RANK} axes, not ${shape.length}`,
      {
        expected: MAX_RANK,
        found: shape.length,
      },
    );
  }
  const { compression = "zstd", level = ZSTD_LEVEL, attributes = {} } = options;
  if (!Number.isInteger(level) || level < 1 || level > 22) {
    throw new ZarrStoreError("invalid_argument", `zstd has no level ${level}`, {
      expected: "1 to 22",
      found: level,
    });
  }
  const metadata: ArrayMetadata<D> = {
    zarrFormat: 3,
    dtype,
    shape: [...shape],
    chunkShape: checkedChunkShape(options.chunkShape ?? chooseChunkShape(shape, dtype), form),
    chunkKeyEncoding: chunkKeyEncodingOf(shape.length, options.chunkKeySeparator ?? "/"),
    fillValue: zeroFillValue(dtype),
    codecs: {
      arrayToArray: [],
      arrayToBytes: { name: "bytes", endian: "little" },
      bytesToBytes: compression === "zstd" ? [{ name: "zstd", level, checksum: false }] : [],
    },
    dimensionNames: [...validateAxes(options.axes ?? defaultAxes(shape.length), shape.length)],
    attributes,
  };
  serializeLossless(encodeArrayMetadata(metadata));
  return metadata;
}

/**
 * An array without axes has the key `0`, not `c`: where an array is replaced by one with another number of axes, no path
 * is a file before and a folder after.
 */
function chunkKeyEncodingOf(rank: number, separator: ChunkKeyEncoding["separator"]): ChunkKeyEncoding {
  const isFlat = rank === 0 && separator === "/";
  return isFlat ? { name: "v2", separator: "." } : { name: "default", separator };
}

function checkedChunkShape(chunkShape: readonly number[], { dtype, shape }: ArrayForm): readonly number[] {
  const isOfLengths = chunkShape.every((length) => Number.isSafeInteger(length) && length >= 1);
  if (chunkShape.length !== shape.length || !isOfLengths) {
    throw new ZarrStoreError(
      "invalid_argument",
      `[${chunkShape}] cannot be the chunk shape of an array of shape [${shape}]`,
      {
        expected: "one length of 1 or more for each axis",
        found: chunkShape,
      },
    );
  }
  const sizeBytes = chunkShape.reduce((product, length) => product * length, itemSizeBytes(dtype));
  if (sizeBytes > MAX_CHUNK_BYTES) {
    throw new ZarrStoreError("invalid_argument", `chunks of ${sizeBytes} bytes are too large`, {
      expected: `at most ${MAX_CHUNK_BYTES} bytes`,
      found: sizeBytes,
    });
  }
  return [...chunkShape];
}
