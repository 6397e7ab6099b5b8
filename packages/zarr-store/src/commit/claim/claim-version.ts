// The commit point: claims a version for a record, so that of several writers exactly one wins.
import { isZarrStoreError, ZarrStoreError } from "../../errors.ts";
import type { StoreKey } from "../../store/store-key.ts";
import type { CommitContext } from "../commit-context.ts";
import type { CommitRecord } from "../records/commit-record.ts";
import { claimFolderKey, claimRecordKey, commitKey } from "../records/control-keys.ts";

/** What became of a claim, by the call alone. After `refused` and an error, the record under the name says who has it. */
export type ClaimOutcome = "claimed" | "refused";

/**
 * Claims the version of a record that is staged and flushed.
 *
 * - `link`: a hard link to the staged record gets the name. It fails if anything has it.
 * - `folder`: a folder that holds the record is renamed to the name. It fails if a file or a folder that is not empty has it.
 *
 * Both use one name, so that a link and a folder exclude each other as well. Record 1 and the upgrade are claimed as version 2
 * claims, by a link or an exclusive create, so that writers of older builds are excluded too.
 *
 * @throws {ZarrStoreError} `not_supported` where this method does not exist, `not_found` if the staging is gone, `io`
 */
export async function claimVersion(
  context: CommitContext,
  record: CommitRecord,
  staged: StoreKey,
): Promise<ClaimOutcome> {
  const { store, log } = context;
  const key = commitKey(record.version);
  if (isClaimedAsInVersion2(record)) {
    const isCreated = await store.putNew(key, staged);
    // Where this was a copy, a writer that took the lock meanwhile may have set it aside, unfinished.
    return isCreated && (await isOurs(context, record)) ? "claimed" : "refused";
  }
  if (log.head.claim !== "folder") {
    return (await store.putNew(key, staged, { atomic: true })) ? "claimed" : "refused";
  }
  const outcome = await store.move(claimFolderKey(record.txid), key);
  if (outcome === "absent") {
    throw new ZarrStoreError("not_found", `the staged claim of ${key} is gone`, { path: key });
  }
  return outcome === "moved" ? "claimed" : "refused";
}

/** Writes what {@link claimVersion} renames; returns the keys to flush. Nothing for a link, which needs only the staged record. */
export async function stageClaim(
  context: CommitContext,
  record: CommitRecord,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<readonly StoreKey[]> {
  if (isClaimedAsInVersion2(record) || context.log.head.claim !== "folder") {
    return [];
  }
  await discardClaim(context, record.txid);
  const key = claimRecordKey(record.txid);
  await context.store.put(key, bytes);
  return [key, claimFolderKey(record.txid)];
}

/** Removes a staged claim that did not win. */
export async function discardClaim({ store, logger }: CommitContext, txid: string): Promise<void> {
  try {
    await store.remove(claimRecordKey(txid));
    await store.remove(claimFolderKey(txid));
  } catch (error) {
    if (!isZarrStoreError(error, "io")) {
      throw error;
    }
    logger.warn(`${claimFolderKey(txid)} is left behind: ${error.message}`);
  }
}

/** The records before an upgrade, and each that says how later versions are claimed: record 1, the upgrade, a switch. */
function isClaimedAsInVersion2(record: CommitRecord): boolean {
  return record.format === 1 || record.claim !== undefined;
}

async function isOurs({ log }: CommitContext, { version, txid }: CommitRecord): Promise<boolean> {
  const winner = await log.record(version).catch((error: unknown) => {
    if (isZarrStoreError(error, "integrity")) {
      return undefined;
    }
    throw error;
  });
  return winner?.txid === txid;
}
