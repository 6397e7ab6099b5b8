/** What a session remembers of its runs, so that the next one neither hashes nor decodes the same again. */
import type { Runtime, TableSchema } from "@kym/zarr-store";
import type { Indexer } from "../indexer/indexer.ts";
import { type HashText, hashTextOf } from "../indexer/sha256-hex.ts";
import type { Ledger } from "../table/ledger.ts";
import { InputHasher } from "./input-hashes.ts";
import type { RecordedRows } from "./staleness.ts";

/** What a pooled table says of itself. */
export interface TableRows {
  readonly schema: TableSchema;
  readonly rowsByImageId: ReadonlyMap<string, RecordedRows>;
}

/** What the file of each table said when it was last read or written, by the table's name. */
export type FileMemory<T> = Map<string, { readonly sha256: string; readonly part: T }>;

/** Belongs to one dataset, and lives as long as its `KymDataset`. */
export class RunMemory {
  readonly hashText: HashText;
  readonly tables: FileMemory<TableRows> = new Map();
  readonly ledgers: FileMemory<Ledger> = new Map();
  readonly #hashers = new WeakMap<Indexer, InputHasher>();

  constructor(runtime: Runtime) {
    this.hashText = hashTextOf(runtime);
  }

  /** The one hasher of an indexer. */
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
