// Deletes an artifact by its key, whatever its kind.

import type { DatasetContents } from "@kym/zarr-store";
import { imagePartOf } from "@kym/zarr-store/layout";

/** Deletes the artifact or attachment at a path relative to `images/<id>/`. Returns true if it existed. */
export async function deleteArtifact(
  record: ReturnType<DatasetContents["record"]>,
  key: string,
): Promise<boolean> {
  const part = imagePartOf(key);
  if (part === undefined) {
    return false;
  }
  switch (part.kind) {
    case "json":
      return record.json.delete(part.name);
    case "parquet":
    case "csv.gz":
      return record.tables.delete(part.name, { format: part.kind });
    case "array":
      return record.arrays.delete(part.name);
    case "attachment":
      return record.attachments.delete(part.name);
    default:
      return part.kind satisfies never;
  }
}
