// Handles one image in a run: decides by its hashes, and reads it and makes its rows if that is needed.

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
import { countInfinities, stampRows } from "../table/conform-row.ts";
import { type LedgerEntry, ledgerEntriesAgree } from "../table/ledger.ts";

/** The outcome for one image in a run. `seen` are the hashes of its objects on which it is based. */
export type ImageOutcome =
  | {
      readonly outcome: "updated";
      readonly imageId: string;
      readonly because: UpdateReason;
      readonly rows: readonly Row[];
      readonly entry: LedgerEntry;
      readonly seen: ObjectHashes;
      /** How many infinities are NULL in the rows. */
      readonly infinities: number;
    }
  | {
      readonly outcome: "skipped";
      readonly imageId: string;
      readonly because: FreshReason;
      /** The new ledger entry, if the old one is missing or outdated. */
      readonly entry: LedgerEntry | undefined;
    }
  | { readonly outcome: "notAnalysed"; readonly imageId: string; readonly seen: ObjectHashes }
  | {
      readonly outcome: "failed";
      readonly imageId: string;
      readonly error: unknown;
      readonly seen: ObjectHashes;
      /** True if the image's rows are fresh by its hashes, so that they stay. */
      readonly keepsRows: boolean;
    };

/** Why rows were computed again: the reason why they were stale, or `replace` if they were fresh. */
export type UpdateReason = Extract<Staleness, { state: "stale" }>["because"] | "replace";
export type FreshReason = Extract<Staleness, { state: "fresh" }>["because"];

/** What the first pass knows about an image, without opening it. */
export interface ImageLook {
  readonly imageId: string;
  readonly seen: ObjectHashes;
  readonly recorded: RecordedIndex;
  readonly found: InputHashes;
  /** The decision by hashes; undefined if a run marker, or params and context, have to be read first. */
  readonly settled: Staleness | undefined;
}

export interface IndexImageOptions {
  /** `replace` computes rows even if they are fresh. */
  readonly mode: "replace" | "incremental";
  readonly nowEpochNs: bigint;
  readonly hashText: HashText;
  readonly signal: AbortSignal | undefined;
}

/** Judges an image by its hashes alone. Reads nothing. */
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

/** The outcome if nothing has to be read from the image; undefined otherwise. */
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

/** Reads an image that {@link outcomeOfLook} leaves open, and makes its rows. Every error but an abort is an outcome. */
export async function indexImage(
  record: ZarrImageRecord,
  indexer: Indexer,
  first: ImageLook,
  options: IndexImageOptions,
): Promise<ImageOutcome> {
  const { signal } = options;
  const { imageId, seen } = first;
  let settled = first.settled;
  try {
    const look =
      first.recorded.entry === undefined ? await withMarker(record, indexer, first, signal) : first;
    settled = look.settled;
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
  const madeRows = "schema" in made ? [...rowsOf(made)] : made;
  const rows = stampRows(indexer.schema, madeRows, {
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
    infinities: countInfinities(indexer.schema, madeRows),
  };
}
