// What an undo is told about the meaning of artifacts.

import type { AxisScales } from "../../array/axis-scale.ts";

/** The three versions of a JSON artifact that an undo merges, as text. */
export interface UndoVersions {
  /** What the commit that is undone left. */
  readonly base: string;
  /** What is there now. */
  readonly ours: string;
  /** What that commit found. */
  readonly theirs: string;
}

/** A merge of three versions. */
export interface UndoMerge {
  readonly text: string;
  /** The fields that were changed again since, so that the change cannot be taken back; empty if it can. */
  readonly conflicts: readonly string[];
}

/** What an undo needs to know of artifacts. Everything in it is pure. */
export interface UndoRules {
  /**
   * Takes back one change of a JSON artifact that was changed again since. Undefined if such an artifact cannot be merged, which
   * refuses the undo. Default: no artifact can.
   */
  readonly merge?: (artifact: string, versions: UndoVersions) => UndoMerge | undefined;
  /** The scales of the pixels by the text of the artifact `metadata`. Default: an undo leaves the scales as they are. */
  readonly scales?: (metadataText: string | undefined, rank: number) => AxisScales;
}
