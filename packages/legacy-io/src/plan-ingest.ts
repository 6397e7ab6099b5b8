import type { BundleFile, FolderScan, LegacyBundle } from "./bundle.ts";
import { compareCodePoints } from "./path-order.ts";

/** What the dataset knows of a file that it has. */
export interface KnownFile {
  readonly sizeBytes: number;
  readonly mtimeNs: bigint;
  readonly sha256: string;
}

/** An image of the dataset and the files that it came from. */
export interface KnownAcquisition {
  readonly imageId: string;
  /** False if the image was deleted since: its file does not come back by itself. */
  readonly exists: boolean;
  readonly image: KnownFile;
  /** Sidecars by absolute path. */
  readonly sidecars: ReadonlyMap<string, KnownFile>;
}

/** What has to be known about a file's content to decide. Hashing reads the file, so only these are hashed. */
export type HashOf = (file: BundleFile) => string | undefined;

export type PlannedAction =
  | { readonly action: "ingest"; readonly bundle: LegacyBundle }
  | { readonly action: "unchanged"; readonly bundle: LegacyBundle; readonly imageId: string }
  | {
      readonly action: "skip";
      readonly bundle: LegacyBundle;
      readonly imageId: string;
      readonly reason: string;
    };

export interface IngestPlan {
  /** One for each bundle of the scan, in its order. */
  readonly actions: readonly PlannedAction[];
}

/** Files whose size or time differ from what is known, so that only their hash can tell. */
export function filesToHash(
  scan: FolderScan,
  knownOf: (path: string) => KnownAcquisition | undefined,
): readonly BundleFile[] {
  return scan.bundles.flatMap((bundle) => {
    const known = knownOf(bundle.image.path);
    if (known === undefined) {
      return [];
    }
    const pairs: [BundleFile, KnownFile | undefined][] = [
      [bundle.image, known.image],
      ...sidecarsOf(bundle).map((file): [BundleFile, KnownFile | undefined] => [
        file,
        known.sidecars.get(file.path),
      ]),
    ];
    return pairs.filter(([file, was]) => was !== undefined && !looksSame(file, was)).map(([file]) => file);
  });
}

/** Decides about every acquisition of a folder; reads nothing. */
export function planIngest(
  scan: FolderScan,
  knownOf: (path: string) => KnownAcquisition | undefined,
  hashOf: HashOf,
): IngestPlan {
  return { actions: scan.bundles.map((bundle) => planBundle(bundle, knownOf(bundle.image.path), hashOf)) };
}

/** How much work one commit takes in, and a kill costs at most. */
export interface BatchLimits {
  readonly maxImages: number;
  readonly maxSizeBytes: number;
}

/** Cuts a list of bundles into runs, by the number of images and the size of their files; none is empty. */
export function planBatches(
  bundles: readonly LegacyBundle[],
  { maxImages, maxSizeBytes }: BatchLimits,
): readonly (readonly LegacyBundle[])[] {
  const batches: LegacyBundle[][] = [];
  let room = { images: 0, sizeBytes: 0 };
  for (const bundle of bundles) {
    const sizeBytes = [bundle.image, ...bundle.otherChannels].reduce((sum, file) => sum + file.sizeBytes, 0);
    if (room.images === 0 || room.sizeBytes < sizeBytes) {
      batches.push([]);
      room = { images: maxImages, sizeBytes: maxSizeBytes };
    }
    batches.at(-1)?.push(bundle);
    room = { images: room.images - 1, sizeBytes: room.sizeBytes - sizeBytes };
  }
  return batches;
}

function planBundle(
  bundle: LegacyBundle,
  known: KnownAcquisition | undefined,
  hashOf: HashOf,
): PlannedAction {
  if (known === undefined) {
    return { action: "ingest", bundle };
  }
  const { imageId } = known;
  if (!known.exists) {
    return { action: "skip", bundle, imageId, reason: "its image was deleted from the dataset" };
  }
  if (hasChanged(bundle.image, known.image, hashOf)) {
    return { action: "skip", bundle, imageId, reason: "the image changed since it was ingested" };
  }
  const changed = changedSidecars(bundle, known, hashOf);
  return changed.length === 0
    ? { action: "unchanged", bundle, imageId }
    : { action: "skip", bundle, imageId, reason: `changed beside it since: ${changed.join(", ")}` };
}

function changedSidecars(bundle: LegacyBundle, known: KnownAcquisition, hashOf: HashOf): readonly string[] {
  const present = sidecarsOf(bundle);
  const changed = present.filter((file) => {
    const was = known.sidecars.get(file.path);
    return was === undefined || hasChanged(file, was, hashOf);
  });
  return changed.map((file) => file.relPath).toSorted(compareCodePoints);
}

function sidecarsOf(bundle: LegacyBundle): readonly BundleFile[] {
  return [...bundle.otherChannels, ...bundle.sidecars];
}

function hasChanged(file: BundleFile, was: KnownFile, hashOf: HashOf): boolean {
  return !looksSame(file, was) && hashOf(file) !== was.sha256;
}

function looksSame(file: BundleFile, was: KnownFile): boolean {
  return file.sizeBytes === was.sizeBytes && file.mtimeNs === was.mtimeNs;
}
