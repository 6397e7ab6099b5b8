// Opens and checks datasets by path or URL, in Node.

import type { CheckReport } from "../commit/maintain/check-report.ts";
import { type CheckDatasetOptions, checkDataset } from "../dataset/maintain/check-dataset.ts";
import { type OpenDatasetOptions, openDataset } from "../dataset/open-dataset.ts";
import type { ZarrDataset } from "../dataset/zarr-dataset.ts";
import type { ReadableStore } from "../store/key-value-store.ts";
import { openLocation } from "./open-location.ts";
import { nodeRuntime } from "./runtime/node-runtime.ts";

/**
 * Opens a dataset in a folder, in a zip file, at an http(s) URL, or in any store, with Node's hashing and compression.
 * Otherwise it is the root entry's `openDataset`. A zip file can only be read.
 *
 * @throws {ZarrStoreError} as `openDataset`
 * @example
 * const dataset = await openLocalDataset("/data/lab.zarr");
 */
export async function openLocalDataset(
  location: string | ReadableStore,
  options: OpenDatasetOptions = {},
): Promise<ZarrDataset> {
  const { runtime = nodeRuntime(), logger } = options;
  const { store, isZip } = await openLocation(location, { runtime, logger });
  return openDataset(store, { ...options, mode: options.mode ?? (isZip ? "r" : "a"), runtime });
}

/**
 * Checks a dataset in a folder, in a zip file, at an http(s) URL, or in any store. It does not open the dataset, so it works even if
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
  const { store } = await openLocation(location, { runtime });
  return checkDataset(store, { ...options, runtime });
}
