// The commit point: links a record into the log.

import { isZarrStoreError } from "../../errors.ts";
import { claimVersion, discardClaim, stageClaim } from "../claim/claim-version.ts";
import type { CommitContext } from "../commit-context.ts";
import type { CommitRecord } from "../log/commit-record.ts";
import { COMMITS, stagingOf } from "../log/control-keys.ts";
import { conflictError, type Transaction } from "./transaction.ts";

/**
 * Links a record into the log if its version is free; returns false if another writer was first. The transaction is
 * sealed before the link, and unsealed only when it is certain that the link was not made.
 *
 * @throws {ZarrStoreError} `conflict` if the staged files are gone, `io`
 */
export async function linkRecord(
  context: CommitContext,
  transaction: Transaction,
  record: CommitRecord,
  bytes: Uint8Array<ArrayBuffer>,
  durability: "batched" | "none",
): Promise<boolean> {
  const { store, log, logger } = context;
  if (!(await transaction.staging.isThere())) {
    throw conflictError([stagingOf(record.txid)], "the staged files are gone");
  }
  const staged = await transaction.staging.putRecord(bytes);
  if (record.version === 1) {
    await store.makeDirectory(COMMITS);
  }
  const claim = await stageClaim(context, record, bytes);
  if (durability === "batched") {
    await store.sync([staged, ...claim, ...(record.version === 1 ? ([""] as const) : [])]);
  }
  await context.onStep("before-link");
  transaction.seal();
  const outcome = await claimVersion(context, record, staged).catch((error: unknown) => ({ error }));
  // On NFS, a link may have worked and still report an error, or that the name is taken. The record says whose it is.
  const winner = outcome === "claimed" ? "ours" : await winnerOf(context, record);
  if (outcome !== "claimed" && winner !== "ours") {
    await discardClaim(context, record.txid);
    if (winner === "another") {
      transaction.unseal();
    }
    if (outcome === "refused" || (await log.refresh())) {
      return false;
    }
    if (isZarrStoreError(outcome.error, "not_found")) {
      transaction.unseal();
      throw conflictError([stagingOf(record.txid)], "the staged files are gone");
    }
    if (isZarrStoreError(outcome.error) && NOT_LINKED.has(outcome.error.details.found)) {
      transaction.unseal();
    }
    throw outcome.error;
  }
  await context.onStep("linked");
  if (durability === "batched") {
    try {
      await store.sync([COMMITS]);
    } catch (error) {
      logger.warn(`commit ${record.version} stands but may not survive a power cut: ${String(error)}`);
    }
  }
  return true;
}

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
]);

async function winnerOf(
  { log }: CommitContext,
  { version, txid }: CommitRecord,
): Promise<"ours" | "another" | "nobody yet"> {
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
