// Makes the rows of `kym_radon`: summarises each velocity trace and adds what is known about its image and ROI.

import { type AnalysisState, ARTIFACTS, analysisRunKey, COLUMNS } from "@kym/kym-schema";
import type { StoredRoiStats } from "@kym/roi";
import { type CellValue, type ReadOptions, type Row, rowsOf, type ZarrImageRecord } from "@kym/zarr-store";
import { columnOf } from "@kym/zarr-store/table/reading";
import type { Table } from "apache-arrow";
import { KymDatasetError } from "../../errors.ts";
import { finiteCell } from "../../indexer/finite-cell.ts";
import { LAB_SOFTWARE } from "../preferred-rows.ts";
import type { RadonContext, RadonRun } from "./radon-context.ts";
import { loadRegionStats } from "./region-stats.ts";
import { type StallTrace, stallColumns } from "./stall-columns.ts";
import { summarizeTrace } from "./summarize-trace.ts";

/** The windows of one ROI and channel, in order of time. */
interface Trace extends StallTrace {
  readonly roiId: bigint;
  readonly channel: bigint;
  readonly velocitiesMmS: (number | null)[];
  readonly timesS: (number | null)[];
  readonly qualities: (number | null)[];
  /** As the first row names it. */
  readonly algorithm: string | null;
}

/** Whose traces they are, and what the rows say about them. */
export interface TraceOrigin {
  readonly software: string;
  /** What the traces were computed from, by `analysisRunKey`. */
  readonly runs: Readonly<Record<string, RadonRun>>;
  /** A window whose quality is below this counts as low. */
  readonly minQuality: number;
}

const FIRST_CHANNEL = 1n;

/**
 * Makes one row per ROI and channel of the trace table, sorted by ROI, then channel. A deleted ROI keeps its row,
 * marked `roi_changed` and without pixel statistics, because its trace still exists.
 *
 * @throws {KymDatasetError} `schema_mismatch` for a table without ROI ids or velocities
 * @throws {ZarrStoreError} errors of reading pixels
 */
export async function summarizeTraces(
  record: ZarrImageRecord,
  traces: Table,
  context: RadonContext,
  { software, runs, minQuality, ...options }: TraceOrigin & ReadOptions,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const ofRuns = { ...context, runs };
  for (const trace of splitTraces(traces)) {
    const { roiId, channel, velocitiesMmS, algorithm } = trace;
    const key = analysisRunKey(roiId, channel);
    const durations = context.users_added.durations[String(roiId)];
    rows.push({
      roi_id: roiId,
      channel,
      ...summarizeTrace(velocitiesMmS),
      users_added_count: context.users_added.count,
      users_added_dur_sum: durations?.sumS ?? null,
      users_added_dur_mean: durations === undefined ? null : durations.sumS / durations.n,
      ...imageColumns(await loadStats(record, roiId, Number(channel), ofRuns, options)),
      ...imageFactColumns(context, runs[key]?.state),
      software,
      algorithm,
      ...stallColumns(trace, minQuality),
    });
  }
  return rows;
}

/** Keeps rows that another program summarised, and fills in the columns that only this dataset knows. */
export function adoptRows(results: Table, context: RadonContext): readonly Row[] {
  return Array.from(rowsOf(results), (row) => {
    const { roi_id: roiId, channel } = row;
    const key = isInteger(roiId)
      ? analysisRunKey(roiId, isInteger(channel) ? channel : FIRST_CHANNEL)
      : undefined;
    return {
      ...row,
      rel_path: context.rel_path ?? row[COLUMNS.relPath] ?? null,
      analysis_state: (key === undefined ? undefined : context.runs[key]?.state) ?? "unknown",
      software: LAB_SOFTWARE,
    };
  });
}

function splitTraces(table: Table): readonly Trace[] {
  const [roiIds, velocities] = [columnOf(table, COLUMNS.roiId), columnOf(table, COLUMNS.velocity)];
  const names = new Set(table.schema.fields.map(({ name }) => name));
  const cellsOf = (name: string): readonly CellValue[] => (names.has(name) ? columnOf(table, name) : []);
  const [channels, algorithms] = [cellsOf(COLUMNS.channel), cellsOf(COLUMNS.algorithm)];
  const [times, qualities] = [cellsOf(COLUMNS.time), cellsOf(COLUMNS.peakRatio)];
  const traces = new Map<string, Trace>();
  for (const [row, velocity] of velocities.entries()) {
    const roiId = integerAt(roiIds[row], COLUMNS.roiId, row);
    const channel = integerAt(channels[row] ?? FIRST_CHANNEL, COLUMNS.channel, row);
    const key = analysisRunKey(roiId, channel);
    const named = algorithms[row];
    const algorithm = typeof named === "string" ? named : null;
    const empty = { velocitiesMmS: [], timesS: [], qualities: [] };
    const trace = traces.get(key) ?? { roiId, channel, algorithm, ...empty };
    traces.set(key, trace);
    trace.velocitiesMmS.push(velocityAt(velocity, row));
    if (times.length > 0) {
      trace.timesS.push(finiteCell(times[row]));
    }
    if (qualities.length > 0) {
      trace.qualities.push(finiteCell(qualities[row]));
    }
  }
  return [...traces.values()].sort((a, b) => Number(a.roiId - b.roiId || a.channel - b.channel));
}

function integerAt(value: unknown, column: string, row: number): bigint {
  if (isInteger(value)) {
    return BigInt(value);
  }
  throw misfit(column, row, "an integer", value);
}

/** An infinite velocity stays one: it is counted as too large. */
function velocityAt(value: CellValue, row: number): number | null {
  if (value === null || typeof value === "number") {
    return value;
  }
  if (typeof value === "bigint") {
    return Number(value);
  }
  throw misfit(COLUMNS.velocity, row, "a number", value);
}

function misfit(column: string, row: number, expected: string, found: unknown): KymDatasetError {
  const message = `${ARTIFACTS.radonVelocity}: column ${column}, row ${row}: expected ${expected}, found ${String(found)}`;
  return new KymDatasetError("schema_mismatch", message, { path: column, expected, found });
}

/** Returns the ROI's stored statistics if its revision is the one that was analysed; otherwise computes them. */
async function loadStats(
  record: ZarrImageRecord,
  roiId: bigint,
  channel: number,
  context: RadonContext,
  options: ReadOptions,
): Promise<StoredRoiStats | undefined> {
  const roi = context.rois[String(roiId)];
  const run = context.runs[analysisRunKey(roiId, channel)];
  if (roi === undefined) {
    return undefined;
  }
  if (roi.stats !== null && roi.channel === channel && run?.revision === roi.revision) {
    return roi.stats;
  }
  const { bounds, path, z } = roi;
  return bounds === null ? undefined : loadRegionStats(record, { bounds, path, z, channel }, options);
}

function imageColumns(stats: StoredRoiStats | undefined): Row {
  const integer = (value: number | undefined): bigint | null =>
    Number.isSafeInteger(value) ? BigInt(value ?? 0) : null;
  return {
    img_min: integer(stats?.imgMin),
    img_max: integer(stats?.imgMax),
    img_mean: stats?.imgMean ?? null,
    img_std: stats?.imgStd ?? null,
  };
}

function imageFactColumns(context: RadonContext, state: AnalysisState = "unknown"): Row {
  const { file_name, parent_folder, grandparent_folder, rel_path } = context;
  const { accepted, treatment, condition, date } = context;
  return {
    file_name,
    parent_folder,
    grandparent_folder,
    rel_path,
    accepted,
    treatment,
    condition,
    date,
    analysis_state: state,
  };
}

function isInteger(value: unknown): value is bigint | number {
  return typeof value === "bigint" || Number.isSafeInteger(value);
}
