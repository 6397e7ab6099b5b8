// The cache of pooled tables behind `KymDataset.getTable`, `setTable` and `saveTable`.

import { isZarrStoreError, type ReadOptions, type ZarrDataset } from "@kym/zarr-store";
import type { Table } from "apache-arrow";
import { KymDatasetError } from "./errors.ts";

interface CachedTable {
  readonly table: Table;
  /** The dataset's version when the table was read; undefined for a table that the caller changed. */
  readonly version: number | undefined;
}

/** Keeps each table until it sees a newer commit. A table that the caller changed stays until it is saved. */
export class TableCache {
  readonly #dataset: ZarrDataset;
  readonly #tables = new Map<string, CachedTable>();

  constructor(dataset: ZarrDataset) {
    this.#dataset = dataset;
  }

  get names(): readonly string[] {
    return [...this.#tables.keys()].sort();
  }

  /** @throws {ZarrStoreError} `not_found` */
  async get(name: string, options: ReadOptions): Promise<Table> {
    await this.#dataset.refresh();
    const { version } = this.#dataset;
    const cached = this.#tables.get(name);
    if (cached !== undefined && (cached.version === undefined || cached.version === version)) {
      return cached.table;
    }
    try {
      const table = await this.#dataset.loadTable(name, options);
      this.#tables.set(name, { table, version });
      return table;
    } catch (error) {
      if (isZarrStoreError(error, "not_found")) {
        this.#tables.delete(name);
      }
      throw error;
    }
  }

  set(name: string, table: Table): void {
    this.#tables.set(name, { table, version: undefined });
  }

  /** Stores a table if the caller changed it. @throws {KymDatasetError} `not_found` */
  async save(name: string, options: ReadOptions): Promise<void> {
    const cached = this.#tables.get(name);
    if (cached === undefined) {
      throw new KymDatasetError(
        "not_found",
        `the table ${name} is not loaded: call getTable or setTable before saveTable`,
        {
          path: name,
        },
      );
    }
    if (cached.version === undefined) {
      await this.#dataset.saveTable(name, cached.table, options);
      this.#tables.set(name, { table: cached.table, version: this.#dataset.version });
    }
  }
}
