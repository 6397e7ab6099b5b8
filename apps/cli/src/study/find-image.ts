// Finds the image that a user names on the command line.

import type { ZarrDataset } from "@kym/zarr-store";
import { guessOr } from "../arguments/nearest-word.ts";
import { shellWord } from "../screen/shell-word.ts";
import { CliError } from "../terminal/cli-error.ts";
import { EXIT } from "../terminal/exit-code.ts";
import { blindOverview } from "./blind.ts";
import { findImages, type ImageOverview, imageOverviews, type NamedByFile } from "./image-overview.ts";

/** As many candidates as an error can list and still be read. */
const MOST_SHOWN = 8;

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
  return findAmong(blind ? overviews.map(blindOverview) : overviews, wanted, path);
}

/** The same among images that were listed before, so that several names are looked up in one version of the dataset. */
export function findAmong<T extends NamedByFile>(images: readonly T[], wanted: string, path: string): T {
  const found = findImages(images, wanted);
  const [image, ...others] = found;
  if (image === undefined) {
    throw new CliError(EXIT.input, "not_found", `there is no image ${JSON.stringify(wanted)} in ${path}`, {
      hint: guessOr(wanted, images.flatMap(namesOf), `kym ls ${shellWord(path)} lists the images`),
    });
  }
  if (others.length > 0) {
    const names = found.map((one) => nameAmong(one, found)).sort();
    const shown = names.length <= MOST_SHOWN ? names : names.slice(0, MOST_SHOWN - 1);
    const more = names.length - shown.length;
    const list = [...shown, ...(more === 0 ? [] : [`and ${more} more`])];
    const message = `${JSON.stringify(wanted)} could be any of\n${list.map((name) => `       ${name}`).join("\n")}`;
    throw new CliError(EXIT.usage, "ambiguous", message, {
      details: { candidates: names },
      hint: `type more of the name or its id; kym ls ${shellWord(path)} lists the images`,
    });
  }
  return image;
}

/** The path of an image, with its id in front if another one has the same path. */
function nameAmong({ image_id: id, rel_path: path }: NamedByFile, all: readonly NamedByFile[]): string {
  const isOnly = path !== null && all.filter((other) => other.rel_path === path).length === 1;
  return isOnly ? path : `${id.slice(0, 8)} ${path ?? ""}`.trimEnd();
}

/** The names of an image in which a typo can be recognised: not the id. */
function namesOf({ rel_path: path }: NamedByFile): readonly string[] {
  const name = path?.slice(path.lastIndexOf("/") + 1);
  return path === null || name === undefined ? [] : [name.replace(/\.tiff?$/i, ""), name, path];
}
