// The indexers that `index`, `explain`, `ls`, `show` and their help texts use. To add one, write its file and add it here.

import {
  diameterIndexer,
  heartRateIndexer,
  type Indexer,
  radonIndexer,
  velocityEventIndexer,
} from "@kym/kym-dataset";
import type { CommandOption, OptionValues } from "../arguments/command.ts";

/** The indexers in the order in which `kym index` runs them. */
export const INDEXERS: readonly Indexer[] = [
  velocityEventIndexer, // → kym_velocity_events
  radonIndexer, // → kym_radon
  heartRateIndexer, // → kym_heart_rate
  diameterIndexer, // → kym_diameter
];

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

/** The indexers that `--indexer` names, in the order of {@link INDEXERS}; all of them without the option. */
export function wantedIndexers({
  options: { indexer: wanted },
}: {
  readonly options: OptionValues<typeof INDEXER_OPTION>;
}): readonly Indexer[] {
  return INDEXERS.filter(({ name }) => wanted?.includes(name) ?? true);
}

/** Below a screen that says `not analysed`: an index cannot make results. */
export const HOW_TO_ANALYSE =
  "kym index makes no results: kym analyze computes them, or ingest the folder again after another program did";
