// Finds the part of a folder that one of several processes takes.

import { isOfShard, shardFault, type WorkShard } from "@kym/zarr-store/runtime";
import { LegacyIoError } from "../../errors.ts";
import type { FolderScan } from "../../folder/bundle.ts";
import type { IngestPlan } from "../../plan/plan-ingest.ts";
import { sha256Of } from "../files/sha256-of.ts";

/** The part of one process. */
export interface OwnPart {
  /** Whether the acquisition at a path, relative to the folder, is of this part. */
  readonly has: (relPath: string) => boolean;
  /** Whether this process reports what belongs to no image: one does. */
  readonly isFirst: boolean;
}

/**
 * The part of a shard; without one, the whole folder. A path is hashed in its composed form, so that machines which spell a name in
 * two ways agree.
 *
 * @throws LegacyIoError `invalid_argument` for a shard that cannot be
 */
export function ownPart(shard: WorkShard | undefined): OwnPart {
  if (shard === undefined) {
    return { has: () => true, isFirst: true };
  }
  const fault = shardFault(shard);
  if (fault !== undefined) {
    throw new LegacyIoError("invalid_argument", fault, { path: "shard", found: shard });
  }
  return {
    has: (relPath) => isOfShard(shard, sha256Of(new TextEncoder().encode(relPath.normalize("NFC")))),
    isFirst: shard.index === 0,
  };
}

/** The scan as far as a part reports it. */
export function partOfScan(scan: FolderScan, { has, isFirst }: OwnPart): FolderScan {
  return {
    ...scan,
    bundles: scan.bundles.filter(({ image }) => has(image.relPath)),
    orphans: isFirst ? scan.orphans : [],
    unreadable: scan.unreadable.filter(({ relPath }) => has(relPath)),
    unrecognised: isFirst ? scan.unrecognised : [],
  };
}

/** What a part carries out of the plan for the whole folder. */
export function partOfPlan(plan: IngestPlan, { has, isFirst }: OwnPart): IngestPlan {
  const actions = plan.actions.filter(({ bundle }) => has(bundle.image.relPath));
  const { pathFields } = plan;
  const unmatched = pathFields?.unmatched.filter(has) ?? [];
  return {
    actions,
    orphans: isFirst ? plan.orphans : [],
    unreadable: plan.unreadable.filter(({ relPath }) => has(relPath)),
    pathFields: pathFields && { ...pathFields, matched: actions.length - unmatched.length, unmatched },
  };
}
