// The names by which screens call the images of a dataset: their files, not their ids.

import { withoutImageEnding } from "@kym/kym-schema/keys";
import type { ZarrDataset } from "@kym/zarr-store";
import { type BlindNames, loadBlindNames } from "../blind/blind-names.ts";
import { type Naming, seedOf } from "./blind.ts";
import { imagesByName } from "./image-overview.ts";

const IMAGE_ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** What an image is named by. */
interface NamedImage {
  readonly image_id: string;
  /** Path of the file below the ingested folder; null for an image that was not ingested from a folder. */
  readonly rel_path: string | null;
}

/** The names of the images of a dataset. */
export class ImageNames {
  readonly #names: ReadonlyMap<string, string>;
  readonly #blind: BlindNames | undefined;

  /** @param blind the names to use in place of those of files */
  constructor(images: readonly NamedImage[], blind?: BlindNames) {
    this.#blind = blind;
    const shared = Map.groupBy(images, ({ rel_path: path }) => fileNameOf(path));
    this.#names = new Map(
      images.map(({ image_id: id, rel_path: path }) => {
        const isOnly = shared.get(fileNameOf(path))?.length === 1;
        return [id, path === null ? id : isOnly ? stemOf(fileNameOf(path)) : path];
      }),
    );
  }

  /** The file name without its ending; the path if another file has the same name; the id if there is no file. */
  of(imageId: string): string {
    return this.#blind?.of(imageId) ?? this.#names.get(imageId) ?? imageId;
  }

  /** A text with names in place of the ids of images. */
  in(text: string): string {
    return this.#blind?.in(text) ?? text.replace(IMAGE_ID, (id) => this.of(id));
  }

  /** What stands in the column of ids: the id, or the blind name. */
  idOf(imageId: string): string {
    return this.#blind?.of(imageId) ?? imageId;
  }

  /** Data for `--json`. If names are blind, they stand in it in place of ids. */
  inData<Data>(data: Data): Data | unknown {
    return this.#blind === undefined ? data : this.#blind.inData(data);
  }
}

/** The names of all images. */
export async function imageNames(dataset: ZarrDataset, naming: Naming): Promise<ImageNames> {
  return naming.blind
    ? new ImageNames([], await loadBlindNames(dataset, seedOf(naming)))
    : new ImageNames(await imagesByName(dataset));
}

/**
 * {@link imageNames}, also of images that were deleted, as far as the ledger knows them.
 *
 * @param options with `ids`, an image is called by its id
 */
export async function everyImageName(
  dataset: ZarrDataset,
  { ids = false, ...naming }: Naming & { readonly ids?: boolean },
): Promise<ImageNames> {
  if (naming.blind) {
    const others = (await dataset.loadSourcesIndex()).map((row) => row.image_id);
    return new ImageNames([], await loadBlindNames(dataset, seedOf(naming), others));
  }
  if (ids) {
    return new ImageNames([]);
  }
  const images: NamedImage[] = [...(await imagesByName(dataset))];
  const existing = new Set(images.map(({ image_id: id }) => id));
  const sources = new Map(
    (await dataset.loadSourcesIndex()).map((row) => [row.image_id, row.source_rel_path]),
  );
  for (const [id, path] of sources) {
    if (!existing.has(id)) {
      images.push({ image_id: id, rel_path: path });
    }
  }
  return new ImageNames(images);
}

function fileNameOf(path: string | null): string {
  return path?.slice(path.lastIndexOf("/") + 1) ?? "";
}

function stemOf(fileName: string): string {
  return withoutImageEnding(fileName);
}
