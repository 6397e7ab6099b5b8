// Reads the columns of an Arrow schema from its bytes, within bounds: Arrow's own reader believes every length that they say.

/** The names of Arrow's types, by the numbers of their union. Source: arrow/format/Schema.fbs, `Type`. */
const TYPES = [
  ...[
    "none",
    "null",
    "int",
    "float",
    "binary",
    "utf8",
    "bool",
    "decimal",
    "date",
    "time",
    "timestamp",
    "interval",
  ],
  ...["list", "struct", "union", "fixed_size_binary", "fixed_size_list", "map", "duration"],
  ...["large_binary", "large_utf8", "large_list", "run_end_encoded", "binary_view", "utf8_view"],
] as const;

/** The floats, by the numbers of their precision, in the words of pyarrow. Source: arrow/format/Schema.fbs, `Precision`. */
const FLOATS = ["halffloat", "float", "double"] as const;

/** A schema that nests more deeply, or that has more columns, is not read. */
const MAX_DEPTH = 64;
const MAX_FIELDS = 1 << 16;
const SCHEMA_MESSAGE = 1;
const LITTLE_ENDIAN = 0;
const CONTINUATION = 0xffffffff;
const UTF8 = new TextDecoder();

/** A column of an Arrow schema. */
export interface ArrowField {
  readonly name: string;
  /** The type of the values, of a dictionary too: `utf8`, or `decimal128(2, 1)`. */
  readonly values: string;
  /** The type of the indices of a dictionary, such as `int64`; undefined for a column that is not one. */
  readonly indices: string | undefined;
  readonly children: readonly ArrowField[];
}

/**
 * Reads the fields of a schema from a message of Arrow's stream format.
 *
 * @throws {RangeError} if the bytes are not a message with a schema
 * @see https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format and arrow/format/Schema.fbs
 */
export function arrowFieldsOf(bytes: Uint8Array): readonly ArrowField[] {
  const schema = schemaIn(bytes);
  let left = MAX_FIELDS;
  const fieldOf = (table: FlatTable, depth: number): ArrowField => {
    if (--left < 0 || depth > MAX_DEPTH) {
      throw new RangeError("more columns than a schema has");
    }
    const encoding = table.table(4);
    return {
      name: table.text(0),
      values: typeName(table.byte(2), table.table(3)),
      indices: encoding && indexName(encoding.table(1)),
      children: table.tables(5).map((child) => fieldOf(child, depth + 1)),
    };
  };
  return schema.tables(1).map((table) => fieldOf(table, 0));
}

/** A column of an Arrow schema that is neither nested nor a dictionary. */
export interface ArrowColumn {
  readonly name: string;
  /** `int64`, `double`, `utf8`. */
  readonly type: string;
  readonly nullable: boolean;
  /** Its metadata. */
  readonly notes: ReadonlyMap<string, string>;
}

/** The columns of a flat schema, and its metadata. @throws {RangeError} as {@link arrowFieldsOf}, and for one that is not flat */
export function arrowColumnsOf(bytes: Uint8Array): {
  readonly fields: readonly ArrowColumn[];
  readonly metadata: ReadonlyMap<string, string>;
} {
  const schema = schemaIn(bytes);
  const tables = schema.tables(1);
  if (schema.byte(0) !== LITTLE_ENDIAN || tables.length > MAX_FIELDS) {
    throw new RangeError("a schema of big-endian values, or of more columns than a schema has");
  }
  const fields = tables.map((table): ArrowColumn => {
    if (table.table(4) !== undefined || table.tables(5).length > 0) {
      throw new RangeError("a column that is a dictionary or nested");
    }
    const type = typeName(table.byte(2), table.table(3));
    return {
      name: table.text(0),
      type: type === "int" ? indexName(table.table(3)) : type,
      nullable: table.byte(1) !== 0,
      notes: notesOf(table.tables(6)),
    };
  });
  return { fields, metadata: notesOf(schema.tables(2)) };
}

function notesOf(pairs: readonly FlatTable[]): ReadonlyMap<string, string> {
  return new Map(pairs.map((pair) => [pair.text(0), pair.text(1)]));
}

/** The schema in a message of Arrow's stream format. @throws {RangeError} */
function schemaIn(bytes: Uint8Array): FlatTable {
  const frame = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const message = tableAt(bytes.subarray(frame.getUint32(0, true) === CONTINUATION ? 8 : 4), 0);
  const schema = message.byte(1) === SCHEMA_MESSAGE ? message.table(2) : undefined;
  if (schema === undefined) {
    throw new RangeError("no schema");
  }
  return schema;
}

function typeName(type: number, details: FlatTable | undefined): string {
  const name = TYPES[type] ?? `type ${type}`;
  if (name === "float") {
    return FLOATS[details?.byte(0) ?? 0] ?? name;
  }
  return name === "decimal"
    ? `decimal${details?.int(2) || 128}(${details?.int(0) ?? 0}, ${details?.int(1) ?? 0})`
    : name;
}

function indexName(int: FlatTable | undefined): string {
  return int === undefined ? "int32" : `${int.byte(1) === 0 ? "u" : ""}int${int.int(0)}`;
}

/** A table of FlatBuffers. Its members are asked for by number. Source: FlatBuffers, "Internals". */
interface FlatTable {
  byte(member: number): number;
  int(member: number): number;
  text(member: number): string;
  table(member: number): FlatTable | undefined;
  tables(member: number): readonly FlatTable[];
}

/** The table to which the offset at `at` leads. Every read beyond the bytes throws a `RangeError`. */
function tableAt(bytes: Uint8Array, at: number): FlatTable {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const follow = (place: number): number => place + view.getUint32(place, true);
  const start = follow(at);
  const members = start - view.getInt32(start, true);
  const memberBytes = view.getUint16(members, true);
  const placeOf = (member: number): number | undefined => {
    const slot = 4 + 2 * member;
    const offset = slot + 2 > memberBytes ? 0 : view.getUint16(members + slot, true);
    return offset === 0 ? undefined : start + offset;
  };
  const lengthAt = (place: number, size: number): number => {
    const length = view.getUint32(place, true);
    if (length * size > bytes.length - place) {
      throw new RangeError(`${length} elements, where ${bytes.length - place} bytes are left`);
    }
    return length;
  };
  return {
    byte(member) {
      const place = placeOf(member);
      return place === undefined ? 0 : view.getUint8(place);
    },
    int(member) {
      const place = placeOf(member);
      return place === undefined ? 0 : view.getInt32(place, true);
    },
    text(member) {
      const place = placeOf(member);
      if (place === undefined) {
        return "";
      }
      const text = follow(place);
      return UTF8.decode(bytes.subarray(text + 4, text + 4 + lengthAt(text, 1)));
    },
    table(member) {
      const place = placeOf(member);
      return place === undefined ? undefined : tableAt(bytes, place);
    },
    tables(member) {
      const place = placeOf(member);
      const list = place === undefined ? undefined : follow(place);
      return list === undefined
        ? []
        : Array.from({ length: lengthAt(list, 4) }, (_, index) => tableAt(bytes, list + 4 + 4 * index));
    },
  };
}
