// The result of a folder scan: bundles of an image and its sidecars, and everything else that the folder holds.

import type { FolderDatabase, SidecarContent } from "./sidecar-name.ts";

/** One file of a lab's folder at the time of the scan. */
export interface BundleFile {
  /** Path for opening the file. */
  readonly path: string;
  /** Path relative to the scanned folder; its parts are joined by `/` on every system. */
  readonly relPath: string;
  readonly sizeBytes: number;
  readonly mtimeNs: bigint;
  /** True for a file whose bytes a cloud keeps online only; otherwise absent. */
  readonly isOnlineOnly?: true;
  /** For one of several line scans in a file, whose paths are those of the scan: the path for opening the file. */
  readonly container?: string;
}

/** A file that belongs to one image, with the content that its name announces. */
export type SidecarFile = BundleFile & SidecarContent;

/** One acquisition: an image and everything that belongs to it. */
export interface LegacyBundle {
  readonly image: BundleFile;
  /** The image's name without its ending. The names of its sidecars begin with it. */
  readonly stem: string;
  /** The other channels of an acquisition that has one TIFF per channel (`_C001T001`, `_Ch1_000001`), in ascending order. */
  readonly otherChannels: readonly ChannelFile[];
  /** Sorted by path. */
  readonly sidecars: readonly SidecarFile[];
  /** Set for a recording of a microscope that is not TIFF. The other channels are then the companions of its file. */
  readonly recording?: RecordedPlace | undefined;
}

/** Where in a file the line scan of an image is. */
export interface RecordedPlace {
  /** The name of the format. */
  readonly format: string;
  /** The scan's place among those of the file, counted from 0; undefined for a file that could not be read. */
  readonly scan: number | undefined;
}

export interface ChannelFile extends BundleFile {
  /** Counted from 1. */
  readonly channel: number;
}

/** Analysis files with one stem whose image is not in the folder. */
export interface OrphanAnalysis {
  readonly stem: string;
  /** The folder where the image would be, relative to the scanned folder; empty for that folder itself. */
  readonly folder: string;
  readonly files: readonly OrphanFile[];
}

export interface OrphanFile extends BundleFile {
  /** The name of its format. */
  readonly kind: string;
}

export interface FolderDatabaseFile extends BundleFile {
  readonly database: FolderDatabase;
}

/** An entry of the folder that is not read, and why. */
export interface ScanNote {
  readonly relPath: string;
  readonly reason: string;
}

/**
 * Everything in a folder. Each file is in exactly one of the lists, and each list is sorted by path. Only the file of a recording
 * is a sidecar of several bundles.
 */
export interface FolderScan {
  /** The scanned folder, as the caller spelled it. */
  readonly root: string;
  readonly bundles: readonly LegacyBundle[];
  readonly orphans: readonly OrphanAnalysis[];
  /** Entries that should be read but cannot be: dangling links, folders named `x.tif`, folders without permission. */
  readonly unreadable: readonly ScanNote[];
  readonly folderDatabases: readonly FolderDatabaseFile[];
  /** Files that match no rule, images that the pattern leaves out, and the sidecars of such images. */
  readonly unrecognised: readonly BundleFile[];
  /** Hidden files, system files and links to folders. */
  readonly ignored: readonly ScanNote[];
}
