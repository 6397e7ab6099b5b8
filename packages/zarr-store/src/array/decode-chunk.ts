// Decodes one chunk of a Zarr array, be it plain or a shard of smaller chunks.

import { MACHINE_ENDIAN, swapByteOrder } from "../bytes/byte-order.ts";
import type { ZstdCodec } from "../codecs/zstd.ts";
import { ZarrStoreError } from "../errors.ts";
import { copyBlock, fillBytes } from "./block.ts";
import { chunksOverlapping } from "./chunks/chunk-grid.ts";
import { MAX_CHUNK_BYTES } from "./chunks/chunk-shape.ts";
import type { CodecList } from "./codecs/codec-list.ts";
import type { UsedCodec } from "./codecs/zarr-codec.ts";
import { type DType, itemSizeBytes } from "./dtype.ts";
import type { CodecPipeline, ShardingCodec } from "./metadata/codec-pipeline.ts";
import { type FillValue, fillValueBytes } from "./metadata/fill-value.ts";
import { ADD_A_CODEC } from "./metadata/parse-codecs.ts";
import { areBooleans, elementCount } from "./nd-array.ts";
import { readShardIndex } from "./shard-index.ts";

/** What a chunk must decode to. */
export interface ChunkForm {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly fillValue: FillValue;
  readonly codecs: CodecPipeline;
}

export interface DecodeChunkOptions {
  readonly zstd: ZstdCodec;
  /** The codecs by name. */
  readonly codecs: CodecList;
  /** The chunk's key or URL, for messages. */
  readonly where: string;
}

/**
 * Decodes a chunk into its elements, in C order and the machine's byte order. The result may be `bytes` itself.
 *
 * @throws {ZarrStoreError}
 * - `integrity` for bytes that do not decode to exactly the size in the metadata
 * - `integrity` for a checksum that does not match, and for a `bool` that is neither 0 nor 1
 * - `not_supported` for a codec that is not in `options.codecs`
 */
export async function decodeChunk(
  bytes: Uint8Array,
  form: ChunkForm,
  options: DecodeChunkOptions,
): Promise<Uint8Array> {
  const { arrayToArray, arrayToBytes, bytesToBytes } = form.codecs;
  const sizeBytes = elementCount(form.shape) * itemSizeBytes(form.dtype);
  const steps = arrayToArray.map((used) => ({
    used,
    codec: options.codecs.arrayToArray(used.name) ?? unknownCodec(used, options),
  }));
  const shapes = [form.shape];
  for (const { used, codec } of steps) {
    const before = shapes.at(-1) ?? [];
    shapes.push(codec.encodedShape?.(before, used) ?? before);
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
  for (const [i, { used, codec }] of [...steps.entries()].reverse()) {
    const context = { dtype: form.dtype, shape: shapes[i] ?? [] };
    elements = await undo(used, sizeBytes, options, () => codec.decode(elements, used, context));
    assertSize(elements, sizeBytes, `${options.where}: ${used.name} makes`, options.where);
  }
  return elements;
}

/** @param exactBytes The size of the result, or undefined if only a later step knows it. */
async function undoBytesToBytes(
  bytes: Uint8Array,
  used: readonly UsedCodec[],
  exactBytes: number | undefined,
  boundBytes: number,
  options: DecodeChunkOptions,
): Promise<Uint8Array> {
  const { zstd, codecs } = options;
  let current = bytes;
  for (const [position, one] of [...used.entries()].reverse()) {
    const codec = codecs.bytesToBytes(one.name) ?? unknownCodec(one, options);
    const maxBytes = position === 0 && exactBytes !== undefined ? exactBytes : boundBytes;
    const before = current;
    current = await undo(one, exactBytes, options, () => codec.decode(before, one, { maxBytes, zstd }));
    if (current.length > maxBytes && current.length > before.length) {
      throw new ZarrStoreError(
        "integrity",
        `${options.where}: ${one.name} makes ${current.length} bytes where at most ${maxBytes} are expected`,
        { path: options.where, expected: maxBytes, found: current.length },
      );
    }
  }
  return current;
}

/** Lets a codec decode. An error that it throws becomes `integrity` and names the chunk and the codec. */
async function undo(
  { name }: UsedCodec,
  expected: number | undefined,
  { where }: DecodeChunkOptions,
  decode: () => Uint8Array | Promise<Uint8Array>,
): Promise<Uint8Array> {
  try {
    return await decode();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ZarrStoreError("integrity", `${where}: ${name} does not decode: ${reason}`, {
      path: where,
      expected,
      cause,
    });
  }
}

function unknownCodec({ name }: UsedCodec, { where }: DecodeChunkOptions): never {
  throw new ZarrStoreError(
    "not_supported",
    `${where}: the codec ${JSON.stringify(name)} is not supported; ${ADD_A_CODEC}`,
    { path: where, found: name },
  );
}

/** The most bytes that a sensible encoder leaves between two codecs. */
function encodedSizeBound({ shape, codecs }: ChunkForm, sizeBytes: number): number {
  const { arrayToBytes } = codecs;
  const innerShape = arrayToBytes.name === "sharding_indexed" ? arrayToBytes.chunkShape : shape;
  const chunks = elementCount(shape) / Math.max(1, elementCount(innerShape));
  return Math.min(2 * MAX_CHUNK_BYTES, Math.ceil(sizeBytes * 1.125) + 128 * chunks + 2 ** 16);
}

function assertSize(bytes: Uint8Array, sizeBytes: number, subject: string, where: string): void {
  if (bytes.length !== sizeBytes) {
    throw new ZarrStoreError(
      "integrity",
      `${subject} ${bytes.length} bytes where ${sizeBytes} are expected`,
      { path: where, expected: sizeBytes, found: bytes.length },
    );
  }
}

function readElements(
  raw: Uint8Array,
  dtype: DType,
  endian: "little" | "big",
  sizeBytes: number,
  { where }: DecodeChunkOptions,
): Uint8Array {
  assertSize(raw, sizeBytes, `${where}: a chunk of`, where);
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
