// Decides whether a commit can be undone, and what becomes of each path that it changed.

import { groupOf, zarrNode } from "../../commit/object-path.ts";
import type { CommitOp, CommitRecord } from "../../commit/records/commit-record.ts";
import type { StoreKey } from "../../store/store-key.ts";
import { meaningOf, pixelArray } from "../layout.ts";
import { SOURCES_TABLE } from "../tables/sources-table.ts";

/** One path of a commit that is undone: the hash that the commit left there, and the one that it found; null for no file. */
export interface UndoStep {
  readonly path: StoreKey;
  readonly written: string | null;
  readonly replaced: string | null;
}

/** Why a commit cannot be undone. */
export type UndoRefusal =
  /** The dataset has no such version. */
  | "no_such_version"
  /** There is no commit that could be undone. */
  | "nothing_to_undo"
  /** It changed no artifact of an image: an index, a collection, a change of pixels alone. */
  | "no_artifact_changed"
  | "already_undone"
  | "added_images"
  | "deleted_images"
  | "replaced_images"
  /** It noted which files images came from. */
  | "noted_sources"
  /** It also changed what the history does not keep. */
  | "not_kept"
  /** The image does not exist any more. */
  | "image_gone"
  /** Something later changed the same. */
  | "changed_since"
  /** What it replaced is not in the history, or not any more. */
  | "history_gone"
  /** Everything is as it was before that commit already. */
  | "as_before";

export type UndoDecision =
  | {
      readonly decision: "undo";
      /** Paths that hold what the commit left there: they get back what it found. */
      readonly restore: readonly UndoStep[];
      /** JSON that was changed again since: what the commit changed in it may still be taken back. */
      readonly merge: readonly UndoStep[];
      /** Metadata that follow from the artifacts: of the image, or of its pixels. */
      readonly derived: readonly UndoStep[];
      /** Paths that stay as they are: pooled tables, and new attachments. */
      readonly left: readonly StoreKey[];
    }
  | RefusedDecision;

export interface RefusedDecision {
  readonly decision: "refuse";
  readonly because: UndoRefusal;
  readonly paths: readonly StoreKey[];
}

/** What decides besides the record. */
export interface UndoFacts {
  /** The hash that a path has now; null if nothing is there. */
  readonly current: (path: StoreKey) => string | null;
  /** Whether the record was undone by a later one that stands. */
  readonly isUndone: boolean;
}

/**
 * Decides what undoing a commit does. Only what lies below `analysis/` of an image is kept in the history, so only that comes
 * back. What follows from it, the attributes of the image and the scales of its pixels, is written again.
 */
export function decideUndo(
  { ops }: Pick<CommitRecord, "ops">,
  { current, isUndone }: UndoFacts,
): UndoDecision {
  const [kept, rest] = [
    ops.filter(({ path }) => isArtifact(path)),
    ops.filter(({ path }) => !isArtifact(path)),
  ];
  if (isUndone) {
    return refuse("already_undone", kept);
  }
  const ofImages = refusalOfImages(ops);
  if (ofImages !== undefined) {
    return ofImages;
  }
  if (kept.length === 0) {
    return refuse("no_artifact_changed", []);
  }
  const others = Map.groupBy(rest, fateOf);
  const notKept = others.get("not kept") ?? [];
  if (notKept.length > 0) {
    return refuse("not_kept", notKept);
  }
  const gone = kept.filter(({ path }) => current(zarrNode(groupOf(path))) === null);
  if (gone.length > 0) {
    return refuse("image_gone", gone);
  }
  const steps = kept.map(stepOf).filter(({ path, replaced }) => current(path) !== replaced);
  if (steps.length === 0) {
    return refuse("as_before", kept);
  }
  const restore = steps.filter(({ path, written }) => current(path) === written);
  const changed = steps.filter((step) => !restore.includes(step));
  const merge = changed.filter((step) => isMergeable(step) && current(step.path) !== null);
  const lost = changed.filter((step) => !merge.includes(step));
  return lost.length > 0
    ? refuse("changed_since", lost)
    : {
        decision: "undo",
        restore,
        merge,
        derived: (others.get("derived") ?? []).map(stepOf),
        left: (others.get("left") ?? []).map(({ path }) => path),
      };
}

/** Refuses a commit that made or deleted whole images, or said where they came from. */
function refusalOfImages(ops: readonly CommitOp[]): UndoDecision | undefined {
  const nodes = ops.filter(({ path }) => meaningOf(path)?.kind === "record");
  const added = nodes.filter(({ op, prev }) => op === "put" && prev === null);
  const deleted = nodes.filter(({ op }) => op === "delete");
  if (added.length > 0) {
    return refuse(deleted.length > 0 ? "replaced_images" : "added_images", [...deleted, ...added]);
  }
  if (deleted.length > 0) {
    return refuse("deleted_images", deleted);
  }
  const sources = ops.filter(({ path }) => {
    const meaning = meaningOf(path);
    return meaning?.kind === "table" && meaning.table === SOURCES_TABLE;
  });
  return sources.length > 0 ? refuse("noted_sources", sources) : undefined;
}

/** Whether a path is JSON or a table of an image: what the history keeps. */
export function isArtifact(path: string): boolean {
  const kind = meaningOf(path)?.kind;
  return kind === "json" || kind === "parquet" || kind === "csv.gz";
}

function fateOf({ path, op, prev }: CommitOp): "derived" | "left" | "not kept" {
  const meaning = meaningOf(path);
  switch (meaning?.kind) {
    case "record":
      return "derived";
    case "pixels":
      return path === zarrNode(pixelArray(meaning.imageId)) && op === "put" && prev !== null
        ? "derived"
        : "not kept";
    case "attachment":
      return op === "put" && prev === null ? "left" : "not kept";
    case "derived":
    case "table":
    case "root":
    case "images":
      return "left";
    default:
      return "not kept";
  }
}

function stepOf(op: CommitOp): UndoStep {
  return { path: op.path, written: op.op === "put" ? op.sha256 : null, replaced: op.prev };
}

/** Three versions are needed: what the commit found, what it left, and what is there now. */
function isMergeable({ path, written, replaced }: UndoStep): boolean {
  return path.endsWith(".json") && meaningOf(path)?.kind === "json" && written !== null && replaced !== null;
}

function refuse(because: UndoRefusal, ops: readonly { readonly path: StoreKey }[]): UndoDecision {
  return { decision: "refuse", because, paths: ops.map(({ path }) => path) };
}
