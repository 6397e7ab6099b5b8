// The codec Blosc 1. Its frames state how to decode them, so the configuration is checked but not used.

import { decodeBlosc } from "../../codecs/blosc.ts";
import { MAX_CHUNK_BYTES } from "../chunks/chunk-shape.ts";
import { itemSizeBytes } from "../dtype.ts";
import type { BytesToBytesCodec, CodecConfiguration } from "./zarr-codec.ts";

interface BloscConfiguration {
  readonly cname: "blosclz" | "lz4" | "lz4hc" | "zlib" | "zstd";
  readonly clevel: number;
  readonly shuffle: "noshuffle" | "shuffle" | "bitshuffle";
  readonly typesize: number;
  readonly blocksize: number;
}

const SHUFFLES = ["noshuffle", "shuffle", "bitshuffle"] as const;

/** @see https://zarr-specs.readthedocs.io/en/latest/v3/codecs/blosc/index.html */
export const bloscCodec: BytesToBytesCodec<BloscConfiguration> = {
  name: "blosc",
  kind: "bytes-bytes",
  zarrFormats: [2, 3],
  members: ["cname", "clevel", "shuffle", "typesize", "blocksize"],
  parse: (configuration) =>
    configuration.zarrFormat === 2 ? parseV2(configuration) : parseV3(configuration),
  decode: (bytes, _, { maxBytes, zstd }) => decodeBlosc(bytes, maxBytes, zstd),
};

function parseV3(configuration: CodecConfiguration): BloscConfiguration {
  return {
    cname: compressorOf(configuration),
    clevel: configuration.integer("clevel", 0, 9),
    shuffle: configuration.oneOf("shuffle", SHUFFLES),
    typesize: configuration.integer("typesize", 1, 255, 1),
    blocksize: configuration.integer("blocksize", 0, MAX_CHUNK_BYTES),
  };
}

/**
 * numcodecs writes the shuffle as a number; -1 chooses one by the size of an element, which numcodecs takes from the
 * dtype. What is absent is what numcodecs then takes.
 */
function parseV2(configuration: CodecConfiguration): BloscConfiguration {
  const typesize = itemSizeBytes(configuration.dtype);
  const automatic = typesize === 1 ? "bitshuffle" : "shuffle";
  return {
    cname: compressorOf(configuration, "lz4"),
    clevel: configuration.integer("clevel", 0, 9, 5),
    shuffle: SHUFFLES[configuration.integer("shuffle", -1, 2, 1)] ?? automatic,
    typesize,
    blocksize: configuration.integer("blocksize", 0, MAX_CHUNK_BYTES, 0),
  };
}

/** The compressor inside Blosc. Snappy, which numcodecs has dropped too, is not read. */
function compressorOf(
  configuration: CodecConfiguration,
  absent?: BloscConfiguration["cname"],
): BloscConfiguration["cname"] {
  if (configuration.value("cname") === "snappy") {
    throw configuration.unsupported("cname", "Snappy in Blosc");
  }
  return configuration.oneOf("cname", ["blosclz", "lz4", "lz4hc", "zlib", "zstd"], absent);
}
