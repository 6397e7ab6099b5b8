// Keeps the files that images were read from, byte for byte, as attachments (`kym ingest --keep-original`).

import { ARTIFACTS } from "@kym/kym-schema";
import type { ZarrDataset } from "@kym/zarr-store";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { loadOriginals, originalsValue } from "../../content/recordings/originals.ts";
import { isLegacyIoError, LegacyIoError } from "../../errors.ts";
import type { BundleFile, LegacyBundle } from "../../folder/bundle.ts";
import { scanOfPath } from "../../folder/recordings/scan-name.ts";
import type { IngestItem } from "../../plan/ingest-report.ts";
import { readStable } from "../files/read-stable.ts";
import { loadProvenance } from "../scan/load-provenance.ts";

/** An image of the dataset, and the files of the folder that it is of. */
export interface ImageOfFiles {
  readonly imageId: string;
  readonly bundle: LegacyBundle;
}

/** A file to keep. */
interface Original {
  readonly file: BundleFile;
  /** Relative to the folder of the image's file. */
  readonly path: string;
  readonly sha256: string;
}

/**
 * Stores the files of images as attachments, in one commit an image. What is kept already is not read. Of several line scans in a file,
 * the first keeps it. A file that is not the one that was ingested is not kept, and named; so is an image in a folder of OME-Zarr.
 *
 * @throws LegacyIoError `aborted`; errors of the dataset
 */
export async function keepOriginals(
  dataset: ZarrDataset,
  images: readonly ImageOfFiles[],
  signal: AbortSignal | undefined,
): Promise<readonly IngestItem[]> {
  const notes: IngestItem[] = [];
  for (const { imageId, bundle } of images) {
    throwIfAborted(signal, LegacyIoError);
    const { relPath: path, zarr } = bundle.image;
    if (zarr !== undefined) {
      notes.push({
        path,
        imageId,
        reason: "the original is not kept: it is a folder of OME-Zarr, not a file",
      });
    } else if ((bundle.recording?.scan ?? 0) === 0) {
      const reason = await keepOriginal(dataset, imageId, bundle, signal);
      notes.push(...(reason === undefined ? [] : [{ path, imageId, reason }]));
    }
  }
  return notes;
}

/** Returns why the files are not kept. */
async function keepOriginal(
  dataset: ZarrDataset,
  imageId: string,
  bundle: LegacyBundle,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const record = dataset.record(imageId);
  const provenance = (await record.exists()) ? await loadProvenance(record) : undefined;
  if (provenance === undefined) {
    return undefined;
  }
  const hashes = new Map(provenance.sidecars.map(({ path, sha256 }) => [path, sha256]));
  const originals = [bundle.image, ...bundle.otherChannels].map((file, at): Original => {
    const sha256 = at === 0 ? provenance.sourceSha256 : (hashes.get(file.path) ?? "");
    return { file, path: pathFrom(bundle.image, file), sha256 };
  });
  const kept = new Set((await loadOriginals(record)).map(({ path, sha256 }) => `${path} ${sha256}`));
  if (originals.every(({ path, sha256 }) => kept.has(`${path} ${sha256}`))) {
    return undefined;
  }
  const read: { readonly path: string; readonly sha256: string; readonly bytes: Uint8Array<ArrayBuffer> }[] =
    [];
  for (const { file, path, sha256 } of originals) {
    try {
      const { bytes, file: found } = await readStable(file, signal);
      if (found.sha256 !== sha256) {
        return `the original is not kept: ${path} changed since it was ingested`;
      }
      read.push({ path, sha256, bytes });
    } catch (error) {
      if (!isLegacyIoError(error, "io", "not_supported")) {
        throw error;
      }
      return `the original is not kept: ${error.message}`;
    }
  }
  const value = originalsValue(read.map(({ bytes, ...one }) => ({ ...one, sizeBytes: bytes.length })));
  await dataset.transaction(
    async (transaction) => {
      const target = transaction.record(imageId);
      for (const { path, bytes } of read) {
        await target.saveAttachment(value.nameOf(path), bytes);
      }
      await target.saveJson(ARTIFACTS.originals, value.json);
    },
    { message: `keep the original of ${bundle.image.relPath}`, signal },
  );
  return undefined;
}

/** The path of a file as seen from the folder of the image's file. */
function pathFrom(image: BundleFile, file: BundleFile): string {
  const own =
    image.container === undefined ? image.relPath : (scanOfPath(image.relPath)?.file ?? image.relPath);
  const folder = own.slice(0, own.lastIndexOf("/") + 1);
  return file === image ? own.slice(folder.length) : file.relPath.slice(folder.length);
}
