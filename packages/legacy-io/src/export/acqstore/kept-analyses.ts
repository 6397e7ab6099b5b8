// Finds which analyses of acqstore's own document still hold for an image, and gives their files back.

import { getMember, type JsonNode, nodeOf, plainValue } from "@kym/zarr-store/json";
import { ACQSTORE_ANALYSES, type AcqstoreAnalysisName } from "../../formats/acqstore/acqstore-analyses.ts";
import type { AcqstoreStep } from "./acqstore-header.ts";
import type { WrittenAcqstoreRoi } from "./write-acqstore-rois.ts";

/** An analysis that goes back to acqstore. */
export interface KeptAnalysis {
  readonly name: AcqstoreAnalysisName;
  readonly roiId: number;
  /** From 0. */
  readonly channel: number;
  /** As acqstore wrote it. */
  readonly node: JsonNode;
}

export interface KeptAnalyses {
  readonly analyses: readonly KeptAnalysis[];
  /** Sentences about those that do not hold any more. */
  readonly notes: readonly string[];
}

/** The name of an analysis in file names: `radon_velocity__c0__r1`. */
export function analysisId({ name, channel, roiId }: Omit<KeptAnalysis, "node">): string {
  return `${name}__c${channel}__r${roiId}`;
}

/**
 * Keeps the analyses of an older document whose ROI has the same place and whose steps are the same: acqstore counts rows and
 * seconds from the ROI.
 *
 * @param document acqstore's own, unchanged
 * @param rois as they are written now
 * @param steps of rows and columns, as they are written now
 */
export function keptAnalyses(
  document: JsonNode | undefined,
  rois: readonly WrittenAcqstoreRoi[],
  steps: readonly [AcqstoreStep, AcqstoreStep],
): KeptAnalyses {
  const list = itemsIn(document, "analysis").flatMap((node) => readAnalysis(node) ?? []);
  if (document === undefined || list.length === 0) {
    return { analyses: [], notes: [] };
  }
  if (!isSameSteps(getMember(document, "image_header_metadata"), steps)) {
    const what =
      list.length === 1
        ? "1 analysis of acqstore is left out: it was made"
        : `${list.length} analyses of acqstore are left out: they were made`;
    return { analyses: [], notes: [`${what} with another calibration. What came stands in kym/`] };
  }
  const before = new Map(
    itemsIn(document, "rois").map((roi) => [valueIn(roi, "roi_id"), getMember(roi, "data")]),
  );
  const now = new Map(rois.map((roi) => [roi.roi_id, roi.data]));
  const isSame = ({ roiId }: KeptAnalysis): boolean => isSamePlace(before.get(roiId), now.get(roiId));
  const left = list.filter((one) => !isSame(one));
  const ids = [...new Set(left.map(({ roiId }) => roiId))].join(", ");
  return {
    analyses: list.filter(isSame),
    notes:
      left.length === 0
        ? []
        : [
            `analyses of ROI ${ids} are left out: acqstore made them when it lay elsewhere. What came stands in kym/`,
          ],
  };
}

function readAnalysis(node: JsonNode): KeptAnalysis | undefined {
  const [name, roiId, channel] = ["analysis_name", "roi_id", "channel"].map((key) => valueIn(node, key));
  const known = ACQSTORE_ANALYSES.find((one) => one === name);
  return known !== undefined && isCount(roiId) && roiId >= 1 && isCount(channel)
    ? { name: known, roiId, channel, node }
    : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isSameSteps(header: JsonNode | undefined, [y, x]: readonly [AcqstoreStep, AcqstoreStep]): boolean {
  const stated = (key: string): unknown => (header === undefined ? undefined : valueIn(header, key));
  return stated("physical_unit_y") === y.step && stated("physical_unit_x") === x.step;
}

function isSamePlace(
  before: JsonNode | undefined,
  now: Readonly<Record<string, number>> | undefined,
): boolean {
  return (
    before !== undefined &&
    now !== undefined &&
    Object.entries(now).every(([key, value]) => valueIn(before, key) === value)
  );
}

function itemsIn(node: JsonNode | undefined, key: string): readonly JsonNode[] {
  const list = node?.kind === "object" ? getMember(node, key) : undefined;
  return list?.kind === "array" ? list.items : [];
}

function valueIn(node: JsonNode, key: string): unknown {
  const member = node.kind === "object" ? getMember(node, key) : undefined;
  return plainValue(member ?? nodeOf(null));
}
