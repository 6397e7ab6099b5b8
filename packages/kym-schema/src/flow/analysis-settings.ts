// What a dataset remembers about its pooled tables: whose results count, and which quality is low.

import type { Column } from "@kym/zarr-store";

/** The name of the table in which a dataset remembers its choices. */
export const ANALYSIS_SETTINGS_TABLE = "analysis_settings";

/** The columns of the table {@link ANALYSIS_SETTINGS_TABLE}. */
export const ANALYSIS_SETTINGS_COLUMNS: readonly Column[] = [
  { name: "setting", type: "utf8", nullable: false },
  { name: "value", type: "utf8", nullable: false },
];

/** Whose results a pooled table takes if a ROI has both: those that came with the lab's files, or those of `kym analyze`. */
export type PreferredSoftware = "lab" | "kym";

/** The choices that a dataset remembers. */
export interface AnalysisSettings {
  /** Default `lab`. */
  readonly prefer: PreferredSoftware;
  /** A window whose peak ratio is below this has a low quality. Default 4: see `docs/accuracy.md`. */
  readonly minQuality: number;
}

/** What counts in a dataset that remembers nothing. */
export const DEFAULT_ANALYSIS_SETTINGS: AnalysisSettings = Object.freeze({ prefer: "lab", minQuality: 4 });

/** Reads the rows of the table. A setting that is unknown, absent or not valid has its default. */
export function parseAnalysisSettings(rows: Iterable<Readonly<Record<string, unknown>>>): AnalysisSettings {
  const values = new Map([...rows].map(({ setting, value }) => [setting, value]));
  const minQuality = Number(values.get("min_quality") ?? Number.NaN);
  return {
    prefer: values.get("prefer") === "kym" ? "kym" : DEFAULT_ANALYSIS_SETTINGS.prefer,
    minQuality: minQuality >= 0 ? minQuality : DEFAULT_ANALYSIS_SETTINGS.minQuality,
  };
}

/** The rows that {@link parseAnalysisSettings} reads. */
export function rowsOfAnalysisSettings({
  prefer,
  minQuality,
}: AnalysisSettings): readonly { readonly setting: string; readonly value: string }[] {
  return [
    { setting: "min_quality", value: String(minQuality) },
    { setting: "prefer", value: prefer },
  ];
}
