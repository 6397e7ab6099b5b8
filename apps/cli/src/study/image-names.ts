// The names by which screens call the images of a dataset: their files, not their ids.

import type { ZarrDataset } from "@kym/zarr-store";
import { imageOverviews } from "./image-overview.ts";

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

  constructor(images: readonly NamedImage[]) {
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
    return this.#names.get(imageId) ?? imageId;
  }

  /** A text with names in place of the ids of images. */
  in(text: string): string {
    return text.replace(IMAGE_ID, (id) => this.of(id));
  }
}

/** The names of all images; none with `blind`, so that ids stay. */
export async function imageNames(
  dataset: ZarrDataset,
  { blind }: { readonly blind: boolean },
): Promise<ImageNames> {
  return new ImageNames(blind ? [] : await imageOverviews(dataset));
}

/** {@link imageNames}, also of images that were deleted, as far as the ledger knows them. */
export async function everyImageName(
  dataset: ZarrDataset,
  { blind }: { readonly blind: boolean },
): Promise<ImageNames> {
  if (blind) {
    return new ImageNames([]);
  }
  const images: NamedImage[] = [...(await imageOverviews(dataset))];
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
  return fileName.replace(/\.tiff?$/i, "");
}
