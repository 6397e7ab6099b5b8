// The indexer of velocity events, which fills `kym_velocity_events`.

import { type AnalysisState, ARTIFACTS, analysisRunKey, COLUMNS, EVENT_ARTIFACTS } from "@kym/kym-schema";
import { POOLED_EVENT_COLUMNS } from "@kym/kym-schema/tables";
import { type CellValue, type Row, rowsOf } from "@kym/zarr-store";
import { jsonArtifact, tableArtifact } from "../../indexer/artifact-ref.ts";
import { IMAGE_CONTEXT_SOURCES, loadImageContext } from "../../indexer/image-context.ts";
import { defineIndexer, type Indexer } from "../../indexer/indexer.ts";
import { loadInputTable } from "../../indexer/load-input-table.ts";
import { loadParams } from "../../indexer/load-params.ts";

/** What the rows of {@link velocityEventIndexer} depend on beside the events. */
export interface VelocityEventContext {
  readonly rel_path: string | null;
  /** By `"<roi>:<channel>"`. */
  readonly analysis_state: Readonly<Record<string, AnalysisState>>;
}

const PARAMS = EVENT_ARTIFACTS.params.map(jsonArtifact);

const FIRST_CHANNEL = 1n;

const INPUT = {
  known: POOLED_EVENT_COLUMNS.map(({ name }) => name),
  keys: [COLUMNS.roiId, COLUMNS.start],
};

/**
 * Pools the events of velocity traces into `kym_velocity_events`, one row per event, in stored order. Times are in
 * seconds from the image's start; scores and baselines are in mm/s. A column that an artifact lacks is NULL; without `roi_id`
 * and `t_start_s` it has no events, which is an error.
 */
export const velocityEventIndexer: Indexer<VelocityEventContext> = defineIndexer({
  name: "velocity_events",
  label: "events",
  schemaVersion: "0.3",
  schema: { columns: POOLED_EVENT_COLUMNS },
  analysisVersion: "kymflow.velocity_events@0.1",
  inputs: EVENT_ARTIFACTS.tables.flatMap(tableArtifact),
  sources: [...PARAMS, ...IMAGE_CONTEXT_SOURCES],
  runMarkers: [ARTIFACTS.eventSummary],
  params: (record, options) => loadParams(record, PARAMS, options),

  async context(record, options): Promise<VelocityEventContext> {
    const { relPath, states } = await loadImageContext(record, options);
    return { rel_path: relPath, analysis_state: Object.fromEntries(states) };
  },

  // Events do not use a ROI's geometry, only whether it is still the geometry that was analysed.
  rois: ({ analysis_state: states }) => Object.keys(states).filter((key) => states[key] === "roi_changed"),

  async extract(record, { input, context, signal }): Promise<readonly Row[]> {
    if (input === undefined) {
      return [];
    }
    const events = await loadInputTable(record, input, INPUT, { signal });
    return Array.from(rowsOf(events), (row) => ({
      ...row,
      rel_path: context.rel_path,
      analysis_state: stateOf(row, context),
    }));
  },
});

function stateOf({ roi_id: roiId, channel }: Row, context: VelocityEventContext): CellValue {
  if (typeof roiId !== "bigint" && typeof roiId !== "number") {
    return "unknown";
  }
  const known = typeof channel === "bigint" || typeof channel === "number" ? channel : FIRST_CHANNEL;
  return context.analysis_state[analysisRunKey(roiId, known)] ?? "unknown";
}
