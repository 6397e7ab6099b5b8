// The interface to the results of one image, which a dataset's records and folders of sidecars both implement.

import type { Table } from "apache-arrow";
import type { AxisScales } from "../array/axis-scale.ts";
import type { NdArray } from "../array/nd-array.ts";
import type { JsonText } from "../json/lossless-json.ts";
import type { ReadOptions } from "../runtime/read-options.ts";
import type { Row, TableSchema } from "../table/table-schema.ts";

/** The names of the artifacts of an image, by kind, each sorted. */
export interface ArtifactNames {
  readonly json: readonly string[];
  readonly tables: readonly string[];
  readonly arrays: readonly string[];
}

export interface SaveTableOptions extends ReadOptions {
  /** Required for plain rows. An Arrow table must match it; without a schema, the table's own is used. */
  readonly schema?: TableSchema;
}

export interface SaveArrayOptions extends ReadOptions {
  readonly axes?: readonly string[];
}

/**
 * The named results of one image, wherever they are kept: in a dataset or in a folder of sidecars. A name is segments
 * joined by `/`, such as `velocity_events/params`.
 *
 * Errors: `not_found`, `invalid_name`, `read_only`, `invalid_file`, `io`.
 */
export interface ArtifactStore {
  list(options?: ReadOptions): Promise<ArtifactNames>;
  /** Loads plain values; integers beyond 2^53 are bigint. */
  loadJson(name: string, options?: ReadOptions): Promise<unknown>;
  /** Loads the text as it is stored. */
  loadJsonText(name: string, options?: ReadOptions): Promise<JsonText>;
  saveJson(name: string, value: unknown, options?: ReadOptions): Promise<void>;
  loadTable(name: string, options?: ReadOptions): Promise<Table>;
  saveTable(name: string, rows: Table | readonly Row[], options?: SaveTableOptions): Promise<void>;
  loadArray(name: string, options?: ReadOptions): Promise<NdArray>;
  saveArray(name: string, array: NdArray, options?: SaveArrayOptions): Promise<void>;
  /**
   * Changes what the pixels say of the physical scale of their axes, as after a correction of the calibration.
   *
   * Absent if the pixels of the medium do not say it.
   */
  readonly saveScales?: (scales: AxisScales, options?: ReadOptions) => Promise<void>;
  /**
   * Makes all changes of `fn` as one change, or none. `fn` reads and writes through `view`. It runs again if another
   * writer changed what it read, so it must have no other effects.
   *
   * Absent if the medium cannot do this; then the last of two writers wins.
   *
   * Errors: those of the view, and `conflict` after the last attempt.
   */
  readonly edit?: <T>(fn: (view: ArtifactStore) => Promise<T>, options?: ReadOptions) => Promise<T>;
}
