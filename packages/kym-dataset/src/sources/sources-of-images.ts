// Makes the ledger of ingested files again from the provenance of the images, of those too that the log deleted.

import { ARTIFACTS, isKymSchemaError, type Provenance, parseProvenance } from "@kym/kym-schema";
import { isZarrStoreError, type SourceRow, type SourcesAnew } from "@kym/zarr-store";
import { imageObjectOf, imagePartOf } from "@kym/zarr-store/layout";

/** What the log says of an image: when it was added, and the provenance that it had when it was deleted. */
interface LoggedImage {
  readonly addedEpochMs: number;
  readonly deletedProvenance?: string;
}

/**
 * Makes the rows of the ledger that the images give: `sourcesAnew` of `openDataset`.
 *
 * - The path, the hash and the relative path of a file are those of the provenance. Its size and time are not known and are 0, so the
 *   next ingest reads and hashes the file.
 * - An image that was deleted keeps its row, if the history still has its provenance. So its file is not ingested again.
 * - An image without provenance, which was not ingested, has no row.
 *
 * @returns the rows in the order in which the images were added
 * @throws {ZarrStoreError} errors of reading the log
 */
export const sourcesOfImages: SourcesAnew = async (dataset, { signal }) => {
  const logged = new Map<string, LoggedImage>();
  for await (const { ops, committedUtc } of dataset.log({ signal })) {
    for (const { op, path, prev } of ops) {
      const object = imageObjectOf(path);
      if (object === undefined) {
        continue;
      }
      const { imageId } = object;
      const part = imagePartOf(object.key);
      const isProvenance = part?.kind === "json" && part.name === ARTIFACTS.provenance;
      const before = logged.get(imageId);
      if (op === "put" && before === undefined) {
        logged.set(imageId, { addedEpochMs: Date.parse(committedUtc) });
      } else if (op === "delete" && prev !== null && isProvenance) {
        logged.set(imageId, { addedEpochMs: before?.addedEpochMs ?? 0, deletedProvenance: prev });
      }
    }
  }
  const existing = new Set(await dataset.listImageIds());
  const rows: SourceRow[] = [];
  const inOrder = [...logged].sort(([, a], [, b]) => a.addedEpochMs - b.addedEpochMs);
  for (const [imageId, { addedEpochMs, deletedProvenance }] of inOrder) {
    signal?.throwIfAborted();
    const provenance = existing.has(imageId)
      ? await provenanceOf(
          async () => (await dataset.record(imageId).loadJsonText(ARTIFACTS.provenance)).text,
        )
      : await provenanceOf(async () =>
          textOf(deletedProvenance && (await dataset.history(deletedProvenance))),
        );
    if (provenance !== undefined) {
      rows.push({
        source_primary_path: provenance.sourcePrimaryPath,
        image_id: imageId,
        source_mtime_ns: 0n,
        source_size_bytes: 0n,
        ingested_epoch_ns: BigInt(addedEpochMs) * 1_000_000n,
        source_sha256: provenance.sourceSha256,
        source_rel_path: provenance.sourceRelPath,
      });
    }
  }
  return rows;
};

function textOf(bytes: Uint8Array | "" | undefined): string | undefined {
  return bytes === undefined || bytes === "" ? undefined : new TextDecoder().decode(bytes);
}

/** Undefined for an image that was not ingested, or whose provenance is not there any more or cannot be read. */
async function provenanceOf(load: () => Promise<string | undefined>): Promise<Provenance | undefined> {
  try {
    const text = await load();
    return text === undefined ? undefined : parseProvenance(text);
  } catch (error) {
    if (
      isKymSchemaError(error, "invalid_file") ||
      isZarrStoreError(error, "not_found", "invalid_file", "modified_outside", "integrity")
    ) {
      return undefined;
    }
    throw error;
  }
}
