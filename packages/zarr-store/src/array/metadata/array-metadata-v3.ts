// Parses and writes the `zarr.json` of a Zarr v3 array.

import { ZarrStoreError } from "../../errors.ts";
import { isObject } from "../../json/is-object.ts";
import {
  integerOf,
  itemsOf,
  type JsonField,
  memberOf,
  objectOf,
  oneOf,
  stringOf,
} from "../../json/json-field.ts";
import { serializeLossless } from "../../json/lossless-json.ts";
import type { ChunkKeyEncoding } from "../chunks/chunk-grid.ts";
import type { CodecList } from "../codecs/codec-list.ts";
import { type DType, isDType } from "../dtype.ts";
import { type ArrayMetadata, MAX_RANK } from "./array-metadata-model.ts";
import { encodeCodecs } from "./codec-pipeline.ts";
import { encodeFillValue, parseFillValue } from "./fill-value.ts";
import { invalidField, refuseOthers, refuseUnknownMembers, unsupportedField } from "./metadata-field.ts";
import { parseCodecs } from "./parse-codecs.ts";

const MAX_NAME_LENGTH = 1024;

const MEMBERS: readonly string[] = [
  "zarr_format",
  "node_type",
  "shape",
  "data_type",
  "chunk_grid",
  "chunk_key_encoding",
  "fill_value",
  "codecs",
  "attributes",
  "dimension_names",
  "storage_transformers",
];

/** Data types of Zarr v3 and its registry that this package does not read. */
const UNSUPPORTED_DATA_TYPE =
  /^(r\d+|float16|bfloat16|float(4|6|8)_.+|u?int[24]|complex.+|string|bytes|variable_length_bytes|fixed_length_utf32|null_terminated_bytes|raw_bytes|struct|structured|numpy\..+)$/;

/**
 * Reads the `zarr.json` of an array.
 *
 * @see https://zarr-specs.readthedocs.io/en/latest/v3/core/index.html#array-metadata
 */
export function parseArrayMetadataV3(document: JsonField, known: CodecList): ArrayMetadata {
  oneOf(memberOf(document, "node_type"), ["array"]);
  refuseUnknownMembers(document, MEMBERS);
  refuseTransformers(document);
  const dtype = parseDataType(memberOf(document, "data_type"));
  const shape = itemsOf(memberOf(document, "shape"), MAX_RANK).map((length) => integerOf(length, 0));
  const chunkShape = parseChunkGrid(memberOf(document, "chunk_grid"), shape.length);
  const dimensionNames = parseDimensionNames(memberOf(document, "dimension_names"), shape.length);
  return {
    zarrFormat: 3,
    dtype,
    shape,
    chunkShape,
    chunkKeyEncoding: parseChunkKeyEncoding(memberOf(document, "chunk_key_encoding")),
    fillValue: parseFillValue(memberOf(document, "fill_value"), dtype),
    codecs: parseCodecs(memberOf(document, "codecs"), { dtype, shape: chunkShape }, known),
    ...(dimensionNames === undefined ? {} : { dimensionNames }),
    attributes: parseAttributes(memberOf(document, "attributes")),
  };
}

/**
 * The content of an array's `zarr.json`, as zarr-python 3 and xarray expect it. An integer that a number would round
 * stays a bigint.
 *
 * @throws {ZarrStoreError} `not_supported` for Zarr v2, which is only read
 */
export function encodeArrayMetadata(metadata: ArrayMetadata): Readonly<Record<string, unknown>> {
  if (metadata.zarrFormat === 2) {
    throw new ZarrStoreError("not_supported", "Zarr v2 metadata can be read but not written");
  }
  const { dtype, chunkKeyEncoding, dimensionNames } = metadata;
  return {
    zarr_format: 3,
    node_type: "array",
    shape: metadata.shape,
    data_type: dtype,
    chunk_grid: { name: "regular", configuration: { chunk_shape: metadata.chunkShape } },
    chunk_key_encoding: {
      name: chunkKeyEncoding.name,
      configuration: { separator: chunkKeyEncoding.separator },
    },
    fill_value: encodeFillValue(metadata.fillValue),
    codecs: encodeCodecs(metadata.codecs, dtype),
    attributes: metadata.attributes,
    ...(dimensionNames === undefined ? {} : { dimension_names: dimensionNames }),
  };
}

/** The bytes of an array's `zarr.json`. @throws {ZarrStoreError} `not_supported` for Zarr v2 */
export function encodeArrayNode(metadata: ArrayMetadata): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(serializeLossless(encodeArrayMetadata(metadata)));
}

function refuseTransformers(document: JsonField): void {
  const transformers = memberOf(document, "storage_transformers");
  if (transformers.value !== undefined) {
    itemsOf(transformers, 0);
  }
}

function parseDataType(field: JsonField): DType {
  const name = stringOf(isObject(field.value) ? memberOf(field, "name") : field);
  if (UNSUPPORTED_DATA_TYPE.test(name)) {
    throw unsupportedField(field, `the data type ${JSON.stringify(name)}`);
  }
  if (isObject(field.value)) {
    checkExtension(field, []);
  }
  if (!isDType(name)) {
    throw invalidField({ ...field, value: name }, "a data type");
  }
  return name;
}

function parseChunkGrid(field: JsonField, rank: number): readonly number[] {
  const name = memberOf(field, "name");
  if (name.value === "rectangular" || name.value === "rectilinear") {
    throw unsupportedField(name, "a chunk grid other than the regular one");
  }
  oneOf(name, ["regular"]);
  checkExtension(field, ["chunk_shape"]);
  const chunkShape = memberOf(memberOf(field, "configuration"), "chunk_shape");
  const lengths = itemsOf(chunkShape, MAX_RANK).map((length) => integerOf(length, 1));
  if (lengths.length !== rank) {
    throw invalidField(chunkShape, `a list of ${rank}, one length per axis`);
  }
  return lengths;
}

function parseChunkKeyEncoding(field: JsonField): ChunkKeyEncoding {
  if (typeof field.value === "string") {
    const name = oneOf(field, ["default", "v2"]);
    return { name, separator: name === "default" ? "/" : "." };
  }
  const name = oneOf(memberOf(field, "name"), ["default", "v2"]);
  checkExtension(field, ["separator"]);
  const configuration = memberOf(field, "configuration");
  const separator = configuration.value === undefined ? configuration : memberOf(configuration, "separator");
  if (separator.value === undefined) {
    return { name, separator: name === "default" ? "/" : "." };
  }
  return { name, separator: oneOf(separator, [".", "/"]) };
}

function parseDimensionNames(field: JsonField, rank: number): readonly (string | null)[] | undefined {
  if (field.value === undefined || field.value === null) {
    return undefined;
  }
  const names = itemsOf(field, MAX_RANK).map((item) => {
    if (item.value !== null && stringOf(item).length > MAX_NAME_LENGTH) {
      throw invalidField(item, `a name of at most ${MAX_NAME_LENGTH} characters`);
    }
    return item.value === null ? null : stringOf(item);
  });
  if (names.length !== rank) {
    throw invalidField(field, `a list of ${rank}, one name per axis`);
  }
  return names;
}

/** Reads the attributes. The specification makes them optional, and some writers leave out empty ones. */
function parseAttributes(field: JsonField): Readonly<Record<string, unknown>> {
  return field.value === undefined ? {} : objectOf(field);
}

/** Refuses members that an extension point does not have, or whose meaning is not known here. */
function checkExtension(field: JsonField, configurationMembers: readonly string[]): void {
  refuseOthers(field, ["name", "configuration", "must_understand"]);
  const configuration = memberOf(field, "configuration");
  if (configuration.value !== undefined) {
    refuseOthers(configuration, configurationMembers);
  }
}
