// One digest of all pixels of a dataset, by which two ingests of a folder are compared.

import { createHash } from "node:crypto";
import { ndArrayBytes } from "@kym/zarr-store/array";
import { openLocalDataset } from "@kym/zarr-store/node";

/** The digest of all images, in the order of the names of their files. */
export async function storedDigest(target: string): Promise<string> {
  await using dataset = await openLocalDataset(target, { mode: "r" });
  const hash = createHash("sha256");
  const rows = await dataset.loadSourcesIndex();
  for (const row of rows.toSorted((a, b) => (a.source_primary_path < b.source_primary_path ? -1 : 1))) {
    hash.update(ndArrayBytes(await dataset.record(row.image_id).loadArray()));
  }
  return hash.digest("hex");
}
