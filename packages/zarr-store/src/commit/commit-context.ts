// The store, log and helpers that every part of a commit is given.

import type { Logger } from "../runtime/logger.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { KeyValueStore, StoreStat } from "../store/key-value-store.ts";
import type { StoreKey } from "../store/store-key.ts";
import type { EditRules } from "./content-rules.ts";
import type { CommitLog } from "./log/commit-log.ts";

/** The steps of a commit. Tests stop or kill a writer, or run another one, at each of them. */
export type CommitStep =
  | "staged"
  | "synced"
  | "locked"
  | "finished-head"
  | "traced"
  | "checked"
  | "before-link"
  | "linked"
  | "committed"
  | "publish-put"
  | "publish-made-directory"
  | "publish-replaced"
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
  /** What the files mean. Without it, a Zarr node that another program wrote to is never written over. */
  readonly rules?: EditRules | undefined;
}

/** What the commits of one open dataset remember of each other. */
export interface CommitSession {
  /** Whether the history's folder is known to survive a power cut, so that its name need not be flushed again. */
  isHistoryNamed: boolean;
  /** Whether files can be linked here; undefined until a commit has tried. */
  hasHardLinks?: boolean | undefined;
  /** False once the place refused to rename a folder: then images are published file by file. Never believed by a later session. */
  canRenameFolders: boolean;
  /** What other programs wrote while commits were made. */
  readonly kept: KeptEdit[];
  /** Told of each as soon as it is kept. */
  readonly onKept?: ((edit: KeptEdit) => void) | undefined;
}

/** A file that another program wrote and a commit would have overwritten. */
export interface KeptEdit {
  /** The path that the other program wrote to. */
  readonly path: StoreKey;
  /** Where its bytes are now. It is the path itself if a deletion left the file there. */
  readonly keptAs: StoreKey;
}

/** What the check before the claim saw of the files that a commit replaces. */
export type Looks = ReadonlyMap<StoreKey, Look>;

export interface Look {
  readonly sizeBytes: number;
  /** Seen before the file was read; only where there may be no hard links: then nothing else can tell later whether it is still the same. */
  readonly stat?: StoreStat | undefined;
}
