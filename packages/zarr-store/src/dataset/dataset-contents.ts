import type { Table } from "apache-arrow";
import { defaultAxes, validateAxes } from "../array/axes.ts";
import type { NdArray } from "../array/nd-array.ts";
import type { ArrayRows, EncodedArray } from "../array/zarr-array.ts";
import type { Transaction } from "../commit/write/transaction.ts";
import { ZarrStoreError } from "../errors.ts";
import { parseTableName } from "../image/artifact-name.ts";
import type { ReadOptions } from "../runtime/read-options.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { decodeParquet, encodeParquet } from "../table/parquet/parquet.ts";
import { type Row, schemaOfTable, type TableSchema } from "../table/table-schema.ts";
import { imageGroup, imageNode, meaningOf, tablePath } from "./layout.ts";
import type { Attributes } from "./nodes/node-cache.ts";
import { encodeArray } from "./record/array-objects.ts";
import { ZarrImageRecord } from "./record/zarr-image-record.ts";
import type { ObjectSession, Summary } from "./session/object-session.ts";
import { parseSourceRow, SOURCES_TABLE, type SourceRow } from "./tables/sources-table.ts";
import {
  appendSources,
  assertRowsBelongTo,
  decodeSources,
  encodeSources,
  isRows,
  replaceRows,
  sourceIdentity,
  type TableInput,
  tableOf,
} from "./tables/table-store.ts";

export interface AddImageOptions extends ReadOptions {
  /** Default: a new UUID. */
  readonly id?: string;
  /** Default: by rank. */
  readonly axes?: readonly string[];
  readonly chunks?: readonly number[];
  readonly attributes?: Attributes;
  readonly summary?: Summary;
  /** Of the pixels. Default `zstd`; `none` is faster to write and to read, and larger. */
  readonly compression?: "zstd" | "none" | undefined;
}

export type EncodeImageOptions = Pick<AddImageOptions, "axes" | "chunks" | "compression">;

export interface SaveTableOptions extends ReadOptions {
  readonly schema?: TableSchema;
}

export interface ReplaceRowsOptions extends ReadOptions {
  /** Default `image_id`. */
  readonly imageIdColumn?: string;
  /** Required for rows; a table that exists must have the same. */
  readonly schema?: TableSchema;
}

export interface AppendSourcesOptions extends ReadOptions {
  /** Files that are known to be in the ledger and are taken in once more on purpose. */
  readonly again?: readonly SourceRow[];
}

/** What a pooled table becomes, given what it is at the moment of the commit. */
export interface TableChange {
  /** Undefined leaves it as it is. */
  readonly table: Table | undefined;
  readonly schema: TableSchema;
  /** The images whose rows changed, for the log. */
  readonly imageIds?: readonly string[];
}

/** Images and tables, over the committed state of a dataset or within a transaction. */
export class DatasetContents {
  protected readonly session: ObjectSession;

  constructor(session: ObjectSession) {
    this.session = session;
  }

  /** What the dataset was opened with: clock, ids, hashing. */
  get runtime(): Runtime {
    return this.session.runtime;
  }

  /**
   * No I/O. Who reads many images as of one look at the log (`ZarrDataset.refresh`) asks for each as of the `last look`: what
   * such a record has not, it has not, without another look. Default `now`.
   *
   * @throws {ZarrStoreError} `invalid_name`
   */
  record(id: string, options: { readonly asOf?: "now" | "last look" } = {}): ZarrImageRecord {
    const { lastLook } = this.session;
    return new ZarrImageRecord(options.asOf === "last look" && lastLook ? lastLook : this.session, id);
  }

  /** The ids of the images that exist, sorted. */
  async listImageIds(): Promise<readonly string[]> {
    return this.session.imageIds();
  }

  /**
   * The `objectHashes` of every image that exists, by id, sorted: all of one look at the log. Where the dataset has a log,
   * the map of an image that did not change since an earlier call is the same map.
   */
  async imageObjectHashes(): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
    return this.session.imageHashes();
  }

  /**
   * Adds an image of rank 2–5: whole, read as it is written, or encoded before, whose axes and chunks are then its own.
   *
   * @throws {ZarrStoreError} `invalid_argument` before anything is written, `already_exists`, `invalid_name`
   */
  async addImage(
    array: NdArray | ArrayRows | EncodedArray,
    options: AddImageOptions = {},
  ): Promise<ZarrImageRecord> {
    const { id, ...rest } = options;
    const record = this.record(id ?? this.session.runtime.newId());
    await record.saveArray(array, rest);
    return record;
  }

  /**
   * Does the work of `addImage` that needs no turn: makes the chunks of an image and compresses them, of several images at
   * the same time. Nothing is stored. The array must not change until the image is added.
   *
   * @throws {ZarrStoreError} `invalid_argument`
   */
  async encodeImage(
    array: NdArray,
    { axes, chunks, compression }: EncodeImageOptions = {},
  ): Promise<EncodedArray> {
    const rank = array.shape.length;
    const names = validateAxes(axes ?? defaultAxes(rank), rank);
    return encodeArray(this.session, array, { axes: names, chunks, compression });
  }

  /** Returns whether there was one. Rows of pooled tables go with the next index; those of `sources` stay. */
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

  /** Sorted. */
  async listTableNames(): Promise<readonly string[]> {
    return (await this.session.paths(""))
      .map((path) => meaningOf(path))
      .flatMap((meaning) => (meaning?.kind === "table" ? [meaning.table] : []))
      .sort();
  }

  /** @throws {ZarrStoreError} `not_found` */
  async loadTable(name: string, options: ReadOptions = {}): Promise<Table> {
    return decodeParquet(await this.loadTableBytes(name, options), {
      where: tablePath(parseTableName(name)),
    });
  }

  /** The table's Parquet file, verified, for another reader of Parquet. @throws {ZarrStoreError} `not_found` */
  async loadTableBytes(name: string, options: ReadOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    const path = tablePath(parseTableName(name));
    const bytes = await this.session.read(path, options);
    if (bytes === undefined) {
      throw new ZarrStoreError("not_found", `there is no table ${name}`, { path });
    }
    return bytes;
  }

  /** Replaces a table whole. @throws {ZarrStoreError} `schema_mismatch`, `invalid_argument` for rows without a schema */
  async saveTable(name: string, rows: TableInput, options: SaveTableOptions = {}): Promise<void> {
    const path = tablePath(parseTableName(name));
    const table = tableOf(rows, options.schema, path);
    const bytes = await encodeParquet(table, { schema: options.schema ?? schemaOfTable(table) });
    await this.#change(`save table ${name}`, options, (transaction) => transaction.put(path, bytes));
  }

  /** Returns whether there was one. */
  async deleteTable(name: string, options: ReadOptions = {}): Promise<boolean> {
    const path = tablePath(parseTableName(name));
    return this.#change(`delete table ${name}`, options, (transaction) => transaction.delete(path));
  }

  /**
   * Replaces the rows of some images, whatever others do to the rest of the table meanwhile: the change is applied to
   * the table as it is at the moment of the commit.
   *
   * @throws {ZarrStoreError} `invalid_argument` for a row of another image or without the column, `schema_mismatch`
   */
  async replaceRowsForImageIds(
    name: string,
    rowsByImageId: ReadonlyMap<string, TableInput>,
    options: ReplaceRowsOptions = {},
  ): Promise<void> {
    const where = tablePath(parseTableName(name));
    const { schema, imageIdColumn = "image_id" } = options;
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
          path: where,
          merge: (current) =>
            replaceRows(current, { where, imageIdColumn, rowsByImageId: tables, emptied, schema }),
        });
      },
    );
  }

  /** The form for one image. See {@link replaceRowsForImageIds}. */
  async replaceRowsForImageId(
    name: string,
    imageId: string,
    rows: TableInput,
    options: ReplaceRowsOptions = {},
  ): Promise<void> {
    await this.replaceRowsForImageIds(name, new Map([[imageId, rows]]), options);
  }

  /**
   * Changes a table by a function of what it is at the moment of the commit; it may run more than once and must not
   * write anything.
   */
  async mergeTable(
    name: string,
    merge: (current: Table | undefined) => TableChange | Promise<TableChange>,
    options: ReadOptions = {},
  ): Promise<void> {
    const where = tablePath(parseTableName(name));
    const decode = async (bytes: Uint8Array | undefined): Promise<TableChange> =>
      merge(bytes && (await decodeParquet(bytes, { where })));
    await this.mergeTableFile(name, decode, options);
  }

  /** {@link mergeTable} by a function of the table's Parquet file, verified, which it decodes as far as it has to. */
  async mergeTableFile(
    name: string,
    merge: (current: Uint8Array<ArrayBuffer> | undefined) => TableChange | Promise<TableChange>,
    options: ReadOptions = {},
  ): Promise<void> {
    const path = tablePath(parseTableName(name));
    await this.#change(`change table ${name}`, options, async (transaction) => {
      transaction.merge({
        path,
        merge: async (current) => {
          const { table, schema, imageIds } = await merge(current);
          return {
            bytes: table && (await encodeParquet(table, { schema })),
            ...(imageIds && { imageIds }),
          };
        },
      });
    });
  }

  /** The ledger of ingested files, in order of ingest; empty if there is none. @throws {ZarrStoreError} `schema_mismatch` */
  async loadSourcesIndex(options: ReadOptions = {}): Promise<readonly SourceRow[]> {
    return decodeSources(await this.session.read(tablePath(parseTableName(SOURCES_TABLE)), options));
  }

  /** Replaces the ledger whole. @throws {ZarrStoreError} `schema_mismatch` naming the first missing column */
  async saveSourcesIndex(rows: readonly Row[], options: ReadOptions = {}): Promise<void> {
    const bytes = await encodeSources(rows.map(parseSourceRow));
    const path = tablePath(parseTableName(SOURCES_TABLE));
    await this.#change("save the sources index", options, (transaction) => transaction.put(path, bytes));
  }

  /**
   * Appends to the ledger. A file that is in it already, by path and hash, drops the image that this transaction made of
   * it (see `droppedImageIds` of the commit): so two ingests at the same time take every file once.
   */
  async appendSources(rows: readonly SourceRow[], options: AppendSourcesOptions = {}): Promise<void> {
    const path = tablePath(parseTableName(SOURCES_TABLE));
    const allowed = new Set((options.again ?? []).map(sourceIdentity));
    await this.#change(`append ${rows.length} sources`, options, async (transaction) => {
      transaction.merge({ path, merge: (current) => appendSources(current, rows, allowed) });
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
