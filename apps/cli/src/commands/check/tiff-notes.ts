// The notes of a check on TIFFs that were read with a warning.

import { PROVENANCE_KEYS } from "@kym/kym-schema/keys";
import { type DatasetContents, isZarrStoreError } from "@kym/zarr-store";
import { counted } from "../../terminal/text-table.ts";

/** A sentence about the TIFFs of some images, by the name of the first. */
export interface TiffNote {
  readonly kind: "tiff";
  readonly path: string;
  readonly message: string;
}

/**
 * Collects the warnings that an ingest kept with the images, one note for each sentence, sorted by path. An image that cannot be read is left
 * out: the check names it.
 */
export async function tiffNotes(
  dataset: Pick<DatasetContents, "listImageIds" | "record">,
  signal: AbortSignal,
): Promise<readonly TiffNote[]> {
  const images = new Map<unknown, string[]>();
  for (const id of await dataset.listImageIds()) {
    signal.throwIfAborted();
    try {
      const attributes = await dataset.record(id).attributes();
      const { tiff_warnings: warnings, [PROVENANCE_KEYS.sourceName]: name } = attributes;
      for (const warning of Array.isArray(warnings) ? warnings : []) {
        images.set(warning, [...(images.get(warning) ?? []), typeof name === "string" ? name : id]);
      }
    } catch (error) {
      if (!isZarrStoreError(error, "not_found", "integrity", "invalid_file", "invalid_metadata")) {
        throw error;
      }
    }
  }
  return [...images]
    .map(
      ([warning, [path = "", ...others]]): TiffNote => ({
        kind: "tiff",
        path,
        message:
          others.length === 0 ? String(warning) : `${warning} (and ${counted(others.length, "other image")})`,
      }),
    )
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}
