// Reads the Arrow schema in the footer of a Parquet file, if all its columns have our types, without Arrow.

import { type Column, type ColumnType, parseTableSchema, type TableSchema } from "../../table-schema.ts";
import { arrowColumnsOf } from "../arrow-fields.ts";

/** The schema of a table in our types, and the metadata of the whole. */
export interface PlainSchema {
  readonly schema: TableSchema;
  readonly metadata: ReadonlyMap<string, string>;
}

/** Files of one program have the same schema, so that the last ones are remembered. */
const MOST_REMEMBERED = 32;
/** The longest schema that is remembered, in characters. */
const LONGEST = 1 << 16;
const remembered = new Map<string, PlainSchema | undefined>();
const NOTES: ReadonlySet<string> = new Set(["unit", "description"]);
const TYPES: ReadonlyMap<string, ColumnType> = new Map([
  ["int64", "int64"],
  ["int32", "int32"],
  ["double", "float64"],
  ["utf8", "utf8"],
  ["bool", "bool"],
]);

/**
 * Reads an Arrow schema in base64. Undefined if it cannot be read, or if a column has a type or a note that is not ours: then
 * the general reader is used.
 */
export function plainSchemaOf(base64: string): PlainSchema | undefined {
  if (base64.length > LONGEST) {
    return undefined;
  }
  if (remembered.has(base64)) {
    return remembered.get(base64);
  }
  const found = readSchema(base64);
  if (remembered.size >= MOST_REMEMBERED) {
    remembered.clear();
  }
  remembered.set(base64, found);
  return found;
}

function readSchema(base64: string): PlainSchema | undefined {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const { fields, metadata } = arrowColumnsOf(bytes);
    const columns: Column[] = [];
    for (const { name, type: arrowType, nullable, notes } of fields) {
      const type = TYPES.get(arrowType);
      if (type === undefined || [...notes.keys()].some((key) => !NOTES.has(key))) {
        return undefined;
      }
      const [unit, description] = [notes.get("unit"), notes.get("description")];
      columns.push({
        name,
        type,
        ...(nullable ? {} : { nullable: false }),
        ...(unit === undefined ? {} : { unit }),
        ...(description === undefined ? {} : { description }),
      });
    }
    return { schema: parseTableSchema({ columns }), metadata };
  } catch {
    return undefined;
  }
}
