// The commit point: links a record into the log.

import { isZarrStoreError } from "../../errors.ts";
import type { StoreKey } from "../../store/store-key.ts";
import { type ClaimOutcome, claimVersion, discardClaim, stageClaim } from "../claim/claim-version.ts";
import type { CommitContext } from "../commit-context.ts";
import type { CommitRecord } from "../records/commit-record.ts";
import { COMMITS, commitKey, heldRecordKey, packKey, stagingOf } from "../records/control-keys.ts";
import { conflictError } from "./conflict-error.ts";
import type { Transaction } from "./transaction.ts";

/**
 * Links a record into the log if its version is free; returns false if another writer was first. The transaction is
 * sealed before the link, and unsealed only when it is certain that the link was not made.
 *
 * @param flushed what must survive a power cut with the record; it is flushed together with it, before the version is claimed
 * @throws {ZarrStoreError} `conflict` if the staged files are gone, `io`
 */
export async function linkRecord(
  context: CommitContext,
  transaction: Transaction,
  record: CommitRecord,
  bytes: Uint8Array<ArrayBuffer>,
  durability: "batched" | "none",
  flushed: readonly (StoreKey | "")[] = [],
): Promise<boolean> {
  const { store, log, logger } = context;
  if (!(await transaction.staging.isThere())) {
    throw conflictError([stagingOf(record.txid)], "the staged files are gone");
  }
  const staged = await transaction.staging.putRecord(bytes);
  if (record.version === 1) {
    await store.makeDirectory(COMMITS);
  }
  const stagedClaim = await stageClaim(context, record, bytes);
  if (durability === "batched") {
    const root = record.version === 1 ? ([""] as const) : [];
    await store.sync([...new Set([staged, ...stagedClaim, ...root, ...flushed])]);
  }
  await context.onStep("before-link");
  transaction.seal();
  const { outcome, winner } = await claim(context, record, staged);
  if (outcome !== "claimed" && winner !== "ours") {
    if (winner === "another" || isCertainlyNotClaimed(outcome)) {
      await discardClaim(context, record.txid);
      transaction.unseal();
    }
    if (outcome === "refused" || (await log.refresh())) {
      return false;
    }
    if (isZarrStoreError(outcome.error, "not_found")) {
      throw conflictError([stagingOf(record.txid)], "the staged files are gone");
    }
    throw outcome.error;
  }
  // Another writer may have finished the record as a file. Where a folder has the name, it is the staged one.
  if (outcome !== "claimed" && (await store.stat(commitKey(record.version)))?.kind === "file") {
    await discardClaim(context, record.txid);
  }
  await context.onStep("linked");
  if (durability === "batched") {
    try {
      await store.sync([COMMITS]);
    } catch (error) {
      logger.warn(`commit ${record.version} stands but may not survive a power cut: ${String(error)}`);
    }
  }
  if (await isPackedAsAnother(context, record)) {
    // This writer slept so long that the number was free again: the version is another commit's, in a pack.
    await takeBack(context, record.version);
    transaction.unseal();
    return false;
  }
  return true;
}

interface ClaimResult {
  readonly outcome: ClaimOutcome | { readonly error: unknown };
  readonly winner: "ours" | "another" | "nobody yet";
}

/**
 * Claims the version, and reads who has it. The call's answer alone does not tell: on NFS, a link may have worked and still
 * report an error, or that the name is taken; sshfs says EPERM for a name that is taken. A folder on SMB or Windows cannot be
 * renamed while some program looks at a file in it, so a claim that nobody has won is tried again a few times.
 */
async function claim(context: CommitContext, record: CommitRecord, staged: StoreKey): Promise<ClaimResult> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await claimVersion(context, record, staged).catch((error: unknown) => ({ error }));
    const winner = outcome === "claimed" ? "ours" : await winnerOf(context, record);
    if (winner !== "nobody yet" || !BUSY.has(errnoIn(outcome)) || attempt >= MAX_ATTEMPTS) {
      return { outcome, winner };
    }
    await context.runtime.sleepMs(2 ** attempt);
  }
}

const MAX_ATTEMPTS = 6;
/** Errors that may pass: a program that has a file in the folder open, or an answer that is not the last word. */
const BUSY: ReadonlySet<unknown> = new Set(["EACCES", "EPERM", "EBUSY"]);

/**
 * Errors after which it is certain that no link was made. After any other error the link may still appear, so the
 * staged files must stay.
 */
const NOT_LINKED: ReadonlySet<unknown> = new Set([
  "ENOSPC",
  "EDQUOT",
  "EACCES",
  "EPERM",
  "EROFS",
  "EMFILE",
  "ENFILE",
  "EXDEV",
  "EBUSY",
]);

function isCertainlyNotClaimed(outcome: ClaimResult["outcome"]): boolean {
  return (
    NOT_LINKED.has(errnoIn(outcome)) ||
    (typeof outcome === "object" && isZarrStoreError(outcome.error, "not_found"))
  );
}

function errnoIn(outcome: ClaimResult["outcome"]): unknown {
  return typeof outcome === "object" && isZarrStoreError(outcome.error)
    ? outcome.error.details.found
    : undefined;
}

/** Removes the claim of a version that a pack covers. Nobody reads what lies under such a number. */
async function takeBack({ store }: CommitContext, version: number): Promise<void> {
  await store.remove(heldRecordKey(version));
  await store.remove(commitKey(version));
}

/**
 * Whether a pack has this version as another commit's. A pack may also hold this very record, if its writer slept after the
 * claim. The claim stands, so no error may fail the commit: then nothing is known of a pack.
 */
async function isPackedAsAnother({ log, logger }: CommitContext, record: CommitRecord): Promise<boolean> {
  const look = async (): Promise<boolean> => {
    const packed = await log.packedRecord(record.version);
    return packed !== undefined && packed.txid !== record.txid;
  };
  try {
    return await look().catch(look);
  } catch (error) {
    logger.warn(
      `commit ${record.version} stands, although ${packKey(record.version)} was not looked for: ${String(error)}`,
    );
    return false;
  }
}

async function winnerOf(
  { log }: CommitContext,
  { version, txid }: CommitRecord,
): Promise<ClaimResult["winner"]> {
  try {
    const winner = await log.record(version);
    return winner === undefined ? "nobody yet" : winner.txid === txid ? "ours" : "another";
  } catch (error) {
    if (isZarrStoreError(error, "integrity")) {
      return "nobody yet";
    }
    throw error;
  }
}
