/**
 * Datasets of images, artifacts and tables in plain Zarr v3 files, where every change is one crash-safe commit.
 *
 * @example
 * const dataset = await openDataset(memoryStore());
 * const record = await dataset.addImage({ dtype: "uint8", shape: [2, 2], data: new Uint8Array([1, 2, 3, 4]) });
 * await record.saveJson("qc", { passed: true });
 *
 * @module
 */

export type {
  ArrayDecodeContext,
  ArrayToArrayCodec,
  BytesDecodeContext,
  BytesToBytesCodec,
  CodecConfiguration,
  UsedCodec,
  ZarrCodec,
} from "./array/codecs/zarr-codec.ts";
export type { DType, TypedArrayOf } from "./array/dtype.ts";
export type { ArrayMetadata } from "./array/metadata/array-metadata.ts";
export { createNdArray, isNdArrayOf, type NdArray } from "./array/nd-array.ts";
export type { AxisRange, RegionSelection } from "./array/region.ts";
export type {
  ArrayForm,
  ArrayObject,
  ArrayRows,
  EncodedArray,
  ReadRows,
  StagedArray,
  StagedObject,
} from "./array/zarr-array.ts";
export type { ZstdCodec } from "./codecs/zstd.ts";
export type { Commit } from "./commit/commit.ts";
export type { CommitStep, KeptEdit } from "./commit/commit-context.ts";
export type { TransactionOptions } from "./commit/commit-engine.ts";
export type { HistoryLeftover } from "./commit/history/collect-history.ts";
export type { AdoptedFile, AdoptOptions, AdoptReport } from "./commit/maintain/adopt.ts";
export type {
  CheckLevel,
  CheckNote,
  CheckNoteKind,
  CheckOptions,
  CheckProblem,
  CheckProblemKind,
  CheckProgress,
  CheckReport,
} from "./commit/maintain/check-report.ts";
export type { GcOptions, GcReport } from "./commit/maintain/gc.ts";
export type { GcPlan, PlanGcOptions, StagingLeftover } from "./commit/maintain/plan-gc.ts";
export type {
  RepairAction,
  RepairActionKind,
  RepairOptions,
  RepairReport,
} from "./commit/maintain/repair.ts";
export type { CommitOp, CommitRecord } from "./commit/records/commit-record.ts";
export type { CommitPoint, DatasetCopies } from "./dataset/copies/dataset-copies.ts";
export type { ExactObjects } from "./dataset/copies/exact-objects.ts";
export type {
  AddImageOptions,
  DatasetContents,
  ReplaceRowsOptions,
  SaveTableOptions,
  TableChange,
} from "./dataset/dataset-contents.ts";
export type { DatasetManifest } from "./dataset/dataset-manifest.ts";
export type { DatasetMode } from "./dataset/dataset-parts.ts";
export type { KeepsHistory } from "./dataset/keeps-history.ts";
export { type CheckDatasetOptions, checkDataset } from "./dataset/maintain/check-dataset.ts";
export type { DatasetUpkeep } from "./dataset/maintain/dataset-upkeep.ts";
export type { OutsideChange, OutsideLook, OutsideOptions } from "./dataset/maintain/outside-changes.ts";
export type { Manifest, ManifestEntry } from "./dataset/manifest.ts";
export type { Attributes } from "./dataset/nodes/node-cache.ts";
export { type OpenDatasetOptions, openDataset } from "./dataset/open-dataset.ts";
export type { ArrayArtifacts, SaveArrayArtifactOptions } from "./dataset/record/array-artifacts.ts";
export type { ArtifactFiles, DeleteAnalysisOptions } from "./dataset/record/artifact-files.ts";
export type { Attachments } from "./dataset/record/attachments.ts";
export type { DerivedFiles } from "./dataset/record/derived-files.ts";
export type { JsonArtifacts } from "./dataset/record/json-artifacts.ts";
export type {
  ImageBounds,
  LoadPixelsOptions,
  RecordPixels,
  SaveImageOptions,
} from "./dataset/record/record-pixels.ts";
export type { LentImage, StagingPlace } from "./dataset/record/stage-array.ts";
export type {
  LoadTableArtifactOptions,
  SaveTableArtifactOptions,
  TabularArtifacts,
} from "./dataset/record/tabular-artifacts.ts";
export type { ZarrImageRecord } from "./dataset/record/zarr-image-record.ts";
export type { Scalar, Summarize, Summary } from "./dataset/session/object-session.ts";
export type { DatasetWithPast, SourcesAnew } from "./dataset/sources-anew.ts";
export {
  parseSourceRow,
  SOURCES_COLUMNS,
  SOURCES_SCHEMA,
  type SourceRow,
} from "./dataset/tables/sources-table.ts";
export type { TableInput } from "./dataset/tables/table-input.ts";
export { tableOf } from "./dataset/tables/table-of.ts";
export type { DatasetPast, UndoOptions } from "./dataset/undo/dataset-past.ts";
export type { UndoRefusal } from "./dataset/undo/decide-undo.ts";
export type { UndoneFile, UndoOutcome, WhyGone } from "./dataset/undo/undo-outcome.ts";
export type { UndoMerge, UndoRules, UndoVersions } from "./dataset/undo/undo-rules.ts";
export type { IterRecordsOptions, ZarrDataset } from "./dataset/zarr-dataset.ts";
export {
  isZarrStoreError,
  ZarrStoreError,
  type ZarrStoreErrorCode,
  type ZarrStoreErrorDetails,
} from "./errors.ts";
export { type HttpStoreOptions, httpStore } from "./http/http-store.ts";
export {
  type ImageId,
  parseArtifactName,
  parseAttachmentName,
  parseImageId,
  parseTableName,
} from "./image/artifact-name.ts";
export type { ArtifactNames, ArtifactStore, SaveArrayOptions } from "./image/artifact-store.ts";
export type { ImageSource } from "./image/image-source.ts";
export type { ImageInfo, PixelStore } from "./image/pixel-store.ts";
export { type JsonText, jsonText } from "./json/lossless-json.ts";
export type { Logger } from "./runtime/logger.ts";
export type { ReadOptions } from "./runtime/read-options.ts";
export { portableRuntime, type Runtime, type WriterIdentity } from "./runtime/runtime.ts";
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
export { type ParquetWasmSource, setParquetWasm } from "./table/parquet/parquet-wasm-source.ts";
export { rowsOf } from "./table/rows/rows-of.ts";
export type { CellValue, Column, ColumnType, Row, TableSchema } from "./table/table-schema.ts";
export { tableFromRows } from "./table/tables-at-once.ts";
export type { Crc32 } from "./zip/read-entry-bytes.ts";
export { type ZipSource, zipSourceOf } from "./zip/zip-source.ts";
export { openZip, type ZipStore, type ZipStoreOptions } from "./zip/zip-store.ts";
