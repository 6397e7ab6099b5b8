// The results of an image that are tables, in Parquet or gzipped CSV.

import type { Table } from "apache-arrow";
import { isZarrStoreError } from "../../errors.ts";
import { parseArtifactName } from "../../image/artifact-name.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import type { StoreKey } from "../../store/store-key.ts";
import { type PlainRows, plainRowsOf } from "../../table/parquet/plain/plain-rows.ts";
import { schemaOfTable, type TableSchema } from "../../table/table-schema.ts";
import { type TabularFormat, tabularPath } from "../layout.ts";
import { keptOr } from "../session/kept-reads.ts";
import { loadTableCode } from "../tables/load-table-code.ts";
import type { TableInput } from "../tables/table-input.ts";
import { notFound, type RecordObjects } from "./record-objects.ts";

const FORMATS: readonly TabularFormat[] = ["parquet", "csv.gz"];

export interface TabularFormatOption {
  /** Default: both. If a table exists in both formats, Parquet is loaded. */
  readonly format?: TabularFormat | undefined;
}

export interface SaveTabularOptions extends ReadOptions {
  readonly schema?: TableSchema;
}

export interface LoadParquetOptions extends ReadOptions {
  /** See `decodeParquet`. */
  readonly memory?: "own" | "shared" | undefined;
}

export interface SaveTableArtifactOptions extends SaveTabularOptions {
  /** Default `parquet`. */
  readonly format?: TabularFormat | undefined;
}

export interface LoadTableArtifactOptions
  extends SaveTabularOptions,
    LoadParquetOptions,
    TabularFormatOption {}

/** The table artifacts of one image, each a file `analysis/<name>.parquet` or `analysis/<name>.csv.gz`. */
export class TabularArtifacts {
  readonly #objects: RecordObjects;

  constructor(objects: RecordObjects) {
    this.#objects = objects;
  }

  /**
   * Saves rows with a schema, or a table that has its own. A file of the same name in the other format stays.
   *
   * @returns the file's path in the dataset
   * @throws {ZarrStoreError} `schema_mismatch`, `invalid_argument` for rows without a schema
   */
  async save(name: string, rows: TableInput, options: SaveTableArtifactOptions = {}): Promise<string> {
    const { format = "parquet", schema } = options;
    const path = this.#path(name, format);
    const { encodeCsvGz, encodeParquet, tableOf } = await loadTableCode();
    const table = tableOf(rows, schema, path);
    const bytes =
      format === "parquet"
        ? await encodeParquet(table, { schema: schema ?? schemaOfTable(table) })
        : await encodeCsvGz(table);
    await this.#objects.putArtifact(path, name, bytes, options);
    return path;
  }

  /** Saves a table file byte for byte. @throws {ZarrStoreError} `invalid_file` if it cannot be read */
  async saveBytes(
    name: string,
    format: TabularFormat,
    bytes: Uint8Array<ArrayBuffer>,
    options: ReadOptions = {},
  ): Promise<string> {
    const path = this.#path(name, format);
    await decodeTabular(format, bytes, path, {});
    await this.#objects.putArtifact(path, name, bytes, options);
    return path;
  }

  /**
   * Loads a table in the given format. Without one, Parquet is tried first, then gzipped CSV.
   *
   * The column types of a CSV come from the schema, or are inferred for each column.
   *
   * @throws {ZarrStoreError} `not_found`, `invalid_file`
   */
  async load(name: string, options: LoadTableArtifactOptions = {}): Promise<Table> {
    const { format, schema } = options;
    if (format !== undefined) {
      const path = this.#path(name, format);
      const kept =
        options.memory === "shared" && schema === undefined ? this.#objects.kept?.tables : undefined;
      return keptOr(kept, path, async () =>
        decodeTabular(format, await this.loadBytes(name, format, options), path, {
          ...options,
          isVerified: true,
        }),
      );
    }
    try {
      return await this.load(name, { ...options, format: "parquet" });
    } catch (error) {
      if (!isZarrStoreError(error, "not_found")) {
        throw error;
      }
      return this.load(name, { ...options, format: "csv.gz" });
    }
  }

  /**
   * Loads columns of a table in Parquet without Arrow, the rows in order. Undefined if the file is not written as ours are, or if this
   * record keeps the whole tables that it reads: then {@link load} is as fast.
   *
   * @throws {ZarrStoreError} `not_found`
   */
  async loadPlainRows(
    name: string,
    columns: readonly string[],
    options: ReadOptions = {},
  ): Promise<PlainRows | undefined> {
    if (this.#objects.kept !== undefined) {
      return undefined;
    }
    const { zstd } = this.#objects.session.runtime;
    const bytes = await this.loadBytes(name, "parquet", options);
    return plainRowsOf(bytes, { columns, unzstd: zstd?.decompressNow });
  }

  /** Loads the file of a table, verified, byte for byte. @throws {ZarrStoreError} `not_found` */
  async loadBytes(
    name: string,
    format: TabularFormat,
    options: ReadOptions = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    const path = this.#path(name, format);
    const bytes = await this.#objects.session.read(path, options);
    if (bytes === undefined) {
      throw notFound(`image ${this.#objects.id} has no ${format} artifact ${name}`, path);
    }
    return bytes;
  }

  /** Lists the names of the tables in one format, or in either, sorted; nested names in full. */
  async list(options: TabularFormatOption = {}): Promise<readonly string[]> {
    const formats = options.format ? [options.format] : FORMATS;
    const names = await Promise.all(formats.map((format) => this.#objects.namesOfKind(format)));
    return [...new Set(names.flat())].sort();
  }

  /**
   * Deletes a table in one format, or in both; returns whether it existed.
   *
   * @throws {ZarrStoreError} `not_found` if the image does not exist
   */
  async delete(name: string, options: TabularFormatOption & ReadOptions = {}): Promise<boolean> {
    const formats = options.format ? [options.format] : FORMATS;
    const paths = formats.map((format) => this.#path(name, format));
    return this.#objects.change(`delete ${name}`, options, async (transaction) => {
      let wasThere = false;
      for (const path of paths) {
        wasThere = (await transaction.delete(path)) || wasThere;
      }
      return wasThere;
    });
  }

  #path(name: string, format: TabularFormat): StoreKey {
    return tabularPath(this.#objects.id, parseArtifactName(name), format);
  }
}

async function decodeTabular(
  format: TabularFormat,
  bytes: Uint8Array<ArrayBuffer>,
  where: string,
  { schema, memory, isVerified }: LoadTableArtifactOptions & { readonly isVerified?: boolean },
): Promise<Table> {
  const { decodeCsvGz, decodeParquet } = await loadTableCode();
  return format === "parquet"
    ? decodeParquet(bytes, { where, memory, isVerified })
    : decodeCsvGz(bytes, schema, { where });
}
