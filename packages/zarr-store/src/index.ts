/**
 * Generic, crash-safe storage of images, artifacts and tables in a Zarr v3 hierarchy of plain files.
 *
 * @example
 * const dataset = await openDataset(memoryStore());
 * const record = await dataset.addImage({ dtype: "uint8", shape: [2, 2], data: new Uint8Array([1, 2, 3, 4]) });
 * await record.saveJson("qc", { passed: true });
 *
 * @module
 */

export type { ArrayMetadata } from "./array/array-metadata.ts";
export { defaultAxes, planeAxes, validateAxes } from "./array/axes.ts";
export type { DType, TypedArrayByDType, TypedArrayOf } from "./array/dtype.ts";
export { DTYPES, isDType, itemSizeBytes } from "./array/dtype.ts";
export { createNdArray, isNdArrayOf, type NdArray, ndArrayBytes, planeOf } from "./array/nd-array.ts";
export { type Region, resolveSelection, sliceNdArray } from "./array/region.ts";
export type { ArrayForm, ArrayObject, ArrayRows, EncodedArray, ReadRows } from "./array/zarr-array.ts";
export type { ZstdCodec } from "./array/zstd.ts";
export type { ImageId } from "./artifact/artifact-name.ts";
export {
  parseArtifactName,
  parseAttachmentName,
  parseImageId,
  parseTableName,
} from "./artifact/artifact-name.ts";
export type { ArtifactNames, ArtifactStore, SaveArrayOptions } from "./artifact/artifact-store.ts";
export type {
  AxisRange,
  ImageInfo,
  PixelStore,
  ReadOptions,
  RegionSelection,
} from "./artifact/pixel-store.ts";
export type { AdoptedFile, AdoptOptions, AdoptReport } from "./commit/adopt.ts";
export type {
  CheckLevel,
  CheckNote,
  CheckNoteKind,
  CheckOptions,
  CheckProblem,
  CheckProblemKind,
  CheckProgress,
  CheckReport,
} from "./commit/check-report.ts";
export type { Commit } from "./commit/commit.ts";
export type { CommitStep } from "./commit/commit-context.ts";
export type { TransactionOptions } from "./commit/commit-engine.ts";
export type { CommitOp, CommitRecord } from "./commit/commit-record.ts";
export type { GcOptions, GcReport } from "./commit/gc.ts";
export { ZARR_NODE_NAME } from "./commit/object-path.ts";
export type { GcPlan, PlanGcOptions, StagingLeftover } from "./commit/plan-gc.ts";
export type { RepairAction, RepairActionKind, RepairOptions, RepairReport } from "./commit/repair.ts";
export { type CheckDatasetOptions, checkDataset } from "./dataset/check-dataset.ts";
export type {
  AddImageOptions,
  DatasetContents,
  ReplaceRowsOptions,
  SaveTableOptions,
  TableChange,
} from "./dataset/dataset-contents.ts";
export {
  type ImagePart,
  imagePartKey,
  imagePartKeys,
  imagePartOf,
  imagePartPaths,
  isObjectOfPart,
  isPixelKey,
  pixelArray,
  tablePath,
} from "./dataset/layout.ts";
export type { Manifest, ManifestEntry } from "./dataset/manifest.ts";
export { orderEntries } from "./dataset/manifest.ts";
export type { Attributes } from "./dataset/node-cache.ts";
export type { Scalar, Summarize, Summary } from "./dataset/object-session.ts";
export { type OpenDatasetOptions, openDataset } from "./dataset/open-dataset.ts";
export type { DatasetMode, ImageSource, IterRecordsOptions, ZarrDataset } from "./dataset/zarr-dataset.ts";
export type { ImageBounds, ZarrImageRecord } from "./dataset/zarr-image-record.ts";
export type { ZarrStoreErrorCode, ZarrStoreErrorDetails } from "./errors.ts";
export { isZarrStoreError, ZarrStoreError } from "./errors.ts";
export { type HttpStoreOptions, httpStore } from "./http-store.ts";
export { canonicalJson } from "./json/canonical-json.ts";
export * from "./json/lossless-json.ts";
export type { Logger } from "./logger.ts";
export { portableRuntime, type Runtime, type WriterIdentity } from "./runtime.ts";
export type {
  ByteRange,
  KeyValueStore,
  MoveOutcome,
  ReadableStore,
  RemoveOutcome,
  StoreEntry,
  StoreStat,
} from "./store/key-value-store.ts";
export { memoryStore } from "./store/memory-store.ts";
export { type ReadOnlyStore, readOnlyStore } from "./store/read-only-store.ts";
export { parseStoreKey, type StoreKey } from "./store/store-key.ts";
export * from "./table/arrow-table.ts";
export type { CsvLimits } from "./table/csv/csv-cells.ts";
export type { CsvColumnData } from "./table/csv/csv-column.ts";
export type { CsvDialect } from "./table/csv/csv-dialect.ts";
export { type CsvTable, type ReadCsvOptions, readCsv } from "./table/csv/read-csv.ts";
export {
  type CsvTextColumn,
  csvText,
  type WriteCsvOptions,
  writeCsv,
  writeCsvIfPossible,
} from "./table/csv/write-csv.ts";
export { decodeParquet, encodeParquet, type ParquetWasmSource, setParquetWasm } from "./table/parquet.ts";
export { parseSourceRow, SOURCES_COLUMNS, SOURCES_SCHEMA, type SourceRow } from "./table/sources-table.ts";
export {
  assertTableMatches,
  type CellValue,
  type Column,
  type ColumnType,
  parseTableSchema,
  type Row,
  schemaOfTable,
  type TableSchema,
} from "./table/table-schema.ts";
export { type TableInput, tableOf } from "./table/table-store.ts";
