// Tells images that were deleted from ids that the log never had.

import type { CommitLog } from "../commit/log/commit-log.ts";
import { isZarrStoreError } from "../errors.ts";
import { parseImageId } from "../image/artifact-name.ts";
import type { StoreKey } from "../store/store-key.ts";
import { imageNode } from "./layout.ts";

/**
 * Selects the ids of images that a commit wrote. Those that exist are known at once; for others the log is read, newest record
 * first.
 */
export async function imagesEverIn(log: CommitLog, imageIds: Iterable<string>): Promise<ReadonlySet<string>> {
  const ever = new Set<string>();
  const nodes = new Map<StoreKey, string>();
  for (const id of new Set(imageIds)) {
    const node = nodeOf(id);
    if (node !== undefined && log.head.object(node) !== undefined) {
      ever.add(id);
    } else if (node !== undefined) {
      nodes.set(node, id);
    }
  }
  if (nodes.size > 0) {
    // No file has this hash, so each record is asked.
    for (const path of (await log.traces.of(new Map([...nodes.keys()].map((node) => [node, ""])))).keys()) {
      ever.add(nodes.get(path) ?? "");
    }
  }
  return ever;
}

function nodeOf(id: string): StoreKey | undefined {
  try {
    return imageNode(parseImageId(id));
  } catch (error) {
    if (isZarrStoreError(error, "invalid_name")) {
      return undefined;
    }
    throw error;
  }
}
