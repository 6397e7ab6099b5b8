// What an ingest or a refresh tells its caller: the final report, and the events on the way.

import type { WorkShard } from "@kym/zarr-store/runtime";
import type { UnrecognisedFiles } from "../folder/unrecognised-files.ts";

/** An entry of a report: an acquisition, an orphan analysis, or a file that a note is about. */
export interface IngestItem {
  /** Path relative to the folder, parts joined by `/`. For an orphan: where its image would be, without the ending. */
  readonly path: string;
  readonly imageId?: string;
  /** Why the entry is in this list, in words for people. */
  readonly reason?: string;
  /**
   * - `not_understood`: a note about a file of an image that this run met and could not understand; it was kept unchanged
   * - `not_downloaded`: an acquisition that was skipped because a cloud keeps a file of it online only
   */
  readonly kind?: "not_understood" | "not_downloaded";
}

/** Counts of the files in the folder, whatever happened to them. */
export interface FolderCounts {
  readonly tiffs: number;
  /** Line scans in microscopes' own files; absent without any. */
  readonly recordings?: number | undefined;
  /** Images in folders or archives of OME-Zarr; absent without any. */
  readonly omeZarrs?: number | undefined;
  readonly headers: number;
  readonly classicJsons: number;
  /** ROIs of the images that this run ingested. */
  readonly rois: number;
}

/** How the pattern of folder names fits the images of a folder. */
export interface PathFieldsReport {
  readonly pattern: string;
  /** Number of images whose path matches. */
  readonly matched: number;
  /** Paths of the images that do not match, relative to the folder. */
  readonly unmatched: readonly string[];
}

/**
 * The result of an ingest or a refresh. Every acquisition of the folder is in exactly one of the lists `ingested`,
 * `updated`, `unchanged`, `skipped`, `failed` and `conflicts`. Entries of `failed` and of `open` make a run partial,
 * and so does every entry with a `kind`: a file that was not understood, or not downloaded.
 */
export interface IngestReport {
  /** Number of acquisitions in the folder, including those that could not be read. */
  readonly found: number;
  readonly ingested: readonly IngestItem[];
  /** In the dataset already: artifacts of changed sidecars were rebuilt, or moved files were found at their new path. */
  readonly updated: readonly IngestItem[];
  /** In the dataset already, and nothing changed. */
  readonly unchanged: readonly IngestItem[];
  /** Left alone on purpose; the reason says why. */
  readonly skipped: readonly IngestItem[];
  readonly failed: readonly IngestItem[];
  /** Analyses without an image in the folder, one entry per stem. */
  readonly orphans: readonly IngestItem[];
  /**
   * The dataset's copy differs and stays. For example, a field of the metadata, or a table, was edited in the dataset and its sidecar
   * changed too; the sidecar is then kept as an attachment.
   */
  readonly conflicts: readonly IngestItem[];
  /** Images of the folder that have open conflicts after the run, new or old; see `listOpenConflicts`. */
  readonly open: readonly IngestItem[];
  /** Undefined for a folder that an export wrote, because that is restored instead of being scanned. */
  readonly counts: FolderCounts | undefined;
  /** Files that were kept unchanged because they were not understood, and other things worth knowing. */
  readonly notes: readonly IngestItem[];
  /** Files that no rule knows, by their kind. They were left alone, and do not make a run partial. */
  readonly unrecognised: readonly UnrecognisedFiles[];
  readonly newImageIds: readonly string[];
  /** Which part of the folder this is the report of, and the number of acquisitions in all parts; undefined for all of them. */
  readonly shard?: (WorkShard & { readonly foundInFolder: number }) | undefined;
  /** Undefined without a pattern, given or remembered. */
  readonly pathFields?: PathFieldsReport | undefined;
}

/** The progress of a run. */
export type IngestEvent =
  /** While the folder is looked through: the TIFFs and microscopes' own files that were found so far, and their bytes. */
  | {
      readonly type: "found";
      /** Both kinds together. */
      readonly tiffs: number;
      /** How many of them are microscopes' own files; absent without any. */
      readonly recordings?: number | undefined;
      readonly sizeBytes: number;
    }
  /** `toIngest` counts the acquisitions that will be read, including those with only changed sidecars. */
  | { readonly type: "planned"; readonly toIngest: number; readonly found: number }
  | { readonly type: "read"; readonly path: string; readonly done: number; readonly total: number }
  | { readonly type: "committed"; readonly version: number; readonly imageIds: readonly string[] };
