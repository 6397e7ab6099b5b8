// The dry run of restoring an exported folder.

import { join } from "node:path";
import type { ZarrDataset } from "@kym/zarr-store";
import { decodeExportManifest, EXPORT_MANIFEST } from "../../export/export-manifest.ts";
import type { IngestItem, IngestReport } from "../../plan/ingest-report.ts";
import { readRegularFile } from "../tiff/read-regular-file.ts";
import { partialExportNotes } from "./restore-export.ts";

/** Reports what restoring an exported folder would do. Reads only its `export.json`. */
export async function previewRestore(dataset: ZarrDataset, root: string): Promise<IngestReport> {
  const manifest = decodeExportManifest(await readRegularFile(join(root, EXPORT_MANIFEST)));
  const existing = new Set(await dataset.listImageIds());
  const itemOf = (image: (typeof manifest.images)[number]): IngestItem => ({
    path: image.pixels.path,
    imageId: image.imageId,
  });
  const isThere = ({ imageId }: IngestItem): boolean => existing.has(imageId ?? "");
  const items = manifest.images.map(itemOf);
  return {
    found: items.length,
    ingested: items.filter((item) => !isThere(item)),
    updated: [],
    unchanged: items
      .filter(isThere)
      .map((item) => ({ ...item, reason: "the dataset already has an image of this id" })),
    skipped: [],
    failed: [],
    unrecognised: [],
    orphans: [],
    conflicts: [],
    open: [],
    counts: undefined,
    notes: partialExportNotes(manifest),
    newImageIds: [],
  };
}
