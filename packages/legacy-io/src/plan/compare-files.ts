import { compareCodePoints } from "@kym/zarr-store/runtime";
import type { BundleFile, LegacyBundle } from "../folder/bundle.ts";
import { imageStem } from "../folder/sidecar-name.ts";
import type { KnownAcquisition, KnownFile } from "./known-acquisition.ts";

/** SHA-256 of a file's bytes, or why there is none. */
export type FileHash =
  | { readonly ok: true; readonly sha256: string }
  | { readonly ok: false; readonly reason: string };

/** Hashes by absolute path. Hashing reads the file, so only those of {@link uncertainFiles} are there. */
export type FileHashes = ReadonlyMap<string, FileHash>;

/** How the files of an acquisition differ from what the dataset knows of them. */
export interface FileChanges {
  /** The image, or another channel of it, has other bytes or is new. */
  readonly isImageChanged: boolean;
  /** Sidecars with other bytes than were taken in. */
  readonly changed: readonly BundleFile[];
  /** Sidecars that were not there. */
  readonly appeared: readonly BundleFile[];
  /** Absolute paths of sidecars and channels that are no longer there. */
  readonly vanished: readonly string[];
  /** Why a file that looks changed could not be read. */
  readonly unreadable: string | undefined;
}

/** The files whose size or time differ from what is known, so that only their hash can tell. */
export function uncertainFiles(bundle: LegacyBundle, known: KnownAcquisition): readonly BundleFile[] {
  return filesOf(bundle, known).flatMap(([file, was]) =>
    was === undefined || looksSame(file, was) ? [] : [file],
  );
}

/** Compares by the hash where there is one, else by size and time (design §6). */
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
  const unreadable = uncertainFiles(bundle, known)
    .map(({ path }) => hashes.get(path))
    .find((hash) => hash?.ok === false);
  return {
    isImageChanged: images.some((file) => wasOf(file) === undefined || isOther(file)),
    changed: bundle.sidecars.filter(isOther),
    appeared: bundle.sidecars.filter((file) => wasOf(file) === undefined),
    vanished: [...known.sidecars.keys()].filter((path) => !present.has(path)).toSorted(compareCodePoints),
    unreadable: unreadable?.ok === false ? unreadable.reason : undefined,
  };
}

/** A TIFF among the files beside an image is another channel of it. */
export function isChannelPath(path: string): boolean {
  return imageStem(fileNameOf(path)) !== undefined;
}

/** The last part of a path of this or another system. */
export function fileNameOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
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
