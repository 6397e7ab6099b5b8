import type { Logger } from "../runtime/logger.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { KeyValueStore } from "../store/key-value-store.ts";
import type { CommitLog } from "./log/commit-log.ts";

/** The steps between which a process may be stopped or killed; tests run something else there. */
export type CommitStep =
  | "staged"
  | "synced"
  | "locked"
  | "finished-head"
  | "checked"
  | "before-link"
  | "linked"
  | "committed"
  | "publish-put"
  | "publish-made-directory"
  | "delete-before"
  | "delete-moved"
  | "delete-putback"
  | "published";

/** What every part of a commit works with. */
export interface CommitContext {
  readonly store: KeyValueStore;
  readonly log: CommitLog;
  readonly runtime: Runtime;
  readonly logger: Logger;
  /** Called, and waited for, at each step. */
  readonly onStep: (step: CommitStep, path?: string) => void | Promise<void>;
}
