// The codecs of an array in their order, and how Zarr v3 writes them.

import type { Endian } from "../../bytes/byte-order.ts";
import type { UsedCodec } from "../codecs/zarr-codec.ts";
import { type DType, itemSizeBytes } from "../dtype.ts";

/** The codec `bytes`: elements one after the other in C order. */
export interface BytesCodec {
  readonly name: "bytes";
  readonly endian: Endian;
}

/** The codec `sharding_indexed`: many small chunks in one object, found by an index of offsets and lengths. */
export interface ShardingCodec {
  readonly name: "sharding_indexed";
  readonly chunkShape: readonly number[];
  readonly codecs: CodecPipeline;
  readonly indexEndian: Endian;
  readonly indexHasCrc32c: boolean;
  readonly indexLocation: "start" | "end";
}

/** The codecs in the order of encoding; decoding runs backwards. */
export interface CodecPipeline {
  readonly arrayToArray: readonly UsedCodec[];
  readonly arrayToBytes: BytesCodec | ShardingCodec;
  readonly bytesToBytes: readonly UsedCodec[];
}

/** The `codecs` of Zarr v3, as zarr-python writes them. */
export function encodeCodecs(pipeline: CodecPipeline, dtype: DType): readonly unknown[] {
  return [
    ...pipeline.arrayToArray.map(encodeUse),
    encodeArrayToBytes(pipeline.arrayToBytes, dtype),
    ...pipeline.bytesToBytes.map(encodeUse),
  ];
}

function encodeUse({ name, ...configuration }: UsedCodec): unknown {
  return Object.keys(configuration).length === 0 ? { name } : { name, configuration };
}

function encodeArrayToBytes(codec: BytesCodec | ShardingCodec, dtype: DType): unknown {
  if (codec.name === "bytes") {
    return itemSizeBytes(dtype) === 1
      ? { name: "bytes" }
      : { name: "bytes", configuration: { endian: codec.endian } };
  }
  const index = [{ name: "bytes", configuration: { endian: codec.indexEndian } }];
  return {
    name: codec.name,
    configuration: {
      chunk_shape: codec.chunkShape,
      codecs: encodeCodecs(codec.codecs, dtype),
      index_codecs: codec.indexHasCrc32c ? [...index, { name: "crc32c" }] : index,
      index_location: codec.indexLocation,
    },
  };
}
