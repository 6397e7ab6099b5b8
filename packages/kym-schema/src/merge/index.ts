/**
 * `@kym/kym-schema/merge`: merges two versions of an image's metadata by what both came from, and lists the conflicts that are open.
 *
 * @module
 */

export { type ArtifactArrival, conflictsAfterMerge } from "./conflicts-after-merge.ts";
export {
  type EventMerge,
  type EventTable,
  type EventVersions,
  eventValues,
  mergeEvents,
  resolveEvents,
} from "./merge-events.ts";
export {
  type MergeConflict,
  type MergeSide,
  type MetadataChange,
  type MetadataMerge,
  type MetadataVersions,
  mergeMetadata,
  metadataChanges,
  metadataValues,
  resolveMetadata,
} from "./merge-metadata.ts";
export {
  type MergedConflict,
  mergeOpenConflicts,
  type OpenConflictVersions,
} from "./merge-open-conflicts.ts";
export { METADATA_UNDO } from "./metadata-undo.ts";
export {
  conflictNames,
  encodeOpenConflicts,
  isSameConflict,
  type OpenConflict,
  type OpenField,
  parseOpenConflicts,
  THEIRS_IN_ATTACHMENT,
  THEIRS_IS_HERE,
  THEIRS_REMOVED,
  type TheirArtifact,
  WHOLE_IMAGE_KEY,
  withoutDoubles,
} from "./open-conflict.ts";
export { type ConflictFiles, loadOpenConflicts, saveOpenConflicts } from "./stored-conflicts.ts";
export { wordsOfField } from "./words-of-field.ts";
