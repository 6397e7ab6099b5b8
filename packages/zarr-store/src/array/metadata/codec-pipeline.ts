import type { Endian } from "../../bytes/byte-order.ts";
import { type DType, itemSizeBytes } from "../dtype.ts";

/** The encoded array's axis `i` is the decoded array's axis `order[i]`. */
export interface TransposeCodec {
  readonly name: "transpose";
  readonly order: readonly number[];
}

/** Elements one after the other in C order. */
export interface BytesCodec {
  readonly name: "bytes";
  readonly endian: Endian;
}

/** Many small chunks in one object, found by an index of offsets and lengths. */
export interface ShardingCodec {
  readonly name: "sharding_indexed";
  readonly chunkShape: readonly number[];
  readonly codecs: CodecPipeline;
  readonly indexEndian: Endian;
  readonly indexHasCrc32c: boolean;
  readonly indexLocation: "start" | "end";
}

export interface BloscCodec {
  readonly name: "blosc";
  readonly cname: "blosclz" | "lz4" | "lz4hc" | "zlib" | "zstd";
  readonly clevel: number;
  readonly shuffle: "noshuffle" | "shuffle" | "bitshuffle";
  readonly typesize: number;
  readonly blocksize: number;
}

export type BytesToBytesCodec =
  | { readonly name: "zstd"; readonly level: number; readonly checksum: boolean }
  | { readonly name: "gzip"; readonly level: number }
  | { readonly name: "zlib"; readonly level: number }
  | { readonly name: "lz4"; readonly acceleration: number }
  | { readonly name: "crc32c" }
  | BloscCodec;

/** How a chunk becomes bytes, in the order of writing; reading undoes it from the end. */
export interface CodecPipeline {
  readonly arrayToArray: readonly TransposeCodec[];
  readonly arrayToBytes: BytesCodec | ShardingCodec;
  readonly bytesToBytes: readonly BytesToBytesCodec[];
}

/** The `codecs` of Zarr v3, as zarr-python writes them. */
export function encodeCodecs(pipeline: CodecPipeline, dtype: DType): readonly unknown[] {
  return [
    ...pipeline.arrayToArray.map(({ name, order }) => ({ name, configuration: { order } })),
    encodeArrayToBytes(pipeline.arrayToBytes, dtype),
    ...pipeline.bytesToBytes.map(({ name, ...configuration }) =>
      Object.keys(configuration).length === 0 ? { name } : { name, configuration },
    ),
  ];
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
