// Applies changed sidecars and new paths to existing records, in commits of bounded size.

import { isZarrStoreError, type SourceRow, type ZarrDataset, type ZarrStoreError } from "@kym/zarr-store";
import { imageObjectOf } from "@kym/zarr-store/layout";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { LegacyIoError } from "../../errors.ts";
import { shownPath } from "../../folder/bundle.ts";
import { IMAGE_DELETED, type PlannedAction } from "../../plan/decide-refresh.ts";
import type { IngestItem } from "../../plan/ingest-report.ts";
import { BATCH_LIMITS, planBatches } from "../../plan/plan-batches.ts";
import { itemOfUpdate } from "../../plan/plan-report.ts";
import { storedFault } from "../files/stored-fault.ts";
import { settingsOf } from "../ingest/assign-image-id.ts";
import type { CommitNewImagesOptions } from "../ingest/commit-new-images.ts";
import type { Note, RecordUpdate } from "./look-at-record.ts";
import { type UpdateOutcome, updateRecord } from "./update-record.ts";

/** A planned update, with what its TIFF was found to say if it was read again. */
export type UpdateToCommit = Extract<PlannedAction, { readonly action: "update" }> &
  Pick<RecordUpdate, "said" | "savedAgain">;

/** The outcome for the records. Each is in exactly one list besides `notes`. */
export interface UpdatedRecords {
  readonly updated: readonly IngestItem[];
  readonly unchanged: readonly IngestItem[];
  readonly skipped: readonly IngestItem[];
  readonly failed: readonly IngestItem[];
  readonly conflicts: readonly IngestItem[];
  readonly notes: readonly IngestItem[];
}

/**
 * Brings records up to date with their sidecars, in commits of up to 64. A bad record fails alone. Throws as
 * `commitNewImages` does.
 */
export async function commitRecordUpdates(
  dataset: ZarrDataset,
  updates: readonly UpdateToCommit[],
  options: CommitNewImagesOptions,
): Promise<UpdatedRecords> {
  const done: Done[] = [];
  for (const batch of planBatches(updates, sizeOfSidecars, BATCH_LIMITS)) {
    throwIfAborted(options.signal, LegacyIoError);
    done.push(...(await updateBatch(dataset, batch, options)));
  }
  throwIfAborted(options.signal, LegacyIoError);
  return reportOfUpdates(done);
}

/** An update and how it ended. */
export interface Done {
  readonly update: UpdateToCommit;
  readonly outcome: UpdateOutcome;
}

const REFUSALS = [
  "invalid_argument",
  "invalid_name",
  "schema_mismatch",
  "not_supported",
  "invalid_file",
] as const;

/**
 * Updates a batch in one commit. After an abort, the part that is done is still committed. If the dataset refuses the
 * commit, each record gets a commit of its own, so that only the bad one fails.
 */
export async function updateBatch(
  dataset: ZarrDataset,
  batch: readonly UpdateToCommit[],
  options: CommitNewImagesOptions,
): Promise<readonly Done[]> {
  let done: Done[] = [];
  const updating = {
    formats: options.includeSidecars === false ? undefined : options.allFormats,
    history: (sha256: string) => dataset.history(sha256, { signal: options.signal }),
    refuse: options.refuse,
  };
  try {
    const commit = await dataset.transaction(
      async (transaction) => {
        done = [];
        await options.remember(transaction);
        for (const update of batch) {
          if (options.signal?.aborted === true) {
            break;
          }
          done.push({ update, outcome: await updateRecord(transaction, update, updating) });
          options.onRead(update.bundle.image.relPath);
        }
        const moved = done.flatMap(({ update, outcome }) =>
          outcome.outcome === "updated" && (update.move ?? update.savedAgain) !== undefined
            ? [ledgerRow(update, options)]
            : [],
        );
        if (moved.length > 0) {
          await transaction.appendSources(moved, { again: moved });
        }
      },
      { message: `refresh ${batch.length} ${batch.length === 1 ? "image" : "images"}` },
    );
    options.onEvent?.({ type: "committed", version: commit.version, imageIds: [] });
    return done;
  } catch (error) {
    if (!isZarrStoreError(error) || !(isZarrStoreError(error, ...REFUSALS) || isOfOneImage(error))) {
      throw error;
    }
    const [first] = batch;
    if (batch.length === 1 && first !== undefined) {
      return [{ update: first, outcome: { outcome: "failed", reason: error.message } }];
    }
    const single: Done[] = [];
    for (const update of batch) {
      single.push(...(await updateBatch(dataset, [update], options)));
    }
    return single;
  }
}

/** Whether a file of an image is not as it was committed. What the commit has of the ledger is not an image's. */
function isOfOneImage(error: ZarrStoreError): boolean {
  const { path = "", paths = [path] } = error.details;
  return storedFault(error) !== undefined && paths.every((one) => imageObjectOf(one) !== undefined);
}

/** The row of the ledger for a TIFF that moved, or was saved again. */
function ledgerRow(
  { bundle, imageId, known, savedAgain }: UpdateToCommit,
  options: CommitNewImagesOptions,
): SourceRow {
  const [image] = savedAgain ?? [];
  const { path, sizeBytes, mtimeNs } = image ?? bundle.image;
  return {
    source_primary_path: path,
    image_id: imageId,
    source_mtime_ns: mtimeNs,
    source_size_bytes: BigInt(sizeBytes),
    ingested_epoch_ns: settingsOf(options).nowEpochNs(),
    source_sha256: image?.sha256 ?? known.image.sha256,
    source_rel_path: shownPath(bundle),
  };
}

/** Bytes of the sidecars beside an image. */
export function sizeOfSidecars({ bundle }: UpdateToCommit): number {
  return bundle.sidecars.reduce((sum, file) => sum + file.sizeBytes, 0);
}

/** Sorts updates by how they ended. */
export function reportOfUpdates(done: readonly Done[]): UpdatedRecords {
  const items = done.map(({ update, outcome }) => ({ update, ...placeOf(update, outcome) }));
  const of = (wanted: List): readonly IngestItem[] =>
    items.filter(({ list }) => list === wanted).map(({ item }) => item);
  return {
    updated: of("updated"),
    unchanged: of("unchanged"),
    skipped: of("skipped"),
    failed: of("failed"),
    conflicts: of("conflicts"),
    notes: done.flatMap(({ update, outcome }) =>
      outcome.outcome === "updated" ? outcome.notes.map((note) => noteOf(note, update)) : [],
    ),
  };
}

/** A file that was not understood is met by the run in which it is new or changed, and not by later ones. */
function noteOf({ kind, ...note }: Note, { imageId, sidecars }: UpdateToCommit): IngestItem {
  const isMet = kind !== undefined && sidecars.some(({ relPath }) => relPath === note.path);
  return { ...note, imageId, ...(isMet && { kind }) };
}

type List = "updated" | "unchanged" | "skipped" | "failed" | "conflicts";

function placeOf(
  update: UpdateToCommit,
  outcome: UpdateOutcome,
): { readonly list: List; readonly item: IngestItem } {
  const item = itemOfUpdate(update);
  switch (outcome.outcome) {
    case "updated":
      if (outcome.conflicts.length > 0) {
        return { list: "conflicts", item: { ...item, reason: outcome.conflicts.join("; ") } };
      }
      if (update.again !== undefined) {
        const { replaced } = outcome;
        const what = replaced.length === 0 ? "the same as before" : `replaced ${replaced.join(", ")}`;
        return { list: "updated", item: { ...item, reason: `${item.reason}: ${what}` } };
      }
      return { list: update.isImageChanged ? "skipped" : "updated", item };
    case "unchanged":
      return { list: "unchanged", item: { path: item.path, imageId: update.imageId } };
    case "deleted":
      return { list: "skipped", item: { ...item, reason: IMAGE_DELETED } };
    case "failed":
      return { list: "failed", item: { ...item, reason: outcome.reason } };
    default:
      return outcome satisfies never;
  }
}
