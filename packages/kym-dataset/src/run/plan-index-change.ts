// Turns the outcomes of all images into the change to commit and the counts and reasons to report.

import { NO_OBJECTS } from "../indexer/artifact-ref.ts";
import type { RecordedIndexes } from "../staleness/load-ledger-and-table.ts";
import type { IndexChange } from "./index-change.ts";
import type { ImageOutcome } from "./index-image.ts";
import type { ImageReason, UpdateCounts } from "./update-report.ts";

/** What a run found out about the images. */
export interface IndexRun {
  readonly outcomes: readonly ImageOutcome[];
  readonly recorded: RecordedIndexes;
  /** Images that were deleted from the dataset, but are still in the table or the ledger. */
  readonly deletedIds: readonly string[];
}

/** What a run commits, and what it reports. */
export interface IndexPlan {
  readonly change: IndexChange;
  /** False if table and ledger exist and nothing in them changes, neither rows nor columns nor units. */
  readonly isNeeded: boolean;
  readonly counts: UpdateCounts;
  readonly reasons: readonly ImageReason[];
}

/**
 * Decides what a run changes. An image that failed keeps its rows only if its hashes say that they are fresh. Otherwise
 * they may describe results that no longer exist, and are removed.
 */
export function planIndexChange(run: IndexRun): IndexPlan {
  const { outcomes, recorded, deletedIds } = run;
  const updated = new Map<string, Updated>();
  const rechecked = new Map<string, Rechecked>();
  const removed = new Map(deletedIds.map((imageId) => [imageId, NO_OBJECTS]));
  for (const result of outcomes) {
    const { imageId } = result;
    if (result.outcome === "updated") {
      updated.set(imageId, result);
    } else if (result.outcome === "skipped" && result.entry !== undefined) {
      rechecked.set(imageId, { before: recorded.of(imageId).entry, entry: result.entry });
    } else if (losesRows(result) && recorded.imageIds.has(imageId)) {
      removed.set(imageId, result.seen);
    }
  }
  const change: IndexChange = { updated, rechecked, removed };
  const reasons = reasonsOf(run);
  return {
    change,
    isNeeded: !recorded.exists || !recorded.hasSchema || updated.size + rechecked.size + removed.size > 0,
    counts: countOutcomes(run, reasons),
    reasons,
  };
}

type MapValue<M> = M extends ReadonlyMap<string, infer V> ? V : never;
type Updated = MapValue<IndexChange["updated"]>;
type Rechecked = MapValue<IndexChange["rechecked"]>;

type LosesRows = Extract<ImageOutcome, { readonly outcome: "notAnalysed" | "failed" }>;

function losesRows(result: ImageOutcome): result is LosesRows {
  return result.outcome === "notAnalysed" || (result.outcome === "failed" && !result.keepsRows);
}

function countOutcomes({ outcomes, recorded }: IndexRun, reasons: readonly ImageReason[]): UpdateCounts {
  const countOf = (outcome: ImageOutcome["outcome"]): number =>
    outcomes.filter((result) => result.outcome === outcome).length;
  const missing = outcomes.filter(
    ({ outcome, imageId }) => outcome === "updated" && recorded.of(imageId).rows.count === 0,
  );
  return {
    updated: countOf("updated"),
    skipped: countOf("skipped"),
    missing: missing.length,
    notAnalysed: countOf("notAnalysed"),
    purged: reasons.filter(({ outcome }) => outcome === "purged").length,
    failed: countOf("failed"),
  };
}

function reasonsOf({ outcomes, recorded, deletedIds }: IndexRun): readonly ImageReason[] {
  const reasons = outcomes.flatMap((result): ImageReason[] => {
    const { imageId } = result;
    switch (result.outcome) {
      case "skipped":
        return [];
      case "updated":
        return [
          {
            imageId,
            outcome: "updated",
            because: result.because,
            ...(result.infinities > 0 && { infinities: result.infinities }),
          },
        ];
      case "notAnalysed":
        return [
          { imageId, outcome: "notAnalysed", because: "no_inputs" },
          ...(recorded.imageIds.has(imageId)
            ? [{ imageId, outcome: "purged", because: "no_inputs" } as const]
            : []),
        ];
      case "failed": {
        const { error } = result;
        const message = error instanceof Error ? error.message : String(error);
        return [{ imageId, outcome: "failed", because: "error", message, error }];
      }
      default:
        return result satisfies never;
    }
  });
  const deleted = deletedIds.map(
    (imageId): ImageReason => ({ imageId, outcome: "purged", because: "deleted" }),
  );
  return [...reasons, ...deleted].sort((a, b) =>
    a.imageId < b.imageId ? -1 : Number(a.imageId > b.imageId),
  );
}
