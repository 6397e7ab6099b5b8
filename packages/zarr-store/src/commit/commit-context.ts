// The store, log and helpers that every part of a commit is given.

import type { Logger } from "../runtime/logger.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { KeyValueStore } from "../store/key-value-store.ts";
import type { CommitLog } from "./log/commit-log.ts";

/** The steps of a commit. Tests stop or kill a writer, or run another one, at each of them. */
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
  /** Called at each step; the commit waits for it. */
  readonly onStep: (step: CommitStep, path?: string) => void | Promise<void>;
  readonly session: CommitSession;
}

/** What the commits of one open dataset remember of each other. */
export interface CommitSession {
  /** Whether the history's folder is known to survive a power cut, so that its name need not be flushed again. */
  isHistoryNamed: boolean;
  /** False once the place refused to rename a folder: then images are published file by file. Never believed by a later session. */
  canRenameFolders: boolean;
}
