// Decides which images an export has, and says what it leaves out.

import type { ZarrDataset } from "@kym/zarr-store";
import { LegacyIoError } from "../../errors.ts";
import type { ExportLeftOut } from "../../export/export-manifest.ts";
import type { ExportFolderOptions } from "./export-options.ts";
import { originsInLedger } from "./image-places.ts";

/** The images of an export, in the order of the dataset. */
export interface ChosenImages {
  readonly imageIds: readonly string[];
  /** The images that the dataset has besides; undefined if that is nothing. */
  readonly leftOut: ExportLeftOut | undefined;
}

/**
 * Finds the images that `imageIds` asks for; all if it is not given.
 *
 * @throws LegacyIoError `not_found` for an image that the dataset does not have.
 */
export async function chosenImages(
  dataset: ZarrDataset,
  { imageIds }: Pick<ExportFolderOptions, "imageIds">,
): Promise<ChosenImages> {
  const all = await dataset.listImageIds();
  if (imageIds === undefined) {
    return { imageIds: all, leftOut: undefined };
  }
  const known = new Set(all);
  const missing = imageIds.find((imageId) => !known.has(imageId));
  if (missing !== undefined) {
    throw new LegacyIoError("not_found", `the dataset has no image ${JSON.stringify(missing)} to export`, {
      path: missing,
    });
  }
  const chosen = new Set(imageIds);
  const others = all.filter((imageId) => !chosen.has(imageId));
  const origins = originsInLedger(await dataset.loadSourcesIndex());
  return {
    imageIds: all.filter((imageId) => chosen.has(imageId)),
    leftOut: imagesLeftOut(
      others.map((imageId) => {
        const sourceRelPath = origins.get(imageId)?.sourceRelPath;
        return { imageId, ...(sourceRelPath !== undefined && { sourceRelPath }) };
      }),
      [],
    ),
  };
}

/** What an export leaves out; undefined if that is nothing. */
export function imagesLeftOut(
  images: ExportLeftOut["images"],
  tables: ExportLeftOut["tables"],
): ExportLeftOut | undefined {
  return images.length + tables.length === 0 ? undefined : { images, tables };
}
