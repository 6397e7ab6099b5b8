// Notes new images whose files have the same bytes as another image's file.

import type { SourceRow, ZarrDataset } from "@kym/zarr-store";
import { scanOfPath } from "../../folder/recordings/scan-name.ts";
import type { IngestItem } from "../../plan/ingest-report.ts";
import { currentRows } from "../../plan/known-acquisition.ts";

/** A note for each new image that equals one of the dataset or an earlier new one, with the path of that file. */
export async function noteEqualImages(
  dataset: ZarrDataset,
  ingested: readonly IngestItem[],
): Promise<readonly IngestItem[]> {
  const isNew = new Set(
    ingested.flatMap(({ imageId, reason }) =>
      reason === undefined && imageId !== undefined ? [imageId] : [],
    ),
  );
  if (isNew.size === 0) {
    return [];
  }
  const existing = new Set(await dataset.listImageIds());
  const rows = [...currentRows(await dataset.loadSourcesIndex()).values()].filter(
    ({ image_id: id, source_sha256: hash }) => existing.has(id) && hash !== null,
  );
  const oldFirst = rows.toSorted((a, b) => Number(isNew.has(a.image_id)) - Number(isNew.has(b.image_id)));
  // Several line scans of one file have its bytes.
  const keyOf = ({ source_sha256: hash, source_primary_path: path }: SourceRow): string =>
    `${hash} ${scanOfPath(path)?.scan ?? ""}`;
  const groups = [...Map.groupBy(oldFirst, keyOf).values()];
  return groups.flatMap(([first, ...others]) =>
    others.flatMap((row) =>
      first !== undefined && isNew.has(row.image_id)
        ? [
            {
              path: pathOf(row),
              imageId: row.image_id,
              reason: `the file has the same bytes as ${pathOf(first)}; both are in the dataset`,
            },
          ]
        : [],
    ),
  );
}

function pathOf({ source_rel_path: relPath, source_primary_path: path }: SourceRow): string {
  return relPath ?? path;
}
