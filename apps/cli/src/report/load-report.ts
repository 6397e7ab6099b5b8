// Loads what a report says: the only part of it that reads.

import { type Indexer, KymDataset, loadAnalyses, loadUsersAdded, type Staleness } from "@kym/kym-dataset";
import { COLUMNS, EVENT_ARTIFACTS, loadMetadataText } from "@kym/kym-schema";
import {
  isZarrStoreError,
  type ReadOptions,
  type Row,
  rowsOf,
  type ZarrDataset,
  type ZarrImageRecord,
} from "@kym/zarr-store";
import { imagePartKeys } from "@kym/zarr-store/layout";
import { runBounded } from "@kym/zarr-store/runtime";
import type { CommandContext } from "../arguments/command.ts";
import { kymVersion } from "../kym-version.ts";
import { ImageNames } from "../study/image-names.ts";
import { type ImagesTable, loadImagesTable } from "../study/images-table.ts";
import { indexersOf } from "../study/indexers.ts";
import { type SelectedImages, selectFrom } from "../study/select-images.ts";
import { type IngestReportFile, ingestFailures } from "./ingest-failures.ts";
import { loadDetail } from "./load-detail.ts";
import { buildReport } from "./numbers/build-report.ts";
import type { ImageFacts, PooledFacts } from "./numbers/image-facts.ts";
import { textIn } from "./numbers/number-in.ts";
import type { ReportData, ReportImageDetail, ReportSource } from "./report-data.ts";

/** A report, and what is drawn of each of its images. */
export interface LoadedReport {
  readonly data: ReportData;
  /** Loads ROIs, traces and events of an image of the report. Reads no pixels. */
  readonly detailOf: (imageId: string) => Promise<ReportImageDetail>;
}

export interface ReportRequest {
  /** As the user typed it. */
  readonly dataset: string;
  /** The name of the dataset. */
  readonly title: string;
  /** SQL over the table of images, as `--where`. */
  readonly where?: string | undefined;
  /** What `where` selects, if that was decided before, as for a blind report. */
  readonly selected?: SelectedImages | undefined;
  readonly ingestReport?: IngestReportFile | undefined;
}

/** How many images are read at once. */
const CONCURRENCY = 16;

/**
 * Loads a report of one version of the dataset. Reads its tables, and of each image metadata and events; no pixels.
 *
 * @throws {CliError} `usage` and `invalid_sql` for `where`
 * @throws {ZarrStoreError} errors of reading the dataset
 */
export async function loadReport(
  context: Pick<CommandContext, "signal" | "onExit">,
  dataset: ZarrDataset,
  request: ReportRequest,
): Promise<LoadedReport> {
  const { signal } = context;
  const data = await dataset.readConsistently(async () => {
    const table = await loadImagesTable(dataset, { signal });
    const { where, selected } = request;
    const { imageIds, leftOutForNull }: SelectedImages =
      where === undefined
        ? { imageIds: table.rows.map((row) => String(row[COLUMNS.imageId])), leftOutForNull: 0 }
        : (selected ?? (await selectFrom(context, table, where)));
    return buildReport({
      title: request.title,
      madeBy: { program: "kym", version: kymVersion() },
      source: await sourceOf(dataset, request.dataset, { signal }),
      selection: {
        where: where ?? null,
        inDataset: table.rows.length,
        shown: imageIds.length,
        leftOutForNull,
      },
      images: await loadFacts(dataset, table, new Set(imageIds), { signal }),
      ingest: ingestFailures(request.ingestReport),
    });
  });
  return { data, detailOf: (imageId) => loadDetail(dataset, imageId, { signal }) };
}

/** The newest version. Its record alone is read: a log may have a hundred thousand. */
async function sourceOf(dataset: ZarrDataset, path: string, { signal }: ReadOptions): Promise<ReportSource> {
  const { version: datasetVersion } = dataset;
  let committedUtc: string | null = null;
  for await (const record of dataset.log({ after: datasetVersion - 1, signal })) {
    if (record.version === datasetVersion) {
      ({ committedUtc } = record);
    }
  }
  return { dataset: path, datasetVersion, committedUtc };
}

async function loadFacts(
  dataset: ZarrDataset,
  { rows }: ImagesTable,
  wanted: ReadonlySet<string>,
  options: ReadOptions,
): Promise<readonly ImageFacts[]> {
  const indexers = await indexersOf(dataset);
  const names = new ImageNames(
    rows.map((row) => ({ image_id: String(row[COLUMNS.imageId]), rel_path: textIn(row, COLUMNS.relPath) })),
  );
  const pooled = new Map<Indexer, ReadonlyMap<string, readonly Row[]>>();
  for (const indexer of indexers) {
    pooled.set(indexer, await loadRowsByImage(dataset, indexer, options));
  }
  const kym = new KymDataset(dataset);
  const shown = rows.filter((row) => wanted.has(String(row[COLUMNS.imageId])));
  const facts = new Map<string, ImageFacts>();
  await runBounded(
    shown,
    async (row) => {
      const imageId = String(row[COLUMNS.imageId]);
      const record = dataset.record(imageId);
      const ofTables: (readonly [string, PooledFacts])[] = [];
      for (const indexer of indexers) {
        const { tableName: table, label = indexer.name } = indexer;
        const staleness = await stalenessOf(kym, indexer, row, imageId, options);
        const found = pooled.get(indexer)?.get(imageId) ?? [];
        ofTables.push([table, { table, label: LABELS[label] ?? label, rows: found, staleness }]);
      }
      const isStale = ofTables.some(([, { staleness }]) => staleness.state === "stale");
      facts.set(imageId, {
        imageId,
        row,
        name: names.of(imageId),
        pooled: new Map(ofTables),
        analyses: isStale ? await loadReadableAnalyses(record, options) : [],
        hasReadableMetadata: await hasReadableMetadata(record, options),
        userEvents: await countUserEvents(record, options),
      });
    },
    { concurrency: CONCURRENCY, signal: options.signal },
  );
  return shown.flatMap((row) => facts.get(String(row[COLUMNS.imageId])) ?? []);
}

/** The table of images has nothing of metadata that are not JSON, or that another program changed, as if there were none. */
async function hasReadableMetadata(record: ZarrImageRecord, options: ReadOptions): Promise<boolean> {
  try {
    await loadMetadataText(record, options);
    return true;
  } catch (error) {
    if (isZarrStoreError(error, "invalid_file", "modified_outside", "integrity")) {
      return false;
    }
    throw error;
  }
}

/** None where another program changed or removed a file of them. */
async function loadReadableAnalyses(
  record: ZarrImageRecord,
  options: ReadOptions,
): Promise<ImageFacts["analyses"]> {
  try {
    return await loadAnalyses(record, options);
  } catch (error) {
    if (isZarrStoreError(error, "modified_outside", "integrity")) {
      return [];
    }
    throw error;
  }
}

/** Where events lie that people may have added. */
const EVENT_KEYS = EVENT_ARTIFACTS.tables.flatMap((name) =>
  (["parquet", "csv.gz"] as const).flatMap((kind) => imagePartKeys({ kind, name })),
);

/** An image whose events cannot be read does not stop a report of the others. */
async function countUserEvents(
  record: ZarrImageRecord,
  options: ReadOptions,
): Promise<ImageFacts["userEvents"]> {
  try {
    const { count } = await loadUsersAdded(record, options);
    const hashes = await record.objectHashes();
    return count ?? (EVENT_KEYS.some((key) => hashes.has(key)) ? "untyped" : null);
  } catch (error) {
    if (isZarrStoreError(error, "invalid_file", "modified_outside", "integrity", "not_supported")) {
      return "unreadable";
    }
    throw error;
  }
}

/** The labels of indexers, in the plural that sentences need. */
const LABELS: Readonly<Record<string, string>> = {
  radon: "velocities",
  "heart rate": "heart rates",
  diameter: "diameters",
};

/** The table of images says which rows are fresh; why others are not is asked for. */
async function stalenessOf(
  kym: KymDataset,
  indexer: Indexer,
  row: Row,
  imageId: string,
  options: ReadOptions,
): Promise<Staleness> {
  switch (row[`staleness_${indexer.tableName}`]) {
    case "fresh":
      return { state: "fresh", because: "sources_unchanged" };
    case "not_analysed":
      return { state: "not_analysed", because: "no_inputs" };
    default:
      try {
        return await kym.getStaleness(indexer, imageId, options);
      } catch (error) {
        // Another program changed or removed what the rows were made with.
        if (isZarrStoreError(error, "modified_outside", "integrity")) {
          return { state: "stale", because: "context_changed" };
        }
        throw error;
      }
  }
}

async function loadRowsByImage(
  dataset: ZarrDataset,
  { tableName }: Indexer,
  options: ReadOptions,
): Promise<ReadonlyMap<string, readonly Row[]>> {
  try {
    const rows = rowsOf(await dataset.loadTable(tableName, { ...options, ifLost: "absent" }));
    return Map.groupBy(rows, (row) => String(row[COLUMNS.imageId]));
  } catch (error) {
    if (isZarrStoreError(error, "not_found")) {
      return new Map();
    }
    throw error;
  }
}
