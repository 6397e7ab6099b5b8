// Reads what files held before and after a change, as far as it is kept.

import { isZarrStoreError, rowsOf, type StoreKey, type ZarrDataset } from "@kym/zarr-store";
import { meaningOf } from "@kym/zarr-store/layout";
import { type ReadOptions, runBounded } from "@kym/zarr-store/runtime";
import { decodeParquet } from "@kym/zarr-store/table";
import type { Change } from "./change.ts";
import { changesOf, type Held, isWorthReading } from "./changes-of.ts";
import type { PathChange } from "./path-change.ts";

const READS_AT_ONCE = 16;

export interface LoadChangesOptions extends ReadOptions {
  /** Tables are read only if there are at most this many. Default: all are. */
  readonly mostTables?: number;
}

/**
 * The changes behind changed files. What the history does not have any more is left unsaid.
 *
 * @throws {ZarrStoreError} `io`, `aborted`
 */
export async function loadChanges(
  dataset: ZarrDataset,
  paths: readonly PathChange[],
  { mostTables = Number.POSITIVE_INFINITY, signal }: LoadChangesOptions,
): Promise<readonly Change[]> {
  const ofImages = changesOf(paths, new Map()).filter(({ kind }) => kind === "image");
  const added = new Set<string | null>(ofImages.map(({ image_id: id }) => id));
  const readable = paths.filter(({ path }) => {
    const meaning = meaningOf(path);
    const isOfNew = meaning !== undefined && "imageId" in meaning && added.has(meaning.imageId);
    return isWorthReading(path) !== undefined && !isOfNew;
  });
  const tables = readable.filter(({ path }) => isWorthReading(path) === "rows").length;
  const wanted = readable.filter(({ path }) => tables <= mostTables || isWorthReading(path) === "text");
  const held = new Map<string, { before: Held; after: Held }>();
  await runBounded(
    wanted,
    async ({ path, before, after }) => {
      held.set(path, {
        before: await heldAt(dataset, path, before, { signal }),
        after: await heldAt(dataset, path, after, { signal }),
      });
    },
    { concurrency: READS_AT_ONCE, signal },
  );
  return changesOf(paths, held);
}

async function heldAt(
  dataset: ZarrDataset,
  path: StoreKey,
  sha256: string | null,
  options: ReadOptions,
): Promise<Held> {
  if (sha256 === null) {
    return { state: "absent" };
  }
  try {
    const bytes = await dataset.past.read(path, sha256, options);
    if (bytes === undefined) {
      return { state: "unknown" };
    }
    return isWorthReading(path) === "text"
      ? { state: "text", text: new TextDecoder().decode(bytes) }
      : { state: "rows", rows: [...rowsOf(await decodeParquet(bytes, { where: path }))] };
  } catch (error) {
    if (isZarrStoreError(error, "io", "aborted")) {
      throw error;
    }
    // Damaged, edited by another program, or no table: the log says less then.
    return { state: "unknown" };
  }
}
