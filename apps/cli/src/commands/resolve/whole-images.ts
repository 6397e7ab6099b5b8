// Finds and shows the images of other copies that pulls kept, for `kym resolve`.

import { type ImageConflict, loadImageConflicts } from "@kym/kym-dataset/copies";
import { conflictNames, WHOLE_IMAGE_KEY } from "@kym/kym-schema/merge";
import type { ZarrDataset } from "@kym/zarr-store";
import { keptImageFolder } from "@kym/zarr-store/layout";
import type { CommandContext } from "../../arguments/command.ts";
import { findAmong } from "../../study/find-image.ts";
import { ImageNames } from "../../study/image-names.ts";
import { imageOverviews } from "../../study/image-overview.ts";
import type { ShownConflict } from "./conflict-table.ts";

/** What a user can name: the images that are here, and those that were deleted here and changed in another copy. */
export interface NamedImages {
  readonly names: ImageNames;
  /** The id of the one image that a word names. @throws {CliError} `not_found`, `ambiguous` */
  readonly find: (wanted: string, path: string) => string;
  /** What pulls kept, and about which nobody has decided. */
  readonly kept: readonly ImageConflict[];
  /** Whether an image is here. */
  readonly isHere: (imageId: string) => boolean;
}

export async function namedImages(
  dataset: ZarrDataset,
  { signal }: Pick<CommandContext, "signal">,
): Promise<NamedImages> {
  const kept = (await loadImageConflicts(dataset, { signal })).filter(({ isSettled }) => !isSettled);
  const here = await imageOverviews(dataset);
  const present = new Set(here.map(({ image_id: id }) => id));
  const deleted = new Set(
    kept
      .filter(isDeletedHere)
      .map(({ imageId }) => imageId)
      .filter((id) => !present.has(id)),
  );
  const ledger = deleted.size === 0 ? [] : await dataset.loadSourcesIndex({ signal });
  const paths = new Map(ledger.map((row) => [row.image_id, row.source_rel_path]));
  const images = [
    ...here.map(({ image_id, rel_path }) => ({ image_id, rel_path })),
    ...[...deleted].map((id) => ({ image_id: id, rel_path: paths.get(id) ?? null })),
  ];
  const leftOut = new Set(kept.map(({ imageId }) => imageId));
  const find = (wanted: string, path: string): string =>
    leftOut.has(wanted)
      ? wanted
      : findAmong(images, wanted, { path, blind: false, names: undefined }).image_id;
  return { names: new ImageNames(images), find, kept, isHere: (id) => present.has(id) };
}

/** Whether an image was deleted here, and changed in the other copy; otherwise another one is here in its place. */
export function isDeletedHere({ because }: ImageConflict): boolean {
  return because === "deleted_here";
}

/**
 * The conflicts about images that were deleted here, as they are listed. Of several versions, each names its copy, and so does one of an
 * image that a third copy brought back.
 */
export function deletedConflicts({
  kept,
  names,
  isHere,
}: Pick<NamedImages, "kept" | "names" | "isHere">): readonly (ShownConflict & {
  readonly imageId: string;
  readonly keptAs: string | undefined;
})[] {
  const deleted = kept.filter(isDeletedHere);
  return deleted.map(({ imageId, from, keptAs }) => {
    const isOnly = deleted.filter((other) => other.imageId === imageId).length === 1;
    const [whole = ""] = conflictNames({ key: WHOLE_IMAGE_KEY, fields: undefined });
    return {
      ...{ imageId, keptAs, image: names.of(imageId), key: WHOLE_IMAGE_KEY, from: [from] },
      name: isOnly && !isHere(imageId) ? whole : `${whole} of ${from}`,
      ...{ mine: undefined, theirs: undefined, base: undefined, isField: false },
      deletedBy: isHere(imageId) ? undefined : "mine",
      attachments: keptAs === undefined ? [] : [keptImageFolder(imageId, keptAs)],
    };
  });
}
