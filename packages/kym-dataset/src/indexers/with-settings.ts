// Makes indexers whose rows depend on what a dataset remembers: one indexer for each choice.

import { type AnalysisSettings, DEFAULT_ANALYSIS_SETTINGS } from "@kym/kym-schema/flow";
import type { Indexer } from "../indexer/indexer.ts";

const SUFFIXES = new RegExp(`(?:\\+(?:${Object.keys(DEFAULT_ANALYSIS_SETTINGS).join("|")})=[^+]*)+$`);

/** Makes an indexer. `forSettings` goes into it. */
type MakeIndexer<Context> = (
  settings: AnalysisSettings,
  more: {
    readonly analysisVersion: string;
    readonly forSettings: NonNullable<Indexer<Context>["forSettings"]>;
  },
) => Indexer<Context>;

/**
 * Returns the indexer for the default settings, which gives those for others. Each has a version of its own, so that all
 * rows are stale once when a dataset changes its mind.
 *
 * @param version the version with the default settings
 * @param uses the settings that the rows depend on
 */
export function withSettings<Context>(
  version: string,
  uses: readonly (keyof AnalysisSettings)[],
  make: MakeIndexer<Context>,
): Indexer<Context> {
  const made = new Map<string, Indexer<Context>>();
  const forSettings = (wanted: AnalysisSettings): Indexer<Context> => {
    const settings = { ...DEFAULT_ANALYSIS_SETTINGS };
    const suffixes: string[] = [];
    for (const name of uses) {
      if (wanted[name] !== settings[name]) {
        Object.assign(settings, { [name]: wanted[name] });
        suffixes.push(`+${name}=${wanted[name]}`);
      }
    }
    const analysisVersion = `${version}${suffixes.join("")}`;
    const before = made.get(analysisVersion);
    if (before !== undefined) {
      return before;
    }
    const indexer = make(settings, { analysisVersion, forSettings });
    made.set(analysisVersion, indexer);
    return indexer;
  };
  return forSettings(DEFAULT_ANALYSIS_SETTINGS);
}

/** A version, and the settings in it, such as `prefer=kym`; "" for the default ones. */
export interface VersionWithSettings {
  readonly version: string;
  readonly settings: string;
}

/** Takes a version of {@link withSettings} apart; any other version has no settings. */
export function versionWithSettings(analysisVersion: string): VersionWithSettings {
  const [suffix = ""] = SUFFIXES.exec(analysisVersion) ?? [];
  return {
    version: analysisVersion.slice(0, analysisVersion.length - suffix.length),
    settings: suffix.slice(1).replaceAll("+", ", "),
  };
}
