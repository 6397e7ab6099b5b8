import { isZarrStoreError, type Row, rowsOf, type ZarrImageRecord } from "@kym/zarr-store";
import { isKymDatasetError } from "../errors.ts";
import type { ObjectHashes } from "../indexer/artifact-ref.ts";
import type { Indexer } from "../indexer/indexer.ts";
import type { HashText } from "../indexer/sha256-hex.ts";
import { type InputHashes, inputHashes, type SeenHashes } from "../staleness/input-hashes.ts";
import { loadCurrentProvenance } from "../staleness/load-current-provenance.ts";
import { loadRunMarker } from "../staleness/run-marker.ts";
import {
  type CurrentInputs,
  decideStaleness,
  decideStalenessFromHashes,
  type RecordedIndex,
  type Staleness,
} from "../staleness/staleness.ts";
import { stampRows } from "../table/conform-row.ts";
import { type LedgerEntry, ledgerEntriesAgree } from "../table/ledger.ts";

/** What became of one image in a run. */
export type ImageOutcome =
  | {
      readonly outcome: "updated";
      readonly imageId: string;
      readonly because: UpdateReason;
      readonly rows: readonly Row[];
      readonly entry: LedgerEntry;
    }
  | {
      readonly outcome: "skipped";
      readonly imageId: string;
      readonly because: FreshReason;
      /** The entry as it should be, if it is not so yet. */
      readonly entry: LedgerEntry | undefined;
    }
  | { readonly outcome: "notAnalysed"; readonly imageId: string; readonly seen: SeenHashes }
  | {
      readonly outcome: "failed";
      readonly imageId: string;
      readonly error: unknown;
      readonly seen: SeenHashes;
      /** True if the rows it has are still those of its inputs, so that they stay. */
      readonly keepsRows: boolean;
    };

/** Why rows were made anew: what was stale, or `replace` where nothing was. */
export type UpdateReason = Extract<Staleness, { state: "stale" }>["because"] | "replace";
export type FreshReason = Extract<Staleness, { state: "fresh" }>["because"];

export interface IndexImageArgs {
  readonly hashes: ObjectHashes;
  readonly recorded: RecordedIndex;
  /** `replace` makes rows anew even if they are fresh. */
  readonly mode: "replace" | "incremental";
  readonly nowEpochNs: bigint;
  readonly hashText: HashText;
  readonly signal: AbortSignal | undefined;
}

/** The outcome of an image of which nothing has to be read; undefined for all others. No I/O. */
export function settleImage(
  imageId: string,
  indexer: Indexer,
  { hashes, recorded, mode, hashText }: Pick<IndexImageArgs, "hashes" | "recorded" | "mode" | "hashText">,
): ImageOutcome | undefined {
  const found = inputHashes(indexer, hashes, hashText);
  if (found.inputsSha256 === undefined) {
    return { outcome: "notAnalysed", imageId, seen: found };
  }
  if (mode === "replace" || recorded.entry === undefined) {
    return undefined;
  }
  const settled = decideStalenessFromHashes(recorded, currentInputs(indexer, found));
  return settled?.state === "fresh"
    ? { outcome: "skipped", imageId, because: settled.because, entry: undefined }
    : undefined;
}

/** Reads one image that {@link settleImage} leaves open, and makes its rows. Everything but an abort is an outcome. */
export async function indexImage(
  record: ZarrImageRecord,
  indexer: Indexer,
  args: IndexImageArgs,
): Promise<ImageOutcome> {
  const { signal } = args;
  const imageId = record.id;
  const found = inputHashes(indexer, args.hashes, args.hashText);
  const current = currentInputs(indexer, found);
  const isUnknown = args.recorded.entry === undefined;
  const marker = isUnknown ? await loadRunMarker(record, indexer, args.hashes, { signal }) : undefined;
  const recorded = { ...args.recorded, marker };
  const settled = decideStalenessFromHashes(recorded, current);
  try {
    return await readImage(record, indexer, { ...args, recorded, found, current });
  } catch (error) {
    if (signal?.aborted || isZarrStoreError(error, "aborted") || isKymDatasetError(error, "aborted")) {
      throw error;
    }
    return { outcome: "failed", imageId, error, seen: found, keepsRows: settled?.state === "fresh" };
  }
}

function currentInputs(indexer: Indexer, { inputsSha256, sourcesSha256 }: InputHashes): CurrentInputs {
  return { analysisVersion: indexer.analysisVersion, inputsSha256, sourcesSha256 };
}

async function readImage(
  record: ZarrImageRecord,
  indexer: Indexer,
  args: IndexImageArgs & { readonly found: InputHashes; readonly current: CurrentInputs },
): Promise<ImageOutcome> {
  const { recorded, mode, signal, hashText, found, current } = args;
  const { context, provenance } = await loadCurrentProvenance(record, indexer, { signal, hashText });
  const staleness = decideStaleness(recorded, current, provenance);
  const entryOf = (nRows: number): LedgerEntry => ({
    imageId: record.id,
    analysisVersion: indexer.analysisVersion,
    ...provenance,
    inputsSha256: found.inputsSha256 ?? "",
    sourcesSha256: found.sourcesSha256,
    nRows,
    indexedEpochNs: recorded.entry?.indexedEpochNs ?? args.nowEpochNs,
  });
  if (staleness.state === "fresh" && mode === "incremental") {
    const entry = entryOf(recorded.rows.count);
    return { outcome: "skipped", imageId: record.id, because: staleness.because, entry };
  }
  const made = await indexer.extract(record, { input: found.input, context, signal });
  const rows = stampRows(indexer.schema, "schema" in made ? [...rowsOf(made)] : made, {
    imageId: record.id,
    analysisVersion: indexer.analysisVersion,
    paramsHash: provenance.paramsHash,
  });
  const entry = entryOf(rows.length);
  const isSame = recorded.entry !== undefined && ledgerEntriesAgree(recorded.entry, entry);
  return {
    outcome: "updated",
    imageId: record.id,
    because: staleness.state === "stale" ? staleness.because : "replace",
    rows,
    entry: isSame ? entry : { ...entry, indexedEpochNs: args.nowEpochNs },
  };
}
