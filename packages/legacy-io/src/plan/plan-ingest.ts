import type { BundleFile, FolderScan, LegacyBundle, OrphanAnalysis, ScanNote } from "../folder/bundle.ts";
import { type FileHashes, isChannelPath, uncertainFiles } from "./compare-files.ts";
import { decideRefresh, type PlannedAction, type RefreshRules } from "./decide-refresh.ts";
import { findMoved, moveCandidates } from "./find-moved.ts";
import type { KnownAcquisition, KnownAcquisitions } from "./known-acquisition.ts";

/** What has to be found out about files before a plan can be made; asking costs a look or a read. */
export interface FolderFacts {
  /** Paths of `placesToProbe` at which nothing is any more. */
  readonly gone: ReadonlySet<string>;
  /** Of the files of `filesToHash`. */
  readonly hashes: FileHashes;
}

/** What will become of everything in a folder. */
export interface IngestPlan {
  /** One for each bundle of the scan, in its order. */
  readonly actions: readonly PlannedAction[];
  readonly orphans: readonly OrphanAnalysis[];
  readonly unreadable: readonly ScanNote[];
}

/**
 * Files of which only the hash can tell what they are, and which have none yet. To be asked until there is nothing more:
 * only of an image that turns out to be moved the sidecars are of interest.
 */
export function filesToHash(
  scan: FolderScan,
  known: KnownAcquisitions,
  { gone, hashes }: FolderFacts,
): readonly BundleFile[] {
  const moved = findMoved(scan.bundles, known, gone, hashes);
  const files = [
    ...scan.bundles.flatMap((bundle) => {
      const was = known.get(bundle.image.path);
      return was?.exists === true ? uncertainFiles(bundle, was) : [];
    }),
    ...moveCandidates(scan.bundles, known, gone).map(({ image }) => image),
    ...scan.bundles.flatMap((bundle) =>
      moved.get(bundle.image.path)?.known.exists === true
        ? [...bundle.otherChannels, ...bundle.sidecars]
        : [],
    ),
  ];
  return files.filter(({ path }) => !hashes.has(path));
}

/** Decides about every acquisition of a folder; reads nothing. */
export function planIngest(
  scan: FolderScan,
  known: KnownAcquisitions,
  facts: FolderFacts,
  rules: RefreshRules = { mode: "skip", onChange: "new-record" },
): IngestPlan {
  const moved = findMoved(scan.bundles, known, facts.gone, facts.hashes);
  const imageOfChannel = channelOwners(known);
  const planBundle = (bundle: LegacyBundle): PlannedAction => {
    const { path } = bundle.image;
    const here = known.get(path);
    const from = moved.get(path);
    const was = here ?? from?.known;
    if (was !== undefined) {
      return decideRefresh(bundle, was, facts.hashes, rules, here === undefined ? from : undefined);
    }
    const whole = imageOfChannel.get(path);
    return whole === undefined
      ? { action: "ingest", bundle }
      : { action: "skip", bundle, imageId: whole.imageId, reason: CHANNEL_OF_IMAGE, vanished: [] };
  };
  return {
    actions: scan.bundles.map(planBundle),
    orphans: scan.orphans,
    unreadable: scan.unreadable,
  };
}

const CHANNEL_OF_IMAGE = "it is a channel of an image that is in the dataset";

/** A later channel comes to stand alone when the first one is taken away; it is no new image. */
function channelOwners(known: KnownAcquisitions): ReadonlyMap<string, KnownAcquisition> {
  return new Map(
    [...known.values()].flatMap((acquisition) =>
      [...acquisition.sidecars.keys()]
        .filter(isChannelPath)
        .map((path): [string, KnownAcquisition] => [path, acquisition]),
    ),
  );
}
