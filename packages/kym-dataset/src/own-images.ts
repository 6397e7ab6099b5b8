// Finds the images that one of several processes takes.

import { isOfShard, shardFault, type WorkShard } from "@kym/zarr-store/runtime";
import { KymDatasetError } from "./errors.ts";

/**
 * Whether an image is of a shard: by the SHA-256 of its id. Without a shard, every image is.
 *
 * @throws {KymDatasetError} `invalid_argument` for a shard that cannot be
 */
export function ownImages(
  shard: WorkShard | undefined,
  hashText: (text: string) => string,
): (imageId: string) => boolean {
  if (shard === undefined) {
    return () => true;
  }
  const fault = shardFault(shard);
  if (fault !== undefined) {
    throw new KymDatasetError("invalid_argument", fault, { path: "shard", found: shard });
  }
  return (imageId) => isOfShard(shard, hashText(imageId));
}
