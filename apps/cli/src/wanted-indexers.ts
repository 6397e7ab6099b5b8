import type { Indexer } from "@kym/kym-dataset";
import { usageError } from "./cli-error.ts";
import type { OptionValue } from "./command.ts";
import { INDEXERS } from "./indexers.ts";

/** Those that `--indexer` names, in the order of {@link INDEXERS}; all without it. @throws {CliError} for another name */
export function wantedIndexers(option: OptionValue): readonly Indexer[] {
  const wanted = typeof option === "string" ? option.split(",") : undefined;
  const unknown = wanted?.find((name) => !INDEXERS.some((indexer) => indexer.name === name));
  if (unknown !== undefined) {
    throw usageError(
      `there is no indexer ${JSON.stringify(unknown)}`,
      `indexers: ${INDEXERS.map(({ name }) => name).join(", ")}`,
    );
  }
  return INDEXERS.filter(({ name }) => wanted?.includes(name) ?? true);
}
