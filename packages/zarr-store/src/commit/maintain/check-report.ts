import type { ReadOptions } from "../../runtime/read-options.ts";
import type { WriterIdentity } from "../../runtime/runtime.ts";

/**
 * How much is read:
 * - `structure`: the log, and that each object is a file of its size at its path;
 * - `data`: the bytes of every object, hashed;
 * - a part: `structure`, and the bytes of a share of the objects, chosen by their hashes. The parts 1 to `of` together are
 *   all; a percentage is the same objects each time.
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
 * - `damaged`: its bytes are others, and no program edits such a file by hand, or it cannot be read any more.
 * - `modified_outside`: another program wrote a whole file there, or added to a `zarr.json`.
 * - `unknown`: a file below `images/` or `tables/` that no commit wrote.
 * - `stray`: a file that a commit deleted is back.
 * - `log`: a commit record or the checkpoint is missing, unreadable, or does not follow.
 * - `metadata`: a `zarr.json` is as it was committed, and malformed.
 */
export type CheckProblemKind =
  | "missing"
  | "damaged"
  | "modified_outside"
  | "unknown"
  | "stray"
  | "log"
  | "metadata";

export interface CheckProblem {
  readonly kind: CheckProblemKind;
  /** The key below the dataset's root. */
  readonly path: string;
  readonly message: string;
  /** What helps: `repair`, `adopt`, a copy to `restore` it from, or to `move` the file elsewhere. */
  readonly remedy: "repair" | "adopt" | "restore" | "move";
  readonly expected?: string;
  readonly found?: string;
}

/**
 * Nothing is wrong, but something is there:
 * - `unpublished`: the last commit is still staged; the next writer puts it in place.
 * - `staging`: a transaction under way, or what is left of one.
 * - `aside`: a file in the hands of a deletion.
 * - `obstacle`: what stood in the way of a commit.
 * - `malformed`: an artifact that does not parse, as it came.
 * - `foreign`: a file in the commit log's folder that is none of its records.
 * - `unlisted`: the store, one over HTTP, cannot be listed, so that only what the log names was looked at.
 */
export type CheckNoteKind =
  | "unpublished"
  | "staging"
  | "aside"
  | "obstacle"
  | "malformed"
  | "foreign"
  | "unlisted";

export interface CheckNote {
  readonly kind: CheckNoteKind;
  readonly path: string;
  readonly message: string;
  /** Who staged it, and whether that process still runs. */
  readonly owner?: WriterIdentity & { readonly state: "alive" | "dead" | "unknown" };
}

/** What a check found; plain JSON. Both lists are sorted by path. */
export interface CheckReport {
  /** The version that was checked. */
  readonly version: number;
  readonly level: CheckLevel;
  readonly problems: readonly CheckProblem[];
  /** They are no faults. */
  readonly notes: readonly CheckNote[];
  /** Objects looked at, and bytes of them that were read. */
  readonly checked: { readonly objects: number; readonly bytes: number };
}
