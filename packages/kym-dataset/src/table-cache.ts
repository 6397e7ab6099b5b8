import { isZarrStoreError, type ReadOptions, type ZarrDataset } from "@kym/zarr-store";
import type { Table } from "apache-arrow";
import { KymDatasetError } from "./errors.ts";

interface CachedTable {
  readonly table: Table;
  /** The dataset's version when it was read; undefined for one that was changed here. */
  readonly version: number | undefined;
}

/** Tables that were read, each as long as no newer commit is seen. */
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

  /** Stores a table that was changed here; one that was only read is stored already. @throws {KymDatasetError} `not_found` */
  async save(name: string, options: ReadOptions): Promise<void> {
    const cached = this.#tables.get(name);
    if (cached === undefined) {
      throw new KymDatasetError("not_found", `the table ${name} was not loaded, so there is none to save`, {
        path: name,
      });
    }
    if (cached.version === undefined) {
      await this.#dataset.saveTable(name, cached.table, options);
      this.#tables.set(name, { table: cached.table, version: this.#dataset.version });
    }
  }
}
