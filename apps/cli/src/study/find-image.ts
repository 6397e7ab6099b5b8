import type { ZarrDataset } from "@kym/zarr-store";
import { guessOr } from "../arguments/nearest-word.ts";
import { CliError } from "../terminal/cli-error.ts";
import { EXIT } from "../terminal/exit-code.ts";
import { blindOverview } from "./blind.ts";
import { findImages, type ImageOverview, imageOverviews } from "./image-overview.ts";

/**
 * The one image that a user means; of blind ones, by its id alone.
 *
 * @throws {CliError} `not_found`; `ambiguous`, with what it may be
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
      hint: guessOr(wanted, images.flatMap(namesOf), `kym ls ${path} lists them`),
    });
  }
  if (others.length > 0) {
    const names = found
      .map(({ image_id: id, rel_path: relPath }) => `${id.slice(0, 8)} ${relPath ?? ""}`)
      .join(", ");
    throw new CliError(EXIT.usage, "ambiguous", `${JSON.stringify(wanted)} may be any of ${names}`, {
      hint: "name it by its id or its path",
    });
  }
  return image;
}

/** What it may be called, as far as a typo in it could be seen. */
function namesOf({ rel_path: path }: ImageOverview): readonly string[] {
  const name = path?.slice(path.lastIndexOf("/") + 1);
  return path === null || name === undefined ? [] : [name.replace(/\.tiff?$/i, ""), name, path];
}
