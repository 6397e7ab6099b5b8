// The options and the report of a check (`kym check`).

import type { ReadOptions } from "../../runtime/read-options.ts";
import type { WriterIdentity } from "../../runtime/runtime.ts";

/**
 * How much is read:
 * - `structure`: the log, and whether each object is a file of the right size at its path;
 * - `data`: also the bytes of every object, which are hashed;
 * - a part or a percentage: `structure`, and the bytes of a share of the objects, chosen by their hashes. Parts 1 to
 *   `of` together cover all objects; a percentage selects the same objects each time.
 */
export type CheckLevel =
  | "structure"
  | "data"
  | { readonly part: number; readonly of: number }
  | { readonly percent: number };

export interface CheckProgress {
  readonly done: number;
  readonly total: number;
  /** The object that was checked last. */
  readonly path: string;
}

export interface CheckOptions extends ReadOptions {
  /** Default `data`. */
  readonly level?: CheckLevel | undefined;
  readonly onProgress?: ((progress: CheckProgress) => void) | undefined;
}

/**
 * - `missing`: an object is not at its path.
 * - `damaged`: the bytes do not parse, or are pixels, or the file can no longer be read.
 * - `modified_outside`: another program wrote a whole file there, which can be adopted.
 * - `rewritten`: another program wrote a whole file there that cannot be adopted as it is: a `zarr.json`, a table with a type of
 *   column that is not read, or a file with other line ends. The message says what differs.
 * - `unknown`: a file below `images/` or `tables/` that no commit wrote.
 * - `stray`: a file that a commit deleted is back.
 * - `conflicted`: a sync client kept a second version of a file, or of the log, and only that one has some of its content.
 * - `log`: a commit record or the checkpoint is missing, unreadable, or inconsistent with the log.
 * - `metadata`: a `zarr.json` has its committed bytes, but they are malformed.
 */
export type CheckProblemKind =
  | "missing"
  | "damaged"
  | "modified_outside"
  | "rewritten"
  | "unknown"
  | "stray"
  | "conflicted"
  | "log"
  | "metadata";

export interface CheckProblem {
  readonly kind: CheckProblemKind;
  /** The key below the dataset's root. */
  readonly path: string;
  readonly message: string;
  /** What to do: `repair`, `adopt`, `restore` the file from a copy, or `move` it elsewhere. */
  readonly remedy: "repair" | "adopt" | "restore" | "move";
  readonly expected?: string;
  readonly found?: string;
  /** Of a second history, in words for people: the commits of both sides, and each change that only the second one has. */
  readonly histories?: {
    readonly here: readonly string[];
    readonly there: readonly string[];
    readonly onlyThere: readonly string[];
  };
}

/**
 * Something worth knowing that is not a problem:
 * - `unpublished`: the last commit is still staged; the next writer moves its files into place.
 * - `staging`: a running transaction, or what is left of one.
 * - `aside`: a file that a deletion has moved aside.
 * - `obstacle`: a file that stood in the way of a commit.
 * - `malformed`: an artifact that does not parse, but is exactly what was committed.
 * - `history`: an object of the history that neither a commit nor an image names; `gc` removes it.
 * - `foreign`: a file in a folder of the commit protocol that is not one of its own.
 * - `system`: files of operating systems and sync clients, which do not belong to a dataset. One note counts all of them.
 * - `copy`: a second copy that a sync client or a person made of a file, with bytes that a commit wrote to it.
 * - `torn`: the last commit record is cut off, so its commit does not count; the next writer settles it.
 * - `unlisted`: the store cannot be listed (HTTP), so only what the log names was checked.
 */
export type CheckNoteKind =
  | "unpublished"
  | "staging"
  | "aside"
  | "obstacle"
  | "malformed"
  | "history"
  | "foreign"
  | "system"
  | "copy"
  | "torn"
  | "unlisted";

export interface CheckNote {
  readonly kind: CheckNoteKind;
  readonly path: string;
  readonly message: string;
  /** The writer that staged it, and whether its process still runs. */
  readonly owner?: WriterIdentity & { readonly state: "alive" | "dead" | "unknown" };
}

/** What a check found. Plain JSON; both lists are sorted by path. */
export interface CheckReport {
  /** The version that was checked. */
  readonly version: number;
  readonly level: CheckLevel;
  readonly problems: readonly CheckProblem[];
  /** Not problems; see {@link CheckNoteKind}. */
  readonly notes: readonly CheckNote[];
  /** The number of objects checked, without those of the history, and the bytes that were read of all. */
  readonly checked: { readonly objects: number; readonly bytes: number };
}
