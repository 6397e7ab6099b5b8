import type { ZarrStoreError } from "../../errors.ts";
import { MAX_CHUNK_BYTES } from "../chunks/chunk-shape.ts";
import { type DType, itemSizeBytes } from "../dtype.ts";
import type {
  BloscCodec,
  BytesCodec,
  BytesToBytesCodec,
  CodecPipeline,
  ShardingCodec,
  TransposeCodec,
} from "./codec-pipeline.ts";
import {
  booleanOf,
  integerOf,
  invalidField,
  itemsOf,
  type MetadataField,
  memberOf,
  oneOf,
  refuseOthers,
  stringOf,
  unsupportedField,
} from "./metadata-field.ts";

const MAX_CODECS = 16;
const BLOSC_SHUFFLES = ["noshuffle", "shuffle", "bitshuffle"] as const;
const ARRAY_TO_BYTES: readonly string[] = ["bytes", "sharding_indexed"];
/** Codecs that are registered for Zarr v3 and that this package does not undo. */
const UNSUPPORTED =
  /^(numcodecs\..+|vlen-(utf8|bytes|array)|packbits|bitround|cast_value|scale_offset|pcodec|zfp|zfpy|lz4)$/;

/**
 * Reads the `codecs` of Zarr v3.
 *
 * @see https://zarr-specs.readthedocs.io/en/latest/v3/codecs/index.html
 * @throws {ZarrStoreError} `invalid_metadata` for an unknown codec or configuration, or codecs out of order;
 * `not_supported` for a codec that exists elsewhere, and for shards within shards.
 */
export function parseCodecs(
  field: MetadataField,
  dtype: DType,
  chunkShape: readonly number[],
): CodecPipeline {
  return parsePipeline(field, dtype, chunkShape, parseSharding);
}

function parsePipeline(
  field: MetadataField,
  dtype: DType,
  chunkShape: readonly number[],
  parseShards: typeof parseSharding,
): CodecPipeline {
  const items = itemsOf(field, MAX_CODECS);
  const split = items.findIndex((item) => ARRAY_TO_BYTES.includes(codecName(item)));
  const middle = items[split];
  if (middle === undefined) {
    const foreign = items.find((item) => UNSUPPORTED.test(codecName(item)));
    const expected = 'exactly one of the codecs "bytes" and "sharding_indexed"';
    throw foreign === undefined ? invalidField(field, expected) : refusalOf(foreign, expected);
  }
  const arrayToArray = items.slice(0, split).map((item) => parseTranspose(item, chunkShape.length));
  const encodedShape = arrayToArray.reduce(
    (shape, { order }) => order.map((axis) => shape[axis] ?? 1),
    chunkShape,
  );
  const arrayToBytes =
    codecName(middle) === "bytes" ? parseBytes(middle, dtype) : parseShards(middle, dtype, encodedShape);
  return { arrayToArray, arrayToBytes, bytesToBytes: items.slice(split + 1).map(parseBytesToBytes) };
}

function codecName(item: MetadataField): string {
  return typeof item.value === "string" ? item.value : stringOf(memberOf(item, "name"));
}

function refusalOf(item: MetadataField, expected: string): ZarrStoreError {
  const name = codecName(item);
  return UNSUPPORTED.test(name)
    ? unsupportedField(item, `the codec ${JSON.stringify(name)}`)
    : invalidField({ ...item, value: name }, expected);
}

/** The configuration of a codec, checked to have no other members than these. */
function configurationOf(item: MetadataField, known: readonly string[]): MetadataField {
  if (typeof item.value === "string") {
    return { value: {}, path: item.path, where: item.where };
  }
  refuseOthers(item, ["name", "configuration", "must_understand"]);
  const given = memberOf(item, "configuration");
  const configuration = given.value === undefined ? { ...given, value: {} } : given;
  refuseOthers(configuration, known);
  return configuration;
}

function parseTranspose(item: MetadataField, rank: number): TransposeCodec {
  if (codecName(item) !== "transpose") {
    throw refusalOf(item, 'no codec but "transpose" before the one that makes bytes');
  }
  const field = memberOf(configurationOf(item, ["order"]), "order");
  return { name: "transpose", order: parsePermutation(field, rank) };
}

function parsePermutation(field: MetadataField, rank: number): readonly number[] {
  const order = itemsOf(field, rank).map((axis) => integerOf(axis, 0, rank - 1));
  if (new Set(order).size !== rank) {
    throw invalidField(field, `each axis from 0 to ${rank - 1} once`);
  }
  return order;
}

function parseBytes(item: MetadataField, dtype: DType): BytesCodec {
  const endian = memberOf(configurationOf(item, ["endian"]), "endian");
  const isOptional = itemSizeBytes(dtype) === 1 && (endian.value === undefined || endian.value === null);
  return { name: "bytes", endian: isOptional ? "little" : oneOf(endian, ["little", "big"]) };
}

function parseSharding(item: MetadataField, dtype: DType, shardShape: readonly number[]): ShardingCodec {
  const configuration = configurationOf(item, ["chunk_shape", "codecs", "index_codecs", "index_location"]);
  const chunkShapeField = memberOf(configuration, "chunk_shape");
  const chunkShape = itemsOf(chunkShapeField, shardShape.length).map((length) => integerOf(length, 1));
  const divides = chunkShape.every((length, axis) => (shardShape[axis] ?? 0) % length === 0);
  if (chunkShape.length !== shardShape.length || !divides) {
    throw invalidField(chunkShapeField, `a divisor of each length of the shard [${shardShape}]`);
  }
  const codecs = parsePipeline(memberOf(configuration, "codecs"), dtype, chunkShape, refuseShards);
  const location = memberOf(configuration, "index_location");
  const indexField = memberOf(configuration, "index_codecs");
  const index = parsePipeline(indexField, "uint64", [...chunkShape, 2], refuseShards);
  const isPlain = index.bytesToBytes.every(({ name }, i) => name === "crc32c" && i === 0);
  if (index.arrayToArray.length > 0 || index.arrayToBytes.name !== "bytes" || !isPlain) {
    throw unsupportedField(indexField, 'a shard index in other codecs than "bytes" and "crc32c"');
  }
  return {
    name: "sharding_indexed",
    chunkShape,
    codecs,
    indexEndian: index.arrayToBytes.endian,
    indexHasCrc32c: index.bytesToBytes.length === 1,
    indexLocation: location.value === undefined ? "end" : oneOf(location, ["start", "end"]),
  };
}

function refuseShards(item: MetadataField): never {
  throw unsupportedField(item, "a shard within a shard");
}

function parseBytesToBytes(item: MetadataField): BytesToBytesCodec {
  const name = codecName(item);
  switch (name) {
    case "zstd": {
      const configuration = configurationOf(item, ["level", "checksum"]);
      const checksum = memberOf(configuration, "checksum");
      return {
        name,
        level: integerOf(memberOf(configuration, "level"), -131072, 22),
        checksum: checksum.value === undefined ? false : booleanOf(checksum),
      };
    }
    case "gzip":
      return { name, level: integerOf(memberOf(configurationOf(item, ["level"]), "level"), 0, 9) };
    case "crc32c":
      configurationOf(item, []);
      return { name };
    case "blosc":
      return parseBlosc(item);
    default:
      throw refusalOf(item, "a codec from bytes to bytes: zstd, gzip, blosc or crc32c");
  }
}

function parseBlosc(item: MetadataField): BloscCodec {
  const configuration = configurationOf(item, ["cname", "clevel", "shuffle", "typesize", "blocksize"]);
  const typesize = memberOf(configuration, "typesize");
  return {
    name: "blosc",
    cname: bloscCompressorOf(memberOf(configuration, "cname")),
    clevel: integerOf(memberOf(configuration, "clevel"), 0, 9),
    shuffle: oneOf(memberOf(configuration, "shuffle"), BLOSC_SHUFFLES),
    typesize: typesize.value === undefined ? 1 : integerOf(typesize, 1, 255),
    blocksize: integerOf(memberOf(configuration, "blocksize"), 0, MAX_CHUNK_BYTES),
  };
}

/** The compressor inside Blosc; Snappy, which numcodecs dropped too, is not read. */
export function bloscCompressorOf(field: MetadataField): BloscCodec["cname"] {
  if (field.value === "snappy") {
    throw unsupportedField(field, "Snappy in Blosc");
  }
  return oneOf(field, ["blosclz", "lz4", "lz4hc", "zlib", "zstd"]);
}
