// Computes what a plan says about an image, and makes the artifacts that will be stored. Writes nothing.

import type { FlowPlane } from "@kym/flow";
import { COLUMNS, type JsonObject } from "@kym/kym-schema";
import { FLOW_RUN_KEYS, NO_FLOW_RUNS } from "@kym/kym-schema/flow";
import type { NdArray, ReadOptions, TableSchema, ZarrImageRecord } from "@kym/zarr-store";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { loadArrow } from "@kym/zarr-store/table/lazy";
import { columnOf } from "@kym/zarr-store/table/reading";
import type { Table } from "apache-arrow";
import { KymDatasetError } from "../errors.ts";
import { planeSelection } from "../image/plane-selection.ts";
import {
  findArtifact,
  loadTableArtifact,
  type ObjectHashes,
  tableArtifact,
} from "../indexer/artifact-ref.ts";
import { finiteCell } from "../indexer/finite-cell.ts";
import {
  ANALYSIS_ARTIFACTS,
  ANALYSIS_KINDS,
  type AnalysisKind,
  FROM_VELOCITY,
} from "./compute/analysis-kind.ts";
import type { AnalysisTask, ComputeAnalysis, KindResult, KnownVelocity } from "./compute/analysis-task.ts";
import {
  hashOfRun,
  type ImageFacts,
  type ImagePlan,
  type PlannedRoi,
  runFields,
  type WantedParams,
} from "./plan/plan-image.ts";
import { joinRows, RESULT_SCHEMAS, type RowsOfRoi, rowsByRoi, tableOfResult } from "./result-tables.ts";

/** An image that is planned. */
export interface PlannedImage {
  readonly imageId: string;
  /** The hashes of its objects when it was planned. */
  readonly seen: ObjectHashes;
  readonly facts: ImageFacts;
  readonly plan: ImagePlan;
}

/** The new state of one kind's artifacts; without rows and runs they are deleted. */
export interface KindArtifacts {
  readonly kind: AnalysisKind;
  readonly table: Table | undefined;
  readonly schema: TableSchema;
  readonly runs: Readonly<Record<string, JsonObject>>;
}

/** What is to be stored of an image. */
export interface ComputedImage extends PlannedImage {
  readonly artifacts: readonly KindArtifacts[];
  /** How many windows of velocities were computed, and how many of them have one. */
  readonly windows: number;
}

export interface ComputeImageOptions extends ReadOptions {
  readonly compute: ComputeAnalysis;
  readonly wanted: WantedParams;
  readonly windowLines: number;
  readonly removeStaticColumns: boolean;
  /** The package that computes. */
  readonly software: string;
  /** Runs `work` when a processor is free, so that only so many ROIs are in memory. */
  readonly whenFree: <T>(work: () => Promise<T>) => Promise<T>;
  /** How much of a ROI is done, from 0 to 1. */
  readonly onProgress: (planned: PlannedRoi, share: number) => void;
}

/**
 * Computes every ROI of a plan.
 *
 * @throws {KymDatasetError} `aborted`; errors of reading the image
 */
export async function computeImage(
  record: ZarrImageRecord,
  image: PlannedImage,
  options: ComputeImageOptions,
): Promise<ComputedImage> {
  await loadArrow();
  const before = await loadStoredRows(record, image, options);
  const computed = await Promise.all(
    image.plan.planned.map((planned) =>
      options.whenFree(async () => {
        throwIfAborted(options.signal, KymDatasetError);
        const velocity = knownVelocity(planned, before);
        const task = await taskOf(record, image, planned, { ...options, velocity });
        const results = await options.compute(task, {
          signal: options.signal,
          onProgress: (done, total) => options.onProgress(planned, total === 0 ? 0 : done / total),
        });
        options.onProgress(planned, 1);
        return { planned, results };
      }),
    ),
  );
  const windows = computed
    .flatMap(({ results }) => results)
    .reduce((sum, { kind, rowCount }) => sum + (kind === "velocity" ? rowCount : 0), 0);
  return { ...image, artifacts: artifactsOf(image, before, computed, options), windows };
}

type StoredRows = ReadonlyMap<AnalysisKind, ReadonlyMap<string, RowsOfRoi>>;

/** The stored rows of each kind that changes, and of the velocities that others are computed from. */
async function loadStoredRows(
  record: ZarrImageRecord,
  { plan, facts, seen }: PlannedImage,
  options: ReadOptions,
): Promise<StoredRows> {
  const kinds = changedKinds(plan);
  const needsVelocity = [...kinds].some((kind) => FROM_VELOCITY.has(kind));
  const rows = new Map<AnalysisKind, ReadonlyMap<string, RowsOfRoi>>();
  for (const kind of facts.stored.keys()) {
    const found = findArtifact(tableArtifact(ANALYSIS_ARTIFACTS[kind]), seen);
    if (found !== undefined && (kinds.has(kind) || (kind === "velocity" && needsVelocity))) {
      rows.set(kind, rowsByRoi(await loadTableArtifact(record, found, options)));
    }
  }
  return rows;
}

/** In the order in which kinds are computed: events name the velocities that they are of. */
function changedKinds({ planned, obsolete }: ImagePlan): ReadonlySet<AnalysisKind> {
  const isChanged = (kind: AnalysisKind): boolean =>
    obsolete.has(kind) || planned.some(({ kinds }) => kinds.some((one) => one.kind === kind));
  return new Set(ANALYSIS_KINDS.filter(isChanged));
}

/** The stored velocities of a ROI, if events or a heart rate are computed and the velocities stay. */
function knownVelocity({ key, kinds }: PlannedRoi, before: StoredRows): KnownVelocity | undefined {
  const isNew = kinds.some(({ kind }) => kind === "velocity");
  const ranges = isNew ? [] : (before.get("velocity")?.get(key)?.ranges ?? []);
  if (ranges.length === 0 || !kinds.some(({ kind }) => FROM_VELOCITY.has(kind))) {
    return undefined;
  }
  const cells = (name: string): Float64Array<ArrayBuffer> =>
    Float64Array.from(
      ranges.flatMap(({ table, firstRow, rowCount }) =>
        columnOf(table, name).slice(firstRow, firstRow + rowCount),
      ),
      (cell) => finiteCell(cell) ?? Number.NaN,
    );
  return { timeS: cells(COLUMNS.time), velocityMmPerS: cells(COLUMNS.velocity) };
}

async function taskOf(
  record: ZarrImageRecord,
  { facts }: PlannedImage,
  { roi, channel, bounds, kinds }: PlannedRoi,
  {
    signal,
    windowLines,
    removeStaticColumns,
    velocity,
  }: ComputeImageOptions & { readonly velocity: KnownVelocity | undefined },
): Promise<AnalysisTask> {
  const pixels = record.asPixelStore();
  const selection = planeSelection(await pixels.describe({ signal }), { channel, z: roi.z }, bounds);
  const region = await pixels.loadRegion(selection, { signal });
  const { secondsPerLine, umPerPx } = facts.calibration;
  return {
    plane: {
      pixels: numbersOf(region),
      lines: bounds.dim0Stop - bounds.dim0Start,
      columns: bounds.dim1Stop - bounds.dim1Start,
    },
    firstLine: bounds.dim0Start,
    firstColumn: bounds.dim1Start,
    imageLines: facts.extent.height,
    imageColumns: facts.extent.width,
    ...{ secondsPerLine, umPerPx, roiId: roi.id, channel, windowLines, removeStaticColumns, velocity },
    kinds: kinds.map(({ kind }) => kind),
  };
}

/** 64-bit integers become the nearest float64. */
function numbersOf({ data }: NdArray): FlowPlane["pixels"] {
  return data instanceof BigInt64Array || data instanceof BigUint64Array
    ? Float64Array.from(data, Number)
    : data;
}

function artifactsOf(
  { plan, facts }: PlannedImage,
  before: StoredRows,
  computed: readonly { readonly planned: PlannedRoi; readonly results: readonly KindResult[] }[],
  { wanted, software }: ComputeImageOptions,
): readonly KindArtifacts[] {
  const runsOfVelocity = new Map(facts.stored.get("velocity")?.stored);
  return [...changedKinds(plan)].map((kind) => {
    const rows = new Map(before.get(kind));
    const runs = new Map((facts.stored.get(kind) ?? NO_FLOW_RUNS).stored);
    for (const key of plan.obsolete.get(kind) ?? []) {
      rows.delete(key);
      runs.delete(key);
    }
    for (const { planned, results } of computed) {
      const { key, roi, channel } = planned;
      const result = results.find((one) => one.kind === kind);
      if (result !== undefined) {
        const table = tableOfResult(result, { roiId: roi.id, channel });
        const ranges = [{ table, firstRow: 0, rowCount: table.numRows }];
        rows.set(key, { roiId: roi.id, channel, ranges });
        const velocityRun = runsOfVelocity.get(key);
        runs.set(key, {
          ...wanted[kind],
          [FLOW_RUN_KEYS.software]: software,
          ...runFields(planned, facts),
          ...(FROM_VELOCITY.has(kind) &&
            velocityRun !== undefined && { [FLOW_RUN_KEYS.velocityRun]: hashOfRun(velocityRun) }),
        });
        if (kind === "velocity") {
          runsOfVelocity.set(key, runs.get(key) ?? {});
        }
      }
    }
    const table = runs.size === 0 ? undefined : joinRows(kind, rows.values());
    return { kind, table, schema: RESULT_SCHEMAS[kind], runs: Object.fromEntries([...runs].sort()) };
  });
}
