// Finds TIFFs that a program saved again without changing a pixel, such as Fiji after a person drew ROIs.

import type { ZarrDataset } from "@kym/zarr-store";
import { isChannelPath } from "../../plan/compare-files.ts";
import { decidePathFields } from "../../plan/decide-path-fields.ts";
import {
  CHANGED_SINCE_FAULT,
  IMAGE_CHANGED,
  type PlannedAction,
  type PlannedUpdate,
  type RefreshRules,
  relPathsOf,
} from "../../plan/decide-refresh.ts";
import type { KnownAcquisitions } from "../../plan/known-acquisition.ts";
import type { IngestPlan } from "../../plan/plan-ingest.ts";
import type { ReadBundle } from "../read/read-bundle.ts";
import type { UpdateToCommit } from "../update/commit-record-updates.ts";
import { type ReadAheadOptions, readAhead } from "./read-ahead.ts";
import { isAsStoredOrFault, isReadOfTiff } from "./read-images-again.ts";

/** What was read of an image whose TIFF was saved again. */
type Reread = Required<Pick<UpdateToCommit, "said" | "savedAgain">>;

/** A plan, and what was read while it was made. */
export interface SettledPlan {
  readonly plan: IngestPlan;
  /** By image id: for updates with `isSavedAgain`. */
  readonly reread: ReadonlyMap<string, Reread>;
}

/**
 * Reads the TIFFs that changed. Where the pixels are those that are stored, the action becomes an update with what the TIFF says
 * besides, whether the plan leaves a changed TIFF alone or takes it in anew. A TIFF that cannot be read stays as planned, and an
 * image that cannot be read in the dataset fails. Nothing is written.
 */
export async function findSavedAgain(
  dataset: ZarrDataset,
  plan: IngestPlan,
  known: KnownAcquisitions,
  { rules, ...options }: ReadAheadOptions & { readonly rules: RefreshRules },
): Promise<SettledPlan> {
  const updates = plan.actions.flatMap((action): readonly PlannedUpdate[] => {
    const update = updateOf(action, known, rules);
    return update === undefined ? [] : [update];
  });
  const reread = new Map<string, Reread>();
  const settled = new Map<string, PlannedUpdate>();
  const failed = new Map<string, string>();
  const readOptions = { ...options, includeSidecars: false };
  for await (const { item, outcome } of readAhead(updates, readOptions, async (read) => read)) {
    const stored = outcome.ok ? await isAsStoredOrFault(dataset, item.imageId, outcome.read) : false;
    if (typeof stored === "string") {
      failed.set(item.bundle.image.path, stored);
    } else if (outcome.ok && stored) {
      const { said } = outcome.read;
      reread.set(item.imageId, { said, savedAgain: tiffsOf(outcome.read) });
      settled.set(item.bundle.image.path, { ...item, isImageChanged: false, isSavedAgain: true });
    }
  }
  const actions = plan.actions.map((action): PlannedAction => {
    const { bundle } = action;
    const reason = failed.get(bundle.image.path);
    return reason !== undefined && "imageId" in action
      ? { action: "fail", bundle, imageId: action.imageId, reason }
      : (settled.get(bundle.image.path) ?? action);
  });
  return { plan: { ...plan, actions }, reread };
}

/** The update that an image with a changed TIFF gets if its pixels are the same; undefined for any other action. */
function updateOf(
  action: PlannedAction,
  known: KnownAcquisitions,
  rules: RefreshRules,
): PlannedUpdate | undefined {
  if (action.action === "update") {
    return action.isImageChanged ? action : undefined;
  }
  if (action.action === "reingest") {
    return action.ifSavedAgain;
  }
  const { bundle } = action;
  const was = known.get(bundle.image.path);
  const isChanged =
    action.action === "skip" && (action.reason === IMAGE_CHANGED || action.reason === CHANGED_SINCE_FAULT);
  if (!isChanged || was === undefined) {
    return undefined;
  }
  const { imageId, vanished } = action;
  const { fields: folderFields } = decidePathFields(
    rules.pathFields,
    relPathsOf(bundle, was),
    was.folderFields,
  );
  const again = (rules.again?.get(imageId) ?? []).filter((read) => !isReadOfTiff(read));
  return {
    ...{ action: "update", bundle, imageId, known: was, sidecars: [], vanished, move: undefined },
    ...{ isImageChanged: true, folderFields },
    ...(again.length > 0 && { again }),
  };
}

/** The updates of a plan, with what was read of TIFFs that were saved again. */
export function updatesOf({ plan, reread }: SettledPlan): readonly UpdateToCommit[] {
  return plan.actions.flatMap((action) =>
    action.action === "update"
      ? [{ ...action, ...(action.isSavedAgain === true ? reread.get(action.imageId) : undefined) }]
      : [],
  );
}

function tiffsOf({ image, sidecars }: ReadBundle): Reread["savedAgain"] {
  return [image, ...sidecars.filter(({ path }) => isChannelPath(path))];
}
