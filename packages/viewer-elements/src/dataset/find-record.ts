// Finds the image of a dataset that an attribute names.

import { summarizeRecords } from "@kym/kym-dataset";
import { withoutImageEnding } from "@kym/kym-schema/keys";
import { isZarrStoreError, type ReadOptions, type ZarrDataset, type ZarrImageRecord } from "@kym/zarr-store";
import { ViewerError } from "../errors.ts";

/** What is known of an image's names. */
export interface NamedImage {
  readonly imageId: string;
  /** The path of its file below the folder that was ingested. */
  readonly relPath: string | null;
}

/** An error lists at most so many candidates. */
const MOST_LISTED = 5;

/**
 * The record of an image. An id is found without reading the list of all images.
 *
 * @throws {ViewerError} `not_found`, `ambiguous`
 */
export async function findRecord(
  dataset: ZarrDataset,
  image: string,
  options: ReadOptions = {},
): Promise<ZarrImageRecord> {
  const byId = image === "" ? undefined : recordOf(dataset, image);
  return byId !== undefined && (await byId.exists())
    ? byId
    : recordAt(dataset, chosenImage(await summarizeRecords(dataset, options), image).imageId);
}

/**
 * The image that a word names: an id, a path, a file name or one without its extension, however its accents are composed; the
 * only image of a dataset for an empty word.
 *
 * @throws {ViewerError} `not_found`, `ambiguous`
 */
export function chosenImage(images: readonly NamedImage[], image: string): NamedImage {
  const wanted = image.normalize("NFC");
  const namesOf = ({ imageId, relPath }: NamedImage): readonly (readonly string[])[] => {
    const path = relPath?.normalize("NFC");
    const name = path?.slice(path.lastIndexOf("/") + 1);
    return [
      [imageId, ...(path === undefined ? [] : [path])],
      name === undefined ? [] : [name, withoutEnding(name)],
    ];
  };
  const found =
    wanted === ""
      ? images
      : ([0, 1]
          .map((way) => images.filter((one) => namesOf(one)[way]?.includes(wanted)))
          .find((some) => some.length > 0) ?? []);
  const [first] = found;
  if (first === undefined) {
    throw new ViewerError("not_found", `image: the dataset has no image ${JSON.stringify(image)}`);
  }
  if (found.length > 1) {
    const listed = found.slice(0, MOST_LISTED).map(({ imageId, relPath }) => relPath ?? imageId);
    const more = found.length > MOST_LISTED ? ` and ${found.length - MOST_LISTED} more` : "";
    throw new ViewerError(
      "ambiguous",
      `image: ${wanted === "" ? "the dataset has several images" : `${JSON.stringify(image)} could be any of several`}: ${listed.join(", ")}${more}`,
    );
  }
  return first;
}

/** Undefined for a word that cannot be an id. */
function recordOf(dataset: ZarrDataset, image: string): ZarrImageRecord | undefined {
  try {
    return recordAt(dataset, image);
  } catch (error) {
    if (isZarrStoreError(error, "invalid_name")) {
      return undefined;
    }
    throw error;
  }
}

function withoutEnding(name: string): string {
  return withoutImageEnding(name);
}

/** A record as it was when the dataset was looked at last: its parts are read without asking for a newer version each time. */
function recordAt(dataset: ZarrDataset, id: string): ZarrImageRecord {
  return dataset.record(id, { asOf: "last look" });
}
