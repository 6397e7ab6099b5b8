// The files of a log up to one version, the same whichever way the records are stored in the dataset that they come from.

import type { ReadOptions } from "../../runtime/read-options.ts";
import { throwIfAborted } from "../../runtime/throw-if-aborted.ts";
import type { StoreKey } from "../../store/store-key.ts";
import type { Head } from "../log/head.ts";
import { encodeCommitPack } from "../records/commit-pack.ts";
import { commitKey, firstOfBlock, lastOfBlock, packKey } from "../records/control-keys.ts";
import { mayBePacked } from "../records/stored-records.ts";
import type { VersionFiles } from "./version-files.ts";

/** A file of the log. */
export interface LogFile {
  readonly key: StoreKey;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Yields the files of the log up to a version. Every block that is old enough is packed, as the next session of a dataset would
 * pack it; all other records are files of their own. So the files depend on the records alone.
 *
 * @throws {ZarrStoreError} `integrity` for a record that is missing or damaged; `io`, `aborted`
 */
export async function* wholeLog(files: VersionFiles, { signal }: ReadOptions = {}): AsyncIterable<LogFile> {
  const { head } = files;
  for (let version = 1; version <= head.version; ) {
    const last = isPackable(version, head) ? lastOfBlock(version) : version;
    const records: LogFile[] = [];
    for (; version <= last; version++) {
      throwIfAborted(signal);
      records.push({ key: commitKey(version), bytes: await files.recordFile(version) });
    }
    const bytes =
      records.length > 1 ? await encodeCommitPack(records.map((record) => record.bytes)) : undefined;
    yield* bytes === undefined ? records : [{ key: packKey(last), bytes }];
  }
}

/** Whether a record begins a block, or what is left of one, that is packed. */
function isPackable(version: number, { firstOfFormat2, version: newest }: Head): boolean {
  const isFirst =
    firstOfFormat2 !== undefined &&
    (version === firstOfFormat2 + 1 || (version > firstOfFormat2 && firstOfBlock(version) === version));
  return isFirst && mayBePacked(version, newest);
}
