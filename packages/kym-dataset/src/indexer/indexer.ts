// Defines what an indexer is, and `defineIndexer`, which makes and checks one.

import type { AnalysisSettings } from "@kym/kym-schema/flow";
import type { ReadOptions, Row, TableSchema, ZarrImageRecord } from "@kym/zarr-store";
import { parseTableSchema } from "@kym/zarr-store/table/reading";
import type { Table } from "apache-arrow";
import { KymDatasetError } from "../errors.ts";
import { isProvenanceColumn } from "../table/index-schema.ts";
import { checkIndexTableName, indexTableName } from "../table/table-name.ts";
import type { ArtifactRef, FoundArtifact } from "./artifact-ref.ts";

/** What `extract` gets beside the record. Rows may depend on nothing else. */
export interface ExtractArgs<Context> extends ReadOptions {
  /** The input artifact that the image has; undefined if the indexer declares no inputs. */
  readonly input: FoundArtifact | undefined;
  /** What `context` returned for this image. */
  readonly context: Context;
}

/**
 * Computes one pooled table from each image's inputs, params and context, and from nothing else. Make one with
 * {@link defineIndexer} or by extending `BaseIndexer`. The rules are in `docs/indexing.md#what-an-indexer-says`.
 */
export interface Indexer<Context = unknown> {
  /** Matches `[a-z0-9_]+`. */
  readonly name: string;
  /** What lists of images call this analysis. Default: `name`. */
  readonly label?: string | undefined;
  /** Usually `kym_<name>`. The table's ledger is `<tableName>_runs`. */
  readonly tableName: string;
  /** Informs readers of the table. It does not make rows stale; a change of the columns does. */
  readonly schemaVersion: string;
  /** The indexer for what a dataset remembers, if its rows depend on it. Equal settings give the identical object. */
  forSettings?(settings: AnalysisSettings): Indexer<Context>;
  /** The columns, without `image_id`, `analysis_version` and `params_hash`: the dataset adds these. */
  readonly schema: TableSchema;
  /** `<who>.<what>@<version>`. Change it whenever `extract` makes different rows from the same data. */
  readonly analysisVersion: string;
  /** The result artifacts. Rows are made from the first that an image has; a changed byte of it makes them stale. */
  readonly inputs: readonly ArtifactRef[];
  /** True if rows depend on the pixels. */
  readonly usesPixels: boolean;
  /** The artifacts that `params` and `context` read. The record's attributes always count as a source. */
  readonly sources: readonly ArtifactRef[];
  /** Where the Python system may have left a run marker (`RunMarker`), as JSON; tried before `<name>_run`. */
  readonly runMarkers?: readonly string[] | undefined;
  /** The parameters of the analysis, as a JSON value. Return JSON text to keep the spelling of numbers. */
  params(record: ZarrImageRecord, options: ReadOptions): Promise<unknown>;
  /** Everything else that the rows depend on, as a JSON value. */
  context(record: ZarrImageRecord, options: ReadOptions): Promise<Context>;
  /** The part of the context that says where the ROIs are. If it changes, the report says `roi_changed`. */
  rois?(context: Context): unknown;
  /** Computes the image's rows. Columns outside the schema are kept as text. */
  extract(record: ZarrImageRecord, args: ExtractArgs<Context>): Promise<Table | readonly Row[]>;
}

/** The argument of {@link defineIndexer}: an {@link Indexer} whose optional fields have defaults. */
export interface IndexerDefinition<Context> {
  readonly name: string;
  /** What lists of images call this analysis. Default: `name`. */
  readonly label?: string;
  /** Default `kym_<name>`. */
  readonly tableName?: string;
  readonly schemaVersion: string;
  readonly schema: TableSchema;
  readonly analysisVersion: string;
  readonly inputs: readonly ArtifactRef[];
  /** Default false. */
  readonly usesPixels?: boolean;
  /** Default none. */
  readonly sources?: readonly ArtifactRef[];
  /** Default none. */
  readonly runMarkers?: readonly string[];
  /** Default `{}`. */
  readonly params?: Indexer<Context>["params"];
  /** Pass `async () => null` if rows depend on the inputs alone. */
  readonly context: Indexer<Context>["context"];
  /** Default none: the rows do not depend on what the dataset remembers. */
  readonly forSettings?: (settings: AnalysisSettings) => Indexer<Context>;
  /** Default none: a moved ROI is then reported as `context_changed`, like any other change. */
  readonly rois?: (context: Context) => unknown;
  readonly extract: Indexer<Context>["extract"];
}

/**
 * Makes an indexer and checks its names, schema and version.
 *
 * @example
 * const snrIndexer = defineIndexer({
 *   name: "snr",
 *   schemaVersion: "1",
 *   schema: { columns: [{ name: "snr", type: "float64" }] },
 *   analysisVersion: "my-lab.snr@1",
 *   inputs: [{ format: "json", name: "snr/result" }],
 *   context: async () => null,
 *   extract: async (record) => [{ snr: Number(await record.loadJson("snr/result")) }],
 * });
 * @throws {KymDatasetError} `invalid_name`; `invalid_argument` for a column that the dataset adds, or an empty version
 * @throws {ZarrStoreError} `invalid_argument` for a malformed schema
 */
export function defineIndexer<Context>(definition: IndexerDefinition<Context>): Indexer<Context> {
  const { usesPixels = false, sources = [], params = async (): Promise<unknown> => ({}) } = definition;
  return checkIndexer({
    ...definition,
    name: definition.name.trim().toLowerCase(),
    tableName: definition.tableName ?? indexTableName(definition.name),
    usesPixels,
    sources,
    params,
  });
}

/** Checks an indexer and returns it unchanged. Throws the errors of {@link defineIndexer}. */
export function checkIndexer<Context>(indexer: Indexer<Context>): Indexer<Context> {
  indexTableName(indexer.name);
  checkIndexTableName(indexer.tableName);
  const stamped = parseTableSchema(indexer.schema).columns.find(({ name }) => isProvenanceColumn(name));
  if (stamped !== undefined) {
    throw new KymDatasetError(
      "invalid_argument",
      `indexer ${indexer.name}: the dataset adds the column ${stamped.name} itself; remove it from the schema`,
      { path: stamped.name, found: stamped.name },
    );
  }
  if (indexer.analysisVersion === "") {
    throw new KymDatasetError("invalid_argument", `indexer ${indexer.name}: analysisVersion is empty`, {
      path: "analysisVersion",
      expected: "<who>.<what>@<version>",
      found: "",
    });
  }
  return indexer;
}
