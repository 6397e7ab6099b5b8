/** One acquisition, or one orphan analysis, in a report. */
export interface IngestItem {
  /** Below the folder, parts joined by `/`; for an orphan, where its image would be, without the ending. */
  readonly path: string;
  readonly imageId?: string;
  /** Why it is in this list, in words. */
  readonly reason?: string;
}

/** What a folder holds, whatever became of it. */
export interface FolderCounts {
  readonly tiffs: number;
  readonly headers: number;
  readonly classicJsons: number;
  /** Of the images that were ingested in this run. */
  readonly rois: number;
}

/** Every acquisition of the folder is in exactly one of the lists but `orphans`; only `failed` makes a run partial. */
export interface IngestReport {
  /** Acquisitions in the folder, also those that could not be read. */
  readonly found: number;
  readonly ingested: readonly IngestItem[];
  /** In the dataset already; what was made of changed sidecars was made anew, or a file was found where it is now. */
  readonly updated: readonly IngestItem[];
  /** In the dataset already, as they are. */
  readonly unchanged: readonly IngestItem[];
  /** Left alone on purpose: the reason says why and what to do. */
  readonly skipped: readonly IngestItem[];
  readonly failed: readonly IngestItem[];
  /** Analyses whose image is not there, one entry a stem. */
  readonly orphans: readonly IngestItem[];
  /** The dataset's own copy was edited since and stays; the folder's file is kept as an attachment. */
  readonly conflicts: readonly IngestItem[];
  /** Undefined for a folder that an export wrote, which is restored and not read as a lab's. */
  readonly counts: FolderCounts | undefined;
  /** What was kept as it came instead of being understood, and other things worth knowing. */
  readonly notes: readonly IngestItem[];
  readonly newImageIds: readonly string[];
}

export type IngestEvent =
  /** `toIngest` counts the acquisitions that are to be read, also those of which only sidecars changed. */
  | { readonly type: "planned"; readonly toIngest: number; readonly found: number }
  | { readonly type: "read"; readonly path: string; readonly done: number; readonly total: number }
  | { readonly type: "committed"; readonly version: number; readonly imageIds: readonly string[] };
