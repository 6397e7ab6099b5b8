import { MACHINE_ENDIAN, swapByteOrder } from "../bytes/byte-order.ts";
import { crc32c } from "../bytes/crc32c.ts";
import { inflate } from "../bytes/inflate.ts";
import { decodeBlosc } from "../codecs/blosc.ts";
import { decodeLz4Block } from "../codecs/lz4-block.ts";
import type { ZstdCodec } from "../codecs/zstd.ts";
import { ZarrStoreError } from "../errors.ts";
import { copyBlock, fillBytes, stridesOf } from "./block.ts";
import { chunksOverlapping } from "./chunks/chunk-grid.ts";
import { MAX_CHUNK_BYTES } from "./chunks/chunk-shape.ts";
import { type DType, itemSizeBytes } from "./dtype.ts";
import type { BytesToBytesCodec, CodecPipeline, ShardingCodec } from "./metadata/codec-pipeline.ts";
import { type FillValue, fillValueBytes } from "./metadata/fill-value.ts";
import { areBooleans, elementCount } from "./nd-array.ts";
import { readShardIndex } from "./shard-index.ts";

/** What a chunk must turn out to be. */
export interface ChunkForm {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly fillValue: FillValue;
  readonly codecs: CodecPipeline;
}

export interface DecodeChunkOptions {
  readonly zstd: ZstdCodec;
  /** The chunk's key or URL, for messages. */
  readonly where: string;
}

const CRC_BYTES = 4;

/**
 * Undoes a chunk's codecs: its elements in C order and the machine's byte order. It may be `bytes` itself.
 *
 * @throws {ZarrStoreError} `integrity` for bytes that do not decode to exactly what metadata promise, checksums that
 * do not match, and a `bool` that is neither 0 nor 1.
 */
export async function decodeChunk(
  bytes: Uint8Array,
  form: ChunkForm,
  options: DecodeChunkOptions,
): Promise<Uint8Array> {
  const { arrayToArray, arrayToBytes, bytesToBytes } = form.codecs;
  const sizeBytes = elementCount(form.shape) * itemSizeBytes(form.dtype);
  const shapes = [form.shape];
  for (const { order } of arrayToArray) {
    const before = shapes.at(-1) ?? [];
    shapes.push(order.map((axis) => before[axis] ?? 1));
  }
  const isSharded = arrayToBytes.name === "sharding_indexed";
  const exactBytes = isSharded ? undefined : sizeBytes;
  const raw = await undoBytesToBytes(
    bytes,
    bytesToBytes,
    exactBytes,
    encodedSizeBound(form, sizeBytes),
    options,
  );
  let elements = isSharded
    ? await decodeShard(raw, arrayToBytes, { ...form, shape: shapes.at(-1) ?? [] }, options)
    : readElements(raw, form.dtype, arrayToBytes.endian, sizeBytes, options);
  for (let i = arrayToArray.length - 1; i >= 0; i -= 1) {
    elements = undoTranspose(
      elements,
      shapes[i] ?? [],
      arrayToArray[i]?.order ?? [],
      itemSizeBytes(form.dtype),
    );
  }
  return elements;
}

/** @param exactBytes What must come out, or undefined where only a later step can tell. */
async function undoBytesToBytes(
  bytes: Uint8Array,
  codecs: readonly BytesToBytesCodec[],
  exactBytes: number | undefined,
  boundBytes: number,
  options: DecodeChunkOptions,
): Promise<Uint8Array> {
  let current = bytes;
  for (const [position, codec] of [...codecs.entries()].reverse()) {
    const maxBytes = position === 0 && exactBytes !== undefined ? exactBytes : boundBytes;
    try {
      current = await undoOne(current, codec, maxBytes, options.zstd);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new ZarrStoreError("integrity", `${options.where}: ${codec.name} does not decode: ${reason}`, {
        path: options.where,
        expected: exactBytes,
        cause,
      });
    }
  }
  return current;
}

/** What no sensible encoder exceeds, for the bytes between two codecs. */
function encodedSizeBound({ shape, codecs }: ChunkForm, sizeBytes: number): number {
  const { arrayToBytes } = codecs;
  const innerShape = arrayToBytes.name === "sharding_indexed" ? arrayToBytes.chunkShape : shape;
  const chunks = elementCount(shape) / Math.max(1, elementCount(innerShape));
  return Math.min(2 * MAX_CHUNK_BYTES, Math.ceil(sizeBytes * 1.125) + 128 * chunks + 2 ** 16);
}

function undoOne(
  bytes: Uint8Array,
  codec: BytesToBytesCodec,
  maxBytes: number,
  zstd: ZstdCodec,
): Uint8Array | Promise<Uint8Array> {
  switch (codec.name) {
    case "zstd":
      return zstd.decompress(bytes, maxBytes);
    case "gzip":
    case "zlib":
      return inflate(bytes, codec.name, maxBytes);
    case "blosc":
      return decodeBlosc(bytes, maxBytes, zstd);
    case "lz4":
      return undoLz4(bytes, maxBytes);
    case "crc32c":
      return verifyCrc32c(bytes);
    default:
      return codec satisfies never;
  }
}

/** The decoded size in four bytes, then an LZ4 block: the format of numcodecs. */
function undoLz4(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const sizeBytes = bytes.length < 4 ? -1 : new DataView(bytes.buffer, bytes.byteOffset, 4).getInt32(0, true);
  if (sizeBytes < 0 || sizeBytes > maxBytes) {
    throw new Error(`${sizeBytes} bytes decoded, where at most ${maxBytes} are expected`);
  }
  return decodeLz4Block(bytes.subarray(4), sizeBytes);
}

/** The bytes before the checksum that ends them. */
function verifyCrc32c(bytes: Uint8Array): Uint8Array {
  if (bytes.length < CRC_BYTES) {
    throw new Error(`${bytes.length} bytes have no checksum`);
  }
  const body = bytes.subarray(0, bytes.length - CRC_BYTES);
  const expected = new DataView(bytes.buffer, bytes.byteOffset + body.length).getUint32(0, true);
  const found = crc32c(body);
  if (found !== expected) {
    throw new Error(`the checksum is ${found}, stored is ${expected}`);
  }
  return body;
}

function readElements(
  raw: Uint8Array,
  dtype: DType,
  endian: "little" | "big",
  sizeBytes: number,
  { where }: DecodeChunkOptions,
): Uint8Array {
  if (raw.length !== sizeBytes) {
    throw new ZarrStoreError(
      "integrity",
      `${where}: a chunk of ${raw.length} bytes where ${sizeBytes} are expected`,
      {
        path: where,
        expected: sizeBytes,
        found: raw.length,
      },
    );
  }
  if (dtype === "bool" && !areBooleans(raw)) {
    throw new ZarrStoreError("integrity", `${where}: a bool that is neither 0 nor 1`, { path: where });
  }
  return endian === MACHINE_ENDIAN ? raw : swapByteOrder(raw, itemSizeBytes(dtype));
}

async function decodeShard(
  shard: Uint8Array,
  codec: ShardingCodec,
  form: ChunkForm,
  options: DecodeChunkOptions,
): Promise<Uint8Array> {
  const { chunkShape, codecs } = codec;
  const itemSize = itemSizeBytes(form.dtype);
  const index = readShardIndex(shard, codec, form.shape, options.where);
  const elements = new Uint8Array(elementCount(form.shape) * itemSize);
  fillBytes(elements, fillValueBytes(form.dtype, form.fillValue));
  const whole = form.shape.map((length) => ({ start: 0, stop: length }));
  let i = 0;
  for (const { coords, regionStart, chunkStart, extent } of chunksOverlapping(whole, chunkShape)) {
    const range = index[i];
    i += 1;
    if (range !== undefined) {
      const inner = { ...form, shape: chunkShape, codecs };
      const where = `${options.where}[${coords}]`;
      const bytes = await decodeChunk(shard.subarray(range.start, range.stop), inner, { ...options, where });
      copyBlock(
        { bytes, shape: chunkShape, start: chunkStart },
        { bytes: elements, shape: form.shape, start: regionStart },
        extent,
        itemSize,
      );
    }
  }
  return elements;
}

/** Turns an array whose axis `i` is axis `order[i]` of `shape` back to `shape`. */
function undoTranspose(
  bytes: Uint8Array,
  shape: readonly number[],
  order: readonly number[],
  itemSize: number,
): Uint8Array {
  const encodedStrides = stridesOf(order.map((axis) => shape[axis] ?? 1));
  const strides = shape.map((_, axis) => encodedStrides[order.indexOf(axis)] ?? 0);
  const decoded = new Uint8Array(bytes.length);
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < bytes.length; to += itemSize) {
    for (let i = 0; i < itemSize; i += 1) {
      decoded[to + i] = bytes[from * itemSize + i] ?? 0;
    }
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const next = (index[axis] ?? 0) + 1;
      if (next < (shape[axis] ?? 0)) {
        index[axis] = next;
        from += strides[axis] ?? 0;
        break;
      }
      index[axis] = 0;
      from -= (next - 1) * (strides[axis] ?? 0);
    }
  }
  return decoded;
}
