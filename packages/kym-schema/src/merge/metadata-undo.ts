// What an undo is told about metadata: its fields, and the scales that follow from the calibration.

import { isZarrStoreError, type UndoRules } from "@kym/zarr-store";
import { ARTIFACTS } from "../artifact-names.ts";
import { isKymSchemaError } from "../errors.ts";
import { planeScales } from "../metadata/plane-scales.ts";
import { mergeMetadata } from "./merge-metadata.ts";

/**
 * The rules by which a commit is undone. If the artifact `metadata` was changed again since, the undo takes back the fields that the
 * commit changed, and is refused if one of them was changed again. A calibration that comes back writes the scales of the pixels
 * anew.
 *
 * @example
 * const undone = await dataset.past.undo(METADATA_UNDO);
 */
export const METADATA_UNDO: UndoRules = {
  merge: (artifact, versions) => {
    if (artifact !== ARTIFACTS.metadata) {
      return undefined;
    }
    try {
      const { merged, conflicts } = mergeMetadata(versions);
      return { text: merged, conflicts: conflicts.map(({ field }) => field) };
    } catch (error) {
      if (
        isKymSchemaError(error, "invalid_metadata") ||
        isZarrStoreError(error, "invalid_file", "invalid_argument")
      ) {
        return undefined;
      }
      throw error;
    }
  },
  scales: planeScales,
};
