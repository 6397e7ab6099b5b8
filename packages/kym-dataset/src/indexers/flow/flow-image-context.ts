// What the rows of heart rates and diameters depend on beside the results.

import type { ArtifactName } from "@kym/kym-schema";
import type { ReadOptions, Row, ZarrImageRecord } from "@kym/zarr-store";
import { type FlowContext, loadFlowContext } from "../../indexer/flow-runs.ts";
import { loadImageContext } from "../../indexer/image-context.ts";
import { keyOfRow } from "../preferred-rows.ts";

export interface FlowImageContext {
  readonly rel_path: string | null;
  readonly flow: FlowContext;
}

/** Reads the context of an image. Throws the errors of `loadImageContext` and `loadFlowContext`. */
export async function loadFlowImageContext(
  record: ZarrImageRecord,
  name: ArtifactName,
  options: ReadOptions,
): Promise<FlowImageContext> {
  const { relPath, stateOf } = await loadImageContext(record, options);
  return { rel_path: relPath, flow: await loadFlowContext(record, name, stateOf, options) };
}

/** The columns of a row that say what its results are of. */
export function flowColumns(row: Row, { rel_path, flow }: FlowImageContext): Row {
  const run = flow.runs[keyOfRow(row)];
  return {
    rel_path,
    analysis_state: run?.state ?? "unknown",
    software: run?.software ?? null,
    algorithm: run?.algorithm ?? null,
  };
}

/** The runs whose ROI is no longer where it was. */
export function movedRois({ flow }: FlowImageContext): unknown {
  return Object.keys(flow.runs).filter((key) => flow.runs[key]?.state === "roi_changed");
}
