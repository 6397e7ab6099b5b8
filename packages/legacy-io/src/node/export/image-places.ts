// Finds out where each image of a dataset came from, for exports that put it back there.

import { ARTIFACTS, isKymSchemaError, parseProvenance } from "@kym/kym-schema";
import { isZarrStoreError, type SourceRow, type ZarrDataset } from "@kym/zarr-store";
import { type ImageOrigin, type KymflowPlace, placeImages } from "../../export/kymflow/kymflow-place.ts";

/**
 * Gives every image a path in the export, by the path it came from. If several images came from the same path, the
 * newest keeps it.
 */
export async function placesOf(dataset: ZarrDataset): Promise<readonly KymflowPlace[]> {
  const ages = new Map((await dataset.loadSourcesIndex()).map((row, index) => [row.image_id, index]));
  const origins = await originsOf(dataset);
  return placeImages(origins.toSorted((a, b) => (ages.get(b.imageId) ?? -1) - (ages.get(a.imageId) ?? -1)));
}

/** Reads where each image came from: its provenance says so, otherwise the ledger. */
export async function originsOf(dataset: ZarrDataset): Promise<readonly ImageOrigin[]> {
  const rows = new Map((await dataset.loadSourcesIndex()).map((row) => [row.image_id, row]));
  const origins: ImageOrigin[] = [];
  for (const imageId of await dataset.listImageIds()) {
    origins.push((await provenanceOf(dataset, imageId)) ?? originOfRow(imageId, rows.get(imageId)));
  }
  return origins;
}

function originOfRow(imageId: string, row: SourceRow | undefined): ImageOrigin {
  const primary = row?.source_primary_path;
  const relPath =
    row?.source_rel_path ?? primary?.slice(Math.max(primary.lastIndexOf("/"), primary.lastIndexOf("\\")) + 1);
  return { imageId, sourceRelPath: relPath, sourcePrimaryPath: primary };
}

async function provenanceOf(dataset: ZarrDataset, imageId: string): Promise<ImageOrigin | undefined> {
  try {
    const { text } = await dataset.record(imageId).loadJsonText(ARTIFACTS.provenance);
    const { sourceRelPath, sourcePrimaryPath } = parseProvenance(text);
    return { imageId, sourceRelPath, sourcePrimaryPath };
  } catch (error) {
    if (isZarrStoreError(error, "not_found", "invalid_file") || isKymSchemaError(error, "invalid_file")) {
      return undefined;
    }
    throw error;
  }
}
