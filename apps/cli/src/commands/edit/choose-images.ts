// Chooses the images that `kym edit` and `kym delete` change, at one version of the dataset.

import type { ZarrDataset } from "@kym/zarr-store";
import type { CommandContext } from "../../arguments/command.ts";
import type { Naming } from "../../study/blind.ts";
import { findAmong, findingOf } from "../../study/find-image.ts";
import { imagesByName } from "../../study/image-overview.ts";
import { selectImages } from "../../study/select-images.ts";

/** The chosen images, and how to choose again when the dataset has moved on. */
export interface ChosenImages {
  /** Without duplicates. */
  readonly imageIds: readonly string[];
  /** For how many images `--where` is NULL. */
  readonly leftOutForNull: number;
  /** The version of the dataset at which they were chosen. */
  readonly version: number;
  /** Which images are chosen now; undefined if only those that were deleted are left out. */
  readonly again: (() => Promise<ReadonlySet<string>>) | undefined;
}

/** The images that arguments name. @throws {CliError} `not_found`, `ambiguous` */
export async function chooseNamed(
  dataset: ZarrDataset,
  names: readonly string[],
  path: string,
  naming: Naming,
): Promise<ChosenImages> {
  const images = await imagesByName(dataset);
  const finding = await findingOf(dataset, path, naming);
  const ids = names.map((name) => findAmong(images, name, finding).image_id);
  return chosen(dataset, [...new Set(ids)]);
}

/** The images for which an expression is true. @throws {CliError} `usage`, `invalid_sql` */
export async function chooseWhere(
  context: Pick<CommandContext, "options" | "signal" | "onExit">,
  dataset: ZarrDataset,
  where: string,
): Promise<ChosenImages> {
  const { imageIds, leftOutForNull } = await selectImages(context, dataset, where);
  const again = async (): Promise<ReadonlySet<string>> =>
    new Set((await selectImages(context, dataset, where)).imageIds);
  return { ...chosen(dataset, imageIds), leftOutForNull, again };
}

/** Images that are known by their ids. */
export function chosen(dataset: ZarrDataset, imageIds: readonly string[]): ChosenImages {
  return { imageIds, leftOutForNull: 0, version: dataset.version, again: undefined };
}
