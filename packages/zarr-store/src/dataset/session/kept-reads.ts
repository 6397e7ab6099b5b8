// What a record keeps of its artifacts, so that none is read or decoded twice.

import type { Table } from "apache-arrow";
import type { JsonText } from "../../json/lossless-json.ts";
import type { StoreKey } from "../../store/store-key.ts";

/** The artifacts that a record has read, or is reading, by their paths. A failure is kept as well. */
export class KeptReads {
  readonly texts: Map<string, Promise<JsonText>> = new Map();
  /** Those that may share memory. */
  readonly tables: Map<StoreKey, Promise<Table>> = new Map();

  /** Keeps nothing of what was read before a change. */
  clear(): void {
    this.texts.clear();
    this.tables.clear();
  }
}

/** Returns what is kept under a key, or what `load` gives, which is then kept. Without a map, nothing is kept. */
export function keptOr<K, V>(
  kept: Map<K, Promise<V>> | undefined,
  key: K,
  load: () => Promise<V>,
): Promise<V> {
  const before = kept?.get(key);
  if (before !== undefined) {
    return before;
  }
  const made = load();
  kept?.set(key, made);
  return made;
}
