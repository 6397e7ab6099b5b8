import { type CellValue, type Column, type Row, rowsOf } from "@kym/zarr-store";
import { jsonArtifact, loadTableArtifact } from "../../indexer/artifact-ref.ts";
import { IMAGE_CONTEXT_SOURCES, loadImageContext } from "../../indexer/image-context.ts";
import { defineIndexer, type Indexer } from "../../indexer/indexer.ts";
import { loadParams } from "../../indexer/load-params.ts";
import { analysisRunKey } from "../../radon/analysis-runs.ts";
import type { AnalysisState } from "../../radon/analysis-state.ts";
import { EVENT_ARTIFACTS } from "./event-artifacts.ts";

/** What the rows of {@link velocityEventIndexer} use beside the events. */
export interface VelocityEventContext {
  readonly rel_path: string | null;
  /** By `"<roi>:<channel>"`. */
  readonly analysis_state: Readonly<Record<string, AnalysisState>>;
}

const PARAMS = ["velocity_events/params", "velocity_events_params", "velocity_events.params"].map(
  jsonArtifact,
);

const FIRST_CHANNEL = 1n;

const TRACE_INDEX = "index into the trace; into the lines of the image if a person made the event";

/**
 * The columns of the artifact `velocity_events/events` as an ingest writes it, which `test/images` compares, and two of
 * the image. Events of other programs may lack any of them: here all may be NULL.
 */
const COLUMNS: readonly Column[] = [
  { name: "roi_id", type: "int64" },
  { name: "event_id", type: "utf8", description: "stable: see legacyEventId" },
  { name: "t_start_s", type: "float64", unit: "s" },
  { name: "t_end_s", type: "float64", unit: "s" },
  { name: "peak_t_s", type: "float64", unit: "s" },
  { name: "peak_value", type: "float64", description: "no legacy source: NULL" },
  { name: "score", type: "float64", unit: "mm/s", description: "the step between the medians of both sides" },
  { name: "channel", type: "int64" },
  { name: "event_type", type: "utf8" },
  { name: "i_start", type: "int64", description: TRACE_INDEX },
  { name: "i_peak", type: "int64", description: TRACE_INDEX },
  { name: "i_end", type: "int64", description: TRACE_INDEX },
  { name: "baseline_before", type: "float64", unit: "mm/s" },
  { name: "baseline_after", type: "float64", unit: "mm/s" },
  { name: "strength", type: "float64" },
  { name: "nan_fraction_in_event", type: "float64" },
  { name: "n_valid_in_event", type: "int64" },
  { name: "duration_s", type: "float64", unit: "s" },
  { name: "machine_type", type: "utf8" },
  { name: "user_type", type: "utf8" },
  { name: "note", type: "utf8" },
  { name: "rel_path", type: "utf8", description: "of the source file, below the folder that was ingested" },
  {
    name: "analysis_state",
    type: "utf8",
    description: "current, roi_changed, pixels_changed or unknown: whether the trace is of what is there now",
  },
];

/**
 * Events of the velocity trace → `kym_velocity_events`: one row an event, in stored order. Times in seconds from the
 * image's start, scores and baselines in mm/s. Columns that an artifact lacks are NULL.
 */
export const velocityEventIndexer: Indexer<VelocityEventContext> = defineIndexer({
  name: "velocity_events",
  label: "events",
  schemaVersion: "0.3",
  schema: { columns: COLUMNS },
  analysisVersion: "kymflow.velocity_events@0.1",
  inputs: EVENT_ARTIFACTS,
  sources: [...PARAMS, ...IMAGE_CONTEXT_SOURCES],
  runMarkers: ["velocity_events/summary"],
  params: (record, options) => loadParams(record, PARAMS, options),

  async context(record, options): Promise<VelocityEventContext> {
    const { relPath, states } = await loadImageContext(record, options);
    return { rel_path: relPath, analysis_state: Object.fromEntries(states) };
  },

  // The events use no geometry, only whether it is that of the analysis.
  rois: ({ analysis_state: states }) => Object.keys(states).filter((key) => states[key] === "roi_changed"),

  async extract(record, { input, context, signal }): Promise<readonly Row[]> {
    if (input === undefined) {
      return [];
    }
    const events = await loadTableArtifact(record, input, { signal, memory: "shared" });
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
