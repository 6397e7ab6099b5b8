// Compares the files of one bundle with the ledger's record of them: by hash if known, otherwise by size and time.

import { compareCodePoints } from "@kym/zarr-store/runtime";
import type { BundleFile, LegacyBundle } from "../folder/bundle.ts";
import { fileNameOf } from "../folder/compare-paths.ts";
import { isCompanionPath } from "../folder/recordings/companion-path.ts";
import { imageStem } from "../folder/sidecar-name.ts";
import type { KnownAcquisition, KnownFile } from "./known-acquisition.ts";

/** SHA-256 of a file's bytes, or the reason why the file could not be hashed. */
export type FileHash =
  | { readonly ok: true; readonly sha256: string }
  | { readonly ok: false; readonly reason: string };

/** Hashes by absolute path. Hashing reads the whole file, so a hash exists only where size and time do not decide. */
export type FileHashes = ReadonlyMap<string, FileHash>;

/** The differences between the files of an acquisition and what the dataset knows of them. */
export interface FileChanges {
  /** The image or one of its channels is new or has other bytes. */
  readonly isImageChanged: boolean;
  /** Sidecars whose bytes differ from those that were ingested. */
  readonly changed: readonly BundleFile[];
  /** Sidecars that the dataset does not know yet. */
  readonly appeared: readonly BundleFile[];
  /** Absolute paths of sidecars and channels that are gone, sorted. */
  readonly vanished: readonly string[];
  /** The reason why a file that looks changed could not be read; undefined if all could be read. */
  readonly unreadable: string | undefined;
}

/**
 * Lists the files of which only a hash can tell whether their bytes changed: those whose size or modification time changed, and
 * sidecars whose time says little.
 *
 * @param verifies whether every file counts
 */
export function uncertainFiles(
  bundle: LegacyBundle,
  known: KnownAcquisition,
  verifies = false,
): readonly BundleFile[] {
  return filesOf(bundle, known).flatMap(([file, was]) => {
    const isTrusted = was !== undefined && looksSame(file, was) && !verifies;
    const isSidecar = known.sidecars.has(file.path) && !isChannelPath(file.path);
    return was === undefined || (isTrusted && !(isSidecar && saysLittle(was, known))) ? [] : [file];
  });
}

/** A file that was changed later than this before it was read may have changed again within one tick of the clock. */
const SETTLED_NS = 2_000_000_000n;

/**
 * Whether a file could have been written again without a new time: where it lies, times are kept to 100 ns or less exactly, or it
 * was new when it was read.
 */
function saysLittle({ mtimeNs }: KnownFile, { ingestedEpochNs }: KnownAcquisition): boolean {
  return mtimeNs % 100n === 0n || (ingestedEpochNs !== undefined && mtimeNs + SETTLED_NS >= ingestedEpochNs);
}

/** Compares files by their hash, or by size and modification time if there is no hash. Reads nothing. */
export function compareFiles(bundle: LegacyBundle, known: KnownAcquisition, hashes: FileHashes): FileChanges {
  const hasChanged = (file: BundleFile, was: KnownFile): boolean => {
    const hash = hashes.get(file.path);
    return hash?.ok === true ? hash.sha256 !== was.sha256 : !looksSame(file, was);
  };
  const images = [bundle.image, ...bundle.otherChannels];
  const present = new Set([...images, ...bundle.sidecars].map(({ path }) => path));
  const wasOf = (file: BundleFile): KnownFile | undefined =>
    file === bundle.image ? known.image : known.sidecars.get(file.path);
  const isOther = (file: BundleFile): boolean => {
    const was = wasOf(file);
    return was !== undefined && hasChanged(file, was);
  };
  const unreadable = filesOf(bundle, known)
    .map(([{ path }, was]) => (was === undefined ? undefined : hashes.get(path)))
    .find((hash) => hash?.ok === false);
  return {
    isImageChanged: images.some((file) => wasOf(file) === undefined || isOther(file)),
    changed: bundle.sidecars.filter(isOther),
    appeared: bundle.sidecars.filter((file) => wasOf(file) === undefined),
    vanished: [...known.sidecars.keys()].filter((path) => !present.has(path)).toSorted(compareCodePoints),
    unreadable: unreadable?.ok === false ? unreadable.reason : undefined,
  };
}

/** True for a TIFF or a companion of a recording: among the files beside an image, it holds more of its pixels. */
export function isChannelPath(path: string): boolean {
  return imageStem(fileNameOf(path)) !== undefined || isCompanionPath(path);
}

function filesOf(
  bundle: LegacyBundle,
  known: KnownAcquisition,
): readonly (readonly [BundleFile, KnownFile | undefined])[] {
  return [
    [bundle.image, known.image],
    ...[...bundle.otherChannels, ...bundle.sidecars].map(
      (file) => [file, known.sidecars.get(file.path)] as const,
    ),
  ];
}

function looksSame(file: BundleFile, was: KnownFile): boolean {
  return file.sizeBytes === was.sizeBytes && file.mtimeNs === was.mtimeNs;
}
