// Decides what to do about one acquisition that the dataset already knows.

import { type BundleFile, type LegacyBundle, shownPath } from "../folder/bundle.ts";
import type { PathFields } from "../folder/paths/path-fields.ts";
import type { FaultyRead } from "../readers/faulty-read.ts";
import { compareFiles, type FileHashes } from "./compare-files.ts";
import { decidePathFields, type FolderFields } from "./decide-path-fields.ts";
import type { Move } from "./find-moved.ts";
import type { KnownAcquisition } from "./known-acquisition.ts";

/** What to do about a TIFF that changed: leave it alone, or ingest it again. */
export type RefreshMode = "skip" | "reingest_if_changed";

/** What to do with the old record when a changed TIFF is ingested again: keep it beside the new one, or replace it. */
export type OnChange = "new-record" | "supersede";

export interface RefreshRules {
  readonly mode: RefreshMode;
  readonly onChange: OnChange;
  /** What to read again although its files did not change, by image id. Default: nothing. */
  readonly again?: ReadonlyMap<string, readonly FaultyRead[]> | undefined;
  /** Which fields the names of folders hold. Default: those that were ingested stay. */
  readonly pathFields?: PathFields | undefined;
  /** Whether files whose images were deleted from the dataset are ingested as new ones. Default: they are left alone. */
  readonly returnDeleted?: boolean | undefined;
}

/** The record stays: rebuild the artifacts of these sidecars, and record where the files are now. */
export interface PlannedUpdate {
  readonly action: "update";
  readonly bundle: LegacyBundle;
  readonly imageId: string;
  readonly known: KnownAcquisition;
  /** Sidecars that changed or are new. */
  readonly sidecars: readonly BundleFile[];
  readonly vanished: readonly string[];
  /** Where the files were before; undefined if they did not move. */
  readonly move: Move | undefined;
  /** True if the TIFF changed too; it is left alone. */
  readonly isImageChanged: boolean;
  /** True if the TIFF was saved again with the same pixels: the update is about what it says besides. */
  readonly isSavedAgain?: boolean | undefined;
  /** What a reader with a fault may have read wrong: these files are read again. */
  readonly again?: readonly FaultyRead[] | undefined;
  /** What the names of its folders say. */
  readonly folderFields?: FolderFields | undefined;
  /** True if they say something else than what was ingested. */
  readonly areFoldersChanged?: boolean | undefined;
}

/** The decision about one acquisition of a folder. */
export type PlannedAction =
  | {
      readonly action: "ingest";
      readonly bundle: LegacyBundle;
      readonly folderFields?: FolderFields | undefined;
    }
  /** The TIFF changed: add a new record, and with `supersede` delete the old one, `imageId`. */
  | {
      readonly action: "reingest";
      readonly bundle: LegacyBundle;
      readonly imageId: string;
      readonly supersede: boolean;
      readonly folderFields?: FolderFields | undefined;
      /** What to do instead if it has the pixels that are stored. */
      readonly ifSavedAgain: PlannedUpdate;
    }
  | PlannedUpdate
  | {
      readonly action: "unchanged";
      readonly bundle: LegacyBundle;
      readonly imageId: string;
      readonly vanished: readonly string[];
    }
  | {
      readonly action: "skip";
      readonly bundle: LegacyBundle;
      readonly imageId: string;
      readonly reason: string;
      readonly vanished: readonly string[];
    }
  | {
      readonly action: "fail";
      readonly bundle: LegacyBundle;
      readonly imageId: string;
      readonly reason: string;
    };

export const IMAGE_CHANGED = "the image changed since it was ingested";
export const CHANGED_SINCE_FAULT =
  "the image changed since a reader with a fault read it: only mode reingest_if_changed reads it again";
export const IMAGE_DELETED = "its image was deleted from the dataset";

/**
 * Decides about one acquisition that the dataset knows. Reads nothing.
 *
 * Both modes compare and follow the sidecars; the mode only decides about a changed TIFF. An image that was deleted
 * from the dataset does not come back. One whose files in the dataset cannot be read fails alone.
 */
export function decideRefresh(
  bundle: LegacyBundle,
  known: KnownAcquisition,
  hashes: FileHashes,
  rules: RefreshRules,
  move?: Move,
): PlannedAction {
  const { imageId } = known;
  if (!known.exists) {
    return { action: "skip", bundle, imageId, reason: IMAGE_DELETED, vanished: [] };
  }
  if (known.unreadable !== undefined) {
    return { action: "fail", bundle, imageId, reason: known.unreadable };
  }
  const { isImageChanged, changed, appeared, vanished, unreadable } = compareFiles(bundle, known, hashes);
  if (unreadable !== undefined) {
    return { action: "fail", bundle, imageId, reason: unreadable };
  }
  const { fields: folderFields, isChanged: areFoldersChanged } = decidePathFields(
    rules.pathFields,
    relPathsOf(bundle, known),
    known.folderFields,
  );
  const sidecars = [...changed, ...appeared];
  const folders = { folderFields, areFoldersChanged };
  const update: PlannedUpdate = {
    ...{ action: "update", bundle, imageId, known, sidecars, vanished, move, isImageChanged },
    ...folders,
  };
  if (isImageChanged && rules.mode === "reingest_if_changed") {
    const supersede = rules.onChange === "supersede";
    return { action: "reingest", bundle, imageId, supersede, folderFields, ifSavedAgain: update };
  }
  const faulty = rules.again?.get(imageId) ?? [];
  const again = isImageChanged ? [] : faulty;
  if (sidecars.length > 0 || move !== undefined || again.length > 0 || areFoldersChanged) {
    return { ...update, ...(again.length > 0 && { again }) };
  }
  const changedReason = faulty.length > 0 ? CHANGED_SINCE_FAULT : IMAGE_CHANGED;
  return isImageChanged
    ? { action: "skip", bundle, imageId, reason: changedReason, vanished }
    : { action: "unchanged", bundle, imageId, vanished };
}

/** The paths of an image to match with a pattern: where it is in this folder, then where it was in the one it came from. */
export function relPathsOf(
  bundle: LegacyBundle,
  known: Pick<KnownAcquisition, "relPath"> | undefined,
): readonly string[] {
  return [shownPath(bundle), ...(known?.relPath === undefined ? [] : [known.relPath])];
}
