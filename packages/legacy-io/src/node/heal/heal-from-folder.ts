// Makes lost objects of images again from the files that they came from (`kym check --repair --from FOLDER`).

import { isZarrStoreError, type ReadOptions, type SourceRow, type ZarrDataset } from "@kym/zarr-store";
import { imageObjectOf, imageObjectPath, PIXELS_NODE_KEY } from "@kym/zarr-store/layout";
import { isLegacyIoError } from "../../errors.ts";
import { wordOfImage } from "../../folder/recordings/word-of-image.ts";
import { findRecordedScans } from "../recordings/find-recorded-scans.ts";
import { loadProvenance } from "../scan/load-provenance.ts";
import { scanFolder } from "../scan/scan-folder.ts";
import { decideHealing, type HealedObject } from "./decide-healing.ts";
import { SourcesInFolder } from "./find-source.ts";
import { withMadeImage } from "./with-made-image.ts";

/** What became of lost objects. Plain JSON; both lists are sorted by path. */
export interface HealReport {
  readonly healed: readonly HealedObject[];
  readonly left: readonly { readonly path: string; readonly reason: string }[];
}

/** An image that has lost objects. */
interface Patient {
  readonly imageId: string;
  /** Below the root of the dataset. */
  readonly lost: readonly string[];
  readonly row: SourceRow | undefined;
}

/**
 * Makes objects of images again whose files are missing or damaged, from a folder that still has the TIFF they came from, with the
 * same hash. The folder is only read.
 *
 * - What comes out with the hash of the log is put back.
 * - Pixels that are the same but are encoded otherwise now are committed. So is what was made of sidecars that are still the same,
 *   if nobody changed it since.
 * - Everything else is left, with the reason.
 *
 * @param paths the lost objects, as `check` names them; those of no image are left
 * @throws LegacyIoError `not_found`, `invalid_argument`, `io` for the folder; `aborted`; errors of the dataset
 */
export async function healFromFolder(
  dataset: ZarrDataset,
  folder: string,
  paths: readonly string[],
  { signal }: ReadOptions = {},
): Promise<HealReport> {
  const { scan } = await findRecordedScans(folder, await scanFolder(folder, { signal }), { signal });
  const sources = new SourcesInFolder(scan);
  const rows = new Map((await dataset.loadSourcesIndex({ signal })).map((row) => [row.image_id, row]));
  const healed: HealedObject[] = [];
  const left: HealReport["left"][number][] = [];
  for (const [imageId, lost] of Map.groupBy(paths, (path) => imageObjectOf(path)?.imageId)) {
    const outcome =
      imageId === undefined
        ? "it belongs to no image"
        : await healImage(dataset, sources, { imageId, lost, row: rows.get(imageId) }, signal);
    const made = typeof outcome === "string" ? [] : outcome;
    const reason =
      typeof outcome === "string"
        ? outcome
        : "what the files of the folder say is not what was lost: it was changed after its file was ingested";
    healed.push(...made);
    const still = lost.filter((path) => !made.some((one) => one.path === path));
    left.push(...still.map((path) => ({ path, reason })));
  }
  return { healed: healed.sort(byPath), left: left.sort(byPath) };
}

/** Makes what can be made of one image. Returns why nothing can, if so. */
async function healImage(
  dataset: ZarrDataset,
  sources: SourcesInFolder,
  { imageId, lost, row }: Patient,
  signal: AbortSignal | undefined,
): Promise<readonly HealedObject[] | string> {
  const record = dataset.record(imageId);
  const provenance = await unlessLost(() => loadProvenance(record));
  const sha256 = provenance?.sourceSha256 ?? row?.source_sha256 ?? undefined;
  if (sha256 === undefined) {
    return "it is not known from which file the image came";
  }
  const relPath = provenance?.sourceRelPath ?? row?.source_rel_path ?? undefined;
  const bundle = await sources.find({ sha256, relPath }, signal);
  if (bundle === undefined) {
    return `the folder does not have the ${relPath === undefined ? "TIFF" : wordOfImage(relPath)} that the image came from, ${relPath ?? "of an unknown name"}, with the same hash`;
  }
  const attributes = await unlessLost(() => record.attributes());
  const { pixels_sha256: noted } = attributes ?? {};
  const pixelsSha256 = typeof noted === "string" ? noted : undefined;
  const node = await unlessLost(() => dataset.exact.load(imageObjectPath(imageId, PIXELS_NODE_KEY)));
  const isZstd = node === undefined || new TextDecoder().decode(node).includes(ZSTD);
  try {
    return await withMadeImage(
      bundle,
      { imageId, provenance, pixelsSha256, compression: isZstd ? "zstd" : "none", signal },
      async (image) => {
        const known = { hashes: await record.objectHashes(), provenance, pixelsSha256, row };
        const objects = await decideHealing(image, { imageId, lost }, known);
        await dataset.transaction(
          async (transaction) => {
            for (const { path, load } of objects) {
              await transaction.exact.makeAgain(path, await load());
            }
          },
          { message: `make lost files of image ${imageId} again`, signal },
        );
        return objects.map(({ path, how }) => ({ path, how }));
      },
    );
  } catch (error) {
    if (isLegacyIoError(error) && error.code !== "aborted") {
      return error.message;
    }
    throw error;
  }
}

const ZSTD = '"zstd"';

async function unlessLost<T>(load: () => Promise<T>): Promise<T | undefined> {
  try {
    return await load();
  } catch (error) {
    if (!isZarrStoreError(error, "integrity", "modified_outside", "not_found", "invalid_metadata")) {
      throw error;
    }
    return undefined;
  }
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : Number(a.path > b.path);
}
