// Makes lost objects again from the bytes that the history or a copy of the dataset still has.

import { isZarrStoreError, type ReadOptions, type ZarrDataset } from "@kym/zarr-store";
import { meaningOf } from "@kym/zarr-store/layout";
import type { HealedObject } from "./decide-healing.ts";

/**
 * Puts objects back whose very bytes, by their hash, are still in the dataset's own history, or in a copy of it: at the same path, or
 * in the copy's history. Both are only read, and nothing is committed.
 *
 * @param paths the lost objects, as `check` names them
 * @returns those that were put back
 * @throws errors of the dataset; what is damaged in the copy as well is passed over
 */
export async function healFromCopy(
  dataset: ZarrDataset,
  copy: ZarrDataset | undefined,
  paths: readonly string[],
  options: ReadOptions = {},
): Promise<readonly HealedObject[]> {
  const healed: HealedObject[] = [];
  for (const path of paths) {
    const kind = meaningOf(path)?.kind;
    const isObject = kind !== undefined && kind !== "root" && kind !== "images";
    const sha256 = isObject ? await dataset.exact.hash(path) : undefined;
    if (sha256 === undefined) {
      continue;
    }
    const bytes =
      (await unlessLost(() => dataset.history(sha256, options))) ??
      (copy && (await bytesInCopy(copy, path, sha256, options)));
    if (bytes !== undefined) {
      await dataset.exact.makeAgain(path, bytes, options);
      healed.push({ path, how: "put_back" });
    }
  }
  return healed;
}

async function bytesInCopy(
  copy: ZarrDataset,
  path: string,
  sha256: string,
  options: ReadOptions,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const isSame = (await copy.exact.hash(path)) === sha256;
  const there = isSame ? await unlessLost(() => copy.exact.load(path, options)) : undefined;
  return there ?? unlessLost(() => copy.history(sha256, options));
}

async function unlessLost<T>(load: () => Promise<T>): Promise<T | undefined> {
  try {
    return await load();
  } catch (error) {
    if (!isZarrStoreError(error, "integrity", "modified_outside")) {
      throw error;
    }
    return undefined;
  }
}
