// Finds the folder of a zip file that holds a Zarr hierarchy: its root, or the one folder in it.

import type { ReadOnlyStore } from "../store/read-only-store.ts";
import { joinKey, keyBelow, type StoreKey } from "../store/store-key.ts";
import { systemFileOwner } from "../store/system-file.ts";
import { ZARR_NODE } from "./zarr-zip-order.ts";
import type { ZipStore } from "./zip-store.ts";

/** Names of which one lies in the root of a hierarchy of Zarr v3 or v2. */
const ROOT_NAMES: readonly string[] = [ZARR_NODE, ".zgroup", ".zarray"];
/** What macOS puts beside the files that it packs. */
const MAC_FOLDER = "__MACOSX";

/**
 * Returns the hierarchy in a zip file. Programs that pack a folder by its name put everything below that name: if the root is not
 * a node and holds nothing but one folder that is a node, that folder is returned.
 */
export async function zarrRoot(store: ZipStore): Promise<ReadOnlyStore> {
  const top = await store.list("");
  if (top.some(({ name }) => ROOT_NAMES.includes(name))) {
    return store;
  }
  const [only, ...more] = top.filter(
    ({ name }) => name !== MAC_FOLDER && systemFileOwner(name) === undefined,
  );
  if (only?.kind !== "directory" || more.length > 0) {
    return store;
  }
  const folder = joinKey(only.name);
  const names = await store.list(folder);
  return names.some(({ name }) => ROOT_NAMES.includes(name)) ? storeBelow(store, folder) : store;
}

function storeBelow(store: ReadOnlyStore, folder: StoreKey): ReadOnlyStore {
  const below = (key: StoreKey | ""): StoreKey => (key === "" ? folder : keyBelow(folder, key));
  return {
    location: store.location,
    isArchive: true,
    get: (key, options) => store.get(below(key), options),
    getRange: (key, range, options) => store.getRange(below(key), range, options),
    list: (prefix, options) => store.list(below(prefix), options),
    stat: (key) => store.stat(below(key)),
  };
}
