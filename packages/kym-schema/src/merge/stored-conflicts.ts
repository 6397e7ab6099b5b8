// Loads and saves the open conflicts of an image.

import type { ArtifactStore, ReadOptions } from "@kym/zarr-store";
import { isZarrStoreError } from "@kym/zarr-store/runtime";
import { ARTIFACTS } from "../artifact-names.ts";
import { encodeOpenConflicts, type OpenConflict, parseOpenConflicts } from "./open-conflict.ts";

/**
 * Loads the open conflicts of an image; none if it has no such artifact.
 *
 * @param store a record, its `asArtifactStore()`, or the store of a file
 * @throws {KymSchemaError} `invalid_file` for JSON that this package did not write
 * @throws {ZarrStoreError} the errors of the store
 */
export async function loadOpenConflicts(
  store: Pick<ArtifactStore, "loadJsonText">,
  options: ReadOptions = {},
): Promise<readonly OpenConflict[]> {
  try {
    return parseOpenConflicts((await store.loadJsonText(ARTIFACTS.openConflicts, options)).text);
  } catch (error) {
    if (isZarrStoreError(error, "not_found")) {
      return [];
    }
    throw error;
  }
}

/** What {@link saveOpenConflicts} needs of the JSON artifacts of a record: `record.json`. */
export interface ConflictFiles {
  saveBytes(name: string, bytes: Uint8Array<ArrayBuffer>, options?: ReadOptions): Promise<string>;
  delete(name: string, options?: ReadOptions): Promise<boolean>;
}

/**
 * Saves the open conflicts of an image. Without a conflict there is no artifact.
 *
 * @example
 * await saveOpenConflicts(record.json, []);
 * @throws {ZarrStoreError} the errors of the record
 */
export async function saveOpenConflicts(
  json: ConflictFiles,
  conflicts: readonly OpenConflict[],
  options: ReadOptions = {},
): Promise<void> {
  if (conflicts.length === 0) {
    await json.delete(ARTIFACTS.openConflicts, options);
  } else {
    const bytes = new TextEncoder().encode(encodeOpenConflicts(conflicts));
    await json.saveBytes(ARTIFACTS.openConflicts, bytes, options);
  }
}
