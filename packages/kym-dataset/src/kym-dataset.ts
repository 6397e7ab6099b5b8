// `KymDataset`: the class through which a program updates, explains and reads the pooled tables of a dataset.

import { summarizeMetadata } from "@kym/kym-schema";
import { type AnalysisSettings, DEFAULT_ANALYSIS_SETTINGS } from "@kym/kym-schema/flow";
import {
  type KeyValueStore,
  type OpenDatasetOptions,
  openDataset,
  type ReadOptions,
  type ZarrDataset,
  type ZarrImageRecord,
} from "@kym/zarr-store";
import { nowEpochNs } from "@kym/zarr-store/runtime";
import type { Table } from "apache-arrow";
import { loadAnalysisSettings, saveAnalysisSettings } from "./analysis-settings.ts";
import {
  type OverviewReport,
  type UpdateOverviewsOptions,
  updateOverviews,
} from "./image/update-overviews.ts";
import type { Indexer } from "./indexer/indexer.ts";
import { PreparedRows } from "./run/prepared-rows.ts";
import { type UpdateIndexOptions, updateIndexes } from "./run/update-index.ts";
import { type UpdateReport, type UpdateStats, updateLogLine } from "./run/update-report.ts";
import { explainStaleness } from "./staleness/explain-staleness.ts";
import { getStaleness } from "./staleness/get-staleness.ts";
import { RunMemory } from "./staleness/run-memory.ts";
import type { Staleness } from "./staleness/staleness.ts";
import { PARTS_BEYOND_BYTES } from "./table/table-buckets.ts";
import { TableCache } from "./table-cache.ts";
import { type ImageTraces, loadTraces } from "./view/load-traces.ts";

export interface KymDatasetOptions {
  /** Gets one line per run and a warning per image that failed. Default: silent. */
  readonly logger?: Pick<Console, "debug" | "info" | "warn" | "error"> | undefined;
  /** Nanoseconds since 1970. Default: the system's clock. */
  readonly nowEpochNs?: (() => bigint) | undefined;
  /**
   * A pooled table that would have more bytes is kept in parts from then on, so that a change of one image reads and writes two small
   * files. Default 8 MiB.
   */
  readonly partsBeyondBytes?: number | undefined;
}

/**
 * The pooled tables of a dataset of kymographs. Each table is computed from the images' artifacts alone.
 *
 * Keep one object for as long as the dataset is open. It remembers what a run read, so the next run does not decode it
 * again.
 *
 * @example
 * const kym = new KymDataset(await openDataset(store, { summarize: summarizeMetadata }));
 * const report = await kym.updateIndex(radonIndexer, { mode: "incremental" });
 */
export class KymDataset {
  readonly dataset: ZarrDataset;
  readonly #logger: KymDatasetOptions["logger"];
  readonly #nowEpochNs: () => bigint;
  readonly #partsBeyondBytes: number;
  readonly #tables: TableCache;
  readonly #memory: RunMemory;
  readonly #prepared = new PreparedRows();
  #settings: { readonly version: number; readonly value: AnalysisSettings } | undefined;
  #lastUpdateStats: UpdateStats = { updated: 0, skipped: 0, missing: 0 };

  constructor(dataset: ZarrDataset, options: KymDatasetOptions = {}) {
    this.dataset = dataset;
    this.#tables = new TableCache(dataset);
    this.#memory = new RunMemory(dataset.runtime);
    this.#logger = options.logger;
    this.#nowEpochNs = options.nowEpochNs ?? nowEpochNs;
    this.#partsBeyondBytes = options.partsBeyondBytes ?? PARTS_BEYOND_BYTES;
  }

  /**
   * Opens a dataset and keeps the summaries that lists of images need. To open a path, call `openLocalDataset` of
   * `@kym/zarr-store/node` and pass its result to the constructor. Throws the errors of `openDataset`.
   */
  static async open(
    location: string | KeyValueStore,
    options: OpenDatasetOptions & KymDatasetOptions = {},
  ): Promise<KymDataset> {
    const dataset = await openDataset(location, { summarize: summarizeMetadata, ...options });
    return new KymDataset(dataset, options);
  }

  /** The counts of the last `updateIndex` that succeeded; all zero before the first. A dry run does not count. */
  get lastUpdateStats(): UpdateStats {
    return this.#lastUpdateStats;
  }

  /**
   * Brings an indexer's table up to date in one pass over the images.
   *
   * - Table and ledger change in one commit; if nothing changes, nothing is committed.
   * - An image that is fresh by its hashes is not opened.
   * - An image that fails is listed in the report, and the run goes on with the others.
   * - The rows of deleted images are removed.
   *
   * `docs/indexing.md#what-a-run-guarantees` says more. If this throws a `KymDatasetError`, nothing was committed.
   *
   * @throws {KymDatasetError} `invalid_argument` (an unknown mode), `not_found` (an id in `imageIds` without an image),
   * `invalid_name`, `read_only`, `schema_mismatch` (a malformed ledger), `aborted`
   * @throws {ZarrStoreError} errors of reading the table and of committing: `conflict`, `modified_outside`, `io`,
   * `aborted`
   */
  async updateIndex(indexer: Indexer, options: UpdateIndexOptions = {}): Promise<UpdateReport> {
    const [report] = await this.updateIndexes([indexer], options);
    if (report === undefined) {
      throw new RangeError("one indexer gives one report");
    }
    return report;
  }

  /**
   * Brings the tables of several indexers up to date, each as {@link updateIndex} does, in one pass: each file of an image is read
   * and decoded once for all of them. The commits, one for each table that changes, follow after the pass in the order of the
   * indexers. Throws the errors of {@link updateIndex}.
   *
   * @returns a report for each indexer, in their order
   */
  async updateIndexes(
    indexers: readonly Indexer[],
    options: UpdateIndexOptions = {},
  ): Promise<readonly UpdateReport[]> {
    const session = {
      ...{ memory: this.#memory, prepared: this.#prepared, nowEpochNs: this.#nowEpochNs },
      partsBeyondBytes: this.#partsBeyondBytes,
    };
    const settled: Indexer[] = [];
    for (const indexer of indexers) {
      settled.push(await this.#settled(indexer, { refresh: true, ...options }));
    }
    const reports = await updateIndexes(this.dataset, settled, session, options);
    for (const report of options.dryRun === true ? [] : reports) {
      const { updated, skipped, missing } = report;
      this.#lastUpdateStats = { updated, skipped, missing };
      for (const reason of report.reasons) {
        if (reason.outcome === "failed") {
          this.#logger?.warn(`${report.tableName}: ${reason.imageId} failed: ${reason.message}`);
        }
      }
      this.#logger?.info(updateLogLine(report.tableName, report));
    }
    return reports;
  }

  /**
   * Makes the rows of an image that a transaction has just stored, so that the next {@link updateIndex} of this object need not
   * read it. They are used if the image is committed as it is now; otherwise the run reads it as always. Commits nothing.
   *
   * @example
   * await ingestLegacyFolder(dataset, "lab", { onStored: (record) => kym.prepareRows(radonIndexer, record) });
   * await kym.updateIndex(radonIndexer, { mode: "incremental" });
   * @throws {ZarrStoreError} `aborted`, and errors of reading the names of its artifacts
   */
  async prepareRows(indexer: Indexer, record: ZarrImageRecord, options: ReadOptions = {}): Promise<void> {
    const { signal } = options;
    await this.#prepared.prepare(record, await this.#settled(indexer, options), {
      memory: this.#memory,
      nowEpochNs: this.#nowEpochNs(),
      signal,
    });
  }

  /**
   * Says what `updateIndex` would decide about one image. Changes nothing.
   *
   * @throws {KymDatasetError} `not_found` if the dataset does not have the image
   */
  async getStaleness(indexer: Indexer, imageId: string, options: ReadOptions = {}): Promise<Staleness> {
    return (await this.describeStaleness(indexer, imageId, options)).staleness;
  }

  /** Puts {@link getStaleness} into words, for a person. Throws the same errors. */
  async explain(indexer: Indexer, imageId: string, options: ReadOptions = {}): Promise<string> {
    return (await this.describeStaleness(indexer, imageId, options)).explanation;
  }

  /** {@link getStaleness} and {@link explain} at once, so that the tables are read once. Throws the same errors. */
  async describeStaleness(
    indexer: Indexer,
    imageId: string,
    options: ReadOptions = {},
  ): Promise<{ readonly staleness: Staleness; readonly explanation: string }> {
    const settled = await this.#settled(indexer, options);
    const report = await getStaleness(this.dataset, settled, imageId, this.#memory, options);
    return { staleness: report.staleness, explanation: explainStaleness(settled, report) };
  }

  /** What the dataset remembers of whose results count; the defaults if it remembers nothing. */
  async loadSettings(options: ReadOptions = {}): Promise<AnalysisSettings> {
    return loadAnalysisSettings(this.dataset, options);
  }

  /**
   * Makes the dataset remember settings; those that are not given stay. Writes nothing if they are so already. The next
   * {@link updateIndex} of a table that depends on them makes its rows anew.
   *
   * @returns whether something changed
   * @throws {KymDatasetError} `invalid_argument` for a quality that is not a number of at least 0
   */
  async saveSettings(settings: Partial<AnalysisSettings>, options: ReadOptions = {}): Promise<boolean> {
    return saveAnalysisSettings(this.dataset, settings, options);
  }

  /**
   * Loads the velocity traces and events of an image that the pooled tables count: the lab's or ours, as the dataset says. An image
   * that was never analysed has none. Reads no pixels.
   *
   * @throws {ZarrStoreError} `not_found` for an id without an image, and errors of reading
   * @throws {KymSchemaError} `invalid_metadata` for records of analyses that are not JSON objects
   */
  async loadTraces(imageId: string, options: ReadOptions = {}): Promise<ImageTraces> {
    const { prefer } = await this.loadSettings(options);
    return loadTraces(this.dataset.record(imageId), prefer, options);
  }

  /** The indexer for what the dataset remembers, at the version that was seen last, or now. */
  async #settled(
    indexer: Indexer,
    { refresh = false, signal }: ReadOptions & { readonly refresh?: boolean },
  ): Promise<Indexer> {
    // An indexer that a program made of another one is what the program wants.
    if (indexer.forSettings?.(DEFAULT_ANALYSIS_SETTINGS) !== indexer) {
      return indexer;
    }
    if (refresh) {
      await this.dataset.refresh();
    }
    const { version } = this.dataset;
    if (this.#settings?.version !== version) {
      this.#settings = { version, value: await loadAnalysisSettings(this.dataset, { signal }) };
    }
    return indexer.forSettings(this.#settings.value);
  }

  /**
   * Computes the rows of all images again, or of those in `imageIds`; the rows of the others stay. Throws the errors of
   * {@link updateIndex}.
   */
  async rebuild(indexer: Indexer, options: Omit<UpdateIndexOptions, "mode"> = {}): Promise<UpdateReport> {
    return this.updateIndex(indexer, { ...options, mode: "replace" });
  }

  /** Calls {@link rebuild} for one image. */
  async updateImage(
    indexer: Indexer,
    imageId: string,
    options: Omit<UpdateIndexOptions, "mode" | "imageIds"> = {},
  ): Promise<UpdateReport> {
    return this.rebuild(indexer, { ...options, imageIds: [imageId] });
  }

  /** Calls {@link rebuild} for several images. */
  async updateImages(
    indexer: Indexer,
    imageIds: readonly string[],
    options: Omit<UpdateIndexOptions, "mode" | "imageIds"> = {},
  ): Promise<UpdateReport> {
    return this.rebuild(indexer, { ...options, imageIds });
  }

  /**
   * Makes the overviews that images lack: those of datasets that older versions wrote, of images that came by `addImage`, and of
   * pixels that changed. Reads the pixels of these images alone, and commits 64 images at a time. An image whose pixels cannot be
   * read is listed, and the others are done. No row of a table becomes stale by it.
   *
   * @throws {KymDatasetError} `aborted`; what was committed by then stays
   * @throws {ZarrStoreError} `read_only`, `conflict`, `io`
   */
  async updateOverviews(options: UpdateOverviewsOptions = {}): Promise<OverviewReport> {
    return updateOverviews(this.dataset, options);
  }

  /** Reads the named tables, or all of them, into the cache. @throws {ZarrStoreError} `not_found` */
  async loadTables(names?: readonly string[], options: ReadOptions = {}): Promise<void> {
    for (const name of names ?? (await this.dataset.listTableNames())) {
      await this.#tables.get(name, options);
    }
  }

  /** Returns a table, from the cache if the dataset has no newer commit. @throws {ZarrStoreError} `not_found` */
  async getTable(name: string, options: ReadOptions = {}): Promise<Table> {
    return this.#tables.get(name, options);
  }

  /** Puts a changed table into the cache. Call `saveTable` to store it. */
  setTable(name: string, table: Table): void {
    this.#tables.set(name, table);
  }

  /**
   * Stores a table from the cache.
   *
   * @throws {KymDatasetError} `not_found` if the cache does not have the table
   */
  async saveTable(name: string, options: ReadOptions = {}): Promise<void> {
    await this.#tables.save(name, options);
  }

  /** Calls {@link saveTable} for every table in the cache. */
  async saveAllTables(options: ReadOptions = {}): Promise<void> {
    for (const name of this.#tables.names) {
      await this.#tables.save(name, options);
    }
  }
}
