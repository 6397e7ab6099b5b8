// Collects everything that the rows of `kym_radon` depend on beside the velocity trace and the pixels.

import { type AnalysisState, ARTIFACTS } from "@kym/kym-schema";
import { type PathRoi, type RoiBounds, roiBounds, type StoredRoiStats } from "@kym/roi";
import type { ReadOptions, ZarrImageRecord } from "@kym/zarr-store";
import type { ArtifactRef } from "../../indexer/artifact-ref.ts";
import {
  type FlowContext,
  flowSources,
  loadFlowContext,
  loadFlowContextIfThere,
} from "../../indexer/flow-runs.ts";
import { IMAGE_CONTEXT_SOURCES, loadImageContext } from "../../indexer/image-context.ts";
import { loadUsersAdded, USERS_ADDED_SOURCES, type UsersAdded } from "../events/users-added.ts";

/**
 * What the rows of `radonIndexer` depend on beside the trace and the pixels. A ROI's name and note are left out, so
 * that renaming a ROI updates nothing.
 */
export interface RadonContext {
  readonly file_name: string | null;
  readonly parent_folder: string | null;
  readonly grandparent_folder: string | null;
  readonly rel_path: string | null;
  readonly accepted: boolean;
  readonly treatment: string | null;
  readonly condition: string | null;
  readonly date: string | null;
  readonly users_added: UsersAdded;
  /** By ROI id. */
  readonly rois: Readonly<Record<string, RadonRoi>>;
  /** By `"<roi>:<channel>"`. */
  readonly runs: Readonly<Record<string, RadonRun>>;
  /** What `kym analyze` computed. */
  readonly flow: FlowContext;
  /** What acqstore computed; absent if the image has nothing of it. */
  readonly acqstore?: FlowContext;
}

/** The part of a ROI that rows depend on. */
export interface RadonRoi {
  /** The rectangle itself, or the rectangle that a line, polyline or polygon can cover; null for a mask. */
  readonly bounds: RoiBounds | null;
  /** Only for a line, polyline or polygon. */
  readonly path?: Pick<PathRoi, "type" | "points">;
  readonly z: number;
  readonly channel: number;
  readonly revision: number;
  readonly stats: StoredRoiStats | null;
}

/** The part of an analysis run that rows depend on. */
export interface RadonRun {
  readonly state: AnalysisState;
  readonly revision: number | null;
}

/** The artifacts that {@link loadRadonContext} reads. */
export const RADON_CONTEXT_SOURCES: readonly ArtifactRef[] = [
  ...IMAGE_CONTEXT_SOURCES,
  ...USERS_ADDED_SOURCES,
  ...flowSources(ARTIFACTS.flowVelocity),
  ...flowSources(ARTIFACTS.acqstoreVelocity),
];

/** Reads the context of an image. Throws the errors of `loadImageContext` and `loadUsersAdded`. */
export async function loadRadonContext(
  record: ZarrImageRecord,
  options: ReadOptions = {},
): Promise<RadonContext> {
  const { metadata, relPath, source, runs, states, stateOf } = await loadImageContext(record, options);
  const { rois, accepted, experiment } = metadata;
  const acqstore = await loadFlowContextIfThere(record, ARTIFACTS.acqstoreVelocity, stateOf, options);
  return {
    file_name: source.fileName,
    parent_folder: source.parentFolder,
    grandparent_folder: source.grandparentFolder,
    rel_path: relPath,
    accepted,
    treatment: experiment.treatment ?? null,
    condition: experiment.condition ?? null,
    date: experiment.date ?? null,
    users_added: await loadUsersAdded(record, options),
    rois: Object.fromEntries(
      rois.map((roi): [string, RadonRoi] => {
        const { z, channel, revision, stats = null } = roi;
        const bounds = roi.type === "mask" ? null : roiBounds(roi);
        const path = "points" in roi && { path: { type: roi.type, points: roi.points } };
        return [String(roi.id), { bounds, ...path, z, channel, revision, stats }];
      }),
    ),
    runs: Object.fromEntries(
      [...runs].map(([key, run]): [string, RadonRun] => {
        return [key, { state: states.get(key) ?? "unknown", revision: run.roiRevision ?? null }];
      }),
    ),
    flow: await loadFlowContext(record, ARTIFACTS.flowVelocity, stateOf, options),
    ...(acqstore && { acqstore }),
  };
}

/** The part of the context that says where the ROIs are: all but their statistics. */
export function geometryOfRois({ rois }: RadonContext): unknown {
  return Object.fromEntries(
    Object.entries(rois).map(([id, { stats: _stats, ...geometry }]) => [id, geometry]),
  );
}
