// What an undo did, or why it did nothing.

import type { CommitRecord } from "../../commit/records/commit-record.ts";
import type { StoreKey } from "../../store/store-key.ts";
import type { UndoRefusal } from "./decide-undo.ts";

/** What happened to one file of an artifact. */
export interface UndoneFile {
  readonly path: StoreKey;
  readonly imageId: string;
  /** The name of the artifact. */
  readonly artifact: string;
  /** `merged`: only what the commit had changed was taken back, and later changes stayed. */
  readonly how: "restored" | "deleted" | "merged";
}

/**
 * Why the history lacks a file: the dataset kept none yet; the bytes were gone when they were replaced; a collection removed them;
 * or none of these, as for a file that was too large to be kept.
 */
export type WhyGone = "before_history" | "lost" | "collected" | "missing";

export type UndoOutcome =
  | {
      readonly outcome: "undone";
      /** The commit that was undone. */
      readonly record: CommitRecord;
      /** The version that undid it; undefined for a dry run. */
      readonly version: number | undefined;
      readonly files: readonly UndoneFile[];
      /** Each `zarr.json` that was written again. */
      readonly nodes: readonly StoreKey[];
      /** What the commit also changed, and stays: pooled tables and new attachments. */
      readonly left: readonly StoreKey[];
    }
  | {
      readonly outcome: "refused";
      readonly because: UndoRefusal;
      /** The commit that stays; undefined if the dataset does not have it. */
      readonly record: CommitRecord | undefined;
      /** The paths that are the reason. */
      readonly paths: readonly StoreKey[];
      /** The fields of JSON that were changed again since, by path. */
      readonly fields: ReadonlyMap<StoreKey, readonly string[]>;
      /** The versions that touched one of the paths later, in ascending order. Of fields, not each need have changed them. */
      readonly changedBy: readonly number[];
      readonly undoneBy: number | undefined;
      readonly whyGone?: WhyGone;
    };
