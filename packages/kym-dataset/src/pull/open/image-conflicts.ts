// The images of another copy that a pull left out, because one stands here in their place: listed until they are settled, and known after.

import {
  IMAGE_CONFLICT_COLUMN,
  IMAGE_CONFLICTS_COLUMNS,
  IMAGE_CONFLICTS_TABLE,
} from "@kym/kym-schema/tables";
import {
  type Commit,
  type DatasetContents,
  isZarrStoreError,
  type ReadOptions,
  rowsOf,
  type ZarrDataset,
} from "@kym/zarr-store";
import { KymDatasetError } from "../../errors.ts";

/** An image of another copy that was left out. */
export interface ImageConflict {
  /** The id of the image in the other copy. */
  readonly imageId: string;
  /** The id of the image here that stands in its place. */
  readonly here: string;
  /** `same_file`: both copies ingested one file by themselves. `other_pixels`: both have the id, with other pixels. */
  readonly because: "same_file" | "other_pixels";
  /** The location of the other copy. */
  readonly from: string;
  /** Whether somebody chose the image here. The other copy must not take what was left out for deleted, so that stays known. */
  readonly isSettled: boolean;
}

const { image: IMAGE, here: HERE, because: BECAUSE, from: FROM, settled: SETTLED } = IMAGE_CONFLICT_COLUMN;

/**
 * Lists the images that pulls left out, sorted by their ids, and whether that is settled. One that came later is not among them.
 *
 * @throws {ZarrStoreError} errors of the dataset
 * @example
 * const [first] = await loadImageConflicts(dataset);
 */
export async function loadImageConflicts(
  contents: DatasetContents,
  options: ReadOptions = {},
): Promise<readonly ImageConflict[]> {
  try {
    return [...rowsOf(await contents.loadTable(IMAGE_CONFLICTS_TABLE, options))].map((row) => ({
      imageId: String(row[IMAGE]),
      here: String(row[HERE]),
      because: row[BECAUSE] === "same_file" ? "same_file" : "other_pixels",
      from: String(row[FROM]),
      isSettled: row[SETTLED] === true,
    }));
  } catch (error) {
    if (isZarrStoreError(error, "not_found")) {
      return [];
    }
    throw error;
  }
}

/**
 * Settles the conflict about an image that was left out, in one commit: the image here stays, and the other one is not wanted. For the
 * other one, delete the image here and pull again: nothing of it was kept, as its pixels can be of any size.
 *
 * @param imageId the id of the image in the other copy
 * @throws {KymDatasetError} `not_found` for an image that is not listed
 * @throws {ZarrStoreError} errors of the dataset
 * @example
 * await settleImageConflict(dataset, "0b1e4c52-7f3a-4f0d-9d5e-6a1f0c2b9d11");
 */
export async function settleImageConflict(
  dataset: ZarrDataset,
  imageId: string,
  options: ReadOptions = {},
): Promise<Commit> {
  return dataset.transaction(
    async (transaction) => {
      const open = await loadImageConflicts(transaction, options);
      if (!open.some((each) => each.imageId === imageId && !each.isSettled)) {
        throw new KymDatasetError("not_found", `the image ${imageId} is not in conflict`, {
          path: imageId,
          expected: open.filter(({ isSettled }) => !isSettled).map((each) => each.imageId),
          found: imageId,
        });
      }
      const settled = open.map((each) => (each.imageId === imageId ? { ...each, isSettled: true } : each));
      await saveImageConflicts(transaction, settled, options);
    },
    { message: `resolve image ${imageId}: mine`, signal: options.signal },
  );
}

/**
 * Writes which images are left out after a pull.
 *
 * @param opened what this pull left out
 * @param isOver whether an image that was left out before is so no more, because it came
 */
export async function keepImageConflicts(
  transaction: DatasetContents,
  opened: readonly ImageConflict[],
  isOver: (conflict: ImageConflict) => boolean,
  options: ReadOptions,
): Promise<void> {
  const before = await loadImageConflicts(transaction, options);
  const still = before.filter((each) => !isOver(each));
  const open = new Map([...still, ...opened].map((each) => [each.imageId, each]));
  if (before.length > 0 || open.size > 0) {
    await saveImageConflicts(transaction, [...open.values()], options);
  }
}

async function saveImageConflicts(
  transaction: DatasetContents,
  conflicts: readonly ImageConflict[],
  options: ReadOptions,
): Promise<void> {
  if (conflicts.length === 0) {
    await transaction.deleteTable(IMAGE_CONFLICTS_TABLE, options);
    return;
  }
  const rows = [...conflicts]
    .sort((a, b) => (a.imageId < b.imageId ? -1 : 1))
    .map(({ imageId, here, because, from, isSettled }) => ({
      [IMAGE]: imageId,
      [HERE]: here,
      [BECAUSE]: because,
      [FROM]: from,
      [SETTLED]: isSettled,
    }));
  const schema = { columns: IMAGE_CONFLICTS_COLUMNS };
  await transaction.saveTable(IMAGE_CONFLICTS_TABLE, rows, { ...options, schema });
}
