// Looks at the Arrow schema that writers keep in the footer of a Parquet file, for dictionaries that are not read.

import type { DataType, Dictionary } from "apache-arrow";
import { arrow } from "#arrow";
import { typeWords } from "../columns/foreign/type-words.ts";
import type { UnreadColumn } from "./first-unread.ts";

/** Values whose dictionaries were seen to be read right, by the numbers of Arrow's types. */
const READ_VALUES: ReadonlySet<number> = new Set([2, 3, 5, 6, 8, 9, 10, 18, 20, 24]);
const DICTIONARY = -1;

/** Files of one program have the same schema, so that the last ones are remembered. */
const MOST_REMEMBERED = 32;
const remembered = new Map<string, UnreadColumn | undefined>();

/**
 * Finds the first column whose values are a dictionary that is not read, such as one of decimals. Undefined if all are read,
 * or if Arrow does not know the schema: then the types of Parquet decide alone.
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
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const { fields } = arrow().tableFromIPC(bytes).schema;
    const field = fields.find(({ type }) => isUnread(type));
    return field && { name: field.name, type: typeWords(field.type) };
  } catch {
    return undefined;
  }
}

function isUnread(type: DataType): boolean {
  return (
    (isDictionary(type) && !READ_VALUES.has(Number(type.dictionary.typeId))) ||
    (type.children ?? []).some((child) => isUnread(child.type))
  );
}

function isDictionary(type: DataType): type is Dictionary {
  return Number(type.typeId) === DICTIONARY;
}
