// Decides from the footer of a Parquet file which columns can be read, and names the types of those that cannot.

import type { ParquetField } from "./parquet-footer.ts";

/** The types that the reader was seen to read right: `test/interop/parquet/parquet-types.test.ts` tries each. */
const READ: Readonly<Record<string, readonly (string | undefined)[]>> = {
  boolean: [undefined],
  int32: [
    ...[undefined, "int8", "int16", "int32", "uint8", "uint16", "uint32"],
    ...["date", "time", "decimal", "null"],
  ],
  int64: [undefined, "int64", "uint64", "time", "timestamp", "decimal"],
  int96: [undefined],
  float: [undefined],
  double: [undefined],
  byte_array: ["string", "enum", "json", "decimal"],
  fixed_len_byte_array: ["decimal", "float16"],
};

/** Lists in lists, to this depth. */
const MAX_LISTS = 8;

/** A column that cannot be read, and its type in words, as pyarrow names types. */
export interface UnreadColumn {
  readonly name: string;
  readonly type: string;
}

/** Finds the first column that cannot be read; undefined if all can. */
export function firstUnread(fields: readonly ParquetField[]): UnreadColumn | undefined {
  const field = fields.find((one) => !isRead(one, 0));
  return field && { name: field.name, type: typeWords(field) };
}

function isRead(field: ParquetField, lists: number): boolean {
  const { physical, meaning, repetition } = field;
  if (physical !== undefined) {
    return repetition !== "repeated" && READ[physical]?.includes(meaning) === true;
  }
  const element = elementOf(field);
  return element !== undefined && lists < MAX_LISTS && isRead(element, lists + 1);
}

/** The elements of a list: a group with one repeated group, which has one column. Source: the Parquet format, "Lists". */
function elementOf({ meaning, repetition, children }: ParquetField): ParquetField | undefined {
  const [list, ...more] = children;
  const isList = meaning === "list" && repetition !== "repeated" && more.length === 0;
  return isList &&
    list?.physical === undefined &&
    list?.repetition === "repeated" &&
    list.children.length === 1
    ? list.children[0]
    : undefined;
}

function typeWords(field: ParquetField): string {
  const { physical, meaning, typeLength, precision, scale, children, repetition } = field;
  if (physical === undefined) {
    return groupWords(field);
  }
  const words =
    meaning === "decimal"
      ? `decimal(${precision}, ${scale})`
      : (meaning ??
        (physical === "byte_array"
          ? "binary"
          : physical === "fixed_len_byte_array"
            ? `fixed_size_binary[${typeLength}]`
            : physical));
  return repetition === "repeated" && children.length === 0 ? `repeated ${words}` : words;
}

function groupWords(field: ParquetField): string {
  const { meaning, children } = field;
  const element = elementOf(field);
  if (element !== undefined) {
    return `list<${typeWords(element)}>`;
  }
  const [only] = children;
  if (meaning === "map" && only !== undefined) {
    return `map<${only.children.map(typeWords).join(", ")}>`;
  }
  const members = children.map((child) => `${child.name}: ${typeWords(child)}`).join(", ");
  return `${meaning ?? "struct"}<${members}>`;
}
