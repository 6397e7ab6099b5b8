// Writes `__commits/latest.json` after a commit.

import type { CommitContext } from "../commit-context.ts";
import { encodeLatest } from "../log/latest.ts";
import { LATEST } from "../records/control-keys.ts";

/**
 * Writes the head into the hint, in place and without a flush: a reader that sees half of it takes it for torn, and looks
 * for newer records itself. If the hint cannot be written, it is removed, with a warning. A dataset of version 2 has no hint.
 */
export async function noteLatest({ store, log, logger }: CommitContext): Promise<void> {
  const { version, recordSha256, nextRecordFormat } = log.head;
  if (version === 0 || nextRecordFormat === 1) {
    return;
  }
  try {
    await store.put(LATEST, encodeLatest({ version, recordSha256, checkpoint: log.checkpointKey }));
  } catch (error) {
    logger.warn(`${LATEST} was not written: ${String(error)}`);
    await store.remove(LATEST).catch(() => undefined);
  }
}
