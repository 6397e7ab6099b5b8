/**
 * `@kym/kym-schema/merge`: merges two versions of an image's metadata by what both came from.
 *
 * @module
 */

export {
  type MergeConflict,
  type MergeSide,
  type MetadataChange,
  type MetadataMerge,
  type MetadataVersions,
  mergeMetadata,
  metadataChanges,
  resolveMetadata,
} from "./merge-metadata.ts";
export { METADATA_UNDO } from "./metadata-undo.ts";
