// Lists what the commit protocol has in its own folder for staging.

import type { KeyValueStore } from "../store/key-value-store.ts";
import { isStoreKey, type StoreKey } from "../store/store-key.ts";
import { STAGING } from "./records/control-keys.ts";

/**
 * The names of what is in staging, without what no program of ours makes there: symbolic links, special files, and names with
 * which no key is made. Nobody follows those, and no writer is stopped by them; `check` names them.
 */
export async function listStaging(store: Pick<KeyValueStore, "list">): Promise<readonly StoreKey[]> {
  const entries = await store.list(STAGING);
  return entries.flatMap(({ name, kind }) => (kind !== "other" && isStoreKey(name) ? [name] : []));
}
