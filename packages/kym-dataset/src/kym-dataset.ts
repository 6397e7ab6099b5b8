import { summarizeMetadata } from "@kym/kym-schema";
import {
  type KeyValueStore,
  type OpenDatasetOptions,
  openDataset,
  type ReadOptions,
  type ZarrDataset,
} from "@kym/zarr-store";
import { nowEpochNs } from "@kym/zarr-store/runtime";
import type { Table } from "apache-arrow";
import type { Indexer } from "./indexer/indexer.ts";
import { type UpdateIndexOptions, updateIndex } from "./run/update-index.ts";
import { type UpdateReport, type UpdateStats, updateLogLine } from "./run/update-report.ts";
import { explainStaleness } from "./staleness/explain-staleness.ts";
import { getStaleness } from "./staleness/get-staleness.ts";
import { RunMemory } from "./staleness/run-memory.ts";
import type { Staleness } from "./staleness/staleness.ts";
import { TableCache } from "./table-cache.ts";

export interface KymDatasetOptions {
  /** Default: silent. */
  readonly logger?: Pick<Console, "debug" | "info" | "warn" | "error"> | undefined;
  /** Nanoseconds since 1970. Default: the system's clock. */
  readonly nowEpochNs?: (() => bigint) | undefined;
}

/**
 * A dataset of kymographs: pooled tables that are functions of each image's artifacts, and know why they are fresh. Keep
 * one for as long as the dataset is open: it remembers what a run read, so that the next one does not decode it again.
 *
 * @example
 * const kym = new KymDataset(await openDataset(store, { summarize: summarizeMetadata }));
 * const report = await kym.updateIndex(radonIndexer, { mode: "incremental" });
 */
export class KymDataset {
  readonly dataset: ZarrDataset;
  readonly #logger: KymDatasetOptions["logger"];
  readonly #nowEpochNs: () => bigint;
  readonly #tables: TableCache;
  readonly #memory: RunMemory;
  #lastUpdateStats: UpdateStats = { updated: 0, skipped: 0, missing: 0 };

  constructor(dataset: ZarrDataset, options: KymDatasetOptions = {}) {
    this.dataset = dataset;
    this.#tables = new TableCache(dataset);
    this.#memory = new RunMemory(dataset.runtime);
    this.#logger = options.logger;
    this.#nowEpochNs = options.nowEpochNs ?? nowEpochNs;
  }

  /**
   * Opens a dataset, with the summaries that lists need. For a path, open it with `openLocalDataset` of
   * `@kym/zarr-store/node` and pass it to the constructor. Throws as `openDataset` does.
   */
  static async open(
    location: string | KeyValueStore,
    options: OpenDatasetOptions & KymDatasetOptions = {},
  ): Promise<KymDataset> {
    const dataset = await openDataset(location, { summarize: summarizeMetadata, ...options });
    return new KymDataset(dataset, options);
  }

  /** The counts of the last `updateIndex` that ended well; zeros before the first (ticket 19). */
  get lastUpdateStats(): UpdateStats {
    return this.#lastUpdateStats;
  }

  /**
   * Brings an indexer's table up to date: one pass over the images, one commit for table and ledger together, none if
   * nothing changes. An image whose hashes say fresh is not opened. One that fails is listed in the report and stops
   * nothing; rows of deleted images go. The log line is that of {@link updateLogLine}, by `logger.info`.
   *
   * @throws {KymDatasetError} `invalid_argument` for another mode, `not_found` for an id in `imageIds` that is no
   * image, `invalid_name`, `read_only`, `schema_mismatch` for a ledger that is none, `aborted`: nothing was committed
   * @throws {ZarrStoreError} what reading the table and committing throw: `conflict`, `modified_outside`, `io`,
   * `aborted`
   */
  async updateIndex(indexer: Indexer, options: UpdateIndexOptions = {}): Promise<UpdateReport> {
    const session = { memory: this.#memory, nowEpochNs: this.#nowEpochNs };
    const report = await updateIndex(this.dataset, indexer, session, options);
    if (options.dryRun === true) {
      return report;
    }
    const { updated, skipped, missing } = report;
    this.#lastUpdateStats = { updated, skipped, missing };
    for (const reason of report.reasons) {
      if (reason.outcome === "failed") {
        this.#logger?.warn(`${report.tableName}: ${reason.imageId} failed: ${reason.message}`);
      }
    }
    this.#logger?.info(updateLogLine(report.tableName, report));
    return report;
  }

  /**
   * What `updateIndex` would decide about one image. Changes nothing.
   *
   * @throws {KymDatasetError} `not_found` for no such image
   */
  async getStaleness(indexer: Indexer, imageId: string, options: ReadOptions = {}): Promise<Staleness> {
    return (await getStaleness(this.dataset, indexer, imageId, this.#memory, options)).staleness;
  }

  /** {@link getStaleness} in words. Throws as it does. */
  async explain(indexer: Indexer, imageId: string, options: ReadOptions = {}): Promise<string> {
    return explainStaleness(
      indexer,
      await getStaleness(this.dataset, indexer, imageId, this.#memory, options),
    );
  }

  /** Makes all rows of all images, or of some, anew; the rows of the others stay. Throws as {@link updateIndex}. */
  async rebuild(indexer: Indexer, options: Omit<UpdateIndexOptions, "mode"> = {}): Promise<UpdateReport> {
    return this.updateIndex(indexer, { ...options, mode: "replace" });
  }

  /** {@link rebuild} of one image. */
  async updateImage(
    indexer: Indexer,
    imageId: string,
    options: Omit<UpdateIndexOptions, "mode" | "imageIds"> = {},
  ): Promise<UpdateReport> {
    return this.rebuild(indexer, { ...options, imageIds: [imageId] });
  }

  /** {@link rebuild} of some images. */
  async updateImages(
    indexer: Indexer,
    imageIds: readonly string[],
    options: Omit<UpdateIndexOptions, "mode" | "imageIds"> = {},
  ): Promise<UpdateReport> {
    return this.rebuild(indexer, { ...options, imageIds });
  }

  /** Reads tables into the cache: those that are named, or all. @throws {ZarrStoreError} `not_found` */
  async loadTables(names?: readonly string[], options: ReadOptions = {}): Promise<void> {
    for (const name of names ?? (await this.dataset.listTableNames())) {
      await this.#tables.get(name, options);
    }
  }

  /** A table, from the cache as long as no commit came after it. @throws {ZarrStoreError} `not_found` */
  async getTable(name: string, options: ReadOptions = {}): Promise<Table> {
    return this.#tables.get(name, options);
  }

  /** Puts a changed table into the cache; `saveTable` stores it. */
  setTable(name: string, table: Table): void {
    this.#tables.set(name, table);
  }

  /**
   * Stores a table of the cache.
   *
   * @throws {KymDatasetError} `not_found` for a name that is not in the cache
   */
  async saveTable(name: string, options: ReadOptions = {}): Promise<void> {
    await this.#tables.save(name, options);
  }

  /** {@link saveTable} of every table in the cache. */
  async saveAllTables(options: ReadOptions = {}): Promise<void> {
    for (const name of this.#tables.names) {
      await this.#tables.save(name, options);
    }
  }
}
