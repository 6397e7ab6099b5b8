import { isZarrStoreError } from "@kym/zarr-store";
import type { LegacyBundle } from "../bundle.ts";
import { isLegacyIoError } from "../errors.ts";
import type { IngestFolderOptions } from "./ingest-options.ts";
import { type ReadBundle, readBundle } from "./read-bundle.ts";
import { ReusedBuffers } from "./reused-buffers.ts";

export type ReadOutcome =
  | { readonly ok: true; readonly read: ReadBundle }
  | { readonly ok: false; readonly reason: string };

/**
 * Reads a few bundles ahead, and yields them in order. A bundle that cannot be read is an outcome, not an error. After an
 * abort it yields what is being read and begins nothing more, so that a stopped ingest keeps its work. Who asks for
 * the next bundle has done with the last one: its memory is used again.
 */
export async function* readAhead<T extends { readonly bundle: LegacyBundle }>(
  items: readonly T[],
  options: IngestFolderOptions,
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
            : tryRead(next.bundle, options, buffers),
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
  bundle: LegacyBundle,
  { includeSidecars, limits }: IngestFolderOptions,
  buffers: ReusedBuffers,
): Promise<ReadOutcome> {
  try {
    return { ok: true, read: await readBundle(bundle, { includeSidecars, limits, buffers }) };
  } catch (error) {
    if (isLegacyIoError(error) || isZarrStoreError(error)) {
      return { ok: false, reason: error.message };
    }
    throw error;
  }
}
