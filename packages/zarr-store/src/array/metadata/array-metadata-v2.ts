import type { Endian } from "../../bytes/byte-order.ts";
import { isObject } from "../../json/is-object.ts";
import { MAX_CHUNK_BYTES } from "../chunks/chunk-shape.ts";
import { type DType, itemSizeBytes } from "../dtype.ts";
import { type ArrayMetadata, MAX_RANK } from "./array-metadata-model.ts";
import type { BytesToBytesCodec } from "./codec-pipeline.ts";
import { parseFillValue, zeroFillValue } from "./fill-value.ts";
import {
  booleanOf,
  integerOf,
  invalidField,
  itemsOf,
  type MetadataField,
  memberOf,
  oneOf,
  stringOf,
  unsupportedField,
} from "./metadata-field.ts";
import { bloscCompressorOf } from "./parse-codecs.ts";

interface StoredDType {
  readonly dtype: DType;
  readonly endian: Endian;
}

const MAX_FILTERS = 16;

const DTYPE_BY_CODE: Readonly<Record<string, DType>> = {
  b1: "bool",
  i1: "int8",
  i2: "int16",
  i4: "int32",
  i8: "int64",
  u1: "uint8",
  u2: "uint16",
  u4: "uint32",
  u8: "uint64",
  f4: "float32",
  f8: "float64",
};

/** NumPy's other kinds: half and complex floats, times, strings, raw bytes, objects. */
const UNSUPPORTED_DTYPE = /^[<>|](f2|c8|c16|[mM]8(\[.+\])?|[SUV]\d+|O)$/;

/** Compressors of numcodecs that this package does not undo. */
const UNSUPPORTED_COMPRESSORS: readonly unknown[] = ["bz2", "lzma", "zfpy", "pcodec"];

/**
 * Reads a `.zarray`. Members that the specification does not have are passed over, as it asks.
 *
 * @see https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html#arrays
 */
export function parseArrayMetadataV2(document: MetadataField): ArrayMetadata {
  const { dtype, endian } = parseDType(memberOf(document, "dtype"));
  const shape = itemsOf(memberOf(document, "shape"), MAX_RANK).map((length) => integerOf(length, 0));
  const chunksField = memberOf(document, "chunks");
  const chunkShape = itemsOf(chunksField, MAX_RANK).map((length) => integerOf(length, 1));
  if (chunkShape.length !== shape.length) {
    throw invalidField(chunksField, `a list of ${shape.length}, one length per axis`);
  }
  const separator = memberOf(document, "dimension_separator");
  const fill = memberOf(document, "fill_value");
  const isColumnMajor = oneOf(memberOf(document, "order"), ["C", "F"]) === "F";
  refuseFilters(memberOf(document, "filters"));
  const compressor = parseCompressor(memberOf(document, "compressor"), dtype);
  return {
    zarrFormat: 2,
    dtype,
    shape,
    chunkShape,
    chunkKeyEncoding: {
      name: "v2",
      separator: separator.value === undefined ? "." : oneOf(separator, [".", "/"]),
    },
    fillValue: fill.value === null ? zeroFillValue(dtype) : parseFillValue(fill, dtype),
    codecs: {
      arrayToArray: isColumnMajor
        ? [{ name: "transpose", order: shape.map((_, axis) => shape.length - 1 - axis) }]
        : [],
      arrayToBytes: { name: "bytes", endian },
      bytesToBytes: compressor === undefined ? [] : [compressor],
    },
    attributes: {},
  };
}

function parseDType(field: MetadataField): StoredDType {
  if (Array.isArray(field.value)) {
    throw unsupportedField(field, "a structured dtype");
  }
  const text = stringOf(field);
  const code = text.slice(1);
  const dtype = Object.hasOwn(DTYPE_BY_CODE, code) ? DTYPE_BY_CODE[code] : undefined;
  const order = text[0] ?? "";
  if (
    dtype !== undefined &&
    (order === "<" || order === ">" || (order === "|" && itemSizeBytes(dtype) === 1))
  ) {
    return { dtype, endian: order === ">" && itemSizeBytes(dtype) > 1 ? "big" : "little" };
  }
  throw UNSUPPORTED_DTYPE.test(text)
    ? unsupportedField(field, `the dtype ${JSON.stringify(text)}`)
    : invalidField(field, 'a NumPy dtype such as "<u2"');
}

function refuseFilters(field: MetadataField): void {
  if (field.value === null) {
    return;
  }
  const [first] = itemsOf(field, MAX_FILTERS);
  if (first !== undefined) {
    stringOf(memberOf(first, "id"));
    throw unsupportedField(first, "a filter");
  }
}

function parseCompressor(field: MetadataField, dtype: DType): BytesToBytesCodec | undefined {
  if (field.value === null) {
    return undefined;
  }
  if (!isObject(field.value)) {
    throw invalidField(field, "null or an object");
  }
  const id = memberOf(field, "id");
  if (UNSUPPORTED_COMPRESSORS.includes(id.value)) {
    throw unsupportedField(id, "this compressor");
  }
  const name = oneOf(id, ["blosc", "zstd", "gzip", "zlib", "lz4"]);
  switch (name) {
    case "blosc":
      return parseBlosc(field, dtype);
    case "zstd": {
      const checksum = memberOf(field, "checksum");
      return {
        name,
        level: integerOf(memberOf(field, "level"), -131072, 22),
        checksum: checksum.value === undefined ? false : booleanOf(checksum),
      };
    }
    case "gzip":
    case "zlib":
      return { name, level: integerOf(memberOf(field, "level"), 0, 9) };
    case "lz4":
      return { name, acceleration: integerOf(memberOf(field, "acceleration"), 0) };
    default:
      return name satisfies never;
  }
}

function parseBlosc(field: MetadataField, dtype: DType): BytesToBytesCodec {
  const typesize = itemSizeBytes(dtype);
  const blocksize = memberOf(field, "blocksize");
  const automatic = typesize === 1 ? "bitshuffle" : "shuffle";
  const shuffle = ["noshuffle", "shuffle", "bitshuffle"] as const;
  return {
    name: "blosc",
    cname: bloscCompressorOf(memberOf(field, "cname")),
    clevel: integerOf(memberOf(field, "clevel"), 0, 9),
    shuffle: shuffle[integerOf(memberOf(field, "shuffle"), -1, 2)] ?? automatic,
    typesize,
    blocksize: blocksize.value === undefined ? 0 : integerOf(blocksize, 0, MAX_CHUNK_BYTES),
  };
}
