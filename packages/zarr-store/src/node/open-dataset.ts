import { type OpenDatasetOptions, openDataset as openStore } from "../dataset/open-dataset.ts";
import type { ZarrDataset } from "../dataset/zarr-dataset.ts";
import { ZarrStoreError } from "../errors.ts";
import type { ReadableStore } from "../store/key-value-store.ts";
import { localStore } from "./local-store.ts";
import { nodeRuntime } from "./node-runtime.ts";

/**
 * Opens a dataset in a folder, or in any store, with Node's hashing and compression. See the root entry's `openDataset`.
 *
 * @throws {ZarrStoreError} as there
 */
export async function openDataset(
  location: string | ReadableStore,
  options: OpenDatasetOptions = {},
): Promise<ZarrDataset> {
  return openStore(typeof location === "string" ? storeAt(location) : location, {
    ...options,
    runtime: options.runtime ?? nodeRuntime(),
  });
}

function storeAt(location: string): ReadableStore {
  if (location === "" || /^[a-z][a-z0-9+.-]+:\/\//i.test(location)) {
    throw new ZarrStoreError(
      "not_supported",
      `${JSON.stringify(location)} is no folder: only folders can be opened by name`,
      {
        found: location,
      },
    );
  }
  return localStore(location);
}
