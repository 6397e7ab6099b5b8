/**
 * Generic, crash-safe storage of images, artifacts and tables in a Zarr v3 hierarchy of plain files.
 *
 * @module
 */

export type { DType, TypedArrayOf } from "./array/dtype.ts";
export { DTYPES, isDType, itemSizeBytes } from "./array/dtype.ts";
export type { NdArray } from "./array/nd-array.ts";
export type { ArtifactNames, ArtifactStore, SaveArrayOptions, SaveTableOptions } from "./artifact/artifact-store.ts";
export type { AxisRange, ImageInfo, PixelStore, ReadOptions, RegionSelection } from "./artifact/pixel-store.ts";
export type { ZarrStoreErrorCode, ZarrStoreErrorDetails } from "./errors.ts";
export { ZarrStoreError, isZarrStoreError } from "./errors.ts";
export type { JsonText } from "./json/lossless-json.ts";
export * from "./json/lossless-json.ts";
export type { KeyValueStore, ReadableStore, StoreEntry, StoreStat } from "./store/key-value-store.ts";
export { memoryStore } from "./store/memory-store.ts";
export type { StoreKey } from "./store/store-key.ts";
export { parseStoreKey } from "./store/store-key.ts";
export type { CellValue, Column, ColumnType, Row, TableSchema } from "./table/table-schema.ts";
