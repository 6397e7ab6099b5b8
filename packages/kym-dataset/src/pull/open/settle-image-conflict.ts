// Settles a conflict about a whole image that a pull kept: it comes, or it is given up.

import type { Commit, DatasetContents, ReadOptions, ZarrDataset } from "@kym/zarr-store";
import { KymDatasetError } from "../../errors.ts";
import { type ImageConflict, loadImageConflicts, saveImageConflicts } from "./image-conflicts.ts";
import { takeKeptImage } from "./kept-images.ts";

export interface SettleImageOptions extends ReadOptions {
  /** `ours` gives up what was kept; `theirs` takes it, in the place of what is here. Default `ours`. */
  readonly side?: "ours" | "theirs" | undefined;
  /** Which version `theirs` takes: its `keptAs`. Needed where several copies changed an image that was deleted here. */
  readonly keptAs?: string | undefined;
}

/**
 * Settles the conflict about an image of another copy, in one commit that needs nothing of the other copy. With `ours`, what is here
 * stays, be it another image or none, and what was kept goes. With `theirs`, the image comes whole, and the one here that stands in
 * its place is deleted.
 *
 * @param imageId the id of the image in the other copy
 * @throws {KymDatasetError} `not_found` for an image that is not listed, and for `theirs` of which nothing was kept;
 * `invalid_argument` if several versions are kept and none is named
 * @throws {ZarrStoreError} errors of the dataset
 * @example
 * await settleImageConflict(dataset, "0b1e4c52-7f3a-4f0d-9d5e-6a1f0c2b9d11", { side: "theirs" });
 */
export async function settleImageConflict(
  dataset: ZarrDataset,
  imageId: string,
  { side = "ours", keptAs, ...options }: SettleImageOptions = {},
): Promise<Commit> {
  return dataset.transaction(
    async (transaction) => {
      const listed = await loadImageConflicts(transaction, options);
      const open = listed.filter((each) => each.imageId === imageId && !each.isSettled);
      if (open.length === 0) {
        throw new KymDatasetError("not_found", `the image ${imageId} is not in conflict`, {
          path: imageId,
          expected: listed.filter(({ isSettled }) => !isSettled).map((each) => each.imageId),
          found: imageId,
        });
      }
      const taken = side === "theirs" ? oneOf(open, keptAs) : undefined;
      await (taken && take(transaction, taken, options));
      const left = listed.flatMap((each) => afterwards(each, open, taken));
      await saveImageConflicts(transaction, left, options);
    },
    { message: `resolve image ${imageId}: ${side === "theirs" ? "theirs" : "mine"}`, signal: options.signal },
  );
}

function oneOf(open: readonly ImageConflict[], keptAs: string | undefined): ImageConflict {
  const [found, ...others] = open.filter((each) => keptAs === undefined || each.keptAs === keptAs);
  const path = open[0]?.imageId ?? "";
  if (found === undefined || others.length > 0) {
    const expected = open.flatMap((each) => each.keptAs ?? []);
    const message = `${open.length} versions of the image ${path} are kept: name one`;
    throw new KymDatasetError("invalid_argument", message, { path, expected, found: keptAs });
  }
  if (found.keptAs === undefined) {
    throw new KymDatasetError("not_found", `nothing of the image ${path} was kept: pull again`, { path });
  }
  return found;
}

async function take(
  transaction: DatasetContents,
  { imageId, here, keptAs = "", sources }: ImageConflict,
  options: ReadOptions,
): Promise<void> {
  if (here !== imageId) {
    await transaction.deleteImage(here, options);
  }
  await takeKeptImage(transaction, { imageId, name: keptAs }, options);
  if (sources.length > 0) {
    await transaction.appendSources(sources, { ...options, again: sources });
  }
}

/** What is listed about an image afterwards. What stood in the place of the image that was taken stands there no more. */
function afterwards(
  conflict: ImageConflict,
  settled: readonly ImageConflict[],
  taken: ImageConflict | undefined,
): readonly ImageConflict[] {
  if (!settled.includes(conflict)) {
    const isReplaced =
      conflict.here !== conflict.imageId && taken !== undefined && conflict.here === taken.here;
    return [isReplaced ? { ...conflict, here: taken.imageId } : conflict];
  }
  const isKnown = taken === undefined && conflict.because !== "deleted_here";
  return isKnown ? [{ ...conflict, isSettled: true, sources: [] }] : [];
}
