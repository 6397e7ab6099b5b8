// Rows that were made while an image was being stored, for the run that will put them into the table.

import type { ReadOptions, ZarrImageRecord } from "@kym/zarr-store";
import { checkIndexer, type Indexer } from "../indexer/indexer.ts";
import type { RunMemory } from "../staleness/run-memory.ts";
import type { RecordedIndex } from "../staleness/staleness.ts";
import { type ImageLook, type ImageOutcome, indexImage, lookAtImage } from "./index-image.ts";

type Prepared = Extract<ImageOutcome, { readonly outcome: "updated" }>;

/** What table and ledger say about an image that they do not know. */
const NOT_RECORDED: RecordedIndex = {
  entry: undefined,
  rows: { count: 0, provenance: undefined },
  hasSchema: true,
};

/** Keeps the rows of images per indexer until a run takes them. */
export class PreparedRows {
  readonly #byIndexer = new Map<Indexer, Map<string, Prepared>>();

  /**
   * Makes the rows of a new image. Nothing is kept of an image that is not analysed or that fails: the run meets it as it
   * would without this, and reports it.
   */
  async prepare(
    record: ZarrImageRecord,
    indexer: Indexer,
    { memory, nowEpochNs, signal }: ReadOptions & { readonly memory: RunMemory; readonly nowEpochNs: bigint },
  ): Promise<void> {
    checkIndexer(indexer);
    const { id: imageId } = record;
    this.#of(indexer).delete(imageId);
    const seen = await record.objectHashes();
    const look = lookAtImage(indexer, memory.hasherOf(indexer), { imageId, seen, recorded: NOT_RECORDED });
    if (look.settled?.state === "not_analysed") {
      return;
    }
    const { hashText } = memory;
    const outcome = await indexImage(record, indexer, look, {
      mode: "incremental",
      nowEpochNs,
      hashText,
      signal,
    });
    if (outcome.outcome === "updated") {
      this.#of(indexer).set(imageId, outcome);
    }
  }

  /** Hands out the rows of an image, once, if it is new to the ledger and still has the objects that they were made from. */
  take(indexer: Indexer, look: ImageLook, memory: RunMemory, nowEpochNs: bigint): Prepared | undefined {
    const prepared = this.#of(indexer).get(look.imageId);
    this.#of(indexer).delete(look.imageId);
    const isCurrent =
      prepared !== undefined &&
      look.recorded.entry === undefined &&
      look.recorded.rows.count === 0 &&
      memory.hasherOf(indexer).areSame(prepared.seen, look.seen);
    return isCurrent
      ? { ...prepared, seen: look.seen, entry: { ...prepared.entry, indexedEpochNs: nowEpochNs } }
      : undefined;
  }

  #of(indexer: Indexer): Map<string, Prepared> {
    const before = this.#byIndexer.get(indexer);
    if (before !== undefined) {
      return before;
    }
    const made = new Map<string, Prepared>();
    this.#byIndexer.set(indexer, made);
    return made;
  }
}
