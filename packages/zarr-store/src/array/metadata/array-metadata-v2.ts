// Parses the `.zarray` of a Zarr v2 array.

import type { Endian } from "../../bytes/byte-order.ts";
import { isObject } from "../../json/is-object.ts";
import { integerOf, itemsOf, type JsonField, memberOf, oneOf, stringOf } from "../../json/json-field.ts";
import type { CodecList } from "../codecs/codec-list.ts";
import type { UsedCodec } from "../codecs/zarr-codec.ts";
import { type DType, itemSizeBytes } from "../dtype.ts";
import { type ArrayMetadata, MAX_RANK } from "./array-metadata-model.ts";
import type { EncodedForm } from "./codec-configuration.ts";
import { parseFillValue, zeroFillValue } from "./fill-value.ts";
import { invalidField, unsupportedField } from "./metadata-field.ts";
import { ADD_A_CODEC, useOf } from "./parse-codecs.ts";

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

/** NumPy dtypes that are not read: half and complex floats, times, strings, raw bytes, objects. */
const UNSUPPORTED_DTYPE = /^[<>|](f2|c8|c16|[mM]8(\[.+\])?|[SUV]\d+|O)$/;

/** Compressors of numcodecs that this package cannot decode. */
const UNSUPPORTED_COMPRESSORS: readonly unknown[] = [
  "bz2",
  "lzma",
  "xz",
  "zfpy",
  "pcodec",
  "shuffle",
  "snappy",
];

/**
 * Reads a `.zarray`. Members that the specification does not define are ignored, as it asks.
 *
 * @see https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html#arrays
 */
export function parseArrayMetadataV2(document: JsonField, known: CodecList): ArrayMetadata {
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
  const form = { dtype, shape: chunkShape };
  const filters = parseFilters(memberOf(document, "filters"), form, known);
  const compressor = parseCompressor(memberOf(document, "compressor"), form, known);
  return {
    zarrFormat: 2,
    dtype,
    shape,
    chunkShape,
    chunkKeyEncoding: {
      name: "v2",
      separator: separator.value === undefined ? "." : oneOf(separator, [".", "/"]),
    },
    fillValue: fill.value === null ? zeroFillValue(dtype) : parseFillValue(asNumPyReads(fill, dtype), dtype),
    codecs: {
      arrayToArray: [
        ...(isColumnMajor
          ? [{ name: "transpose", order: shape.map((_, axis) => shape.length - 1 - axis) }]
          : []),
        ...filters.arrayToArray,
      ],
      arrayToBytes: { name: "bytes", endian },
      bytesToBytes: [...filters.bytesToBytes, ...compressor],
    },
    attributes: {},
  };
}

/**
 * A fill value that the specification spells otherwise, and that NumPy reads all the same: n5-zarr writes numbers as texts
 * (`"0"`), and other writers write booleans as numbers.
 */
function asNumPyReads(field: JsonField, dtype: DType): JsonField {
  const { value } = field;
  const number =
    typeof value === "string" && DECIMAL.test(value)
      ? WHOLE.test(value)
        ? wholeNumber(value)
        : Number(value)
      : value;
  return dtype === "bool" && (number === 0 || number === 1)
    ? { ...field, value: number === 1 }
    : { ...field, value: number };
}

const DECIMAL = /^[+-]?(\d{1,40}\.?\d{0,40}|\.\d{1,40})([eE][+-]?\d{1,3})?$/;
const WHOLE = /^[+-]?\d+(\.0*)?$/;

/** A whole number, as a bigint where a number would round it. */
function wholeNumber(text: string): number | bigint {
  const whole = BigInt(text.replace(/\..*$/, "").replace("+", ""));
  return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole;
}

function parseDType(field: JsonField): StoredDType {
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

interface Filters {
  readonly arrayToArray: readonly UsedCodec[];
  readonly bytesToBytes: readonly UsedCodec[];
}

/** Reads the filters, which run before the compressor: those on elements first, then those on bytes. */
function parseFilters(field: JsonField, form: EncodedForm, known: CodecList): Filters {
  const arrayToArray: UsedCodec[] = [];
  const bytesToBytes: UsedCodec[] = [];
  for (const item of field.value === null ? [] : itemsOf(field, MAX_FILTERS)) {
    const id = stringOf(memberOf(item, "id"));
    const codec = known.find(2, id);
    if (codec === undefined || (codec.kind === "array-array" && bytesToBytes.length > 0)) {
      throw unsupportedField(item, `the filter ${JSON.stringify(id)}`, ADD_A_CODEC);
    }
    (codec.kind === "array-array" ? arrayToArray : bytesToBytes).push(useOf(codec, item, 2, form));
  }
  return { arrayToArray, bytesToBytes };
}

function parseCompressor(field: JsonField, form: EncodedForm, known: CodecList): readonly UsedCodec[] {
  if (field.value === null) {
    return [];
  }
  if (!isObject(field.value)) {
    throw invalidField(field, "null or an object");
  }
  const id = memberOf(field, "id");
  const codec = typeof id.value === "string" ? known.find(2, id.value) : undefined;
  if (codec?.kind !== "bytes-bytes") {
    throw UNSUPPORTED_COMPRESSORS.includes(id.value)
      ? unsupportedField(id, "this compressor", ADD_A_CODEC)
      : invalidField(id, `${known.namesOf(2, "bytes-bytes")}; ${ADD_A_CODEC}`);
  }
  return [useOf(codec, field, 2, form)];
}
