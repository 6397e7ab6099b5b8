// Looks for dictionaries of a Parquet file that are not read, and for those whose texts may take much memory.

import { type ArrowField, arrowFieldsOf } from "./arrow-fields.ts";
import type { UnreadColumn } from "./first-unread.ts";
import type { ParquetRowGroup } from "./parquet-footer.ts";
import { THRIFT, ThriftReader } from "./thrift-reader.ts";

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

/** The number of a dictionary among the types of pages. */
const DICTIONARY_PAGE = 2;

/**
 * How many bytes of memory a row may need: a text of a dictionary is stored once, and may be in every row. That is at most the whole
 * dictionary, for each column of texts.
 *
 * @throws {RangeError} if a page does not begin as one does
 */
export function dictionaryBytesPerRow(bytes: Uint8Array, { chunks }: ParquetRowGroup): number {
  let sum = 0;
  for (const { physical, dictionaryPageOffset, dataPageOffset } of chunks) {
    const reader = new ThriftReader(bytes.subarray(dictionaryPageOffset ?? dataPageOffset));
    let [page, unpackedBytes] = [-1, 0];
    if (physical === "byte_array") {
      reader.struct((field, type) => {
        if (type !== THRIFT.i32 || field > 2) {
          return false;
        }
        const value = reader.integer();
        [page, unpackedBytes] = field === 1 ? [value, unpackedBytes] : [page, value];
        return true;
      });
    }
    sum += page === DICTIONARY_PAGE ? Math.max(0, unpackedBytes) : 0;
  }
  return sum;
}
