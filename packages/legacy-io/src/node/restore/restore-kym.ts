// Restores images of a dataset from exported OME-Zarr folders, with what other programs changed in them since.

import { type DatasetContents, isZarrStoreError, type SourceRow, type ZarrDataset } from "@kym/zarr-store";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { isLegacyIoError, LegacyIoError } from "../../errors.ts";
import type { LegacyBundle } from "../../folder/bundle.ts";
import { IMAGE_DELETED } from "../../plan/decide-refresh.ts";
import type { IngestItem } from "../../plan/ingest-report.ts";
import { type MadeImage, makeImage, type RestoreKymOptions } from "./make-kym-image.ts";
import { placeImage } from "./place-kym-image.ts";

/** What became of exported images. Each is in exactly one list besides `notes`. */
export interface RestoredKym {
  readonly ingested: readonly IngestItem[];
  readonly updated: readonly IngestItem[];
  readonly unchanged: readonly IngestItem[];
  /** Deleted from the dataset. */
  readonly skipped: readonly IngestItem[];
  readonly conflicts: readonly IngestItem[];
  readonly failed: readonly IngestItem[];
  readonly notes: readonly IngestItem[];
}

const BATCH_IMAGES = 64;

/**
 * Restores exported images: ids, pixels, artifacts and attachments, object by object.
 *
 * - An image that the dataset has already is unchanged if it is the same, otherwise a conflict.
 * - An image that was deleted from the dataset, of which the table `sources` knows, is skipped unless `returnDeleted` is given.
 * - What another program changed in the image since comes in and is named. An image that the dataset has gets it as well, where the
 *   dataset did not change the same.
 * - A file of `kym/` that was changed since the export fails its image.
 */
export async function restoreKymImages(
  dataset: ZarrDataset,
  bundles: readonly LegacyBundle[],
  options: RestoreKymOptions,
): Promise<RestoredKym> {
  const outcome = {
    ...{ ingested: [] as IngestItem[], updated: [] as IngestItem[], unchanged: [] as IngestItem[] },
    ...{ skipped: [] as IngestItem[], conflicts: [] as IngestItem[] },
    ...{ failed: [] as IngestItem[], notes: [] as IngestItem[] },
  };
  const tables = new Set<string>();
  const seen = new Map<string, string>();
  for (let start = 0; start < bundles.length; start += BATCH_IMAGES) {
    const batch = bundles.slice(start, start + BATCH_IMAGES);
    await restoreBatch(dataset, batch, options, { outcome, tables, seen });
  }
  outcome.notes.push(...(await leftOutTables(dataset, tables, bundles[0])));
  return outcome;
}

interface Restoring {
  readonly outcome: { readonly [K in keyof RestoredKym]: IngestItem[] };
  readonly tables: Set<string>;
  readonly seen: Map<string, string>;
}

async function restoreBatch(
  dataset: ZarrDataset,
  batch: readonly LegacyBundle[],
  options: RestoreKymOptions,
  { outcome, tables, seen }: Restoring,
): Promise<void> {
  const done: (() => void)[] = [];
  const run = async (transaction: DatasetContents): Promise<void> => {
    done.length = 0;
    const sources: SourceRow[] = [];
    const ledger = await transaction.loadSourcesIndex();
    const known = new Set(ledger.map(keyOf));
    const wereThere = new Set(ledger.map(({ image_id: id }) => id));
    for (const bundle of batch) {
      throwIfAborted(options.signal, LegacyIoError);
      const { relPath: path } = bundle.image;
      try {
        const made = await makeImage(bundle, options);
        const { imageId, tables: named } = made.manifest;
        const other = seen.get(imageId);
        if (other !== undefined && other !== path) {
          done.push(() =>
            outcome.failed.push({ path, imageId, reason: `${other} is the same image, ${imageId}` }),
          );
          continue;
        }
        seen.set(imageId, path);
        for (const table of named) {
          tables.add(table);
        }
        const wasDeleted = wereThere.has(imageId) && !(await transaction.record(imageId).exists());
        if (wasDeleted && options.returnDeleted !== true) {
          done.push(() => outcome.skipped.push({ path, imageId, reason: IMAGE_DELETED }));
          continue;
        }
        const placed = await placeImage(transaction, made, options);
        done.push(() => {
          const item = { path, imageId, ...(placed.reason !== undefined && { reason: placed.reason }) };
          outcome[placed.list].push(item);
          const edits = made.edits.map((words) => `changed since the export: ${words}`);
          const told = placed.list === "unchanged" ? [] : [...edits, ...leftOutWords(made)];
          outcome.notes.push(...told.map((reason) => ({ path, imageId, reason })));
        });
        if (placed.list === "ingested") {
          sources.push(...made.manifest.sources);
        }
      } catch (error) {
        if (!isOfImage(error)) {
          throw error;
        }
        const { message: reason } = error;
        done.push(() => outcome.failed.push({ path, reason }));
      }
    }
    if (sources.length > 0 && options.dryRun !== true) {
      const missing = sources.filter((row) => !known.has(keyOf(row)));
      await transaction.appendSources(missing, { again: missing });
    }
  };
  if (options.dryRun === true) {
    await run(dataset);
  } else {
    const words = `restore ${batch.length} ${batch.length === 1 ? "image" : "images"}`;
    await dataset.transaction(run, { message: words, signal: options.signal });
  }
  for (const tell of done) {
    tell();
  }
}

function leftOutWords({ manifest }: MadeImage): readonly string[] {
  return manifest.leftOut.map(({ key, reason }) => `${key} is not in the export: ${reason}`);
}

function keyOf(row: SourceRow): string {
  return `${row.image_id} ${row.source_sha256 ?? ""} ${row.source_primary_path}`;
}

/** Errors that one exported image causes. Others concern all of them. */
function isOfImage(error: unknown): error is Error {
  const codes = [
    "invalid_file",
    "invalid_name",
    "invalid_metadata",
    "invalid_argument",
    "schema_mismatch",
    "not_supported",
  ] as const;
  return (isLegacyIoError(error) && error.code !== "aborted") || isZarrStoreError(error, ...codes);
}

/** Tables that the dataset of an export had, and that no indexer makes again. */
async function leftOutTables(
  dataset: ZarrDataset,
  tables: ReadonlySet<string>,
  first: LegacyBundle | undefined,
): Promise<readonly IngestItem[]> {
  const present = new Set(await dataset.listTableNames());
  const lost = [...tables].filter((name) => !name.startsWith(OF_INDEXER) && !present.has(name)).sort();
  return lost.map((name) => ({
    path: first?.image.relPath ?? "",
    reason: `the table ${name} is left out: an export for other programs has no tables, and no indexer makes this one again`,
  }));
}

/** What the names of pooled tables begin with: `kym index` makes them again. */
const OF_INDEXER = "kym_";
