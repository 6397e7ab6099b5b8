// Reads the list of analyses in acqstore's sidecar: what was made of which ROI and channel, and with which parameters.

import { type JsonNode, nodeOf } from "@kym/zarr-store/json";
import { membersOf, presentMember, textMember, unexpectedNode } from "../json/legacy-json.ts";
import { printableName } from "../rois/printable-name.ts";
import { wholeMember } from "./acqstore-rois.ts";
import { addProblems, type Problems, readPiece } from "./read-piece.ts";

/** The analyses that have a place in a dataset. */
export const ACQSTORE_ANALYSES = [
  "radon_velocity",
  "diameter",
  "sum_intensity",
  "heart_rate",
  "event",
] as const;

export type AcqstoreAnalysisName = (typeof ACQSTORE_ANALYSES)[number];

/** One analysis of one ROI and channel. */
export interface AcqstoreAnalysis {
  readonly name: AcqstoreAnalysisName;
  readonly roiId: number;
  /** From 1; acqstore counts from 0. */
  readonly channel: number;
  readonly params: JsonNode;
  readonly summary: JsonNode;
  /** The place in the document, for messages. */
  readonly path: string;
}

const WHAT = "acqstore analysis";
const MOST_ANALYSES = 10_000;
const MOST_ROI_ID = 999_999_999;
const MOST_CHANNEL = 998;

/** Reads the list. An analysis of another kind, or one that is there twice, is a problem. */
export function readAnalyses(list: JsonNode | undefined, problems: Problems): readonly AcqstoreAnalysis[] {
  if (list === undefined) {
    return [];
  }
  if (list.kind !== "array") {
    problems.push(unexpectedNode("acqstore sidecar", "$.analysis", "an array", list).message);
    return [];
  }
  const wrong: string[] = [];
  const analyses = new Map<string, AcqstoreAnalysis>();
  for (const [index, node] of list.items.slice(0, MOST_ANALYSES).entries()) {
    const path = `$.analysis[${index}]`;
    const read = readPiece(wrong, () => readAnalysis(node, path));
    if (typeof read === "string") {
      wrong.push(read);
    } else if (read !== undefined) {
      const key = `${read.name} ${read.roiId} ${read.channel}`;
      if (analyses.has(key)) {
        wrong.push(`${path}: ${read.name} of ROI ${read.roiId} and channel ${read.channel} is there already`);
      } else {
        analyses.set(key, read);
      }
    }
  }
  addProblems(problems, wrong, "analyses");
  if (list.items.length > MOST_ANALYSES) {
    problems.push(`only the first ${MOST_ANALYSES} of ${list.items.length} analyses are taken`);
  }
  return [...analyses.values()];
}

/** Reads one analysis; a sentence for one of a kind that has no place in a dataset. */
function readAnalysis(node: JsonNode, path: string): AcqstoreAnalysis | string {
  membersOf(node, WHAT, path);
  const name = textMember(node, "analysis_name", WHAT, path) ?? "";
  const roiId = wholeMember(node, "roi_id", path, 1, MOST_ROI_ID);
  const channel = wholeMember(node, "channel", path, 0, MOST_CHANNEL) + 1;
  const known = ACQSTORE_ANALYSES.find((one) => one === name);
  const [params, summary] = ["detection_params", "summary"].map((key) => {
    const member = presentMember(node, key) ?? nodeOf({});
    membersOf(member, WHAT, `${path}.${key}`);
    return member;
  });
  if (known === undefined || params === undefined || summary === undefined) {
    return `the analysis ${JSON.stringify(printableName(name))} of ROI ${roiId} has no place here and stays in the kept file`;
  }
  return { name: known, roiId, channel, params, summary, path };
}
