// Finds the image that a user names on the command line.

import { withoutImageEnding } from "@kym/kym-schema/keys";
import type { ZarrDataset } from "@kym/zarr-store";
import { guessOr } from "../arguments/nearest-word.ts";
import { type BlindNames, isBlindName, loadBlindNames } from "../blind/blind-names.ts";
import { shellWord } from "../screen/shell-word.ts";
import { CliError } from "../terminal/cli-error.ts";
import { EXIT } from "../terminal/exit-code.ts";
import { type Naming, seedOf } from "./blind.ts";
import {
  findImages,
  type ImageOverview,
  imageOverview,
  imagesByName,
  type NamedByFile,
} from "./image-overview.ts";

/** As many candidates as an error can list and still be read. */
const MOST_SHOWN = 8;

/** How {@link findAmong} knows images. */
export interface Finding {
  /** Of the dataset, as the user typed it, for hints. */
  readonly path: string;
  readonly blind: boolean;
  /** If there is a seed: blind names, which are understood beside file names, or alone if `blind` is true. */
  readonly names: BlindNames | undefined;
}

/**
 * Finds the one image that `wanted` names.
 *
 * @param path of the dataset, as the user typed it, for the hint
 * @param naming blind, only blind names and ids count; with a seed alone, blind names count beside those of files
 * @throws {CliError} `not_found`; `no_such_image` if names are blind; `ambiguous`, with the images that it could be
 */
export async function findImage(
  dataset: ZarrDataset,
  wanted: string,
  path: string,
  naming: Naming = { blind: false },
): Promise<ImageOverview> {
  const finding = await findingOf(dataset, path, naming);
  return dataset.readConsistently(async () =>
    imageOverview(dataset, findAmong(await imagesByName(dataset), wanted, finding)),
  );
}

export async function findingOf(dataset: ZarrDataset, path: string, naming: Naming): Promise<Finding> {
  const { blind, seed } = naming;
  const names = blind || seed !== undefined ? await loadBlindNames(dataset, seedOf(naming)) : undefined;
  return { path, blind, names };
}

/** The same among images that were listed before, so that several names are looked up in one version of the dataset. */
export function findAmong<T extends NamedByFile>(
  images: readonly T[],
  wanted: string,
  { path, blind, names }: Finding,
): T {
  const named = new Set(names?.find(wanted));
  const ofName = images.filter(({ image_id: id }) => named.has(id));
  const found = blind || ofName.length === 1 ? ofName : findImages(images, wanted);
  const [image, ...others] = found;
  if (image === undefined) {
    if (blind) {
      throw new CliError(
        EXIT.input,
        "no_such_image",
        `no image has this name with --blind --seed ${names?.seed}`,
        { hint: "kym ls DATASET --blind, with the seed of the names, lists them" },
      );
    }
    throw new CliError(EXIT.input, "not_found", `there is no image ${JSON.stringify(wanted)} in ${path}`, {
      hint:
        names === undefined && isBlindName(wanted)
          ? "a blind name is known with the seed that made it: --seed, and --blind if it is to stay blind"
          : guessOr(wanted, images.flatMap(namesOf), `kym ls ${shellWord(path)} lists the images`),
    });
  }
  if (others.length > 0) {
    const candidates = found.map((one) => (blind ? (names?.of(one.image_id) ?? "") : nameAmong(one, found)));
    candidates.sort();
    const shown = candidates.length <= MOST_SHOWN ? candidates : candidates.slice(0, MOST_SHOWN - 1);
    const more = candidates.length - shown.length;
    const list = [...shown, ...(more === 0 ? [] : [`and ${more} more`])];
    const message = `${JSON.stringify(wanted)} could be any of\n${list.map((name) => `       ${name}`).join("\n")}`;
    throw new CliError(EXIT.usage, "ambiguous", message, {
      details: { candidates },
      hint: blind
        ? "type more of the name"
        : `type more of the name or its id; kym ls ${shellWord(path)} lists the images`,
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
  return path === null || name === undefined ? [] : [withoutImageEnding(name), name, path];
}
