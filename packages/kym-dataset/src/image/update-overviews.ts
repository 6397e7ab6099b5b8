// Makes the overviews that images of a dataset lack, in commits of bounded size.

import { isOverviewName, overviewFile } from "@kym/kym-schema/keys";
import type { Overview } from "@kym/view";
import { isZarrStoreError, type ReadOptions, type ZarrDataset, type ZarrImageRecord } from "@kym/zarr-store";
import { imageObjectPath } from "@kym/zarr-store/layout";
import { runBounded, throwIfAborted, type WorkShard } from "@kym/zarr-store/runtime";
import { isKymDatasetError, KymDatasetError } from "../errors.ts";
import { hashTextOf } from "../indexer/sha256-hex.ts";
import { ownImages } from "../own-images.ts";
import { hasDamagedOverviews, lacksOverviews, readOverviews, saveOverviews } from "./overview-of-image.ts";

export interface UpdateOverviewsOptions extends ReadOptions {
  /** Say which images lack overviews, and write nothing. Default false. */
  readonly dryRun?: boolean | undefined;
  /** Take only the images whose id has a SHA-256 of this part, as `updateIndex` does. Default: all. */
  readonly shard?: WorkShard | undefined;
  /** Read the overviews that are there, and make those again that are damaged: 0.2 ms an image. Default false. */
  readonly verify?: boolean | undefined;
  /** Called when an image is done. The order of images is not defined. */
  readonly onEvent?:
    | ((event: { readonly imageId: string; readonly done: number; readonly total: number }) => void)
    | undefined;
}

/** What became of the images without overviews. */
export interface OverviewReport {
  /** Those that have one now; in a dry run, those that would get one. Sorted. */
  readonly made: readonly string[];
  /** Those whose pixels cannot be read, sorted. */
  readonly failed: readonly { readonly imageId: string; readonly reason: string }[];
  /** The versions of the commits. */
  readonly versions: readonly number[];
}

/** Images of one commit. */
const IMAGES_A_COMMIT = 64;
const IMAGES_AT_ONCE = 4;

/**
 * Makes the overviews of all images that lack them, such as those of datasets that older versions wrote. Reads the pixels of these
 * images and of no others.
 *
 * @throws {ZarrStoreError} errors of committing
 * @throws {KymDatasetError} `aborted`; what was committed by then stays
 */
export async function updateOverviews(
  dataset: ZarrDataset,
  { dryRun = false, verify = false, shard, onEvent, ...options }: UpdateOverviewsOptions = {},
): Promise<OverviewReport> {
  const hashText = hashTextOf(dataset.runtime);
  const isOwn = ownImages(shard, hashText);
  const images = [...(await dataset.imageObjectHashes())].filter(([id]) => isOwn(id));
  const without = images.filter(([, hashes]) => lacksOverviews(hashes, hashText)).map(([id]) => id);
  const missing = new Set(without);
  const others = images.map(([id]) => id).filter((id) => !missing.has(id));
  const damaged = verify ? await damagedAmong(dataset, others, options) : [];
  const lacking = [...without, ...damaged].sort();
  if (dryRun) {
    return { made: lacking, failed: [], versions: [] };
  }
  const failed: { readonly imageId: string; readonly reason: string }[] = [];
  const made: string[] = [];
  const versions: number[] = [];
  let done = 0;
  if (damaged.length > 0) {
    versions.push(...(await adoptDamaged(dataset, damaged, hashText, options)));
  }
  for (let first = 0; first < lacking.length; first += IMAGES_A_COMMIT) {
    const read = new Map<
      string,
      { readonly pixelsSha256: string; readonly channels: ReadonlyMap<number, Overview> }
    >();
    const readOne = async (imageId: string): Promise<void> => {
      throwIfAborted(options.signal, KymDatasetError);
      const record = dataset.record(imageId, { asOf: "last look" });
      try {
        const { pixelsSha256 } = overviewFile(await record.objectHashes(), hashText);
        read.set(imageId, { pixelsSha256, channels: await readOverviews(record.asPixelStore(), options) });
      } catch (error) {
        if (
          isZarrStoreError(error, "aborted", "io") ||
          !(isZarrStoreError(error) || isKymDatasetError(error))
        ) {
          throw error;
        }
        failed.push({ imageId, reason: error.message });
      }
      onEvent?.({ imageId, done: ++done, total: lacking.length });
    };
    await runBounded(lacking.slice(first, first + IMAGES_A_COMMIT), readOne, { concurrency: IMAGES_AT_ONCE });
    throwIfAborted(options.signal, KymDatasetError);
    let stored: string[] = [];
    const commit = await dataset.transaction(
      async (transaction) => {
        stored = [];
        for (const [imageId, { pixelsSha256, channels }] of read) {
          const record = transaction.record(imageId);
          const hashes = await record.objectHashes();
          // Deleted, or with other pixels, since they were read.
          if (hashes.size === 0 || overviewFile(hashes, hashText).pixelsSha256 !== pixelsSha256) {
            continue;
          }
          await deleteAll(record, options);
          await saveOverviews(record, channels, options);
          stored.push(imageId);
        }
      },
      {
        message: () => `overviews of ${stored.length} ${stored.length === 1 ? "image" : "images"}`,
        ...options,
      },
    );
    made.push(...stored);
    versions.push(...(commit.committed ? [commit.version] : []));
  }
  return { made: made.sort(), failed: failed.sort((a, b) => (a.imageId < b.imageId ? -1 : 1)), versions };
}

/** Those of the images whose overviews are damaged. */
async function damagedAmong(
  dataset: ZarrDataset,
  ids: readonly string[],
  options: ReadOptions,
): Promise<readonly string[]> {
  const damaged: string[] = [];
  const look = async (id: string): Promise<void> => {
    throwIfAborted(options.signal, KymDatasetError);
    if (await hasDamagedOverviews(dataset.record(id, { asOf: "last look" }), options)) {
      damaged.push(id);
    }
  };
  await runBounded(ids, look, { concurrency: IMAGES_AT_ONCE });
  return damaged;
}

/**
 * Takes what is there of damaged files into the log, in a commit of its own: none may overwrite a file that changed outside, and to
 * put what the log has already would be no change.
 */
async function adoptDamaged(
  dataset: ZarrDataset,
  ids: readonly string[],
  hashText: ReturnType<typeof hashTextOf>,
  { signal }: ReadOptions,
): Promise<readonly number[]> {
  const hashes = await dataset.imageObjectHashes();
  const paths = ids.flatMap((id) => {
    const ofImage = hashes.get(id);
    return ofImage === undefined ? [] : [imageObjectPath(id, overviewFile(ofImage, hashText).key)];
  });
  const message = `${ids.length} damaged ${ids.length === 1 ? "overview" : "overviews"} found`;
  const { adopted, version } = await dataset.upkeep.adopt({ paths, message, signal });
  return adopted.length > 0 ? [version] : [];
}

async function deleteAll(record: ZarrImageRecord, options: ReadOptions): Promise<void> {
  for (const name of (await record.derived.list()).filter(isOverviewName)) {
    await record.derived.delete(name, options);
  }
}
