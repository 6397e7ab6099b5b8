// Loads and saves what a dataset remembers about its pooled tables.

import {
  ANALYSIS_SETTINGS_COLUMNS,
  ANALYSIS_SETTINGS_TABLE,
  type AnalysisSettings,
  DEFAULT_ANALYSIS_SETTINGS,
  parseAnalysisSettings,
  rowsOfAnalysisSettings,
} from "@kym/kym-schema/flow";
import { type DatasetContents, isZarrStoreError, type ReadOptions, rowsOf } from "@kym/zarr-store";
import { KymDatasetError } from "./errors.ts";

/** Loads the settings of a dataset: the defaults if it remembers none. Throws errors of reading the table. */
export async function loadAnalysisSettings(
  dataset: DatasetContents,
  options: ReadOptions = {},
): Promise<AnalysisSettings> {
  try {
    return parseAnalysisSettings(rowsOf(await dataset.loadTable(ANALYSIS_SETTINGS_TABLE, options)));
  } catch (error) {
    if (isZarrStoreError(error, "not_found")) {
      return DEFAULT_ANALYSIS_SETTINGS;
    }
    throw error;
  }
}

/**
 * Makes a dataset remember settings; those that are not given stay. Writes nothing if they are so already. The next
 * `updateIndex` of a table that depends on them makes its rows anew.
 *
 * @returns whether something changed
 * @throws {KymDatasetError} `invalid_argument` for a quality that is not a number of at least 0
 */
export async function saveAnalysisSettings(
  dataset: DatasetContents,
  settings: Partial<AnalysisSettings>,
  options: ReadOptions = {},
): Promise<boolean> {
  const { minQuality } = settings;
  if (minQuality !== undefined && !(minQuality >= 0 && Number.isFinite(minQuality))) {
    throw new KymDatasetError(
      "invalid_argument",
      `minQuality: expected a number of at least 0, found ${minQuality}`,
      {
        path: "minQuality",
        expected: "a number of at least 0",
        found: minQuality,
      },
    );
  }
  const before = await loadAnalysisSettings(dataset, options);
  const after = { ...before, ...settings };
  if (after.prefer === before.prefer && after.minQuality === before.minQuality) {
    return false;
  }
  await dataset.saveTable(ANALYSIS_SETTINGS_TABLE, rowsOfAnalysisSettings(after), {
    ...options,
    schema: { columns: ANALYSIS_SETTINGS_COLUMNS },
  });
  return true;
}
