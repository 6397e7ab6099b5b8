// Loads the velocity traces and events of one image that the pooled tables count: the lab's, acqstore's or ours, never two of them.

import {
  type AnalysisState,
  ARTIFACTS,
  analysisRunKey,
  COLUMNS,
  calibrationOf,
  EVENT_ARTIFACTS,
  isJsonObject,
} from "@kym/kym-schema";
import { FLOW_SOFTWARE, type PreferredSoftware } from "@kym/kym-schema/flow";
import { RADON_PARAMS_KEYS } from "@kym/kym-schema/keys";
import { ACQSTORE_SOFTWARE } from "@kym/kym-schema/tables";
import { type ReadOptions, type Row, rowsOf, type ZarrImageRecord } from "@kym/zarr-store";
import {
  type ArtifactRef,
  findArtifact,
  jsonArtifact,
  loadTableArtifact,
  tableArtifact,
} from "../indexer/artifact-ref.ts";
import { finiteCell } from "../indexer/finite-cell.ts";
import { type FlowContext, loadFlowContext } from "../indexer/flow-runs.ts";
import { type ImageContext, loadImageContext } from "../indexer/image-context.ts";
import { keyOfRow, LAB_SOFTWARE, preferredRows } from "../indexers/preferred-rows.ts";
import { type RoiTrace, traceOfRows } from "./roi-trace.ts";

/** One event of a trace. */
export interface RoiEvent {
  readonly roiId: number;
  /** From 1. */
  readonly channel: number;
  readonly software: string;
  /** Such as `baseline_drop`; null if it is not known. */
  readonly eventType: string | null;
  /** The type that a person gave it when reviewing. */
  readonly userType: string | null;
  /** Seconds from the image's first line; null if it is not known. */
  readonly startS: number | null;
  /** Null for an event without an end. */
  readonly endS: number | null;
}

/** What one image was measured to do. */
export interface ImageTraces {
  /** In the order of ROI, then channel. */
  readonly traces: readonly RoiTrace[];
  /** In stored order. */
  readonly events: readonly RoiEvent[];
}

const LAB_EVENTS = EVENT_ARTIFACTS.tables.flatMap(tableArtifact);

/**
 * Loads traces and events. A ROI that has those of several programs has the preferred ones, as in `kym_radon` and
 * `kym_velocity_events`.
 *
 * @throws {ZarrStoreError} `invalid_file`, `modified_outside` and other errors of reading
 * @throws {KymSchemaError} `invalid_metadata` for records of analyses that are not JSON objects
 */
export async function loadTraces(
  record: ZarrImageRecord,
  prefer: PreferredSoftware,
  options: ReadOptions = {},
): Promise<ImageTraces> {
  const image = await loadImageContext(record, options);
  const velocity = await loadFlowContext(record, ARTIFACTS.flowVelocity, image.stateOf, options);
  const ofAcqstore = await loadFlowContext(record, ARTIFACTS.acqstoreVelocity, image.stateOf, options);
  const traces = preferredRows(
    {
      lab: await loadRows(record, tableArtifact(ARTIFACTS.radonVelocity), LAB_SOFTWARE, options),
      acqstore: await loadRows(record, tableArtifact(ARTIFACTS.acqstoreVelocity), ACQSTORE_SOFTWARE, options),
      ours: await loadRows(record, tableArtifact(ARTIFACTS.flowVelocity), FLOW_SOFTWARE, options),
    },
    prefer,
  );
  const events = preferredRows(
    {
      lab: await loadRows(record, LAB_EVENTS, LAB_SOFTWARE, options),
      acqstore: await loadRows(record, tableArtifact(ARTIFACTS.acqstoreEvents), ACQSTORE_SOFTWARE, options),
      ours: await loadRows(record, tableArtifact(ARTIFACTS.flowEvents), FLOW_SOFTWARE, options),
    },
    prefer,
  );
  const windows = await loadWindows(record, options);
  const calibration = calibrationOf(image.metadata.header);
  return {
    traces: [...Map.groupBy(traces, keyOfRow)]
      .map(([key, rows]) =>
        traceOfRows(rows, {
          calibration,
          state: stateOf(key, rows, image, { ours: velocity, acqstore: ofAcqstore }),
          windowLines: windows.get(`${softwareOf(rows)} ${key}`) ?? null,
        }),
      )
      .sort((a, b) => a.roiId - b.roiId || a.channel - b.channel),
    events: events.map(eventOf),
  };
}

async function loadRows(
  record: ZarrImageRecord,
  refs: readonly ArtifactRef[],
  software: string,
  { signal }: ReadOptions,
): Promise<readonly Row[]> {
  const found = findArtifact(refs, await record.objectHashes());
  return found === undefined
    ? []
    : Array.from(rowsOf(await loadTableArtifact(record, found, { signal, memory: "shared" })), (row) => ({
        ...row,
        [COLUMNS.software]: software,
      }));
}

/** The lines of each run's windows, by software and `analysisRunKey`. */
async function loadWindows(
  record: ZarrImageRecord,
  options: ReadOptions,
): Promise<ReadonlyMap<string, number>> {
  const hashes = await record.objectHashes();
  const windows = new Map<string, number>();
  for (const [software, name] of [
    [LAB_SOFTWARE, ARTIFACTS.radonParams],
    [ACQSTORE_SOFTWARE, ARTIFACTS.acqstoreVelocity],
    [FLOW_SOFTWARE, ARTIFACTS.flowVelocity],
  ] as const) {
    const found = findArtifact([jsonArtifact(name)], hashes);
    const runs = found === undefined ? {} : await record.loadJson(name, options);
    for (const [key, run] of isJsonObject(runs) ? Object.entries(runs) : []) {
      const lines = isJsonObject(run) ? run[RADON_PARAMS_KEYS.windowSize] : undefined;
      if (typeof lines === "number" && lines > 0) {
        windows.set(`${software} ${key.includes(":") ? key : analysisRunKey(Number(key), 1)}`, lines);
      }
    }
  }
  return windows;
}

function softwareOf([first]: readonly Row[]): string {
  return String(first?.[COLUMNS.software] ?? LAB_SOFTWARE);
}

function stateOf(
  key: string,
  rows: readonly Row[],
  { states }: ImageContext,
  { ours, acqstore }: { readonly ours: FlowContext; readonly acqstore: FlowContext },
): AnalysisState {
  const software = softwareOf(rows);
  const { runs } = software === ACQSTORE_SOFTWARE ? acqstore : ours;
  return (software === LAB_SOFTWARE ? states.get(key) : runs[key]?.state) ?? "unknown";
}

function eventOf(row: Row): RoiEvent {
  const text = (name: string): string | null => {
    const cell = row[name];
    return typeof cell === "string" && cell !== "" ? cell : null;
  };
  return {
    roiId: Number(row[COLUMNS.roiId]),
    channel: Number(row[COLUMNS.channel] ?? 1),
    software: softwareOf([row]),
    eventType: text(COLUMNS.eventType),
    userType: text(COLUMNS.userType),
    startS: finiteCell(row[COLUMNS.start]),
    endS: finiteCell(row[COLUMNS.end]),
  };
}
