// Reads the Arrow schema in the footer of a small Parquet file, if all its columns have our types.

import type { Schema } from "apache-arrow";
import { arrow } from "#arrow";
import { type Column, columnTypeOf, parseTableSchema, type TableSchema } from "../table-schema.ts";
import { arrowFieldsOf } from "./arrow-fields.ts";

/** The schema of a table in our types, and the metadata of the whole. */
export interface SmallSchema {
  readonly schema: TableSchema;
  readonly metadata: ReadonlyMap<string, string>;
}

/** Files of one program have the same schema, so that the last ones are remembered. */
const MOST_REMEMBERED = 32;
/** The longest schema that is remembered, in characters. */
const LONGEST = 1 << 16;
const remembered = new Map<string, SmallSchema | undefined>();
const NOTES: ReadonlySet<string> = new Set(["unit", "description"]);

/**
 * Reads an Arrow schema in base64. Undefined if it cannot be read, or if a column has a type or a note that is not ours: then
 * the general reader is used. Arrow must be loaded.
 */
export function smallSchemaOf(base64: string): SmallSchema | undefined {
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

function readSchema(base64: string): SmallSchema | undefined {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    // Arrow's own reader believes every length: this one has checked them.
    if (arrowFieldsOf(bytes).some(({ indices, children }) => indices !== undefined || children.length > 0)) {
      return undefined;
    }
    const { schema } = arrow().tableFromIPC(bytes);
    const columns = columnsOf(schema);
    return columns && { schema: parseTableSchema({ columns }), metadata: schema.metadata };
  } catch {
    return undefined;
  }
}

function columnsOf({ fields }: Schema): readonly Column[] | undefined {
  const columns: Column[] = [];
  for (const { name, type: arrowType, nullable, metadata } of fields) {
    const type = columnTypeOf(arrowType);
    if (type === undefined || [...metadata.keys()].some((key) => !NOTES.has(key))) {
      return undefined;
    }
    const unit = metadata.get("unit");
    const description = metadata.get("description");
    columns.push({
      name,
      type,
      ...(nullable ? {} : { nullable: false }),
      ...(unit === undefined ? {} : { unit }),
      ...(description === undefined ? {} : { description }),
    });
  }
  return columns;
}
