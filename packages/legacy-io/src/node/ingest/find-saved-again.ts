// Finds TIFFs that a program saved again without changing a pixel, such as Fiji after a person drew ROIs.

import type { ZarrDataset } from "@kym/zarr-store";
import { isChannelPath } from "../../plan/compare-files.ts";
import { decidePathFields } from "../../plan/decide-path-fields.ts";
import {
  CHANGED_SINCE_FAULT,
  IMAGE_CHANGED,
  type PlannedAction,
  type RefreshRules,
  relPathsOf,
} from "../../plan/decide-refresh.ts";
import type { KnownAcquisitions } from "../../plan/known-acquisition.ts";
import type { IngestPlan } from "../../plan/plan-ingest.ts";
import type { ReadBundle } from "../read/read-bundle.ts";
import type { UpdateToCommit } from "../update/commit-record-updates.ts";
import { type ReadAheadOptions, readAhead } from "./read-ahead.ts";
import { isAsStored, isReadOfTiff } from "./read-images-again.ts";

type Update = Extract<PlannedAction, { readonly action: "update" }>;

/** What was read of an image whose TIFF was saved again. */
type Reread = Required<Pick<UpdateToCommit, "said" | "savedAgain">>;

/** A plan, and what was read while it was made. */
export interface SettledPlan {
  readonly plan: IngestPlan;
  /** By image id: for updates with `isSavedAgain`. */
  readonly reread: ReadonlyMap<string, Reread>;
}

/**
 * Reads the TIFFs that changed and that the plan leaves alone. Where the pixels are those that are stored, the action becomes an
 * update with what the TIFF says besides. A TIFF that cannot be read stays as planned. Nothing is written.
 */
export async function findSavedAgain(
  dataset: ZarrDataset,
  plan: IngestPlan,
  known: KnownAcquisitions,
  { rules, ...options }: ReadAheadOptions & { readonly rules: RefreshRules },
): Promise<SettledPlan> {
  const updates = plan.actions.flatMap((action): readonly Update[] => {
    const update = updateOf(action, known, rules);
    return update === undefined ? [] : [update];
  });
  const reread = new Map<string, Reread>();
  const settled = new Map<string, Update>();
  const readOptions = { ...options, includeSidecars: false };
  for await (const { item, outcome } of readAhead(updates, readOptions, async (read) => read)) {
    if (outcome.ok && (await isAsStored(dataset, item.imageId, outcome.read))) {
      const { said } = outcome.read;
      reread.set(item.imageId, { said, savedAgain: tiffsOf(outcome.read) });
      settled.set(item.bundle.image.path, { ...item, isImageChanged: false, isSavedAgain: true });
    }
  }
  const actions = plan.actions.map((action) => settled.get(action.bundle.image.path) ?? action);
  return { plan: { ...plan, actions }, reread };
}

/** The update that an image with a changed TIFF gets if its pixels are the same; undefined for any other action. */
function updateOf(action: PlannedAction, known: KnownAcquisitions, rules: RefreshRules): Update | undefined {
  if (action.action === "update") {
    return action.isImageChanged ? action : undefined;
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

function tiffsOf({ image, sidecars }: ReadBundle): Reread["savedAgain"] {
  return [image, ...sidecars.filter(({ path }) => isChannelPath(path))];
}
