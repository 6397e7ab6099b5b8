// The indexers that `index`, `explain`, `ls`, `show` and their help texts use. To add one, write its file and add it here.

import {
  diameterIndexer,
  heartRateIndexer,
  type Indexer,
  radonIndexer,
  sumIntensityIndexer,
  velocityEventIndexer,
} from "@kym/kym-dataset";
import type { ZarrDataset } from "@kym/zarr-store";
import { imagePartKeys } from "@kym/zarr-store/layout";
import type { CommandOption, OptionValues } from "../arguments/command.ts";

/** The indexers in the order in which `kym index` runs them. */
export const INDEXERS: readonly Indexer[] = [
  velocityEventIndexer, // → kym_velocity_events
  radonIndexer, // → kym_radon
  heartRateIndexer, // → kym_heart_rate
  diameterIndexer, // → kym_diameter
  sumIntensityIndexer, // → kym_sum_intensity
];

/** Tables that a dataset has only if an image has their results: those of acqstore, or those that somebody asked `kym analyze` for. */
const IF_ANALYSED: ReadonlySet<Indexer> = new Set([heartRateIndexer, diameterIndexer, sumIntensityIndexer]);

/**
 * The indexers whose tables a dataset has or would get: all of {@link INDEXERS} but those of results that no image has, if
 * there is no table of them either.
 *
 * @param imageId the only image whose results count; default: those of all
 */
export async function indexersOf(dataset: ZarrDataset, imageId?: string): Promise<readonly Indexer[]> {
  const tables = new Set(await dataset.listTableNames());
  const hashes =
    imageId === undefined
      ? [...(await dataset.imageObjectHashes()).values()]
      : [await dataset.record(imageId).objectHashes()];
  return INDEXERS.filter((indexer) => {
    const keys = indexer.inputs.flatMap(({ format, name }) => imagePartKeys({ kind: format, name }));
    return (
      !IF_ANALYSED.has(indexer) ||
      tables.has(indexer.tableName) ||
      hashes.some((objects) => keys.some((key) => objects.has(key)))
    );
  });
}

const NAMES: readonly string[] = INDEXERS.map(({ name }) => name);

/** The option that selects indexers. */
export const INDEXER_OPTION: { readonly indexer: IndexerOption } = {
  indexer: {
    value: "X",
    choices: NAMES,
    repeats: true,
    help: `only this indexer (${NAMES.join(", ")}); may be repeated`,
  },
};

interface IndexerOption extends CommandOption {
  readonly value: string;
  readonly choices: readonly string[];
  readonly repeats: true;
}

/** The indexers that `--indexer` names, in the order of {@link INDEXERS}; {@link indexersOf} without the option. */
export async function wantedIndexers(
  { options: { indexer: wanted } }: { readonly options: OptionValues<typeof INDEXER_OPTION> },
  dataset: ZarrDataset,
): Promise<readonly Indexer[]> {
  return wanted === undefined ? indexersOf(dataset) : INDEXERS.filter(({ name }) => wanted.includes(name));
}

/** Below a screen that says `not analysed`: an index cannot make results. */
export const HOW_TO_ANALYSE =
  "kym index makes no results: kym analyze computes them, or ingest the folder again after another program did";
