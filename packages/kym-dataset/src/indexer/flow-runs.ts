// Reads, for the indexers, what results of `kym analyze` and of acqstore were computed from, and whether it is still there.

import type { AnalysisState, ArtifactName } from "@kym/kym-schema";
import { FLOW_RUN_KEYS, NO_FLOW_RUNS, parseFlowRuns } from "@kym/kym-schema/flow";
import type { ReadOptions, ZarrImageRecord } from "@kym/zarr-store";
import { type ArtifactRef, findArtifact, jsonArtifact, tableArtifact } from "./artifact-ref.ts";
import type { StateOf } from "./image-context.ts";
import { pixelsHash } from "./pixels-hash.ts";

/** What the rows of our own results depend on beside these: part of a context, so a JSON value. */
export interface FlowContext {
  /** The hash of the table's file; null if the image has none. */
  readonly table_sha256: string | null;
  /** By `"<roi>:<channel>"`. */
  readonly runs: Readonly<Record<string, FlowRunContext>>;
}

/** The part of a run that rows depend on. */
export interface FlowRunContext {
  readonly state: AnalysisState;
  readonly revision: number | null;
  readonly software: string | null;
  readonly algorithm: string | null;
}

/** The artifacts that {@link loadFlowContext} reads, or whose hash it takes. */
export function flowSources(name: ArtifactName): readonly ArtifactRef[] {
  return [jsonArtifact(name), ...tableArtifact(name)];
}

/**
 * Reads the runs of one kind of results.
 *
 * @throws {KymSchemaError} `invalid_metadata` if they are not a JSON object
 * @throws {ZarrStoreError} `invalid_file` for an artifact that is not JSON
 */
export async function loadFlowContext(
  record: ZarrImageRecord,
  name: ArtifactName,
  stateOf: StateOf,
  options: ReadOptions = {},
): Promise<FlowContext> {
  const hashes = await record.objectHashes();
  const table = findArtifact(tableArtifact(name), hashes);
  const hasRuns = findArtifact([jsonArtifact(name)], hashes) !== undefined;
  const { runs, stored } = hasRuns ? parseFlowRuns(await record.loadJson(name, options), name) : NO_FLOW_RUNS;
  const pixelsSha256 = runs.size === 0 ? undefined : await pixelsHash(record, hashes, options);
  return {
    table_sha256: (table && hashes.get(table.key)) ?? null,
    runs: Object.fromEntries(
      [...runs].map(([key, run]): [string, FlowRunContext] => {
        const fields = stored.get(key);
        return [
          key,
          {
            state: stateOf(run, pixelsSha256),
            revision: run.roiRevision ?? null,
            software: textOf(fields?.[FLOW_RUN_KEYS.software]),
            algorithm: textOf(fields?.[FLOW_RUN_KEYS.algorithm]),
          },
        ];
      }),
    ),
  };
}

/** {@link loadFlowContext} of results that few images have; undefined for an image that has none, so that its context stays as it was. */
export async function loadFlowContextIfThere(
  record: ZarrImageRecord,
  name: ArtifactName,
  stateOf: StateOf,
  options: ReadOptions = {},
): Promise<FlowContext | undefined> {
  const isThere = findArtifact(flowSources(name), await record.objectHashes()) !== undefined;
  return isThere ? loadFlowContext(record, name, stateOf, options) : undefined;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
