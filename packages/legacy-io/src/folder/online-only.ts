// Tells which files a cloud keeps online only, from their names and sizes, and sets their images aside.

import type { BundleFile, FolderScan, LegacyBundle } from "./bundle.ts";

/** What the file system says of a file: bytes that it claims, and blocks of the disk that it takes. */
export interface SpaceOnDisk {
  readonly platform: string;
  readonly sizeBytes: number;
  readonly blocks: number;
}

/** On Windows, files up to this size may lie in the table of the file system and take no blocks. */
const RESIDENT_BYTES = 4096;

/**
 * Whether a file's bytes are online only.
 *
 * - `yes`: macOS and Windows take no blocks for a file that was not downloaded (iCloud, OneDrive, Dropbox, Google Drive).
 * - `if it is empty`: elsewhere some file systems never count blocks. If the file begins with zeros, nothing is there.
 */
export function isOnlineOnly({ platform, sizeBytes, blocks }: SpaceOnDisk): "yes" | "no" | "if it is empty" {
  if (blocks > 0 || sizeBytes === 0) {
    return "no";
  }
  switch (platform) {
    case "darwin":
      return "yes";
    case "win32":
      return sizeBytes > RESIDENT_BYTES ? "yes" : "no";
    default:
      return "if it is empty";
  }
}

/** The name of the file for which iCloud keeps a placeholder, up to macOS 13: `.a.tif.icloud` → `a.tif`. */
export function fileOfPlaceholder(name: string): string | undefined {
  return /^\.(.+)\.icloud$/.exec(name)?.[1];
}

/** A scan without the images that need a file which is online only, and these images. */
export interface DownloadedScan {
  readonly scan: FolderScan;
  readonly notDownloaded: readonly LegacyBundle[];
}

/** Sets aside every image with a file that is online only: it is neither missing nor damaged, and cannot be read yet. */
export function withoutOnlineOnly(scan: FolderScan): DownloadedScan {
  const isAside = (bundle: LegacyBundle): boolean => onlineOnlyFiles(bundle).length > 0;
  return {
    scan: { ...scan, bundles: scan.bundles.filter((bundle) => !isAside(bundle)) },
    notDownloaded: scan.bundles.filter(isAside),
  };
}

/** The files of an image that are online only. */
export function onlineOnlyFiles({ image, otherChannels, sidecars }: LegacyBundle): readonly BundleFile[] {
  return [image, ...otherChannels, ...sidecars].filter((file) => file.isOnlineOnly === true);
}
