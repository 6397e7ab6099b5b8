// Reads a region of a Zarr array, or all of it, from wherever its chunks are stored.

import { portableZstd } from "../codecs/portable-zstd.ts";
import type { ZstdCodec } from "../codecs/zstd.ts";
import { ZarrStoreError } from "../errors.ts";
import type { BriefReadOptions } from "../runtime/read-options.ts";
import { runBounded } from "../runtime/run-bounded.ts";
import { copyBlock, fillBlock } from "./block.ts";
import { type ChunkOverlap, chunkKey, chunksOverlapping } from "./chunks/chunk-grid.ts";
import { decodeWhileRead } from "./chunks/decode-while-read.ts";
import { codecListOf } from "./codecs/codec-list.ts";
import type { ZarrCodec } from "./codecs/zarr-codec.ts";
import { zstdCodec } from "./codecs/zstd-codec.ts";
import { decodeChunk } from "./decode-chunk.ts";
import { type DType, itemSizeBytes, typedArrayOver } from "./dtype.ts";
import type { ArrayMetadata } from "./metadata/array-metadata-model.ts";
import { fillValueBytes } from "./metadata/fill-value.ts";
import type { NdArray } from "./nd-array.ts";
import { type Region, type RegionSelection, regionShape, resolveSelection } from "./region.ts";

/**
 * Reads one object of an array by its key within the array, such as `c/0/0`; undefined if it does not exist. The
 * bytes must be a fresh copy, because the result may keep them as its memory, or lie in memory of `options.allocate`.
 */
export type ChunkReader = (key: string, options: BriefReadOptions) => Promise<Uint8Array | undefined>;

/** What to read of an array, and how. */
export interface ReadArrayOptions<D extends DType = DType> {
  /** The region to read. Default: the whole array. */
  readonly selection?: RegionSelection | undefined;
  /** The dtype that the array must have; another one is `invalid_argument`. Default: any. */
  readonly dtype?: D | undefined;
  /** What a missing chunk means: damage, or, as in plain Zarr, a chunk full of the fill value. Default `error`. */
  readonly missingChunks?: "error" | "fill" | undefined;
  /** The most chunks that are read and decoded at once. Default 4. */
  readonly concurrency?: number | undefined;
  /** The Zstandard decoder. Default {@link portableZstd}. */
  readonly zstd?: ZstdCodec | undefined;
  /** Codecs in addition to the built-in ones; they take precedence. */
  readonly codecs?: readonly ZarrCodec[] | undefined;
  /** The array's key or URL, for messages. */
  readonly where?: string | undefined;
  /** The largest allowed result in bytes. Default 8 GiB. */
  readonly maxSizeBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const DEFAULT_MAX_SIZE_BYTES = 8 * 1024 ** 3;

/**
 * Reads a region of an array, or all of it, into a new array in C order. Only the chunks it needs are read. Decoded
 * sizes and checksums are verified here; `readChunk` must verify hashes.
 *
 * Without `options.dtype`, a type argument as in `readArray<"uint16">(…)` is the caller's unchecked claim.
 *
 * On an error, the promise rejects only after the reads under way have ended.
 *
 * @throws {ZarrStoreError}
 * - `invalid_argument` for a selection that does not fit, another dtype, or a result beyond `maxSizeBytes`
 * - `integrity`, naming the chunk, for one that is missing or damaged
 * - `aborted`, and whatever `readChunk` throws
 *
 * @example
 * const image = await readArray(metadata, (key) => store.get(joinKey(prefix, key)), { dtype: "uint16" });
 */
export function readArray<D extends DType = DType>(
  metadata: ArrayMetadata,
  readChunk: ChunkReader,
  options?: ReadArrayOptions<D>,
): Promise<NdArray<D>>;
export async function readArray(
  metadata: ArrayMetadata,
  readChunk: ChunkReader,
  options: ReadArrayOptions = {},
): Promise<NdArray> {
  const { dtype } = metadata;
  if (options.dtype !== undefined && options.dtype !== dtype) {
    throw new ZarrStoreError(
      "invalid_argument",
      `${options.where ?? "the array"} is ${dtype}, not ${options.dtype}`,
      {
        expected: options.dtype,
        found: dtype,
      },
    );
  }
  const region = resolveSelection(metadata.shape, options.selection);
  const bytes = await readRegion(metadata, region, readChunk, options);
  return { dtype, shape: regionShape(region), data: typedArrayOver(dtype, bytes) };
}

async function readRegion(
  metadata: ArrayMetadata,
  region: Region,
  readChunk: ChunkReader,
  options: ReadArrayOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const { dtype, chunkShape, fillValue, codecs } = metadata;
  const { concurrency = 4, missingChunks = "error", zstd = portableZstd, signal } = options;
  const known = codecListOf(options.codecs);
  const itemSize = itemSizeBytes(dtype);
  const shape = regionShape(region);
  const sizeBytes = checkedSize(shape, itemSize, options);
  const form = { dtype, shape: chunkShape, fillValue, codecs };
  const outer = codecs.bytesToBytes.at(-1);
  const isZstdLast = outer !== undefined && known.bytesToBytes(outer.name) === zstdCodec;
  let result: Uint8Array<ArrayBuffer> | undefined;
  const memory = (): Uint8Array<ArrayBuffer> => {
    result ??= allocate(sizeBytes);
    return result;
  };
  const isOneChunk = shape.every((length, axis) => length <= (chunkShape[axis] ?? 0));
  const readOne = async ({ coords, chunkStart, regionStart, extent }: ChunkOverlap): Promise<void> => {
    const key = chunkKey(metadata.chunkKeyEncoding, coords);
    const where = options.where === undefined ? key : `${options.where}/${key}`;
    const decode = (stored: Uint8Array, isMeanwhile = false): Promise<Uint8Array> => {
      const isAlone = isOneChunk && readsUnderWay === 1 && !isMeanwhile;
      return decodeChunk(stored, form, { zstd: isAlone ? zstdNow(zstd) : zstd, codecs: known, where });
    };
    const read = (options: BriefReadOptions): Promise<Uint8Array | undefined> => readChunk(key, options);
    const bytes = isZstdLast
      ? await decodeWhileRead(read, decode, signal)
      : await read({ signal }).then((stored) => stored && decode(stored));
    if (bytes !== undefined) {
      const isAll = extent.every((length, axis) => length === chunkShape[axis] && length === shape[axis]);
      if (isAll && ownsItsMemory(bytes)) {
        result = bytes;
        return;
      }
      const source = { bytes, shape: chunkShape, start: chunkStart };
      copyBlock(source, { bytes: memory(), shape, start: regionStart }, extent, itemSize);
      return;
    }
    if (missingChunks === "error") {
      throw new ZarrStoreError("integrity", `${where}: the chunk is missing`, { path: where });
    }
    const fill = fillValueBytes(dtype, fillValue);
    fillBlock({ bytes: memory(), shape, start: regionStart }, extent, fill);
  };
  readsUnderWay++;
  try {
    await runBounded(chunksOverlapping(region, chunkShape), readOne, { concurrency, signal });
  } finally {
    readsUnderWay--;
  }
  return memory();
}

/** The reads of all arrays in this process. */
let readsUnderWay = 0;

/** A larger chunk is decoded on another thread, so that timers and other events of the process do not wait. */
const MAX_BLOCKING_BYTES = 4 * 1024 * 1024;

/** Decodes at once what nothing else would be done beside: the way to another thread and back takes longer than half of it. */
function zstdNow(zstd: ZstdCodec): ZstdCodec {
  const { decompressNow } = zstd;
  return decompressNow === undefined
    ? zstd
    : {
        ...zstd,
        decompress: (bytes, maxSizeBytes) =>
          maxSizeBytes <= MAX_BLOCKING_BYTES
            ? decompressNow(bytes, maxSizeBytes)
            : zstd.decompress(bytes, maxSizeBytes),
      };
}

function ownsItsMemory(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  return (
    bytes.buffer instanceof ArrayBuffer &&
    bytes.byteOffset === 0 &&
    bytes.byteLength === bytes.buffer.byteLength
  );
}

function checkedSize(
  shape: readonly number[],
  itemSize: number,
  { where = "an array", maxSizeBytes = DEFAULT_MAX_SIZE_BYTES }: ReadArrayOptions,
): number {
  const sizeBytes = shape.reduce((product, length) => product * length, itemSize);
  if (sizeBytes > maxSizeBytes) {
    throw new ZarrStoreError(
      "invalid_argument",
      `${where}: [${shape}] are ${sizeBytes} bytes, the limit is ${maxSizeBytes}; select a region`,
      { expected: maxSizeBytes, found: sizeBytes },
    );
  }
  return sizeBytes;
}

function allocate(sizeBytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(sizeBytes);
  } catch (cause) {
    throw new ZarrStoreError(
      "invalid_argument",
      `there is not enough memory for ${sizeBytes} bytes; select a region`,
      {
        found: sizeBytes,
        cause,
      },
    );
  }
}
