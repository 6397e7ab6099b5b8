import type { BundleFile, LegacyBundle } from "../folder/bundle.ts";
import { imageStem } from "../folder/sidecar-name.ts";
import { type FileHashes, fileNameOf, isChannelPath } from "./compare-files.ts";
import type { KnownAcquisition, KnownAcquisitions, KnownSidecar } from "./known-acquisition.ts";

/** Where the files of an acquisition were, and are now. */
export interface Move {
  /** The image. */
  readonly from: string;
  /** The new path of each file beside it, by the old one; a file that is not found again is not among them. */
  readonly paths: ReadonlyMap<string, string>;
}

/** What an image that is new at its path is, if it was moved there. */
export interface MovedAcquisition extends Move {
  /** As it is known, its sidecars under the paths that they have now. */
  readonly known: KnownAcquisition;
}

/** Paths of known images that are not among these, and may have been moved to where one of these is: by their size. */
export function placesToProbe(bundles: readonly LegacyBundle[], known: KnownAcquisitions): readonly string[] {
  const present = new Set(bundles.map(({ image }) => image.path));
  const newSizes = new Set(bundles.flatMap(({ image }) => (known.has(image.path) ? [] : [image.sizeBytes])));
  return [...known].flatMap(([path, { image }]) =>
    !present.has(path) && newSizes.has(image.sizeBytes) ? [path] : [],
  );
}

/**
 * Images that are at a new path with the hash of a known one that is gone from its own (design §6); otherwise equal files
 * are separate images. Each known image moves once: of equal ones, to the file with its name, else to the first.
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
  for (const matches of [isSameName, (): boolean => true]) {
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

/** The files that have to be hashed before {@link findMoved} can tell: of the size of an image that is gone. */
export function moveCandidates(
  bundles: readonly LegacyBundle[],
  known: KnownAcquisitions,
  gone: ReadonlySet<string>,
): readonly LegacyBundle[] {
  const sizes = new Set([...known].flatMap(([path, { image }]) => (gone.has(path) ? [image.sizeBytes] : [])));
  return bundles.filter(({ image }) => !known.has(image.path) && sizes.has(image.sizeBytes));
}

/** Sidecars go along under the new stem; the same bytes are the same file, then the same name behind the stem. */
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
