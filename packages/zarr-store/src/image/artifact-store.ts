import type { Table } from "apache-arrow";
import type { NdArray } from "../array/nd-array.ts";
import type { JsonText } from "../json/lossless-json.ts";
import type { ReadOptions } from "../runtime/read-options.ts";
import type { Row, TableSchema } from "../table/table-schema.ts";

export interface ArtifactNames {
  readonly json: readonly string[];
  readonly tables: readonly string[];
  readonly arrays: readonly string[];
}

export interface SaveTableOptions extends ReadOptions {
  /** Required for rows; for an Arrow table it is checked against, or taken from, the table's own schema. */
  readonly schema?: TableSchema;
}

export interface SaveArrayOptions extends ReadOptions {
  readonly axes?: readonly string[];
}

/**
 * The named results that belong to one image, wherever they are: a record, a folder of sidecars.
 * Names are segments joined by `/` (`velocity_events/params`).
 * Errors: `not_found`, `invalid_name`, `read_only`, `invalid_file`, `io`.
 */
export interface ArtifactStore {
  list(options?: ReadOptions): Promise<ArtifactNames>;
  /** Plain values; integers beyond 2^53 are bigint. */
  loadJson(name: string, options?: ReadOptions): Promise<unknown>;
  loadJsonText(name: string, options?: ReadOptions): Promise<JsonText>;
  saveJson(name: string, value: unknown, options?: ReadOptions): Promise<void>;
  loadTable(name: string, options?: ReadOptions): Promise<Table>;
  saveTable(name: string, rows: Table | readonly Row[], options?: SaveTableOptions): Promise<void>;
  loadArray(name: string, options?: ReadOptions): Promise<NdArray>;
  saveArray(name: string, array: NdArray, options?: SaveArrayOptions): Promise<void>;
  /**
   * Runs `fn` on a view of this store. What it reads and writes there is one change, made whole or not at all, and made
   * again if another writer meanwhile changed what it had read, so it must have no other effects. Absent where the medium
   * has no such thing: there the last of two writers wins.
   * Errors: those of the view, `conflict` when the runs are used up.
   */
  readonly edit?: <T>(fn: (view: ArtifactStore) => Promise<T>, options?: ReadOptions) => Promise<T>;
}
