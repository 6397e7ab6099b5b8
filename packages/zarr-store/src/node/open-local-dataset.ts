// Opens and checks datasets by path or URL, in Node.

import type { CheckReport } from "../commit/maintain/check-report.ts";
import { type CheckDatasetOptions, checkDataset } from "../dataset/maintain/check-dataset.ts";
import { type OpenDatasetOptions, openDataset } from "../dataset/open-dataset.ts";
import type { ZarrDataset } from "../dataset/zarr-dataset.ts";
import { ZarrStoreError } from "../errors.ts";
import { httpStore } from "../http/http-store.ts";
import { isHttpUrl } from "../http/http-url.ts";
import type { ReadableStore } from "../store/key-value-store.ts";
import { localStore } from "./local/local-store.ts";
import { nodeRuntime } from "./runtime/node-runtime.ts";

/**
 * Opens a dataset in a folder, at an http(s) URL, or in any store, with Node's hashing and compression. Otherwise it is
 * the root entry's `openDataset`.
 *
 * @throws {ZarrStoreError} as `openDataset`
 * @example
 * const dataset = await openLocalDataset("/data/lab.zarr");
 */
export async function openLocalDataset(
  location: string | ReadableStore,
  options: OpenDatasetOptions = {},
): Promise<ZarrDataset> {
  const isPath = typeof location === "string" && !isHttpUrl(location);
  return openDataset(isPath ? storeAt(location) : location, {
    ...options,
    runtime: options.runtime ?? nodeRuntime(),
  });
}

/**
 * Checks a dataset in a folder, at an http(s) URL, or in any store. It does not open the dataset, so it works even if
 * that is too damaged to open. Otherwise it is the root entry's `checkDataset`.
 *
 * @throws {ZarrStoreError} as `checkDataset`
 * @example
 * const { problems } = await checkLocalDataset("/data/lab.zarr", { level: "structure" });
 */
export async function checkLocalDataset(
  location: string | ReadableStore,
  options: CheckDatasetOptions = {},
): Promise<CheckReport> {
  const { runtime = nodeRuntime() } = options;
  const store =
    typeof location !== "string"
      ? location
      : isHttpUrl(location)
        ? httpStore(location, { runtime })
        : storeAt(location);
  return checkDataset(store, { ...options, runtime });
}

function storeAt(location: string): ReadableStore {
  if (location === "" || /^[a-z][a-z0-9+.-]+:\/\//i.test(location)) {
    throw new ZarrStoreError(
      "not_supported",
      `${JSON.stringify(location)} is neither a folder nor an http(s) URL`,
      {
        found: location,
      },
    );
  }
  return localStore(location);
}
