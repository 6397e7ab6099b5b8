import { resolve } from "node:path";
import type { SourceRow, ZarrDataset } from "@kym/zarr-store";
import { LegacyIoError } from "../../errors.ts";
import { sidecarFormats } from "../../formats/sidecar-formats.ts";
import type { IngestReport } from "../../plan/ingest-report.ts";
import { readBundle } from "../read/read-bundle.ts";
import { scanFolder } from "../scan/scan-folder.ts";
import { assignImageId, settingsOf } from "./assign-image-id.ts";
import type { IngestFolderOptions, IngestOptions } from "./ingest-options.ts";
import { storeImage } from "./store-image.ts";
import { syncFolder } from "./sync-folder.ts";

/**
 * Takes one TIFF and what belongs to it into the dataset, as one commit (ticket 6). The folder is the file's own.
 * Errors: `not_found`, `invalid_file`, `not_supported`, `io`, `invalid_argument` of `formats`, and those of the dataset.
 */
export async function ingestLegacyFile(
  dataset: ZarrDataset,
  path: string,
  options: IngestOptions & { readonly includeSidecars?: boolean } = {},
): Promise<{ readonly imageId: string; readonly sourceRow: SourceRow }> {
  const file = resolve(path);
  const folder = resolve(file, "..");
  const formats = sidecarFormats(options.formats);
  const scan = await scanFolder(folder, { signal: options.signal, formats: options.formats });
  const bundle = scan.bundles.find(({ image }) => resolve(folder, image.relPath) === file);
  if (bundle === undefined) {
    throw new LegacyIoError("not_found", `there is no TIFF at ${file}`, { path: file });
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
 * Takes a folder into the dataset, in commits of up to 64 images; of what is there already, it does what
 * `refreshFromFolder` does in mode `skip`. A second run changes nothing. One bad file fails alone. A folder that
 * `exportLegacyFolder` wrote is restored as it was. The folder is only read.
 * Errors: `not_found`, `invalid_argument` for what is no folder and for `formats`, `io` and `aborted`; those of the dataset.
 */
export async function ingestLegacyFolder(
  dataset: ZarrDataset,
  folder: string,
  options: IngestFolderOptions = {},
): Promise<IngestReport> {
  return syncFolder(dataset, folder, { mode: "skip", onChange: "new-record" }, options);
}
