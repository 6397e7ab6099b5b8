// The indexers of the command. A new one is a file of its own and a line here: `index`, `explain`, `ls`, `show` and their
// help have it from this list.
import { type Indexer, radonIndexer, velocityEventIndexer } from "@kym/kym-dataset";
import type { CommandOption, OptionValues } from "../arguments/command.ts";

/** What `kym index` runs, in this order. */
export const INDEXERS: readonly Indexer[] = [
  velocityEventIndexer, // → kym_velocity_events
  radonIndexer, // → kym_radon
];

const NAMES: readonly string[] = INDEXERS.map(({ name }) => name);

/** Which indexers a command is about. */
export const INDEXER_OPTION: { readonly indexer: IndexerOption } = {
  indexer: {
    value: "X",
    choices: NAMES,
    repeats: true,
    help: `only this one (${NAMES.join(", ")}); may be repeated`,
  },
};

interface IndexerOption extends CommandOption {
  readonly value: string;
  readonly choices: readonly string[];
  readonly repeats: true;
}

/** Those that `--indexer` names, in the order of {@link INDEXERS}; all without it. */
export function wantedIndexers({
  options: { indexer: wanted },
}: {
  readonly options: OptionValues<typeof INDEXER_OPTION>;
}): readonly Indexer[] {
  return INDEXERS.filter(({ name }) => wanted?.includes(name) ?? true);
}
