import type { Indexer } from "@kym/kym-dataset";
import type { OptionValue } from "../arguments/command.ts";
import { guessOr } from "../arguments/nearest-word.ts";
import { usageError } from "../terminal/cli-error.ts";
import { INDEXERS } from "./indexers.ts";

/** Those that `--indexer` names, in the order of {@link INDEXERS}; all without it. @throws {CliError} for another name */
export function wantedIndexers(option: OptionValue): readonly Indexer[] {
  const wanted = typeof option === "string" ? option.split(",") : undefined;
  const unknown = wanted?.find((name) => !INDEXERS.some((indexer) => indexer.name === name));
  if (unknown !== undefined) {
    const names = INDEXERS.map(({ name }) => name);
    throw usageError(
      `there is no indexer ${JSON.stringify(unknown)}`,
      guessOr(unknown, names, `indexers: ${names.join(", ")}`, (nearest) => `--indexer ${nearest}`),
    );
  }
  return INDEXERS.filter(({ name }) => wanted?.includes(name) ?? true);
}
