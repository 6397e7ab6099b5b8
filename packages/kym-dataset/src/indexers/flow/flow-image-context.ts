// What the rows of heart rates and diameters depend on beside the results.

import type { ArtifactName } from "@kym/kym-schema";
import { ACQSTORE_SOFTWARE } from "@kym/kym-schema/tables";
import type { ReadOptions, Row, ZarrImageRecord } from "@kym/zarr-store";
import { type FlowContext, loadFlowContext, loadFlowContextIfThere } from "../../indexer/flow-runs.ts";
import { loadImageContext } from "../../indexer/image-context.ts";
import { keyOfRow } from "../preferred-rows.ts";

export interface FlowImageContext {
  readonly rel_path: string | null;
  readonly flow: FlowContext;
  /** What acqstore computed; absent if the image has nothing of it. */
  readonly acqstore?: FlowContext;
}

/**
 * Reads the context of an image. Throws the errors of `loadImageContext` and `loadFlowContext`.
 *
 * @param name the results of `kym analyze`
 * @param ofAcqstore the same of acqstore
 */
export async function loadFlowImageContext(
  record: ZarrImageRecord,
  name: ArtifactName,
  ofAcqstore: ArtifactName,
  options: ReadOptions,
): Promise<FlowImageContext> {
  const { relPath, stateOf } = await loadImageContext(record, options);
  const acqstore = await loadFlowContextIfThere(record, ofAcqstore, stateOf, options);
  return {
    rel_path: relPath,
    flow: await loadFlowContext(record, name, stateOf, options),
    ...(acqstore && { acqstore }),
  };
}

/** The columns of a row that say what its results are of. */
export function flowColumns(row: Row, { rel_path, flow }: Omit<FlowImageContext, "acqstore">): Row {
  const run = flow.runs[keyOfRow(row)];
  return {
    rel_path,
    analysis_state: run?.state ?? "unknown",
    software: run?.software ?? null,
    algorithm: run?.algorithm ?? null,
  };
}

/** The same of a row of acqstore's. */
export function acqstoreColumns(row: Row, { rel_path, acqstore: flow }: FlowImageContext): Row {
  const ofRun =
    flow === undefined ? { rel_path, analysis_state: "unknown" } : flowColumns(row, { rel_path, flow });
  return { ...ofRun, software: ACQSTORE_SOFTWARE };
}

/** The runs whose ROI is no longer where it was. */
export function movedRois({ flow, acqstore }: FlowImageContext): unknown {
  const movedOf = ({ runs }: FlowContext): readonly string[] =>
    Object.keys(runs).filter((key) => runs[key]?.state === "roi_changed");
  return [
    ...movedOf(flow),
    ...(acqstore === undefined ? [] : movedOf(acqstore).map((key) => `acqstore ${key}`)),
  ];
}
