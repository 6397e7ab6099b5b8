import type { FolderDatabase, SidecarContent } from "./sidecar-name.ts";

/** One file of a lab's folder, as it was when the folder was scanned. */
export interface BundleFile {
  /** Where it is, for opening it. */
  readonly path: string;
  /** Where it is below the scanned folder, parts joined by `/` on every system. */
  readonly relPath: string;
  readonly sizeBytes: number;
  readonly mtimeNs: bigint;
}

/** A file that belongs to one image: by what its name says it holds. */
export type SidecarFile = BundleFile & SidecarContent;

/** One acquisition: an image and everything that belongs to it. */
export interface LegacyBundle {
  readonly image: BundleFile;
  /** The image's name without its ending; what its sidecars' names begin with. */
  readonly stem: string;
  /** The other channels of an acquisition written as one TIFF a channel (`_C001T001`), in ascending order. */
  readonly otherChannels: readonly ChannelFile[];
  /** In the order of their paths. */
  readonly sidecars: readonly SidecarFile[];
}

export interface ChannelFile extends BundleFile {
  /** Counted from 1. */
  readonly channel: number;
}

/** Analyses of one stem whose image is not in the folder. */
export interface OrphanAnalysis {
  readonly stem: string;
  /** The folder where the image would be, below the scanned folder; empty for that folder itself. */
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

/** Something in the folder that is no file to be read, and why. */
export interface ScanNote {
  readonly relPath: string;
  readonly reason: string;
}

/** All that a folder holds, each file in exactly one place; lists are in the order of their paths. */
export interface FolderScan {
  /** The scanned folder, as the caller named it. */
  readonly root: string;
  readonly bundles: readonly LegacyBundle[];
  readonly orphans: readonly OrphanAnalysis[];
  /** What should have been read and cannot be: dangling links, folders named `x.tif`, folders without permission. */
  readonly unreadable: readonly ScanNote[];
  readonly folderDatabases: readonly FolderDatabaseFile[];
  /** Files that no rule knows, and sidecars of images that the pattern leaves out. */
  readonly unrecognised: readonly BundleFile[];
  /** Hidden and system files, links to folders. */
  readonly ignored: readonly ScanNote[];
}
