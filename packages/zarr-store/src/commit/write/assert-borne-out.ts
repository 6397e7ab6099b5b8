// Makes sure that what a commit says it replaces is what the log says was there.

import { ZarrStoreError } from "../../errors.ts";
import type { StoreKey } from "../../store/store-key.ts";
import type { CommitContext } from "../commit-context.ts";
import type { CommittedObject } from "../log/head.ts";
import type { CommitOp } from "../records/commit-record.ts";
import { conflictError } from "./conflict-error.ts";

/**
 * Checks each object that is to be replaced or deleted against the record of its version. A head that rests on a checkpoint
 * may be wrong: then the log is read from its first record, and the transaction runs again.
 *
 * @throws {ZarrStoreError} `conflict` if the head was wrong, `integrity` if the log is damaged there, `io`
 */
export async function assertBorneOut(context: CommitContext, ops: readonly CommitOp[]): Promise<void> {
  const { log } = context;
  const objects = new Map<StoreKey, CommittedObject>();
  for (const { path, prev } of ops) {
    const object = log.head.object(path);
    if (object !== undefined && object.sha256 === prev) {
      objects.set(path, object);
    }
  }
  if (!(await log.bearsOut(objects))) {
    await dropCheckpoint(context, [...objects.keys()]);
  }
}

/** Reads the log again. @throws {ZarrStoreError} `conflict` always: the transaction has to run again */
export async function dropCheckpoint(
  { log, logger }: CommitContext,
  paths: readonly StoreKey[],
): Promise<never> {
  logger.warn(
    `the checkpoint does not follow from the log at ${paths.join(", ")}, so it is ignored: reading the whole log`,
  );
  await log.readAgain();
  throw conflictError(paths, "the checkpoint did not follow from the log");
}

/** A checkpoint only repeats the log. Before anything is built on it, the record it stands for must exist. */
export async function assertCheckpointHolds({ log }: Pick<CommitContext, "log">): Promise<void> {
  const { version, recordSha256 } = log.head;
  const record = await log.headRecord();
  if (version > 0 && record?.sha256 !== recordSha256) {
    throw new ZarrStoreError("integrity", `the checkpoint does not match commit record ${version}`, {
      expected: recordSha256,
      found: record?.sha256,
    });
  }
}
