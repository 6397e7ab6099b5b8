// `BaseIndexer`: an indexer as a class to extend, for callers used to the Python system's classes.

import { type ReadOptions, type Row, rowsOf, type TableSchema, type ZarrImageRecord } from "@kym/zarr-store";
import type { Table } from "apache-arrow";
import { indexTableName } from "../table/table-name.ts";
import { type ArtifactRef, findArtifact } from "./artifact-ref.ts";
import type { ExtractArgs, Indexer } from "./indexer.ts";
import { paramsHash } from "./params-hash.ts";

/**
 * An indexer as a class. It has the methods of the Python system's base class: `params_hash`, `extract_rows` and
 * `required_columns`, in camel case. A subclass defines `name`, `schema`, `analysisVersion`, `inputs` and `extract`;
 * everything else has a default.
 *
 * @example
 * class SnrIndexer extends BaseIndexer {
 *   readonly name = "snr";
 *   readonly schema = { columns: [{ name: "snr", type: "float64" }] } as const;
 *   readonly analysisVersion = "my-lab.snr@1";
 *   readonly inputs = [{ format: "json", name: "snr/result" }] as const;
 *   async extract(record: ZarrImageRecord): Promise<readonly Row[]> {
 *     return [{ snr: Number(await record.loadJson("snr/result")) }];
 *   }
 * }
 */
export abstract class BaseIndexer<Context = unknown> implements Indexer<Context | null> {
  abstract readonly name: string;
  abstract readonly schema: TableSchema;
  abstract readonly analysisVersion: string;
  abstract readonly inputs: readonly ArtifactRef[];
  readonly schemaVersion: string = "0.1";
  readonly usesPixels: boolean = false;
  readonly sources: readonly ArtifactRef[] = [];

  /** @throws {KymDatasetError} `invalid_name` */
  get tableName(): string {
    return indexTableName(this.name);
  }

  async params(_record: ZarrImageRecord, _options: ReadOptions): Promise<unknown> {
    return {};
  }

  async context(_record: ZarrImageRecord, _options: ReadOptions): Promise<Context | null> {
    return null;
  }

  abstract extract(
    record: ZarrImageRecord,
    args: ExtractArgs<Context | null>,
  ): Promise<Table | readonly Row[]>;

  /** The names of the schema's columns. */
  requiredColumns(): readonly string[] {
    return this.schema.columns.map((column) => column.name);
  }

  /** The hash that is written into the image's rows as `params_hash`. */
  async paramsHash(record: ZarrImageRecord, options: ReadOptions = {}): Promise<string> {
    return paramsHash(await this.params(record, options));
  }

  /** Computes the image's rows without changing the table. Empty if the image has none of the inputs. */
  async extractRows(record: ZarrImageRecord, options: ReadOptions = {}): Promise<readonly Row[]> {
    const input = findArtifact(this.inputs, await record.objectHashes());
    if (input === undefined && this.inputs.length > 0) {
      return [];
    }
    const context = await this.context(record, options);
    const rows = await this.extract(record, { ...options, input, context });
    return "schema" in rows ? [...rowsOf(rows)] : rows;
  }
}
