// Reads what the footer of a Parquet file says of its columns.

import { THRIFT, ThriftReader } from "./thrift-reader.ts";

/** The names of Parquet's types and annotations, by their numbers. Source: parquet.thrift 2.12. */
const PHYSICAL = [
  "boolean",
  "int32",
  "int64",
  "int96",
  "float",
  "double",
  "byte_array",
  "fixed_len_byte_array",
] as const;
const REPETITIONS = ["required", "optional", "repeated"] as const;
const LOGICAL: Readonly<Record<number, string>> = {
  1: "string",
  2: "map",
  3: "list",
  4: "enum",
  5: "decimal",
  6: "date",
  7: "time",
  8: "timestamp",
  10: "integer",
  11: "null",
  12: "json",
  13: "bson",
  14: "uuid",
  15: "float16",
  16: "variant",
  17: "geometry",
  18: "geography",
};
const CONVERTED: readonly string[] = [
  "string",
  "map",
  "map",
  "list",
  "enum",
  "decimal",
  "date",
  "time",
  "time",
  "timestamp",
  "timestamp",
  ...["uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"],
  "json",
  "bson",
  "interval",
];
const ARROW_SCHEMA = "ARROW:schema";

/** A node of the schema of a Parquet file: a column, or a group of them. */
export interface ParquetField {
  readonly name: string;
  /** Undefined for a group. */
  readonly physical: (typeof PHYSICAL)[number] | undefined;
  readonly repetition: (typeof REPETITIONS)[number];
  /** What the values mean, such as `decimal` or `int16`; undefined if that is what they are. */
  readonly meaning: string | undefined;
  /** Bytes of a value of fixed length. */
  readonly typeLength: number;
  readonly precision: number;
  readonly scale: number;
  /** The number that the writer gave the column, if it gave one. */
  readonly fieldId: number | undefined;
  readonly children: readonly ParquetField[];
}

/** Where the values of one column in a group of rows are. The numbers are as the footer has them: not checked. */
export interface ParquetChunk {
  readonly physical: ParquetField["physical"];
  /** The number of the compression. */
  readonly codec: number;
  readonly valueCount: number;
  readonly compressedBytes: number;
  readonly dataPageOffset: number;
  /** Where its dictionary is, if the footer says so; otherwise it is the first of the pages, if there is one. */
  readonly dictionaryPageOffset: number | undefined;
  /** True for a dictionary, an encryption, or values in another file. */
  readonly isSpecial: boolean;
}

/** Rows that are stored together. */
export interface ParquetRowGroup {
  readonly rowCount: number;
  readonly chunks: readonly ParquetChunk[];
}

export interface ParquetFooter {
  readonly fields: readonly ParquetField[];
  /** The Arrow schema that the writer kept beside its own, in base64. */
  readonly arrowSchema: string | undefined;
  /** True if the writer kept other metadata as well. */
  readonly hasOtherMetadata: boolean;
  /** Only if they were asked for. */
  readonly rowGroups: readonly ParquetRowGroup[] | undefined;
  /** The number of rows that the footer states. The file may hold others. */
  readonly rows: number | undefined;
  /** The bytes of all its pages, unpacked, as the footer states them. Values of a dictionary count once. */
  readonly unpackedBytes: number;
}

interface OpenField {
  name: string;
  physical: ParquetField["physical"];
  repetition: ParquetField["repetition"];
  meaning: string | undefined;
  typeLength: number;
  precision: number;
  scale: number;
  fieldId: number | undefined;
  childCount: number;
}

/**
 * Reads the footer of a file whose frame was checked. The places of values are read with `rowGroups` only: a large file has many.
 *
 * @throws {RangeError} if it is not one
 * @see https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift `FileMetaData`, `SchemaElement`
 */
export function parquetFooterOf(
  bytes: Uint8Array,
  options: { readonly rowGroups?: boolean } = {},
): ParquetFooter {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const footerBytes = view.getUint32(bytes.length - 8, true);
  const reader = new ThriftReader(bytes.subarray(bytes.length - 8 - footerBytes, bytes.length - 8));
  const elements: OpenField[] = [];
  const rowGroups: ParquetRowGroup[] | undefined = options.rowGroups === true ? [] : undefined;
  let arrowSchema: string | undefined;
  let hasOtherMetadata = false;
  let rows: number | undefined;
  let unpackedBytes = 0;
  reader.struct((field, type) => {
    if (field === 3 && type === THRIFT.i64) {
      rows = reader.long();
      return true;
    }
    if (type !== THRIFT.list) {
      return false;
    }
    if (field === 2) {
      reader.structs(() => elements.push(readElement(reader)));
      return true;
    }
    if (field === 4) {
      reader.structs(() => {
        const group = readRowGroup(reader, rowGroups !== undefined);
        unpackedBytes += group.unpackedBytes;
        rowGroups?.push(group);
      });
      return true;
    }
    if (field === 5) {
      reader.structs(() => {
        const found = readArrowSchema(reader);
        arrowSchema = found ?? arrowSchema;
        hasOtherMetadata ||= found === undefined;
      });
      return true;
    }
    return false;
  });
  return { fields: treeOf(elements), arrowSchema, hasOtherMetadata, rows, unpackedBytes, rowGroups };
}

/** Reads a `RowGroup`; of one whose chunks are not wanted, `total_byte_size` alone. */
function readRowGroup(
  reader: ThriftReader,
  wantsChunks: boolean,
): ParquetRowGroup & { readonly unpackedBytes: number } {
  const chunks: ParquetChunk[] = [];
  let [rowCount, unpackedBytes] = [0, 0];
  reader.struct((field, type) => {
    if (wantsChunks && field === 1 && type === THRIFT.list) {
      reader.structs(() => chunks.push(readChunk(reader)));
      return true;
    }
    if (field === 2 && type === THRIFT.i64) {
      unpackedBytes = reader.long();
      return true;
    }
    if (field === 3 && type === THRIFT.i64) {
      rowCount = reader.long();
      return true;
    }
    return false;
  });
  return { rowCount, chunks, unpackedBytes };
}

interface OpenChunk {
  physical: ParquetField["physical"];
  codec: number;
  valueCount: number;
  compressedBytes: number;
  dataPageOffset: number;
  dictionaryPageOffset: number | undefined;
  isSpecial: boolean;
}

/** Reads a `ColumnChunk`. */
function readChunk(reader: ThriftReader): ParquetChunk {
  const chunk: OpenChunk = {
    ...{ physical: undefined, codec: -1, valueCount: 0, compressedBytes: 0, dataPageOffset: 0 },
    dictionaryPageOffset: undefined,
    isSpecial: false,
  };
  reader.struct((field, type) => {
    if (field === 3 && type === THRIFT.struct) {
      reader.struct((inner, innerType) => readChunkMetadata(reader, chunk, inner, innerType));
      return true;
    }
    // Another file, or an encryption.
    chunk.isSpecial ||= field === 1 || field === 8 || field === 9;
    return false;
  });
  return chunk;
}

/** Reads a field of `ColumnMetaData`. */
function readChunkMetadata(reader: ThriftReader, chunk: OpenChunk, field: number, type: number): boolean {
  if (type === THRIFT.i32 && (field === 1 || field === 4)) {
    const value = reader.integer();
    if (field === 1) {
      chunk.physical = PHYSICAL[value];
    } else {
      chunk.codec = value;
    }
    return true;
  }
  if (type === THRIFT.i64 && field === 11) {
    chunk.isSpecial = true;
    chunk.dictionaryPageOffset = reader.long();
    return true;
  }
  if (type !== THRIFT.i64 || (field !== 5 && field !== 7 && field !== 9)) {
    chunk.isSpecial ||= field === 11;
    return false;
  }
  const value = reader.long();
  switch (field) {
    case 5:
      chunk.valueCount = value;
      break;
    case 7:
      chunk.compressedBytes = value;
      break;
    default:
      chunk.dataPageOffset = value;
  }
  return true;
}

function readElement(reader: ThriftReader): OpenField {
  const element: OpenField = {
    ...{ name: "", physical: undefined, repetition: "required", meaning: undefined },
    ...{ typeLength: 0, precision: 0, scale: 0, childCount: 0, fieldId: undefined },
  };
  let converted: string | undefined;
  reader.struct((field, type) => {
    if (field === 4 && type === THRIFT.binary) {
      element.name = reader.text();
      return true;
    }
    if (field === 10 && type === THRIFT.struct) {
      element.meaning = readLogical(reader, element) ?? element.meaning;
      return true;
    }
    if (type !== THRIFT.i32) {
      return false;
    }
    const value = reader.integer();
    switch (field) {
      case 1:
        element.physical = named(PHYSICAL, value, "type");
        break;
      case 2:
        element.typeLength = value;
        break;
      case 3:
        element.repetition = named(REPETITIONS, value, "repetition");
        break;
      case 5:
        element.childCount = value;
        break;
      case 6:
        converted = CONVERTED[value] ?? `the annotation ${value}`;
        break;
      case 7:
        element.scale = value;
        break;
      case 8:
        element.precision = value;
        break;
      case 9:
        element.fieldId = value;
        break;
      default:
    }
    return true;
  });
  element.meaning ??= converted;
  return element;
}

/** Reads a `LogicalType`, a union: its one field says which type it is. */
function readLogical(reader: ThriftReader, element: OpenField): string | undefined {
  let meaning: string | undefined;
  reader.struct((kind, type) => {
    meaning = LOGICAL[kind] ?? `the annotation ${kind}`;
    if (type !== THRIFT.struct || (meaning !== "decimal" && meaning !== "integer")) {
      return false;
    }
    let bits = 0;
    let isSigned = true;
    const isDecimal = meaning === "decimal";
    reader.struct((field, inner) => {
      if (isDecimal && inner === THRIFT.i32) {
        element[field === 1 ? "scale" : "precision"] = reader.integer();
        return true;
      }
      if (field === 1 && inner === THRIFT.byte) {
        bits = reader.byte();
        return true;
      }
      isSigned = field === 2 ? inner === THRIFT.true : isSigned;
      return false;
    });
    meaning = isDecimal ? meaning : `${isSigned ? "" : "u"}int${bits}`;
    return true;
  });
  return meaning;
}

function readArrowSchema(reader: ThriftReader): string | undefined {
  let isOurs = false;
  let value: string | undefined;
  reader.struct((field, type) => {
    if (type !== THRIFT.binary || (field !== 1 && !(field === 2 && isOurs))) {
      return false;
    }
    const text = reader.text();
    isOurs ||= field === 1 && text === ARROW_SCHEMA;
    value = field === 2 ? text : value;
    return true;
  });
  return value;
}

function named<const T>(names: readonly T[], value: number, what: string): T {
  const name = names[value];
  if (name === undefined) {
    throw new RangeError(`the ${what} ${value}, which there is not`);
  }
  return name;
}

/** Makes a tree of the elements, which are listed depth first, the root first. */
function treeOf(elements: readonly OpenField[]): readonly ParquetField[] {
  let next = 1;
  const childrenOf = (count: number, depth: number): readonly ParquetField[] => {
    if (count < 0 || count > elements.length - next || depth > MAX_DEPTH) {
      throw new RangeError(`a group of ${count} columns, where ${elements.length - next} are left`);
    }
    return Array.from({ length: count }, () => {
      const element = elements[next];
      if (element === undefined) {
        throw new RangeError("fewer columns than the footer says");
      }
      next++;
      const { childCount, ...field } = element;
      return { ...field, children: childrenOf(childCount, depth + 1) };
    });
  };
  const [root] = elements;
  if (root === undefined) {
    throw new RangeError("no schema");
  }
  const fields = childrenOf(root.childCount, 0);
  if (next !== elements.length) {
    throw new RangeError("more columns than the footer says");
  }
  return fields;
}

/** No schema nests as deeply as this. */
const MAX_DEPTH = 64;
