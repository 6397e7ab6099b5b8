// Notes images that a Zarr folder holds and that are in the dataset from their own file as well.

import type { SourceRow, ZarrDataset } from "@kym/zarr-store";
import { fileNameOf } from "../../folder/compare-paths.ts";
import type { IngestItem } from "../../plan/ingest-report.ts";
import { currentRows } from "../../plan/known-acquisition.ts";

/**
 * A note for each image of a Zarr folder whose path, as the folder says it, is that of another image with the same pixels, if one of
 * the two is new.
 */
export async function noteSameScans(
  dataset: ZarrDataset,
  ingested: readonly IngestItem[],
): Promise<readonly IngestItem[]> {
  const isNew = new Set(ingested.map(({ imageId }) => imageId));
  if (ingested.length === 0) {
    return [];
  }
  const rows = [...currentRows(await dataset.loadSourcesIndex()).values()];
  const stored = rows.filter(isStored);
  const byName = Map.groupBy(
    rows.filter((row) => !isStored(row)),
    (row) => fileNameOf(relPathOf(row)),
  );
  const notes: IngestItem[] = [];
  for (const row of stored) {
    const path = relPathOf(row);
    for (const other of byName.get(fileNameOf(path)) ?? []) {
      const isSamePath = relPathOf(other) === path || relPathOf(other).endsWith(`/${path}`);
      if (isSamePath && (isNew.has(row.image_id) || isNew.has(other.image_id))) {
        const [here, there] = await Promise.all([row, other].map((one) => pixelsOf(dataset, one.image_id)));
        if (here !== undefined && here === there) {
          const reason = `it has the pixels of ${relPathOf(other)}; both are in the dataset, ${other.image_id} and ${row.image_id}`;
          notes.push({ path: row.source_primary_path, imageId: row.image_id, reason });
        }
      }
    }
  }
  return notes;
}

/** Whether a Zarr folder says the path: the image lies elsewhere. */
function isStored(row: SourceRow): boolean {
  return !row.source_primary_path.replaceAll("\\", "/").endsWith(relPathOf(row));
}

function relPathOf({ source_rel_path: relPath, source_primary_path: path }: SourceRow): string {
  return relPath ?? path;
}

async function pixelsOf(dataset: ZarrDataset, imageId: string): Promise<unknown> {
  const record = dataset.record(imageId);
  const { pixels_sha256: sha256 } = (await record.exists()) ? await record.attributes() : {};
  return sha256;
}
