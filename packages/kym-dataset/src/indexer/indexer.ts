import type { ReadOptions, Row, TableSchema, ZarrImageRecord } from "@kym/zarr-store";
import { parseTableSchema } from "@kym/zarr-store/table";
import type { Table } from "apache-arrow";
import { KymDatasetError } from "../errors.ts";
import { isProvenanceColumn } from "../table/index-schema.ts";
import { checkIndexTableName, indexTableName } from "../table/table-name.ts";
import type { ArtifactRef, FoundArtifact } from "./artifact-ref.ts";

/** What `extract` is given beside the record. Rows depend on nothing else. */
export interface ExtractArgs<Context> extends ReadOptions {
  /** The input artifact that was found; undefined for an indexer that declares none. */
  readonly input: FoundArtifact | undefined;
  /** What `context` returned for this image. */
  readonly context: Context;
}

/**
 * How one pooled table is made: a pure function of each image's inputs, params and context. Made by
 * {@link defineIndexer} or by extending `BaseIndexer`.
 */
export interface Indexer<Context = unknown> {
  /** `[a-z0-9_]+`. */
  readonly name: string;
  /** What lists of images call the analysis whose results it reads; its name without it. */
  readonly label?: string | undefined;
  /** `kym_<name>`, unless the indexer says otherwise. Its ledger is `<tableName>_runs`. */
  readonly tableName: string;
  /** For readers of the table; rows are made anew when the columns themselves change. */
  readonly schemaVersion: string;
  /** The columns, without the provenance (`image_id`, `analysis_version`, `params_hash`), which the dataset stamps. */
  readonly schema: TableSchema;
  /** `<who>.<what>@<version>`. Change it whenever `extract` makes other rows of the same things. */
  readonly analysisVersion: string;
  /** The result artifacts, the first that an image has is taken; any byte of it counts. */
  readonly inputs: readonly ArtifactRef[];
  /** True if rows depend on the pixels. */
  readonly usesPixels: boolean;
  /** The artifacts that `params` and `context` read. The record's attributes count always. */
  readonly sources: readonly ArtifactRef[];
  /** JSON artifacts in which the Python system kept what it had run, before `<name>_run`; see `RunMarker`. */
  readonly runMarkers?: readonly string[] | undefined;
  /** The parameters of the analysis: a JSON value, or, to keep the spelling of numbers, JSON text. */
  params(record: ZarrImageRecord, options: ReadOptions): Promise<unknown>;
  /** A JSON value of everything else that rows depend on. */
  context(record: ZarrImageRecord, options: ReadOptions): Promise<Context>;
  /** The part of the context that says where ROIs are: if it changed, the reason for new rows is `roi_changed`. */
  rois?(context: Context): unknown;
  /** The image's rows. Columns outside the schema are kept as text. */
  extract(record: ZarrImageRecord, args: ExtractArgs<Context>): Promise<Table | readonly Row[]>;
}

/** What {@link defineIndexer} takes: an {@link Indexer} with defaults. */
export interface IndexerDefinition<Context> {
  readonly name: string;
  /** What lists of images call the analysis whose results it reads. Default the name. */
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
  /** `async () => null` where rows depend on the inputs alone. */
  readonly context: Indexer<Context>["context"];
  /** Default none: a moved ROI is a `context_changed` like any other. */
  readonly rois?: (context: Context) => unknown;
  readonly extract: Indexer<Context>["extract"];
}

/**
 * Makes an indexer.
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
 * @throws {KymDatasetError} `invalid_name`, `invalid_argument` for a column that the dataset stamps or no version
 * @throws {ZarrStoreError} `invalid_argument` for a schema that is none
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

/** The same indexer, its names, schema and version checked. Throws as {@link defineIndexer}. */
export function checkIndexer<Context>(indexer: Indexer<Context>): Indexer<Context> {
  indexTableName(indexer.name);
  checkIndexTableName(indexer.tableName);
  const stamped = parseTableSchema(indexer.schema).columns.find(({ name }) => isProvenanceColumn(name));
  if (stamped !== undefined) {
    throw new KymDatasetError(
      "invalid_argument",
      `indexer ${indexer.name}: the column ${stamped.name} is stamped by the dataset and has no place in the schema`,
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
