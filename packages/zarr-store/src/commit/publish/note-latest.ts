// Replaces `__commits/latest.json` after a commit.

import type { CommitContext } from "../commit-context.ts";
import { LATEST, stagedLatestKey } from "../log/control-keys.ts";
import { encodeLatest } from "../log/latest.ts";

/**
 * Replaces the hint by the head, without a flush. If that fails, the old hint goes, with a warning: readers then look for
 * newer records themselves. A dataset of version 2 has no hint.
 */
export async function noteLatest({ store, log, logger }: CommitContext): Promise<void> {
  const { version, recordSha256, nextRecordFormat } = log.head;
  if (version === 0 || nextRecordFormat === 1) {
    return;
  }
  const staged = stagedLatestKey();
  let why: unknown;
  try {
    await store.put(staged, encodeLatest({ version, recordSha256, checkpoint: log.checkpointKey }));
    const outcome = await store.move(staged, LATEST);
    why = outcome === "moved" ? undefined : outcome;
  } catch (error) {
    why = error;
  }
  if (why !== undefined) {
    logger.warn(`${LATEST} was not replaced: ${String(why)}`);
    await store.remove(LATEST).catch(() => undefined);
    await store.remove(staged).catch(() => undefined);
  }
}
