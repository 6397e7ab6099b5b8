// What a dataset and a transaction have in common: adding images, and reading and changing the pooled tables.

import type { Table } from "apache-arrow";
import { defaultAxes, validateAxes } from "../array/axes.ts";
import type { NdArray } from "../array/nd-array.ts";
import type { ArrayRows, EncodedArray, StagedArray } from "../array/zarr-array.ts";
import type { Transaction } from "../commit/write/transaction.ts";
import { ZarrStoreError } from "../errors.ts";
import { parseTableName, type TableName } from "../image/artifact-name.ts";
import type { ReadOptions } from "../runtime/read-options.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { ParquetFile } from "../table/parquet/parquet-parts.ts";
import { type Row, schemaOfTable, type TableSchema } from "../table/table-schema.ts";
import { ExactObjects } from "./copies/exact-objects.ts";
import { imageGroup, imageNode, isTablePart, meaningOf, tablePath } from "./layout.ts";
import { encodeArray } from "./record/array-objects.ts";
import { arrayAttributesOf, type SaveImageOptions } from "./record/record-pixels.ts";
import { type LentImage, lendPixels } from "./record/stage-array.ts";
import { ZarrImageRecord } from "./record/zarr-image-record.ts";
import { KeptReads } from "./session/kept-reads.ts";
import type { ObjectSession } from "./session/object-session.ts";
import { loadTableCode } from "./tables/load-table-code.ts";
import { sourcesOf } from "./tables/sources-of.ts";
import { parseSourceRow, SOURCES_TABLE, type SourceRow, sourceIdentity } from "./tables/sources-table.ts";
import { readTableFiles } from "./tables/table-files.ts";
import { assertRowsBelongTo, isRows, type TableInput } from "./tables/table-input.ts";
import { joinParts, tableObject } from "./tables/table-parts.ts";

/** How `addImage` names, lays out and describes an image. */
export interface AddImageOptions extends SaveImageOptions {
  /** Default: a new UUID. */
  readonly id?: string;
}

export type EncodeImageOptions = Pick<
  AddImageOptions,
  "axes" | "chunks" | "compression" | "scales" | "arrayAttributes" | "chunkKeySeparator"
> & {
  /** The SHA-256 of the array's bytes, little-endian in C order, if it is known: they are not hashed again. */
  readonly arraySha256?: string | undefined;
};

export interface SaveTableOptions extends ReadOptions {
  readonly schema?: TableSchema;
}

export interface ReplaceRowsOptions extends ReadOptions {
  /** The column that holds the image id. Default `image_id`. */
  readonly imageIdColumn?: string;
  /** Required if the new rows are plain objects. A table that already exists must have the same schema. */
  readonly schema?: TableSchema;
}

export interface AppendSourcesOptions extends ReadOptions {
  /** Files that are already in the ledger and are deliberately ingested again. */
  readonly again?: readonly SourceRow[];
}

/** The new state of a pooled table, computed from its state at the moment of the commit. */
export interface TableChange {
  /** `undefined` leaves the table unchanged. */
  readonly table: Table | undefined;
  readonly schema: TableSchema;
  /** The images whose rows changed; the commit log records them. */
  readonly imageIds?: readonly string[];
}

/** The images and tables of a dataset, either as committed or as one transaction sees them. */
export class DatasetContents {
  protected readonly session: ObjectSession;
  /** The objects by their paths, byte for byte. */
  readonly exact: ExactObjects;

  constructor(session: ObjectSession) {
    this.session = session;
    this.exact = new ExactObjects(session);
  }

  /** The clock, ids and hashing that the dataset was opened with. */
  get runtime(): Runtime {
    return this.session.runtime;
  }

  /**
   * The record of one image. Does no I/O and does not check that the image exists.
   *
   * To read many images of one version, call `refresh()` once, then pass `asOf: "last look"` for each. Such a record
   * does not check the log again: a file that was missing then counts as missing.
   *
   * With `keepsReads` as well, the record reads each JSON artifact once, and each table that may share its memory, and keeps them, for
   * a caller that lets several readers see one image. Such tables must not be changed. A change through the record ends it.
   *
   * @throws {ZarrStoreError} `invalid_name`
   * @example
   * // `listImageIds` reads the log once for all the records.
   * for (const id of await dataset.listImageIds()) {
   *   const axes = await dataset.record(id, { asOf: "last look" }).getAxes();
   * }
   */
  record(
    id: string,
    options: { readonly asOf?: "now" | "last look"; readonly keepsReads?: boolean } = {},
  ): ZarrImageRecord {
    const { lastLook } = this.session;
    const session = options.asOf === "last look" && lastLook ? lastLook : this.session;
    const kept = options.keepsReads === true && session === lastLook ? new KeptReads() : undefined;
    return new ZarrImageRecord(session, id, kept);
  }

  /** Lists the ids of the images that exist, sorted. */
  async listImageIds(): Promise<readonly string[]> {
    return this.session.imageIds();
  }

  /**
   * The `objectHashes` of every image, by image id, sorted. All of them belong to one version of the log.
   *
   * If the dataset has a log, an image that did not change since an earlier call gets the identical map object.
   */
  async imageObjectHashes(): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
    return this.session.imageHashes();
  }

  /**
   * Adds an image with 2 to 5 axes. The pixels can be given in four forms:
   * - a whole array;
   * - rows that are read while they are written (`ArrayRows`);
   * - chunks encoded earlier by `encodeImage`, which keep their own axes, scales and chunk shape;
   * - chunks that another thread staged, see {@link lendImage}, which keep their axes and compression.
   *
   * @throws {ZarrStoreError} `invalid_argument` before anything is written, `already_exists`, `invalid_name`
   */
  async addImage(
    array: NdArray | ArrayRows | EncodedArray | StagedArray,
    options: AddImageOptions = {},
  ): Promise<ZarrImageRecord> {
    const { id, ...rest } = options;
    const record = this.record(id ?? this.session.runtime.newId());
    await record.saveArray(array, rest);
    return record;
  }

  /**
   * Cuts an image into chunks and compresses them, without storing anything. This is the slow part of `addImage`, and
   * it can run for several images at once. The array must not change until the image is added.
   *
   * @throws {ZarrStoreError} `invalid_argument`
   */
  async encodeImage(array: NdArray, options: EncodeImageOptions = {}): Promise<EncodedArray> {
    const rank = array.shape.length;
    const { chunks, compression, chunkKeySeparator, arraySha256 } = options;
    return encodeArray(this.session, array, {
      ...{ chunks, compression, chunkKeySeparator, arraySha256 },
      axes: validateAxes(options.axes ?? defaultAxes(rank), rank),
      attributes: arrayAttributesOf(options, rank),
    });
  }

  /**
   * Makes a place in the staging folder of this transaction for the chunks of a new image, which another thread writes there by
   * `stageArray` of `./workers`. Then `addImage` gets what that returned, or `discard` removes it. Undefined where only this thread
   * can write: outside of a transaction, in a store that is not a folder of this machine, for an image that exists.
   */
  async lendImage(id: string): Promise<LentImage | undefined> {
    return lendPixels(this.session, this.record(id).id);
  }

  /**
   * Deletes an image; returns whether it existed. The next index update removes its rows from pooled tables. Its rows
   * in `sources` stay.
   */
  async deleteImage(id: string, options: ReadOptions = {}): Promise<boolean> {
    const record = this.record(id);
    return this.#change(`delete image ${id}`, options, async (transaction, view) => {
      const existed = (await transaction.hash(imageNode(record.id))) !== undefined;
      for (const path of await view.paths(imageGroup(record.id))) {
        await transaction.delete(path);
      }
      return existed;
    });
  }

  /** Lists the names of the pooled tables, sorted. */
  async listTableNames(): Promise<readonly string[]> {
    const names = (await this.session.paths(""))
      .map((path) => meaningOf(path))
      .flatMap((meaning) => (meaning?.kind === "table" ? [meaning.table] : []));
    return [...new Set(names)].sort();
  }

  /** Loads a pooled table. @throws {ZarrStoreError} `not_found` */
  async loadTable(name: string, options: ReadOptions = {}): Promise<Table> {
    const files = await this.loadTableFiles(name, options);
    return (await loadTableCode()).decodeParquetParts(files, options);
  }

  /**
   * Loads a table as one Parquet file, verified, for another Parquet reader. For a table that is a folder of parts, the file
   * is made of them; {@link loadTableFiles} gives them as they are.
   *
   * @throws {ZarrStoreError} `not_found`; `schema_mismatch` if its parts have different columns; `invalid_argument` if they
   * have more rows than one file may have
   */
  async loadTableBytes(name: string, options: ReadOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    return joinParts(await this.loadTableFiles(name, options));
  }

  /**
   * Loads the Parquet files of a table, verified and in the order of its rows: one, or each of its parts. All belong to one
   * version.
   *
   * @throws {ZarrStoreError} `not_found`; `schema_mismatch` if its parts have different columns; `conflict` if they keep
   * changing
   */
  async loadTableFiles(name: string, options: ReadOptions = {}): Promise<readonly ParquetFile[]> {
    const tableName = parseTableName(name);
    const files = await readTableFiles(this.session, tableName, options);
    if (files.length === 0) {
      throw new ZarrStoreError("not_found", `there is no table ${name}`, { path: tablePath(tableName) });
    }
    return files;
  }

  /**
   * Replaces a whole table. It becomes one file.
   *
   * @throws {ZarrStoreError} `schema_mismatch`, `invalid_argument` for rows without a schema
   */
  async saveTable(name: string, rows: TableInput, options: SaveTableOptions = {}): Promise<void> {
    const path = tablePath(parseTableName(name));
    const { encodeParquet, tableOf } = await loadTableCode();
    const table = tableOf(rows, options.schema, path);
    const bytes = await encodeParquet(table, { schema: options.schema ?? schemaOfTable(table) });
    await this.#putTable(`save table ${name}`, name, bytes, options);
  }

  /** Deletes a table; returns whether it existed. */
  async deleteTable(name: string, options: ReadOptions = {}): Promise<boolean> {
    const tableName = parseTableName(name);
    return this.#change(`delete table ${name}`, options, async (transaction, view) => {
      const existed = await transaction.delete(tablePath(tableName));
      return (await deleteParts(transaction, view, tableName)) || existed;
    });
  }

  /**
   * Replaces the rows of some images in a pooled table. The change is applied to the table as it is at the moment of
   * the commit, so concurrent changes to other rows are kept. A table that is a folder of parts becomes one file.
   *
   * @throws {ZarrStoreError} `invalid_argument` for a row that belongs to another image or lacks the id column,
   * `schema_mismatch`
   */
  async replaceRowsForImageIds(
    name: string,
    rowsByImageId: ReadonlyMap<string, TableInput>,
    options: ReplaceRowsOptions = {},
  ): Promise<void> {
    const where = tablePath(parseTableName(name));
    const { schema, imageIdColumn = "image_id" } = options;
    const { replaceRows, tableOf } = await loadTableCode();
    const tables = new Map<string, Table>();
    for (const [imageId, input] of rowsByImageId) {
      if (isRows(input) && input.length === 0 && schema === undefined) {
        continue;
      }
      const table = tableOf(input, schema, where);
      assertRowsBelongTo(table, imageId, imageIdColumn, where);
      tables.set(imageId, table);
    }
    const emptied = [...rowsByImageId.keys()].filter((imageId) => !tables.has(imageId));
    await this.#change(
      `replace rows of ${rowsByImageId.size} images in ${name}`,
      options,
      async (transaction) => {
        transaction.merge({
          ...tableObject(parseTableName(name)),
          merge: (current) =>
            replaceRows(current, { where, imageIdColumn, rowsByImageId: tables, emptied, schema }),
        });
      },
    );
  }

  /** {@link replaceRowsForImageIds} for one image. */
  async replaceRowsForImageId(
    name: string,
    imageId: string,
    rows: TableInput,
    options: ReplaceRowsOptions = {},
  ): Promise<void> {
    await this.replaceRowsForImageIds(name, new Map([[imageId, rows]]), options);
  }

  /**
   * Changes a table with a function of its state at the moment of the commit. The function may run more than once and
   * must not write anything.
   */
  async mergeTable(
    name: string,
    merge: (current: Table | undefined) => TableChange | Promise<TableChange>,
    options: ReadOptions = {},
  ): Promise<void> {
    const where = tablePath(parseTableName(name));
    const decode = async (bytes: Uint8Array | undefined): Promise<TableChange> =>
      merge(bytes && (await (await loadTableCode()).decodeParquet(bytes, { where })));
    await this.mergeTableFile(name, decode, options);
  }

  /**
   * Like {@link mergeTable}, but `merge` gets the verified Parquet file, as {@link loadTableBytes} gives it, and decodes only
   * what it needs.
   */
  async mergeTableFile(
    name: string,
    merge: (current: Uint8Array<ArrayBuffer> | undefined) => TableChange | Promise<TableChange>,
    options: ReadOptions = {},
  ): Promise<void> {
    const object = tableObject(parseTableName(name));
    await this.#change(`change table ${name}`, options, async (transaction) => {
      transaction.merge({
        ...object,
        merge: async (current) => {
          const { encodeParquet } = await loadTableCode();
          const { table, schema, imageIds } = await merge(current);
          return {
            bytes: table && (await encodeParquet(table, { schema })),
            ...(imageIds && { imageIds }),
          };
        },
      });
    });
  }

  /**
   * Loads the ledger of ingested files in order of ingest; empty if there is no ledger.
   *
   * @throws {ZarrStoreError} `schema_mismatch`
   */
  async loadSourcesIndex(options: ReadOptions = {}): Promise<readonly SourceRow[]> {
    const files = await readTableFiles(this.session, parseTableName(SOURCES_TABLE), options);
    return sourcesOf(files, this.runtime, this.session.lastLook !== undefined);
  }

  /** Replaces the whole ledger. @throws {ZarrStoreError} `schema_mismatch` that names the first missing column */
  async saveSourcesIndex(rows: readonly Row[], options: ReadOptions = {}): Promise<void> {
    const { encodeSources } = await loadTableCode();
    const bytes = await encodeSources(rows.map(parseSourceRow));
    await this.#putTable("save the sources index", SOURCES_TABLE, bytes, options);
  }

  /**
   * Appends rows to the ledger.
   *
   * If the ledger already has a file with the same path and hash, the image that this transaction made from it is
   * dropped (`droppedImageIds` of the commit). Two ingests at the same time therefore add every file only once.
   */
  async appendSources(rows: readonly SourceRow[], options: AppendSourcesOptions = {}): Promise<void> {
    const object = tableObject(parseTableName(SOURCES_TABLE));
    const { appendSources } = await loadTableCode();
    const allowed = new Set((options.again ?? []).map(sourceIdentity));
    await this.#change(`append ${rows.length} sources`, options, async (transaction) => {
      transaction.merge({ ...object, merge: (current) => appendSources(current, rows, allowed) });
    });
  }

  async #putTable(
    message: string,
    name: string,
    bytes: Uint8Array<ArrayBuffer>,
    options: ReadOptions,
  ): Promise<void> {
    const tableName = parseTableName(name);
    await this.#change(message, options, async (transaction, view) => {
      await transaction.put(tablePath(tableName), bytes);
      await deleteParts(transaction, view, tableName);
    });
  }

  async #change<T>(
    message: string,
    options: ReadOptions,
    fn: (transaction: Transaction, view: ObjectSession) => Promise<T>,
  ): Promise<T> {
    return this.session.change(fn, { message, signal: options.signal });
  }
}

/** Deletes the parts of a table, if it is a folder of parts; returns whether there were any. */
async function deleteParts(transaction: Transaction, view: ObjectSession, name: TableName): Promise<boolean> {
  const parts = (await view.paths("", "last look")).filter((path) => isTablePart(name, path));
  for (const part of parts) {
    await transaction.delete(part);
  }
  return parts.length > 0;
}
