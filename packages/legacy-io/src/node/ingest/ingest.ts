// Ingests a TIFF or a folder of a lab into a dataset.

import { resolve } from "node:path";
import type { SourceRow, ZarrDataset } from "@kym/zarr-store";
import { LegacyIoError } from "../../errors.ts";
import { recordingFormatOf } from "../../formats/all-recording-formats.ts";
import { sidecarFormats } from "../../formats/sidecar-formats.ts";
import type { IngestReport } from "../../plan/ingest-report.ts";
import { readBundle } from "../read/read-bundle.ts";
import { findRecordedScans } from "../recordings/find-recorded-scans.ts";
import { scanFolder } from "../scan/scan-folder.ts";
import { assignImageId, settingsOf } from "./assign-image-id.ts";
import type { IngestFolderOptions, IngestOptions } from "./ingest-options.ts";
import { storeImage } from "./store-image.ts";
import { syncFolder } from "./sync-folder.ts";

/**
 * Ingests one TIFF, with its other channels and its sidecars, in one commit. It always adds a record, even if the
 * dataset has the file already.
 *
 * @throws LegacyIoError `not_found`, `invalid_file`, `not_supported`, `io`, `aborted`, `invalid_argument` for bad
 * `formats`; errors of the dataset.
 *
 * @example
 * const { imageId } = await ingestLegacyFile(dataset, "lab/scan.tif");
 */
export async function ingestLegacyFile(
  dataset: ZarrDataset,
  path: string,
  options: IngestOptions & { readonly includeSidecars?: boolean } = {},
): Promise<{ readonly imageId: string; readonly sourceRow: SourceRow }> {
  const file = resolve(path);
  const folder = resolve(file, "..");
  const formats = sidecarFormats(options.formats);
  const named = await scanFolder(folder, { signal: options.signal, formats: options.formats });
  const { scan } = await findRecordedScans(folder, named, {
    limits: options.limits,
    signal: options.signal,
    formats,
  });
  const bundle = scan.bundles.find(({ image }) => resolve(folder, image.relPath) === file);
  if (bundle === undefined) {
    throw new LegacyIoError(
      "not_found",
      `there is no ${recordingFormatOf(file) === undefined ? "TIFF" : "recording"} at ${file}`,
      { path: file },
    );
  }
  const read = await readBundle(bundle, { ...options, formats });
  try {
    const stored = assignImageId(read, settingsOf(options));
    await dataset.transaction(
      async (transaction) => {
        await storeImage(transaction, read, stored.imageId, options);
        await transaction.appendSources([stored.sourceRow], { again: [stored.sourceRow] });
      },
      { message: `ingest ${bundle.image.relPath}`, signal: options.signal },
    );
    return { imageId: stored.imageId, sourceRow: stored.sourceRow };
  } finally {
    read.release();
  }
}

/**
 * Ingests a folder of TIFFs and their sidecars, in commits of up to 64 images.
 *
 * - Images that the dataset already has are refreshed, as by `refreshFromFolder` in mode `skip`. A second run over an
 *   unchanged folder changes nothing.
 * - A bad file fails alone; the report names it.
 * - A folder that `exportLegacyFolder` wrote is restored.
 * - The folder is only read.
 *
 * @throws LegacyIoError `not_found`, `invalid_argument` if the path is not a folder or `formats` are bad, `io`,
 * `aborted`; errors of the dataset.
 *
 * @example
 * const { ingested, failed } = await ingestLegacyFolder(dataset, "lab/20250722");
 */
export async function ingestLegacyFolder(
  dataset: ZarrDataset,
  folder: string,
  options: IngestFolderOptions = {},
): Promise<IngestReport> {
  return syncFolder(dataset, folder, { mode: "skip", onChange: "new-record" }, options);
}
