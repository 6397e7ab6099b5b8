// Reads bundles a few ahead of the transaction that stores them.

import { isZarrStoreError } from "@kym/zarr-store";
import { isLegacyIoError } from "../../errors.ts";
import type { LegacyBundle } from "../../folder/bundle.ts";
import type { SidecarFormat } from "../../formats/sidecar-format.ts";
import type { FolderFields } from "../../plan/decide-path-fields.ts";
import { ReusedBuffers } from "../files/reused-buffers.ts";
import { type ReadBundle, readBundle } from "../read/read-bundle.ts";
import type { IngestFolderOptions } from "./ingest-options.ts";

export type ReadOutcome =
  | { readonly ok: true; readonly read: ReadBundle }
  | { readonly ok: false; readonly reason: string };

/** Turns pixels into the form that is stored. Runs while other bundles are read. */
export type Encode = (read: ReadBundle) => Promise<ReadBundle>;

/** What reading bundles ahead needs of the options of an ingest. */
export type ReadAheadOptions = Pick<
  IngestFolderOptions,
  "applyCalibration" | "codecs" | "includeSidecars" | "jobs" | "limits" | "signal"
> & {
  readonly allFormats: readonly SidecarFormat[];
};

/** A bundle to read, and what the names of its folders say. */
interface ItemToRead {
  readonly bundle: LegacyBundle;
  readonly folderFields?: FolderFields | undefined;
}

/**
 * Reads a few bundles ahead and yields them in order.
 *
 * - A bundle that cannot be read is an outcome, not an error.
 * - After an abort, it yields the bundles that are being read but starts no more, so that a stopped ingest keeps its work.
 * - Asking for the next bundle releases the memory of the previous one.
 */
export async function* readAhead<T extends ItemToRead>(
  items: readonly T[],
  options: ReadAheadOptions,
  encode: Encode,
): AsyncIterable<{ readonly item: T; readonly outcome: ReadOutcome }> {
  const jobs = Math.max(1, options.jobs ?? 4);
  const buffers = new ReusedBuffers();
  const started: Promise<ReadOutcome>[] = [];
  try {
    for (const [index, item] of items.entries()) {
      while (started.length < Math.min(items.length, index + jobs) && options.signal?.aborted !== true) {
        const next = items[started.length];
        started.push(
          next === undefined
            ? Promise.resolve({ ok: false, reason: "" })
            : tryRead(next, options, buffers, encode),
        );
      }
      const outcome = await started[index];
      if (outcome === undefined) {
        return;
      }
      yield { item, outcome };
      release(outcome);
      started[index] = Promise.resolve({ ok: false, reason: "" });
    }
  } finally {
    for (const settled of await Promise.allSettled(started)) {
      if (settled.status === "fulfilled") {
        release(settled.value);
      }
    }
  }
}

function release(outcome: ReadOutcome): void {
  if (outcome.ok) {
    outcome.read.release();
  }
}

async function tryRead(
  { bundle, folderFields }: ItemToRead,
  { applyCalibration, includeSidecars, limits, codecs, allFormats }: ReadAheadOptions,
  buffers: ReusedBuffers,
  encode: Encode,
): Promise<ReadOutcome> {
  try {
    const read = await readBundle(bundle, {
      ...{ applyCalibration, includeSidecars, limits, codecs, buffers, formats: allFormats, folderFields },
    });
    try {
      return { ok: true, read: await encode(read) };
    } catch (error) {
      read.release();
      throw error;
    }
  } catch (error) {
    if (isLegacyIoError(error) || isZarrStoreError(error)) {
      return { ok: false, reason: error.message };
    }
    throw error;
  }
}
