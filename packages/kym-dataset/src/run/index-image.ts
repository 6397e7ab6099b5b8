import { isZarrStoreError, type Row, rowsOf, type ZarrImageRecord } from "@kym/zarr-store";
import { isKymDatasetError } from "../errors.ts";
import type { ObjectHashes } from "../indexer/artifact-ref.ts";
import type { Indexer } from "../indexer/indexer.ts";
import type { HashText } from "../indexer/sha256-hex.ts";
import type { InputHasher, InputHashes } from "../staleness/input-hashes.ts";
import { loadCurrentProvenance } from "../staleness/load-current-provenance.ts";
import { loadRunMarker } from "../staleness/run-marker.ts";
import {
  decideStalenessFromHashes,
  decideStalenessFromProvenance,
  type RecordedIndex,
  type Staleness,
} from "../staleness/staleness.ts";
import { stampRows } from "../table/conform-row.ts";
import { type LedgerEntry, ledgerEntriesAgree } from "../table/ledger.ts";

/** What became of one image in a run. `seen` are the hashes of its objects that this was decided by. */
export type ImageOutcome =
  | {
      readonly outcome: "updated";
      readonly imageId: string;
      readonly because: UpdateReason;
      readonly rows: readonly Row[];
      readonly entry: LedgerEntry;
      readonly seen: ObjectHashes;
    }
  | {
      readonly outcome: "skipped";
      readonly imageId: string;
      readonly because: FreshReason;
      /** The entry as it should be, if it is not so yet. */
      readonly entry: LedgerEntry | undefined;
    }
  | { readonly outcome: "notAnalysed"; readonly imageId: string; readonly seen: ObjectHashes }
  | {
      readonly outcome: "failed";
      readonly imageId: string;
      readonly error: unknown;
      readonly seen: ObjectHashes;
      /** True if the rows it has are still those of its inputs, so that they stay. */
      readonly keepsRows: boolean;
    };

/** Why rows were made anew: what was stale, or `replace` where nothing was. */
export type UpdateReason = Extract<Staleness, { state: "stale" }>["because"] | "replace";
export type FreshReason = Extract<Staleness, { state: "fresh" }>["because"];

/** What the first pass sees of an image. Nothing is opened for it. */
export interface ImageLook {
  readonly imageId: string;
  readonly seen: ObjectHashes;
  readonly recorded: RecordedIndex;
  readonly found: InputHashes;
  /** What the hashes say; undefined where something has to be read first: a run marker, or params and context. */
  readonly settled: Staleness | undefined;
}

export interface IndexImageOptions {
  /** `replace` makes rows anew even if they are fresh. */
  readonly mode: "replace" | "incremental";
  readonly nowEpochNs: bigint;
  readonly hashText: HashText;
  readonly signal: AbortSignal | undefined;
}

/** Looks at an image by its hashes alone. No I/O. */
export function lookAtImage(
  indexer: Indexer,
  hasher: InputHasher,
  { imageId, seen, recorded }: Pick<ImageLook, "imageId" | "seen" | "recorded">,
): ImageLook {
  const found = hasher.hashesOf(seen);
  const needsMarker = recorded.entry === undefined && found.inputsSha256 !== undefined;
  const settled = needsMarker ? undefined : settle(indexer, recorded, found);
  return { imageId, seen, recorded, found, settled };
}

/** The outcome of an image of which nothing has to be read; undefined for all others. */
export function outcomeOfLook(
  { imageId, seen, settled }: ImageLook,
  mode: IndexImageOptions["mode"],
): ImageOutcome | undefined {
  if (settled?.state === "not_analysed") {
    return { outcome: "notAnalysed", imageId, seen };
  }
  return settled?.state === "fresh" && mode === "incremental"
    ? { outcome: "skipped", imageId, because: settled.because, entry: undefined }
    : undefined;
}

/** Reads one image that {@link outcomeOfLook} leaves open, and makes its rows. Everything but an abort is an outcome. */
export async function indexImage(
  record: ZarrImageRecord,
  indexer: Indexer,
  first: ImageLook,
  options: IndexImageOptions,
): Promise<ImageOutcome> {
  const { signal } = options;
  const look = first.recorded.entry === undefined ? await withMarker(record, indexer, first, signal) : first;
  const { imageId, seen, settled } = look;
  try {
    return await readImage(record, indexer, look, options);
  } catch (error) {
    if (signal?.aborted || isZarrStoreError(error, "aborted") || isKymDatasetError(error, "aborted")) {
      throw error;
    }
    return { outcome: "failed", imageId, error, seen, keepsRows: settled?.state === "fresh" };
  }
}

async function withMarker(
  record: ZarrImageRecord,
  indexer: Indexer,
  look: ImageLook,
  signal: AbortSignal | undefined,
): Promise<ImageLook> {
  const marker = await loadRunMarker(record, indexer, look.seen, { signal });
  const recorded = { ...look.recorded, marker };
  return { ...look, recorded, settled: settle(indexer, recorded, look.found) };
}

function settle(indexer: Indexer, recorded: RecordedIndex, found: InputHashes): Staleness | undefined {
  return decideStalenessFromHashes(recorded, { analysisVersion: indexer.analysisVersion, ...found });
}

async function readImage(
  record: ZarrImageRecord,
  indexer: Indexer,
  { imageId, seen, recorded, found, settled }: ImageLook,
  { mode, nowEpochNs, hashText, signal }: IndexImageOptions,
): Promise<ImageOutcome> {
  const { context, provenance } = await loadCurrentProvenance(record, indexer, { signal, hashText });
  const staleness = settled ?? decideStalenessFromProvenance(recorded, provenance);
  const entryOf = (nRows: number): LedgerEntry => ({
    imageId,
    analysisVersion: indexer.analysisVersion,
    ...provenance,
    inputsSha256: found.inputsSha256 ?? "",
    sourcesSha256: found.sourcesSha256,
    nRows,
    indexedEpochNs: recorded.entry?.indexedEpochNs ?? nowEpochNs,
  });
  if (staleness.state === "fresh" && mode === "incremental") {
    const entry = entryOf(recorded.rows.count);
    return { outcome: "skipped", imageId, because: staleness.because, entry };
  }
  const made = await indexer.extract(record, { input: found.input, context, signal });
  const rows = stampRows(indexer.schema, "schema" in made ? [...rowsOf(made)] : made, {
    imageId,
    analysisVersion: indexer.analysisVersion,
    paramsHash: provenance.paramsHash,
  });
  const entry = entryOf(rows.length);
  const isSame = recorded.entry !== undefined && ledgerEntriesAgree(recorded.entry, entry);
  return {
    outcome: "updated",
    imageId,
    because: staleness.state === "stale" ? staleness.because : "replace",
    rows,
    entry: isSame ? entry : { ...entry, indexedEpochNs: nowEpochNs },
    seen,
  };
}
