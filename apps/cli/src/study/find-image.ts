// Finds the image that a user names on the command line.

import type { ZarrDataset } from "@kym/zarr-store";
import { guessOr } from "../arguments/nearest-word.ts";
import { CliError } from "../terminal/cli-error.ts";
import { EXIT } from "../terminal/exit-code.ts";
import { blindOverview } from "./blind.ts";
import { findImages, type ImageOverview, imageOverviews } from "./image-overview.ts";

/**
 * Finds the one image that `wanted` names.
 *
 * @param path of the dataset, as the user typed it, for the hint
 * @param options with `blind`, only ids count as names
 * @throws {CliError} `not_found`; `ambiguous`, with the images that it could be
 */
export async function findImage(
  dataset: ZarrDataset,
  wanted: string,
  path: string,
  { blind = false }: { readonly blind?: boolean } = {},
): Promise<ImageOverview> {
  const overviews = await imageOverviews(dataset);
  const images = blind ? overviews.map(blindOverview) : overviews;
  const found = findImages(images, wanted);
  const [image, ...others] = found;
  if (image === undefined) {
    throw new CliError(EXIT.input, "not_found", `there is no image ${JSON.stringify(wanted)} in ${path}`, {
      hint: guessOr(wanted, images.flatMap(namesOf), `kym ls ${path} lists the images`),
    });
  }
  if (others.length > 0) {
    const names = found
      .map(({ image_id: id, rel_path: relPath }) => `${id.slice(0, 8)} ${relPath ?? ""}`)
      .join(", ");
    throw new CliError(EXIT.usage, "ambiguous", `${JSON.stringify(wanted)} could be any of ${names}`, {
      hint: "use the id or the path of the image",
    });
  }
  return image;
}

/** The names of an image in which a typo can be recognised: not the id. */
function namesOf({ rel_path: path }: ImageOverview): readonly string[] {
  const name = path?.slice(path.lastIndexOf("/") + 1);
  return path === null || name === undefined ? [] : [name.replace(/\.tiff?$/i, ""), name, path];
}
