// What every part of a check shares, and how it tells damage from a commit that is being published.

import type { ZarrStoreError } from "../../errors.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { ReadOnlyStore } from "../../store/read-only-store.ts";
import type { ContentRules } from "../content-rules.ts";
import { stagingOf } from "../records/control-keys.ts";
import type { SeenFiles } from "../seen/seen-files.ts";
import type { LogAudit } from "./log-audit.ts";

/**
 * A commit that is being published looks like damage for a moment, so a problem is reported only after this many looks.
 */
const LOOKS = 4;

/** What every part of a check works with. Nothing in it can write. */
export interface CheckContext {
  readonly store: ReadOnlyStore;
  readonly runtime: Runtime;
  readonly rules: ContentRules;
  readonly audit: LogAudit;
  /** Those that were met, for one note about all of them. */
  readonly systemFiles: { readonly meets: (directory: string, name: string) => boolean };
  readonly signal: AbortSignal | undefined;
  /** See {@link CheckParts.seen}. */
  readonly seen: SeenFiles | undefined;
  /** See {@link CheckParts.reportsUnreadable}. */
  readonly isUnreadable: (error: unknown) => error is ZarrStoreError;
}

/**
 * Looks at a path until it is in order, or until nothing has changed over several looks. Each look uses the newest log,
 * so writers may work at the same time.
 *
 * @returns what the last look found; undefined if the path is in order
 */
export async function lookUntilSettled<T>(
  { audit, runtime, signal }: CheckContext,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  for (let round = 1; ; round++) {
    const found = await look();
    if (found === undefined) {
      return undefined;
    }
    if (await audit.readOn()) {
      round = 0;
    } else if (round >= LOOKS) {
      return found;
    } else {
      await runtime.sleepMs(2 ** round, signal);
    }
  }
}

/** Whether some of the head's files may not be in place yet. Its staging is removed last. */
export async function isHeadUnpublished({ store, audit }: CheckContext): Promise<boolean> {
  return audit.head.version > 0 && (await store.stat(stagingOf(audit.head.txid))) !== undefined;
}
