// What an open dataset remembers from run to run, so that no run hashes or decodes the same file twice.

import type { Runtime, TableSchema } from "@kym/zarr-store";
import type { Table } from "apache-arrow";
import type { Indexer } from "../indexer/indexer.ts";
import { type HashText, hashTextOf } from "../indexer/sha256-hex.ts";
import type { Ledger } from "../table/ledger.ts";
import { InputHasher } from "./input-hashes.ts";
import type { RecordedRows } from "./staleness.ts";

/** The schema of a pooled table, and its rows per image. */
export interface TableRows {
  readonly schema: TableSchema;
  readonly rowsByImageId: ReadonlyMap<string, RecordedRows>;
}

/** The decoded content of each table's file when it was last read or written, by the table's name. */
export type FileMemory<T> = Map<string, { readonly sha256: string; readonly part: T }>;

/** So many rows of single images are found in the time in which a table is decoded. */
const FEW_IMAGES = 8;
const MAX_KEPT_BYTES = 64 * 1024 * 1024;

/** The memory of one `KymDataset`. */
export class RunMemory {
  readonly hashText: HashText;
  readonly tables: FileMemory<TableRows> = new Map();
  readonly ledgers: FileMemory<Ledger> = new Map();
  readonly #hashers = new WeakMap<Indexer, InputHasher>();
  readonly #asked = new Map<string, number>();
  #lastTable: { readonly sha256: string; readonly table: Table } | undefined;

  constructor(runtime: Runtime) {
    this.hashText = hashTextOf(runtime);
  }

  /** Keeps the table that was committed last, unless it is large: the next run changes few of its rows. */
  keepTable(sha256: string, table: Table): void {
    const bytes = table.batches.reduce((sum, { data }) => sum + data.byteLength, 0);
    this.#lastTable = bytes <= MAX_KEPT_BYTES ? { sha256, table } : undefined;
  }

  /** The table whose file has this hash, if it is the one that was kept. It is only read. */
  tableOf(sha256: string): Table | undefined {
    return this.#lastTable?.sha256 === sha256 ? this.#lastTable.table : undefined;
  }

  /** Whether it is worth to decode a whole table: a run did, or many single images were asked for. Counts each call. */
  wantsWhole(tableName: string): boolean {
    const asked = this.#asked.get(tableName) ?? 0;
    this.#asked.set(tableName, asked + 1);
    return asked >= FEW_IMAGES || this.tables.has(tableName);
  }

  /** Returns the hasher of an indexer, always the same one. */
  hasherOf(indexer: Indexer): InputHasher {
    const before = this.#hashers.get(indexer);
    if (before !== undefined) {
      return before;
    }
    const made = new InputHasher(indexer, this.hashText);
    this.#hashers.set(indexer, made);
    return made;
  }
}
