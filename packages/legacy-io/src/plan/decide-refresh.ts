import type { BundleFile, LegacyBundle } from "../folder/bundle.ts";
import { compareFiles, type FileHashes } from "./compare-files.ts";
import type { Move } from "./find-moved.ts";
import type { KnownAcquisition } from "./known-acquisition.ts";

/** What becomes of a TIFF that changed: left alone, or taken in once more (ticket 6). */
export type RefreshMode = "skip" | "reingest_if_changed";

/** What becomes of the record of a TIFF that is taken in once more: it stays, or the new one takes its place. */
export type OnChange = "new-record" | "supersede";

export interface RefreshRules {
  readonly mode: RefreshMode;
  readonly onChange: OnChange;
}

/** What is to be done about one acquisition of a folder. */
export type PlannedAction =
  | { readonly action: "ingest"; readonly bundle: LegacyBundle }
  /** The image has other pixels: a new record, and with `supersede` the old one, `imageId`, is deleted. */
  | {
      readonly action: "reingest";
      readonly bundle: LegacyBundle;
      readonly imageId: string;
      readonly supersede: boolean;
    }
  /** The record stays; what was made of these sidecars is made anew, and the files' places are noted. */
  | {
      readonly action: "update";
      readonly bundle: LegacyBundle;
      readonly imageId: string;
      readonly known: KnownAcquisition;
      /** Changed or new. */
      readonly sidecars: readonly BundleFile[];
      readonly vanished: readonly string[];
      /** Where the files were before. */
      readonly move: Move | undefined;
      /** The image changed too, and is left alone. */
      readonly isImageChanged: boolean;
    }
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
export const IMAGE_DELETED = "its image was deleted from the dataset";

/**
 * Decides about one acquisition that the dataset knows, by design §6; reads nothing. Sidecars are compared in both modes;
 * `skip` leaves only a changed image alone. An image that was deleted does not come back.
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
  const { isImageChanged, changed, appeared, vanished, unreadable } = compareFiles(bundle, known, hashes);
  if (unreadable !== undefined) {
    return { action: "fail", bundle, imageId, reason: unreadable };
  }
  if (isImageChanged && rules.mode === "reingest_if_changed") {
    return { action: "reingest", bundle, imageId, supersede: rules.onChange === "supersede" };
  }
  const sidecars = [...changed, ...appeared];
  if (sidecars.length > 0 || move !== undefined) {
    return { action: "update", bundle, imageId, known, sidecars, vanished, move, isImageChanged };
  }
  return isImageChanged
    ? { action: "skip", bundle, imageId, reason: IMAGE_CHANGED, vanished }
    : { action: "unchanged", bundle, imageId, vanished };
}
