// Lists the log, and finds a commit record that is missing although a later one exists.

import type { ReadOnlyStore } from "../../store/read-only-store.ts";
import { blockOfPack, COMMITS, firstOfBlock, lastOfBlock, packKey, versionOfRecord } from "./control-keys.ts";
import { readStoredRecord } from "./read-record.ts";

/** What a listing shows of the log. */
export interface LogListing {
  /** The versions whose records are not packed, in ascending order. */
  readonly versions: readonly number[];
  /** The first versions of the blocks that have a pack, in ascending order. */
  readonly blocks: readonly number[];
  /** The newest version of all; 0 for an empty log. */
  readonly newest: number;
}

export async function listLog(store: Pick<ReadOnlyStore, "list">): Promise<LogListing> {
  const versions: number[] = [];
  const blocks: number[] = [];
  // The listing is sorted, and the names have as many digits each, so the versions come in order.
  for (const { name } of await store.list(COMMITS)) {
    const version = versionOfRecord(name);
    const block = version === undefined ? blockOfPack(name) : undefined;
    if (version !== undefined) {
      versions.push(version);
    } else if (block !== undefined) {
      blocks.push(block);
    }
  }
  const lastBlock = blocks.at(-1);
  const newest = Math.max(versions.at(-1) ?? 0, lastBlock === undefined ? 0 : lastOfBlock(lastBlock));
  return { versions, blocks, newest };
}

/**
 * Returns the first version that is missing below a later one. Records are claimed in order, and leave their place only for
 * a pack, so a gap means that a record was lost. A listing can miss what is written while it runs, so the store is asked
 * again before a version counts as missing.
 *
 * @param firstOfFormat2 the version of the first record of format 2, which is never packed, nor any before it. Undefined if
 * the log could not be read that far
 */
export async function findLogGap(
  store: Pick<ReadOnlyStore, "get" | "stat">,
  { versions, blocks, newest }: LogListing,
  firstOfFormat2: number | undefined,
): Promise<number | undefined> {
  // Both go upwards, so that no set of all versions is needed.
  let at = 0;
  const isListed = (version: number): boolean => {
    while ((versions[at] ?? Infinity) < version) {
      at++;
    }
    return versions[at] === version;
  };
  const packed = new Set(blocks);
  const mayBePacked = (version: number): boolean => firstOfFormat2 !== undefined && version > firstOfFormat2;
  for (let version = 1; version <= newest; version++) {
    if (mayBePacked(version) && packed.has(firstOfBlock(version))) {
      version = lastOfBlock(version);
    } else if (!isListed(version) && (await readStoredRecord(store, version)) === undefined) {
      if (!mayBePacked(version) || (await store.stat(packKey(version))) === undefined) {
        return version;
      }
      version = lastOfBlock(version);
    }
  }
  return undefined;
}
