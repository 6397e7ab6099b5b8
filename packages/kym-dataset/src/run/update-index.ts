// Runs indexers over the images of a dataset: the work behind `KymDataset.updateIndex` and `updateIndexes`.

import type { ZarrDataset } from "@kym/zarr-store";
import { runBounded, throwIfAborted, type WorkShard } from "@kym/zarr-store/runtime";
import { KymDatasetError } from "../errors.ts";
import { NO_OBJECTS } from "../indexer/artifact-ref.ts";
import { checkIndexer, type Indexer } from "../indexer/indexer.ts";
import { ownImages } from "../own-images.ts";
import { loadLedgerAndTable, type RecordedIndexes } from "../staleness/load-ledger-and-table.ts";
import type { RunMemory } from "../staleness/run-memory.ts";
import { commitIndex } from "./commit-index.ts";
import { type ImageLook, type ImageOutcome, indexImage, lookAtImage, outcomeOfLook } from "./index-image.ts";
import { planIndexChange } from "./plan-index-change.ts";
import type { PreparedRows } from "./prepared-rows.ts";
import type { IndexEvent, UpdateReport } from "./update-report.ts";

export interface UpdateIndexOptions {
  /** `replace` computes all rows again, `incremental` only those that are stale. Default `replace`. */
  readonly mode?: "replace" | "incremental" | undefined;
  /** The images to update; the rows of all others stay. Default: all images. */
  readonly imageIds?: readonly string[] | undefined;
  /**
   * Take only one of several parts of these images, so that several processes or machines divide them: those whose id has a SHA-256
   * of that part. The rows of deleted images are removed by the shard that they are of. Default: all of them.
   */
  readonly shard?: WorkShard | undefined;
  /**
   * Images that an indexer leaves alone, with the rows that they have: what they are made from was changed outside of the log. They
   * are in no count. Default: none.
   */
  readonly leavesOut?: ((indexer: Indexer, imageId: string) => boolean) | undefined;
  /** Computes and reports everything, but commits nothing. Works on a dataset opened with mode `r`. Default false. */
  readonly dryRun?: boolean | undefined;
  /** Called when an image is done for an indexer. The order of images is not defined. */
  readonly onEvent?: ((event: IndexEvent, indexer: Indexer) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What the runs of one `KymDataset` share. */
export interface IndexSession {
  readonly memory: RunMemory;
  /** Rows that were made before, by {@link KymDataset.prepareRows}. */
  readonly prepared: PreparedRows;
  /** Nanoseconds since 1970. */
  readonly nowEpochNs: () => bigint;
  /** See {@link KymDatasetOptions.partsBeyondBytes}. */
  readonly partsBeyondBytes: number;
}

/** Images read at the same time. */
const IMAGES_AT_ONCE = 16;

/** The part of a run that belongs to one indexer. */
interface IndexerRun {
  readonly indexer: Indexer;
  readonly recorded: RecordedIndexes;
  readonly outcomes: ImageOutcome[];
  readonly done: (outcome: ImageOutcome) => void;
}

/** An image that one indexer has to look into. */
interface OpenImage {
  readonly run: IndexerRun;
  readonly look: ImageLook;
}

/**
 * Makes one pass over the images for all indexers, and one commit for each; see `KymDataset.updateIndexes`.
 *
 * @throws {KymDatasetError} `invalid_argument`, `invalid_name`, `not_found`, `read_only`, `schema_mismatch`, `aborted`
 * @throws {ZarrStoreError} errors of reading the tables and of committing
 */
export async function updateIndexes(
  dataset: ZarrDataset,
  indexers: readonly Indexer[],
  { memory, prepared, nowEpochNs, partsBeyondBytes }: IndexSession,
  options: UpdateIndexOptions = {},
): Promise<readonly UpdateReport[]> {
  const { mode = "replace", dryRun = false, signal } = options;
  for (const indexer of indexers) {
    checkRun(dataset, indexer, mode, dryRun);
  }
  const isOwn = ownImages(options.shard, memory.hashText);
  throwIfAborted(signal, KymDatasetError);
  const hashes = await dataset.imageObjectHashes();
  const wanted = options.imageIds === undefined ? [...hashes.keys()] : knownIds(options.imageIds, hashes);
  const imageIds = wanted.filter(isOwn);
  const shared = { mode, nowEpochNs: nowEpochNs(), hashText: memory.hashText, signal };
  const runs: IndexerRun[] = [];
  const open = new Map<string, OpenImage[]>();
  for (const indexer of indexers) {
    const run = await startRun(dataset, indexer, memory, { imageIds, options });
    runs.push(run);
    const hasher = memory.hasherOf(indexer);
    for (const imageId of imageIds.filter((id) => options.leavesOut?.(indexer, id) !== true)) {
      const seen = hashes.get(imageId) ?? NO_OBJECTS;
      const look = lookAtImage(indexer, hasher, { imageId, seen, recorded: run.recorded.of(imageId) });
      const outcome = outcomeOfLook(look, mode);
      if (outcome === undefined) {
        open.set(imageId, [...(open.get(imageId) ?? []), { run, look }]);
      } else {
        run.done(outcome);
      }
    }
  }
  const index = async ([imageId, images]: readonly [string, readonly OpenImage[]]): Promise<void> => {
    // Each file is read and decoded once, for all indexers.
    const record = dataset.record(imageId, { asOf: "last look", keepsReads: true });
    for (const { run, look } of images) {
      throwIfAborted(signal, KymDatasetError);
      const ready = prepared.take(run.indexer, look, memory, shared.nowEpochNs);
      run.done(ready ?? (await indexImage(record, run.indexer, look, shared)));
    }
  };
  await runBounded([...open], index, { concurrency: IMAGES_AT_ONCE });
  throwIfAborted(signal, KymDatasetError);
  const reports: UpdateReport[] = [];
  for (const run of runs) {
    reports.push(
      await endRun(dataset, run, {
        hashes,
        isOwn,
        memory,
        partsBeyondBytes,
        dryRun,
        mayReplaceLost: replacesLost(options),
        signal,
      }),
    );
  }
  return reports;
}

/** A run that makes every row again needs nothing of a table that is lost. */
function replacesLost({ mode = "replace", imageIds }: UpdateIndexOptions): boolean {
  return mode === "replace" && imageIds === undefined;
}

async function startRun(
  dataset: ZarrDataset,
  indexer: Indexer,
  memory: RunMemory,
  { imageIds, options }: { readonly imageIds: readonly string[]; readonly options: UpdateIndexOptions },
): Promise<IndexerRun> {
  const { signal } = options;
  const outcomes: ImageOutcome[] = [];
  return {
    indexer,
    recorded: await loadLedgerAndTable(dataset, indexer, memory, {
      signal,
      mayBeLost: replacesLost(options),
    }),
    outcomes,
    done: (outcome) => {
      outcomes.push(outcome);
      options.onEvent?.(eventOf(outcome, outcomes.length, imageIds.length), indexer);
      throwIfAborted(signal, KymDatasetError);
    },
  };
}

async function endRun(
  dataset: ZarrDataset,
  { indexer, recorded, outcomes }: IndexerRun,
  {
    hashes,
    isOwn,
    memory,
    partsBeyondBytes,
    dryRun,
    mayReplaceLost,
    signal,
  }: {
    readonly hashes: ReadonlyMap<string, unknown>;
    readonly isOwn: (imageId: string) => boolean;
    readonly memory: RunMemory;
    readonly partsBeyondBytes: number;
    readonly dryRun: boolean;
    readonly mayReplaceLost: boolean;
    readonly signal: AbortSignal | undefined;
  },
): Promise<UpdateReport> {
  const deletedIds = [...recorded.imageIds].filter((id) => !hashes.has(id) && isOwn(id));
  const { change, isNeeded, counts, reasons } = planIndexChange({ outcomes, recorded, deletedIds });
  const commit =
    isNeeded && !dryRun
      ? await commitIndex(dataset, indexer, change, {
          ...{ memory, mayReplaceLost, tableBytes: recorded.tableBytes, signal },
          partsBeyondBytes,
        })
      : undefined;
  return {
    indexer: indexer.name,
    tableName: indexer.tableName,
    ...counts,
    ...(recorded.lost.length > 0 && { madeAgain: recorded.lost }),
    reasons,
    version: commit?.version ?? dataset.version,
    committed: commit?.committed ?? false,
    table: () => dataset.loadTable(indexer.tableName),
  };
}

function checkRun(dataset: ZarrDataset, indexer: Indexer, mode: string, dryRun: boolean): void {
  checkIndexer(indexer);
  if (mode !== "replace" && mode !== "incremental") {
    throw new KymDatasetError(
      "invalid_argument",
      `unknown mode ${JSON.stringify(mode)}: expected "replace" or "incremental"`,
      {
        path: "mode",
        expected: ["replace", "incremental"],
        found: mode,
      },
    );
  }
  if (dataset.mode === "r" && !dryRun) {
    throw new KymDatasetError(
      "read_only",
      `${dataset.location} is opened read-only: open it with mode "a", or use dryRun`,
      {
        path: dataset.location,
      },
    );
  }
}

/** Sorts the ids and removes duplicates. @throws {KymDatasetError} `not_found` for an id without an image */
function knownIds(imageIds: readonly string[], existing: ReadonlyMap<string, unknown>): readonly string[] {
  const unknown = imageIds.find((id) => !existing.has(id));
  if (unknown !== undefined) {
    throw new KymDatasetError("not_found", `there is no image ${unknown}`, { path: unknown, found: unknown });
  }
  return [...new Set(imageIds)].sort();
}

function eventOf(result: ImageOutcome, done: number, total: number): IndexEvent {
  const { imageId, outcome } = result;
  const progress = { kind: "image", imageId, done, total } as const;
  switch (outcome) {
    case "updated":
    case "skipped":
      return { ...progress, outcome, because: result.because };
    case "notAnalysed":
      return { ...progress, outcome, because: "no_inputs" };
    case "failed":
      return { ...progress, outcome, because: "error" };
    default:
      return outcome satisfies never;
  }
}
