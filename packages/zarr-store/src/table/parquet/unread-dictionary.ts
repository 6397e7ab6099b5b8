// Looks at the Arrow schema that writers keep in the footer of a Parquet file, for dictionaries that are not read.

import { type ArrowField, arrowFieldsOf } from "./arrow-fields.ts";
import type { UnreadColumn } from "./first-unread.ts";

/** Values whose dictionaries were seen to be read right. One of booleans ends the WebAssembly, and it makes none of float16. */
const READ_VALUES: ReadonlySet<string> = new Set([
  ...["int", "float", "double", "utf8", "date", "time", "timestamp", "duration", "large_utf8", "utf8_view"],
]);

/** Files of one program have the same schema, so that the last ones are remembered. */
const MOST_REMEMBERED = 32;
const remembered = new Map<string, UnreadColumn | undefined>();

/**
 * Finds the first column whose values are a dictionary that is not read, such as one of decimals. Undefined if all are read,
 * or if the schema cannot be read: then the types of Parquet decide alone.
 */
export function unreadDictionary(base64: string): UnreadColumn | undefined {
  if (remembered.has(base64)) {
    return remembered.get(base64);
  }
  const found = findUnread(base64);
  if (remembered.size >= MOST_REMEMBERED) {
    remembered.clear();
  }
  remembered.set(base64, found);
  return found;
}

function findUnread(base64: string): UnreadColumn | undefined {
  let fields: readonly ArrowField[];
  try {
    fields = arrowFieldsOf(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
  } catch {
    return undefined;
  }
  for (const field of fields) {
    const unread = unreadWithin(field);
    if (unread !== undefined) {
      return { name: field.name, type: dictionaryWords(unread) };
    }
  }
  return undefined;
}

/** The column itself or the first one inside it, if it is a dictionary that is not read. */
function unreadWithin(field: ArrowField): ArrowField | undefined {
  if (field.indices !== undefined && !READ_VALUES.has(field.values)) {
    return field;
  }
  for (const child of field.children) {
    const unread = unreadWithin(child);
    if (unread !== undefined) {
      return unread;
    }
  }
  return undefined;
}

function dictionaryWords({ values, indices }: ArrowField): string {
  return `dictionary<values=${values}, indices=${indices}>`;
}
