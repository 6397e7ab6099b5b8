// Reads the codecs of an array from its metadata; each codec parses its own configuration.

import { ZarrStoreError } from "../../errors.ts";
import { integerOf, itemsOf, type JsonField, memberOf, oneOf, stringOf } from "../../json/json-field.ts";
import { type CodecList, NUMCODECS } from "../codecs/codec-list.ts";
import type { UsedCodec, ZarrCodec } from "../codecs/zarr-codec.ts";
import { type DType, itemSizeBytes } from "../dtype.ts";
import { codecConfiguration, type EncodedForm } from "./codec-configuration.ts";
import type { BytesCodec, CodecPipeline, ShardingCodec } from "./codec-pipeline.ts";
import { invalidField, refuseOthers, unsupportedField } from "./metadata-field.ts";

const MAX_CODECS = 16;
const ARRAY_TO_BYTES: readonly string[] = ["bytes", "sharding_indexed"];
/** Codecs that are registered for Zarr v3 but that this package cannot decode. */
const UNSUPPORTED =
  /^(numcodecs\..+|vlen-(utf8|bytes|array)|packbits|bitround|cast_value|scale_offset|pcodec|zfp|zfpy|lz4|zlib|bz2|lzma|xz|gdeflate|fletcher32|crc32|adler32|shuffle|squeeze|reshape|optional|zarrs\..+|https:\/\/.+)$/;
/** Advice for an unknown codec. */
export const ADD_A_CODEC = 'you can pass your own in the option "codecs"';

/**
 * Reads the `codecs` of Zarr v3.
 *
 * @see https://zarr-specs.readthedocs.io/en/latest/v3/codecs/index.html
 * @throws {ZarrStoreError}
 * - `invalid_metadata` for an unknown codec or configuration, or codecs out of order
 * - `not_supported` for a codec that exists elsewhere, and for shards within shards
 */
export function parseCodecs(field: JsonField, form: EncodedForm, codecs: CodecList): CodecPipeline {
  return parsePipeline(field, form, codecs, parseSharding);
}

function parsePipeline(
  field: JsonField,
  { dtype, shape }: EncodedForm,
  codecs: CodecList,
  parseShards: typeof parseSharding,
): CodecPipeline {
  const items = itemsOf(field, MAX_CODECS);
  const split = items.findIndex((item) => ARRAY_TO_BYTES.includes(codecName(item)));
  const middle = items[split];
  if (middle === undefined) {
    const foreign = items.find((item) => isForeign(item, codecs));
    const expected = 'exactly one of the codecs "bytes" and "sharding_indexed"';
    throw foreign === undefined ? invalidField(field, expected) : refusalOf(foreign, expected);
  }
  const encoded = { dtype, shape };
  const arrayToArray = items.slice(0, split).map((item) => {
    const codec = codecs.find(3, codecName(item));
    if (codec?.kind !== "array-array") {
      throw refusalOf(item, expectedKind("array-array", "before the one that makes bytes", codecs));
    }
    const used = parseUse(item, codec, encoded);
    encoded.shape = codec.encodedShape?.(encoded.shape, used) ?? encoded.shape;
    return used;
  });
  const arrayToBytes =
    codecName(middle) === "bytes" ? parseBytes(middle, dtype) : parseShards(middle, encoded, codecs);
  const bytesToBytes = items.slice(split + 1).map((item) => {
    const ofNumcodecs = numcodecsCodec(item, codecs);
    if (ofNumcodecs !== undefined) {
      const used = useOf(ofNumcodecs, configurationOf(item, undefined), 2, encoded);
      return { ...used, name: codecName(item) };
    }
    const codec = codecs.find(3, codecName(item));
    if (codec?.kind !== "bytes-bytes") {
      throw refusalOf(item, expectedKind("bytes-bytes", "after the one that makes bytes", codecs));
    }
    return parseUse(item, codec, encoded);
  });
  return { arrayToArray, arrayToBytes, bytesToBytes };
}

function expectedKind(kind: ZarrCodec["kind"], place: string, codecs: CodecList): string {
  return `${codecs.namesOf(3, kind)} ${place}; ${ADD_A_CODEC}`;
}

function parseUse(item: JsonField, codec: ZarrCodec, form: EncodedForm): UsedCodec {
  return useOf(codec, configurationOf(item, codec.members), 3, form);
}

/**
 * A codec's name together with its parsed configuration.
 *
 * @throws {ZarrStoreError} `invalid_metadata`, also for any other error that the codec throws; `not_supported`
 */
export function useOf(
  codec: ZarrCodec,
  configuration: JsonField,
  zarrFormat: 2 | 3,
  form: EncodedForm,
): UsedCodec {
  try {
    return { ...codec.parse(codecConfiguration(configuration, zarrFormat, form)), name: codec.name };
  } catch (cause) {
    if (cause instanceof ZarrStoreError) {
      throw cause;
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw invalidField(
      configuration,
      `a configuration of the codec ${JSON.stringify(codec.name)}: ${reason}`,
    );
  }
}

function codecName(item: JsonField): string {
  return typeof item.value === "string" ? item.value : stringOf(memberOf(item, "name"));
}

/**
 * The codec that `numcodecs.zlib` and the like name: the compressors of Zarr v2 in Zarr v3, with their configuration. Undefined
 * for other names, and for one that a caller gave a codec for.
 *
 * @see https://numcodecs.readthedocs.io/en/stable/zarr3.html
 */
function numcodecsCodec(item: JsonField, codecs: CodecList): ZarrCodec | undefined {
  const name = codecName(item);
  const codec = name.startsWith(NUMCODECS) ? codecs.find(2, name.slice(NUMCODECS.length)) : undefined;
  return codec?.kind === "bytes-bytes" && codecs.find(3, name) === undefined ? codec : undefined;
}

/** Whether a codec exists elsewhere but is not known here. */
function isForeign(item: JsonField, codecs: CodecList): boolean {
  return UNSUPPORTED.test(codecName(item)) && codecs.find(3, codecName(item)) === undefined;
}

function refusalOf(item: JsonField, expected: string): ZarrStoreError {
  const name = codecName(item);
  return UNSUPPORTED.test(name)
    ? unsupportedField(item, `the codec ${JSON.stringify(name)}`, ADD_A_CODEC)
    : invalidField({ ...item, value: name }, expected);
}

/** The configuration of a codec, which may have only the `known` members, if they are given. */
function configurationOf(item: JsonField, known: readonly string[] | undefined): JsonField {
  if (typeof item.value === "string") {
    return { ...item, value: {} };
  }
  refuseOthers(item, ["name", "configuration", "must_understand"]);
  const given = memberOf(item, "configuration");
  const configuration = given.value === undefined ? { ...given, value: {} } : given;
  if (known !== undefined) {
    refuseOthers(configuration, known);
  }
  return configuration;
}

function parseBytes(item: JsonField, dtype: DType): BytesCodec {
  const endian = memberOf(configurationOf(item, ["endian"]), "endian");
  const isOptional = itemSizeBytes(dtype) === 1 && (endian.value === undefined || endian.value === null);
  return { name: "bytes", endian: isOptional ? "little" : oneOf(endian, ["little", "big"]) };
}

function parseSharding(
  item: JsonField,
  { dtype, shape: shardShape }: EncodedForm,
  known: CodecList,
): ShardingCodec {
  const configuration = configurationOf(item, ["chunk_shape", "codecs", "index_codecs", "index_location"]);
  const chunkShapeField = memberOf(configuration, "chunk_shape");
  const chunkShape = itemsOf(chunkShapeField, shardShape.length).map((length) => integerOf(length, 1));
  const divides = chunkShape.every((length, axis) => (shardShape[axis] ?? 0) % length === 0);
  if (chunkShape.length !== shardShape.length || !divides) {
    throw invalidField(chunkShapeField, `a divisor of each length of the shard [${shardShape}]`);
  }
  const codecs = parsePipeline(
    memberOf(configuration, "codecs"),
    { dtype, shape: chunkShape },
    known,
    refuseShards,
  );
  const location = memberOf(configuration, "index_location");
  const indexField = memberOf(configuration, "index_codecs");
  const index = parsePipeline(
    indexField,
    { dtype: "uint64", shape: [...chunkShape, 2] },
    known,
    refuseShards,
  );
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

function refuseShards(item: JsonField): never {
  throw unsupportedField(item, "a shard within a shard");
}
