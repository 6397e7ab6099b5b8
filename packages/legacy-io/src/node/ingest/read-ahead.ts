// Reads bundles a few ahead of the transaction that stores them.

import { isZarrStoreError } from "@kym/zarr-store";
import { isLegacyIoError } from "../../errors.ts";
import type { LegacyBundle } from "../../folder/bundle.ts";
import type { SidecarFormat } from "../../formats/sidecar-format.ts";
import type { FolderFields } from "../../plan/decide-path-fields.ts";
import { ReusedBuffers } from "../files/reused-buffers.ts";
import type { ImageFiles } from "../read/image-in-files.ts";
import { type ReadBundle, type ReadBundleOptions, readBundle } from "../read/read-bundle.ts";
import type { IngestFolderOptions } from "./ingest-options.ts";

export type ReadOutcome =
  | { readonly ok: true; readonly read: ReadBundle }
  | { readonly ok: false; readonly reason: string };

/** Where images are read and staged, other than in this thread. */
export interface ReadElsewhere {
  /** Stages the pixels of an image, and gives what it found, or the reason if that is not possible. Undefined: read it here. */
  readonly stage: (
    image: ImageFiles,
  ) => Promise<NonNullable<ReadBundleOptions["image"]> | { readonly reason: string } | "aborted" | undefined>;
  readonly size: number;
}

/** Turns pixels into the form that is stored. Runs while other bundles are read. */
export type Encode = (read: ReadBundle) => Promise<ReadBundle>;

/** What reading bundles ahead needs of the options of an ingest. */
export type ReadAheadOptions = Pick<
  IngestFolderOptions,
  "applyCalibration" | "codecs" | "includeSidecars" | "jobs" | "limits" | "signal"
> & {
  readonly allFormats: readonly SidecarFormat[];
  readonly elsewhere?: ReadElsewhere | undefined;
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
 * - After an abort, it yields the bundles that are being read but starts no more, so that a stopped ingest keeps its work. Of those
 *   that threads read, it yields what is read.
 * - Asking for the next bundle releases the memory of the previous one.
 */
export async function* readAhead<T extends ItemToRead>(
  items: readonly T[],
  options: ReadAheadOptions,
  encode: Encode,
): AsyncIterable<{ readonly item: T; readonly outcome: ReadOutcome }> {
  // Threads that are done go on with the next bundle while the transaction stores what they found.
  const jobs = options.elsewhere ? options.elsewhere.size + 2 : Math.max(1, options.jobs ?? 4);
  const buffers = new ReusedBuffers();
  const started: Promise<ReadOutcome | undefined>[] = [];
  try {
    for (const [index, item] of items.entries()) {
      while (started.length < Math.min(items.length, index + jobs) && options.signal?.aborted !== true) {
        const next = items[started.length];
        const reading =
          next === undefined ? Promise.resolve(undefined) : tryRead(next, options, buffers, encode);
        // An error is thrown once it is this bundle's turn.
        reading.catch(() => undefined);
        started.push(reading);
      }
      const outcome = await started[index];
      if (outcome === undefined) {
        return;
      }
      yield { item, outcome };
      await release(outcome);
      started[index] = Promise.resolve(undefined);
    }
  } finally {
    for (const settled of await Promise.allSettled(started)) {
      if (settled.status === "fulfilled") {
        await release(settled.value);
      }
    }
  }
}

async function release(outcome: ReadOutcome | undefined): Promise<void> {
  if (outcome?.ok === true) {
    await outcome.read.release();
  }
}

/** Returns undefined for a bundle that was given up because of an abort. */
async function tryRead(
  { bundle, folderFields }: ItemToRead,
  { applyCalibration, includeSidecars, limits, codecs, allFormats, elsewhere }: ReadAheadOptions,
  buffers: ReusedBuffers,
  encode: Encode,
): Promise<ReadOutcome | undefined> {
  const image = await elsewhere?.stage(bundle);
  if (image === "aborted") {
    return undefined;
  }
  if (image !== undefined && "reason" in image) {
    return { ok: false, reason: image.reason };
  }
  try {
    const read = await readBundle(bundle, {
      ...{ applyCalibration, includeSidecars, limits, codecs, buffers, formats: allFormats, folderFields },
      image,
    });
    try {
      return { ok: true, read: await encode(read) };
    } catch (error) {
      await read.release();
      throw error;
    }
  } catch (error) {
    if (isLegacyIoError(error) || isZarrStoreError(error)) {
      return { ok: false, reason: error.message };
    }
    throw error;
  }
}
