// Plans an ingest or a refresh: from the scan, the ledger and file hashes to one decision per bundle.

import type { BundleFile, FolderScan, LegacyBundle, OrphanAnalysis, ScanNote } from "../folder/bundle.ts";
import { type FileHashes, isChannelPath, uncertainFiles } from "./compare-files.ts";
import { decidePathFields, type FolderFields } from "./decide-path-fields.ts";
import { decideRefresh, type PlannedAction, type RefreshRules, relPathsOf } from "./decide-refresh.ts";
import { findMoved, moveCandidates } from "./find-moved.ts";
import type { PathFieldsReport } from "./ingest-report.ts";
import type { KnownAcquisition, KnownAcquisitions } from "./known-acquisition.ts";

/** Facts about files that a plan needs and that cost I/O to find out. */
export interface FolderFacts {
  /** Those paths of `placesToProbe` where no file is left. */
  readonly gone: ReadonlySet<string>;
  /** Hashes of the files that `filesToHash` lists. */
  readonly hashes: FileHashes;
  /** Whether every known file is hashed, whatever its size and time say. Default false. */
  readonly verifies?: boolean | undefined;
  /**
   * Whether the acquisition at a path, relative to the folder, is carried out. Of all others only what tells moved images from new
   * ones is hashed. Default: each is.
   */
  readonly isOwn?: ((relPath: string) => boolean) | undefined;
}

/** The plan for everything in a folder. */
export interface IngestPlan {
  /** One per bundle of the scan, in the same order. */
  readonly actions: readonly PlannedAction[];
  readonly orphans: readonly OrphanAnalysis[];
  readonly unreadable: readonly ScanNote[];
  /** Which images match the pattern of folder names; undefined without a pattern. */
  readonly pathFields?: PathFieldsReport | undefined;
}

/**
 * Lists the files that need a hash and do not have one yet.
 *
 * Call it, hash, and call it again until it returns nothing: the sidecars of an image are only of interest once its
 * hash has shown that it moved.
 */
export function filesToHash(
  scan: FolderScan,
  known: KnownAcquisitions,
  { gone, hashes, verifies = false, isOwn = () => true }: FolderFacts,
): readonly BundleFile[] {
  const moved = findMoved(scan.bundles, known, gone, hashes);
  const own = scan.bundles.filter(({ image }) => isOwn(image.relPath));
  const files = [
    ...own.flatMap((bundle) => {
      const was = known.get(bundle.image.path);
      return was?.exists === true ? uncertainFiles(bundle, was, verifies) : [];
    }),
    ...moveCandidates(scan.bundles, known, gone).map(({ image }) => image),
    ...own.flatMap((bundle) =>
      moved.get(bundle.image.path)?.known.exists === true
        ? [...bundle.otherChannels, ...bundle.sidecars]
        : [],
    ),
  ];
  return files.filter(({ path }) => !hashes.has(path));
}

/** Decides about every acquisition of a folder. Reads nothing. */
export function planIngest(
  scan: FolderScan,
  known: KnownAcquisitions,
  facts: FolderFacts,
  rules: RefreshRules = { mode: "skip", onChange: "new-record" },
): IngestPlan {
  const moved = findMoved(scan.bundles, known, facts.gone, facts.hashes);
  const imageOfChannel = channelOwners(known);
  const unmatched: string[] = [];
  const noteMatch = (bundle: LegacyBundle, was: KnownAcquisition | undefined): FolderFields | undefined => {
    const { fields, isMatch } = decidePathFields(
      rules.pathFields,
      relPathsOf(bundle, was),
      was?.folderFields,
    );
    if (!isMatch) {
      unmatched.push(bundle.image.relPath);
    }
    return fields;
  };
  const planBundle = (bundle: LegacyBundle): PlannedAction => {
    const { path } = bundle.image;
    const here = known.get(path);
    const from = moved.get(path);
    const was = here ?? from?.known;
    const folderFields = noteMatch(bundle, was);
    if (was !== undefined && (was.exists || rules.returnDeleted !== true)) {
      return decideRefresh(bundle, was, facts.hashes, rules, here === undefined ? from : undefined);
    }
    const whole = was === undefined ? imageOfChannel.get(path) : undefined;
    return whole === undefined
      ? { action: "ingest", bundle, folderFields }
      : { action: "skip", bundle, imageId: whole.imageId, reason: CHANNEL_OF_IMAGE, vanished: [] };
  };
  const actions = scan.bundles.map(planBundle);
  return {
    actions,
    orphans: scan.orphans,
    unreadable: scan.unreadable,
    pathFields: rules.pathFields && {
      pattern: rules.pathFields.pattern,
      matched: actions.length - unmatched.length,
      unmatched,
    },
  };
}

const CHANNEL_OF_IMAGE = "it is a channel of an image that is in the dataset";

/** Finds the image of each known channel. If the first channel's file is removed, the next one is still not a new image. */
function channelOwners(known: KnownAcquisitions): ReadonlyMap<string, KnownAcquisition> {
  return new Map(
    [...known.values()].flatMap((acquisition) =>
      [...acquisition.sidecars.keys()]
        .filter(isChannelPath)
        .map((path): [string, KnownAcquisition] => [path, acquisition]),
    ),
  );
}
