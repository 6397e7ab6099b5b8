// Checks a dataset that may be too damaged to be opened.

import { checkStore } from "../../commit/maintain/check.ts";
import type { CheckOptions, CheckReport } from "../../commit/maintain/check-report.ts";
import { COMMITS, commitKey } from "../../commit/records/control-keys.ts";
import { ZarrStoreError } from "../../errors.ts";
import { portableRuntime, type Runtime } from "../../runtime/runtime.ts";
import type { ReadableStore } from "../../store/key-value-store.ts";
import { isListableStore } from "../../store/read-only-store.ts";
import { systemFileOwner } from "../../store/system-file.ts";
import type { KeepsHistory } from "../keeps-history.ts";
import { contentRulesWith } from "./dataset-content-rules.ts";
import { missingLog } from "./missing-log.ts";
import { recallFrom } from "./recall-from.ts";

export interface CheckDatasetOptions extends CheckOptions {
  /** Hashing and compression. Default: what every runtime has; `./node` brings Node's. */
  readonly runtime?: Runtime | undefined;
  /** As the dataset is opened with: what an image needs of the history must not be missing, and is not garbage. */
  readonly keepsHistory?: KeepsHistory | undefined;
}

/**
 * Checks a dataset without opening it, so that a badly damaged one can be checked too. See `ZarrDataset.check`.
 *
 * @throws {ZarrStoreError} `not_found` if there is no commit log, `invalid_argument`, `aborted`, `io`
 * @example
 * const { problems } = await checkDataset(store);
 */
export async function checkDataset(
  store: ReadableStore,
  options: CheckDatasetOptions = {},
): Promise<CheckReport> {
  const { runtime = portableRuntime() } = options;
  const isThere = isListableStore(store)
    ? (await store.list(COMMITS)).some(({ name }) => systemFileOwner(name) === undefined)
    : (await store.get(commitKey(1))) !== undefined;
  if (!isThere) {
    const withoutLog = await missingLog(store);
    if (withoutLog !== undefined) {
      throw withoutLog;
    }
    throw new ZarrStoreError("not_found", `there is no dataset with a commit log at ${store.location}`, {
      path: store.location,
    });
  }
  const rules = contentRulesWith(options.keepsHistory, recallFrom(store, runtime));
  return checkStore({ store, runtime, rules, reportsUnreadable: true }, options);
}
