// Writes a Zarr array into a transaction and reads one from a session: the layer below pixels and array artifacts.

import type { DType } from "../../array/dtype.ts";
import { type ArrayMetadata, encodeArrayNode } from "../../array/metadata/array-metadata.ts";
import type { NdArray } from "../../array/nd-array.ts";
import type { RegionSelection } from "../../array/region.ts";
import {
  type ArrayObject,
  type ArrayRows,
  arrayNode,
  type EncodedArray,
  encodeArrayFromRows,
  encodeArrayObjects,
  planArrayWrite,
  readArray,
  type StagedArray,
} from "../../array/zarr-array.ts";
import { ZARR_NODE_NAME, zarrNode } from "../../commit/object-path.ts";
import type { Transaction } from "../../commit/write/transaction.ts";
import { isZarrStoreError, ZarrStoreError } from "../../errors.ts";
import type { BriefReadOptions, ReadOptions } from "../../runtime/read-options.ts";
import { joinKey, type StoreKey } from "../../store/store-key.ts";
import { type Attributes, parseArrayNode } from "../nodes/node-cache.ts";
import type { ObjectSession } from "../session/object-session.ts";

/** How an array is laid out and compressed. */
export interface WriteArrayOptions {
  readonly axes?: readonly string[] | undefined;
  readonly chunks?: readonly number[] | undefined;
  readonly attributes?: Attributes | undefined;
  readonly compression?: "zstd" | "none" | undefined;
  readonly chunkKeySeparator?: "." | "/" | undefined;
  /** The SHA-256 of the bytes of an array in memory, if it is known. */
  readonly arraySha256?: string | undefined;
}

/** Stages a Zarr array: its chunks first, then its metadata, with one chunk in memory at a time. */
export async function writeArray(
  session: ObjectSession,
  transaction: Transaction,
  prefix: StoreKey,
  array: NdArray | ArrayRows | EncodedArray | StagedArray,
  options: WriteArrayOptions,
): Promise<void> {
  for (const { key, ...staged } of "chunks" in array ? array.chunks : []) {
    await transaction.lent.adopt(joinKey(prefix, key), staged);
  }
  const objects =
    "objects" in array
      ? array.objects
      : "chunks" in array
        ? [arrayNode(array, { ...options, axes: array.axes, compression: array.compression })]
        : arrayObjects(session, array, options);
  for await (const { key, bytes, sha256 } of objects) {
    const path = joinKey(prefix, key);
    await transaction.put(path, bytes, { sha256 });
    if (key === ZARR_NODE_NAME) {
      const hash = await transaction.hash(path);
      if (hash !== undefined) {
        session.nodes.rememberArray(hash, parseArrayNode(bytes, path));
      }
    }
  }
}

/** Replaces the `zarr.json` of an array, and nothing else of it. */
export async function putArrayNode(
  session: ObjectSession,
  transaction: Transaction,
  prefix: StoreKey,
  metadata: ArrayMetadata,
): Promise<void> {
  const path = zarrNode(prefix);
  const bytes = encodeArrayNode(metadata);
  await transaction.put(path, bytes);
  session.nodes.rememberArray(await session.runtime.sha256(bytes), parseArrayNode(bytes, path));
}

/** Makes the objects of an array without staging them. */
export async function encodeArray(
  session: ObjectSession,
  array: NdArray,
  options: WriteArrayOptions & { readonly axes: readonly string[] },
): Promise<EncodedArray> {
  const objects: ArrayObject[] = [];
  for await (const object of arrayObjects(session, array, options)) {
    objects.push(object);
  }
  return { dtype: array.dtype, shape: array.shape, axes: options.axes, objects };
}

function arrayObjects(
  { runtime: { zstd } }: ObjectSession,
  array: NdArray | ArrayRows,
  { axes, chunks, attributes, compression, chunkKeySeparator, arraySha256 }: WriteArrayOptions,
): AsyncIterable<ArrayObject> {
  const options = { axes, chunkShape: chunks, attributes, compression, chunkKeySeparator };
  const encoding = zstd ? { zstd } : {};
  return "readRows" in array
    ? encodeArrayFromRows({ dtype: array.dtype, shape: array.shape, ...options }, array.readRows, encoding)
    : encodeArrayObjects(planArrayWrite(array, options), { ...encoding, arraySha256 });
}

/**
 * Reads the metadata of the array at a prefix.
 *
 * @throws {ZarrStoreError} `not_found` if there is no array, `invalid_metadata`
 */
export async function readArrayMetadata(
  session: ObjectSession,
  prefix: StoreKey,
  options: ReadOptions = {},
): Promise<ArrayMetadata> {
  const metadata = await session.nodeReader.arrayMetadata(prefix, options);
  if (metadata === undefined) {
    throw new ZarrStoreError("not_found", `there is no array at ${prefix}`, { path: prefix });
  }
  return metadata;
}

/** Somebody who deletes an image and adds it again, while it is read, does so again and again. */
const MAX_ROUNDS = 3;

/**
 * Reads a region of an array, or all of it. Only the chunks it needs are read; each is verified if the dataset has
 * hashes. If another process deletes or replaces the array meanwhile, its metadata are read again, and then the chunks.
 *
 * @throws {ZarrStoreError} `not_found` if there is no array, or none any more; `integrity`, naming a chunk that is missing or
 * damaged; `invalid_metadata`, `io`
 */
export async function readArrayRegion(
  session: ObjectSession,
  prefix: StoreKey,
  selection: RegionSelection | undefined,
  options: ReadOptions = {},
): Promise<NdArray<DType>> {
  const { zstd } = session.runtime;
  let metadata = await readArrayMetadata(session, prefix, options);
  for (let round = 1; ; round++) {
    let isChunkGone = false;
    const readChunk = async (key: string, readOptions: BriefReadOptions): Promise<Uint8Array | undefined> => {
      const bytes = await session.read(joinKey(prefix, key), readOptions);
      isChunkGone ||= bytes === undefined;
      return bytes;
    };
    try {
      return await readArray(metadata, readChunk, {
        missingChunks: session.nodeReader.missingChunks,
        codecs: session.nodeReader.codecs,
        where: prefix,
        ...(selection && { selection }),
        ...(options.signal && { signal: options.signal }),
        ...(zstd && { zstd }),
      });
    } catch (error) {
      if (round >= MAX_ROUNDS || !isZarrStoreError(error, "integrity")) {
        throw error;
      }
      const before = metadata;
      metadata = await readArrayMetadata(session, prefix, options);
      if (!isChunkGone && metadata === before) {
        throw error;
      }
    }
  }
}
