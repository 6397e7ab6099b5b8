// Recognises images that were moved or renamed in a lab's folder, by the hash of their bytes.

import type { BundleFile, LegacyBundle } from "../folder/bundle.ts";
import { fileNameOf } from "../folder/compare-paths.ts";
import { scanOfPath } from "../folder/recordings/scan-name.ts";
import { imageStem } from "../folder/sidecar-name.ts";
import { type FileHashes, isChannelPath } from "./compare-files.ts";
import type { KnownAcquisition, KnownAcquisitions, KnownFile, KnownSidecar } from "./known-acquisition.ts";

/** The old and the new paths of the files of an acquisition. */
export interface Move {
  /** The old path of the image. */
  readonly from: string;
  /** New path of each sidecar and channel, by its old path. A file that was not found again is missing. */
  readonly paths: ReadonlyMap<string, string>;
}

/** A known acquisition that was found at a new path. */
export interface MovedAcquisition extends Move {
  /** What the dataset knows of it, with its sidecars under their new paths. */
  readonly known: KnownAcquisition;
}

/**
 * Lists the paths where the scan must check that nothing is left: those of known images that were not scanned and have
 * the size of a new one.
 */
export function placesToProbe(bundles: readonly LegacyBundle[], known: KnownAcquisitions): readonly string[] {
  const present = new Set(bundles.map(({ image }) => image.path));
  const newSizes = new Set(bundles.flatMap(({ image }) => (known.has(image.path) ? [] : [image.sizeBytes])));
  return [...known].flatMap(([path, { image }]) =>
    !present.has(path) && (newSizes.has(image.sizeBytes) || isOfAnySize(image)) ? [path] : [],
  );
}

/**
 * Finds the images that were moved, by their new path. Reads nothing.
 *
 * A file is a moved image only if it has the hash of a known image and nothing is left at the known path (`gone`).
 * Otherwise equal files are separate images: a copy is not a move.
 *
 * Each known image moves at most once. If several files equal it, it moves to the one with its file name, otherwise to
 * the first.
 */
export function findMoved(
  bundles: readonly LegacyBundle[],
  known: KnownAcquisitions,
  gone: ReadonlySet<string>,
  hashes: FileHashes,
): ReadonlyMap<string, MovedAcquisition> {
  const waiting = Map.groupBy(
    [...known].filter(([path]) => gone.has(path)),
    ([, { image }]) => image.sha256,
  );
  const moved = new Map<string, MovedAcquisition>();
  const isSameName = (from: string, { image }: LegacyBundle): boolean =>
    fileNameOf(from) === fileNameOf(image.path);
  const isSameScan = (from: string, { image }: LegacyBundle): boolean =>
    scanOfPath(from)?.scan === scanOfPath(image.path)?.scan;
  for (const matches of [isSameName, isSameScan]) {
    for (const bundle of bundles) {
      const { path } = bundle.image;
      const hash = hashes.get(path);
      if (hash?.ok !== true || known.has(path) || moved.has(path)) {
        continue;
      }
      const equal = waiting.get(hash.sha256) ?? [];
      const index = equal.findIndex(([from]) => matches(from, bundle));
      for (const [from, was] of index < 0 ? [] : equal.splice(index, 1)) {
        const paths = movedPaths(bundle, from, was, hashes);
        const sidecars = new Map([...was.sidecars].map(([old, file]) => [paths.get(old) ?? old, file]));
        moved.set(path, { from, paths, known: { ...was, sidecars } });
      }
    }
  }
  return moved;
}

/** Lists the new images that must be hashed before {@link findMoved} can decide: those with the size of a gone image. */
export function moveCandidates(
  bundles: readonly LegacyBundle[],
  known: KnownAcquisitions,
  gone: ReadonlySet<string>,
): readonly LegacyBundle[] {
  const images = [...known].flatMap(([path, { image }]) => (gone.has(path) ? [image] : []));
  const sizes = new Set(images.map(({ sizeBytes }) => sizeBytes));
  const isAny = images.some(isOfAnySize);
  return bundles.filter(({ image }) => !known.has(image.path) && (isAny || sizes.has(image.sizeBytes)));
}

/** Whether only the hash of an image is known. */
function isOfAnySize({ sizeBytes }: Pick<KnownFile, "sizeBytes">): boolean {
  return sizeBytes < 0;
}

/**
 * Pairs the known sidecars and channels of a moved image with files beside it now. A pair with equal bytes and equal
 * name after the stem is preferred, then one with equal bytes, then one with an equal name after the stem.
 */
function movedPaths(
  bundle: LegacyBundle,
  from: string,
  was: KnownAcquisition,
  hashes: FileHashes,
): ReadonlyMap<string, string> {
  const oldStem = imageStem(fileNameOf(from)) ?? "";
  const left = new Map(was.sidecars);
  const paths = new Map<string, string>();
  const isSameFile = (file: BundleFile, path: string, sidecar: KnownSidecar): boolean => {
    const hash = hashes.get(file.path);
    return (
      hash?.ok === true && hash.sha256 === sidecar.sha256 && isChannelPath(path) === isChannelPath(file.path)
    );
  };
  const isSameName = (file: BundleFile, path: string): boolean =>
    behindStem(fileNameOf(file.path), bundle.stem) === behindStem(fileNameOf(path), oldStem);
  const rules: readonly (typeof isSameFile)[] = [
    (file, path, sidecar) => isSameFile(file, path, sidecar) && isSameName(file, path),
    isSameFile,
    isSameName,
  ];
  for (const matches of rules) {
    for (const file of [...bundle.otherChannels, ...bundle.sidecars]) {
      const isTaken = [...paths.values()].includes(file.path);
      const found = isTaken ? undefined : [...left].find(([path, known]) => matches(file, path, known));
      if (found !== undefined) {
        left.delete(found[0]);
        paths.set(found[0], file.path);
      }
    }
  }
  return paths;
}

function behindStem(fileName: string, stem: string): string {
  return fileName.startsWith(stem) ? fileName.slice(stem.length) : fileName;
}
