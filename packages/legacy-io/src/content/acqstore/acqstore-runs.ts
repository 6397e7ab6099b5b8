// What each analysis of acqstore was made of and with, in the form in which this system keeps its own runs.

import { analysisRunKey } from "@kym/kym-schema";
import { FLOW_RUN_KEYS } from "@kym/kym-schema/flow";
import { ANALYSIS_RUN_KEYS } from "@kym/kym-schema/keys";
import { ACQSTORE_SOFTWARE } from "@kym/kym-schema/tables";
import { geometryKey, type Roi } from "@kym/roi";
import { getMember, type JsonNode, nodeOf, plainValue } from "@kym/zarr-store/json";
import type { AcqstoreAnalysis, AcqstoreAnalysisName } from "../../formats/acqstore/acqstore-analyses.ts";
import { analysedAt } from "../../formats/acqstore/acqstore-date.ts";
import type { AcqstoreRoi } from "../../formats/acqstore/acqstore-rois.ts";
import { withoutNonFinite } from "../../formats/json/without-non-finite.ts";

/** The image of the analyses, as it is now. */
export interface AnalysedImage {
  /** ROIs by id, as the dataset has them. */
  readonly rois: ReadonlyMap<number, Roi>;
  /** The places that acqstore counts from, by ROI id. */
  readonly places: ReadonlyMap<number, AcqstoreRoi>;
  readonly pixelsSha256: string;
  readonly umPerPx: number | undefined;
  readonly secondsPerLine: number | undefined;
}

/** What acqstore summarised. Its velocities are the reciprocal of ours, so they do not stand beside ours. */
const SUMMARY = "acqstore_summary";
/** Lists that become tables of their own. */
const LISTS: ReadonlySet<string> = new Set(["events", "peak_events"]);

/** The runs of one kind of analysis, by `"<roi>:<channel>"`. */
export function runsOf(
  name: AcqstoreAnalysisName,
  analyses: readonly AcqstoreAnalysis[],
  image: AnalysedImage,
): JsonNode {
  const runs = analyses.filter((analysis) => analysis.name === name);
  return nodeOf(
    Object.fromEntries(
      runs.map((run) => [analysisRunKey(run.roiId, run.channel), runOf(run, image)] as const),
    ),
  );
}

/** The name and version of the algorithm, such as `acqstore.radon_velocity@1`. */
export function algorithmOf({ name, summary }: Pick<AcqstoreAnalysis, "name" | "summary">): string {
  const version = plainValue(getMember(summary, "analysis_version") ?? nodeOf(null));
  return typeof version === "number" ? `acqstore.${name}@${version}` : `acqstore.${name}`;
}

function runOf(analysis: AcqstoreAnalysis, image: AnalysedImage): JsonNode {
  const { roiId, channel, params, summary } = analysis;
  const roi = image.rois.get(roiId);
  const windowSize = plainValue(getMember(params, "window_width") ?? nodeOf(null));
  const members: Readonly<Record<string, unknown>> = {
    [ANALYSIS_RUN_KEYS.channel]: channel,
    [FLOW_RUN_KEYS.algorithm]: algorithmOf(analysis),
    [FLOW_RUN_KEYS.windowSize]: typeof windowSize === "number" && windowSize > 0 ? windowSize : undefined,
    [FLOW_RUN_KEYS.software]: ACQSTORE_SOFTWARE,
    [ANALYSIS_RUN_KEYS.analyzedAt]: analysedAt(summary),
    [ANALYSIS_RUN_KEYS.geometry]: roi && geometryKey(roi),
    [ANALYSIS_RUN_KEYS.pixelsSha256]: image.pixelsSha256,
    [ANALYSIS_RUN_KEYS.umPerPx]: image.umPerPx,
    [ANALYSIS_RUN_KEYS.secondsPerLine]: image.secondsPerLine,
    [FLOW_RUN_KEYS.params]: withoutNonFinite(params),
    [SUMMARY]: withoutNonFinite(withoutLists(summary)),
  };
  return nodeOf(Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)));
}

function withoutLists(summary: JsonNode): JsonNode {
  const members = summary.kind === "object" ? [...summary.members] : [];
  return nodeOf(Object.fromEntries(members.filter(([key]) => !LISTS.has(key))));
}
