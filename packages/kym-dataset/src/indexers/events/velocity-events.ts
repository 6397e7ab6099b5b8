// The indexer of velocity events, which fills `kym_velocity_events`.

import { type AnalysisState, ARTIFACTS, COLUMNS, EVENT_ARTIFACTS } from "@kym/kym-schema";
import { FLOW_SOFTWARE } from "@kym/kym-schema/flow";
import { ACQSTORE_SOFTWARE, POOLED_EVENT_COLUMNS } from "@kym/kym-schema/tables";
import { type ReadOptions, type Row, rowsOf, type ZarrImageRecord } from "@kym/zarr-store";
import { type ArtifactRef, findArtifact, jsonArtifact, tableArtifact } from "../../indexer/artifact-ref.ts";
import {
  type FlowContext,
  flowSources,
  loadFlowContext,
  loadFlowContextIfThere,
} from "../../indexer/flow-runs.ts";
import { IMAGE_CONTEXT_SOURCES, loadImageContext } from "../../indexer/image-context.ts";
import { defineIndexer, type Indexer } from "../../indexer/indexer.ts";
import { loadInputTable } from "../../indexer/load-input-table.ts";
import { loadParams } from "../../indexer/load-params.ts";
import { keyOfRow, preferredRows } from "../preferred-rows.ts";
import { withSettings } from "../with-settings.ts";

/** What the rows of {@link velocityEventIndexer} depend on beside the events. */
export interface VelocityEventContext {
  readonly rel_path: string | null;
  /** By `"<roi>:<channel>"`. */
  readonly analysis_state: Readonly<Record<string, AnalysisState>>;
  /** What `kym analyze` detected; absent if it detected nothing in the image. */
  readonly flow?: FlowContext;
  /** What acqstore found; absent if the image has nothing of it. */
  readonly acqstore?: FlowContext;
}

const PARAMS = EVENT_ARTIFACTS.params.map(jsonArtifact);
const LAB = EVENT_ARTIFACTS.tables.flatMap(tableArtifact);
const ACQSTORE = tableArtifact(ARTIFACTS.acqstoreEvents);
const OURS: readonly ArtifactRef[] = [{ format: "parquet", name: ARTIFACTS.flowEvents }];

const INPUT = {
  known: POOLED_EVENT_COLUMNS.map(({ name }) => name),
  keys: [COLUMNS.roiId, COLUMNS.start],
};

/**
 * Pools the events of velocity traces into `kym_velocity_events`, one row per event, in stored order. Times are in
 * seconds from the image's start; scores and baselines are in mm/s. A column that an artifact lacks is NULL; without `roi_id`
 * and `t_start_s` it has no events, which is an error.
 *
 * If a ROI has events of several programs, the lab's count, otherwise acqstore's, otherwise those of `kym analyze`; ours first if the
 * dataset says so. Rows of acqstore and of ours have an additional column, `software`; a table without them does not have it.
 */
export const velocityEventIndexer: Indexer<VelocityEventContext> = withSettings(
  "kymflow.velocity_events@0.1",
  ["prefer"],
  ({ prefer }, more) =>
    defineIndexer({
      name: "velocity_events",
      label: "events",
      schemaVersion: "0.3",
      schema: { columns: POOLED_EVENT_COLUMNS },
      ...more,
      inputs: [...LAB, ...ACQSTORE, ...OURS],
      sources: [
        ...PARAMS,
        ...IMAGE_CONTEXT_SOURCES,
        ...flowSources(ARTIFACTS.flowEvents),
        ...flowSources(ARTIFACTS.acqstoreEvents),
      ],
      runMarkers: [ARTIFACTS.eventSummary],
      params: (record, options) => loadParams(record, PARAMS, options),

      async context(record, options): Promise<VelocityEventContext> {
        const { relPath, states, stateOf } = await loadImageContext(record, options);
        const flow = await loadFlowContext(record, ARTIFACTS.flowEvents, stateOf, options);
        const acqstore = await loadFlowContextIfThere(record, ARTIFACTS.acqstoreEvents, stateOf, options);
        return {
          rel_path: relPath,
          analysis_state: Object.fromEntries(states),
          ...(flow.table_sha256 !== null && { flow }),
          ...(acqstore && { acqstore }),
        };
      },

      // Events do not use a ROI's geometry, only whether it is still the geometry that was analysed.
      rois: ({ analysis_state: states }) =>
        Object.keys(states).filter((key) => states[key] === "roi_changed"),

      async extract(record, { context, signal }): Promise<readonly Row[]> {
        const { analysis_state: states, rel_path: relPath, flow, acqstore: runsOfAcqstore } = context;
        const lab = Array.from(await loadRows(record, LAB, { signal }), (row) => ({
          ...row,
          rel_path: relPath,
          analysis_state: states[keyOfRow(row)] ?? "unknown",
        }));
        const ours = Array.from(await loadRows(record, OURS, { signal }), (row) => ({
          ...row,
          rel_path: relPath,
          analysis_state: flow?.runs[keyOfRow(row)]?.state ?? "unknown",
          software: flow?.runs[keyOfRow(row)]?.software ?? FLOW_SOFTWARE,
        }));
        const acqstore = Array.from(await loadRows(record, ACQSTORE, { signal }), (row) => ({
          ...row,
          rel_path: relPath,
          analysis_state: runsOfAcqstore?.runs[keyOfRow(row)]?.state ?? "unknown",
          software: ACQSTORE_SOFTWARE,
        }));
        return preferredRows({ lab, acqstore, ours }, prefer);
      },
    }),
);

async function loadRows(
  record: ZarrImageRecord,
  refs: readonly ArtifactRef[],
  { signal }: ReadOptions,
): Promise<Iterable<Row>> {
  const found = findArtifact(refs, await record.objectHashes());
  return found === undefined ? [] : rowsOf(await loadInputTable(record, found, INPUT, { signal }));
}
