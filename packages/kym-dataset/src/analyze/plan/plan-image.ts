// Decides which analyses of an image are to be computed, and why. Reads nothing.

import { analysisRunKey, type Calibration, type JsonObject } from "@kym/kym-schema";
import { FLOW_RUN_KEYS, type FlowRuns } from "@kym/kym-schema/flow";
import { ANALYSIS_RUN_KEYS } from "@kym/kym-schema/keys";
import { clampBounds, createRectRoi, fullBounds, geometryKey, type RectRoi, type Roi } from "@kym/roi";
import { canonicalJson } from "@kym/zarr-store/json";
import type { FullExtent } from "../../image/plane-selection.ts";
import { sha256Hex } from "../../indexer/sha256-hex.ts";
import { type AnalysisKind, FROM_VELOCITY } from "../compute/analysis-kind.ts";
import type { CheckedRequest } from "./analysis-request.ts";

/** What is known of an image before anything is computed. */
export interface ImageFacts {
  readonly extent: FullExtent;
  /** False if time is an axis outside of the plane: a film, whose rows are places and not lines of a scan. */
  readonly isLineScan: boolean;
  readonly rois: readonly Roi[];
  /** ROIs that are stored and cannot be read. */
  readonly unreadRois: number;
  readonly roiIdHighWaterMark: number;
  readonly calibration: Calibration;
  readonly pixelsSha256: string;
  /** The stored runs of each kind that has some. */
  readonly stored: ReadonlyMap<AnalysisKind, FlowRuns>;
}

/** What a run of each kind is computed with: what decides, beside ROI, pixels and calibration, whether it is still wanted. */
export type WantedParams = Readonly<Record<AnalysisKind, JsonObject>>;

/** Why something is computed. */
export type AnalysisReason =
  | "never_analysed"
  | "version_changed"
  | "params_changed"
  | "roi_changed"
  | "pixels_changed"
  | "calibration_changed"
  | "velocity_changed"
  | "forced";

/** One ROI in one channel, and what is to be computed of it. */
export interface PlannedRoi {
  /** `analysisRunKey`. */
  readonly key: string;
  readonly roi: RectRoi;
  readonly channel: number;
  /** The ROI within the image, which can have become smaller. */
  readonly bounds: RectRoi["bounds"];
  /** In the order in which they are computed; never empty. */
  readonly kinds: readonly { readonly kind: AnalysisKind; readonly because: AnalysisReason }[];
}

/** Something that was asked for and cannot be computed. */
export interface LeftOutAnalysis {
  /** Undefined if it is the whole image. */
  readonly roiId: number | undefined;
  readonly reason: string;
}

/** What is to be done for an image. */
export interface ImagePlan {
  /** The ROI to add, which covers the whole image; undefined if the image has ROIs. */
  readonly newRoi: RectRoi | undefined;
  readonly planned: readonly PlannedRoi[];
  /** The stored runs of ROIs that were deleted, by kind. */
  readonly obsolete: ReadonlyMap<AnalysisKind, readonly string[]>;
  /** How many results are there already and stay, over all kinds that were asked for. */
  readonly current: number;
  readonly leftOut: readonly LeftOutAnalysis[];
  /** True if velocities get an angle and px per line alone, because the image has no calibration. */
  readonly lacksCalibration: boolean;
}

/** The name of the ROI that is added to an image without one. */
export const FULL_IMAGE_ROI = "full image";

/** Plans an image. What it gives depends on its arguments alone. */
export function planImage(facts: ImageFacts, wanted: WantedParams, request: CheckedRequest): ImagePlan {
  const nothing = { newRoi: undefined, planned: [], obsolete: new Map(), current: 0 };
  const { secondsPerLine, umPerPx } = facts.calibration;
  const lacksCalibration = secondsPerLine === null || umPerPx === null;
  const whole = wholeImageProblem(facts, request);
  if (whole !== undefined) {
    const leftOut = [{ roiId: undefined, reason: whole }];
    return { ...nothing, obsolete: obsoleteRuns(facts), leftOut, lacksCalibration: false };
  }
  const newRoi = facts.rois.length === 0 ? fullImageRoi(facts, request) : undefined;
  const leftOut: LeftOutAnalysis[] = unreadRoisOf(facts);
  const planned: PlannedRoi[] = [];
  let current = 0;
  let isAnyPossible = false;
  for (const roi of newRoi === undefined ? facts.rois : [newRoi]) {
    const channel = request.channel ?? roi.channel;
    const problem = roiProblem(roi, channel, facts, request);
    if (problem !== undefined || roi.type !== "rect") {
      leftOut.push({ roiId: newRoi === undefined ? roi.id : undefined, reason: problem ?? "" });
      continue;
    }
    isAnyPossible = true;
    const target = { key: analysisRunKey(roi.id, channel), roi, channel };
    const possible = request.kinds.filter((kind) => !(FROM_VELOCITY.has(kind) && lacksCalibration));
    const kinds = kindsToCompute(target, facts, wanted, { ...request, kinds: possible });
    current += possible.length - kinds.length;
    if (kinds.length > 0) {
      planned.push({ ...target, bounds: clampBounds(roi.bounds, facts.extent), kinds });
    }
  }
  return {
    newRoi,
    planned,
    obsolete: obsoleteRuns(facts),
    current,
    leftOut,
    lacksCalibration: lacksCalibration && isAnyPossible,
  };
}

/** True if a plan changes nothing. */
export function isNothingToDo({ planned, obsolete }: ImagePlan): boolean {
  return planned.length === 0 && obsolete.size === 0;
}

/** The fields of a run by which a later plan judges it. */
export function runFields(
  { roi, channel }: Pick<PlannedRoi, "roi" | "channel">,
  { pixelsSha256, calibration }: Pick<ImageFacts, "pixelsSha256" | "calibration">,
): JsonObject {
  return {
    [ANALYSIS_RUN_KEYS.channel]: channel,
    [ANALYSIS_RUN_KEYS.roiRevision]: roi.revision,
    [ANALYSIS_RUN_KEYS.geometry]: geometryKey(roi),
    [ANALYSIS_RUN_KEYS.pixelsSha256]: pixelsSha256,
    [ANALYSIS_RUN_KEYS.umPerPx]: calibration.umPerPx,
    [ANALYSIS_RUN_KEYS.secondsPerLine]: calibration.secondsPerLine,
  };
}

function wholeImageProblem(facts: ImageFacts, request: CheckedRequest): string | undefined {
  const { numChannels } = facts.extent;
  if (!facts.isLineScan) {
    return "it is a film, not a line scan: time is not the first axis of its plane";
  }
  if (request.channel !== undefined && request.channel > numChannels) {
    return `it has no channel ${request.channel}, but ${numChannels}`;
  }
  if (facts.rois.length > 0) {
    return undefined;
  }
  if (facts.unreadRois > 0) {
    return `none of its ${facts.unreadRois} ROIs can be read`;
  }
  return request.rois === "existing" ? "it has no ROI" : undefined;
}

function unreadRoisOf({ unreadRois }: ImageFacts): LeftOutAnalysis[] {
  return unreadRois === 0 ? [] : [{ roiId: undefined, reason: `${unreadRois} of its ROIs cannot be read` }];
}

function roiProblem(
  roi: Roi,
  channel: number,
  { extent }: ImageFacts,
  { kinds, windowLines }: CheckedRequest,
): string | undefined {
  if (roi.type !== "rect") {
    return `only a rect has windows of lines, and this is a ${roi.type}`;
  }
  if (channel > extent.numChannels) {
    return `the image has no channel ${channel}`;
  }
  if (roi.z >= extent.numSlices) {
    return `the image has no slice ${roi.z}`;
  }
  const { dim0Start, dim0Stop, dim1Start, dim1Stop } = clampBounds(roi.bounds, extent);
  const [lines, columns] = [dim0Stop - dim0Start, dim1Stop - dim1Start];
  if (lines === 0 || columns === 0) {
    return "it lies outside of the image";
  }
  if (kinds.includes("velocity") && (lines < windowLines || columns < 2)) {
    return `it has ${lines} lines of ${columns} px; a window needs ${windowLines} lines of 2 px`;
  }
  return undefined;
}

function fullImageRoi({ extent, roiIdHighWaterMark }: ImageFacts, { channel = 1 }: CheckedRequest): RectRoi {
  return createRectRoi({
    id: roiIdHighWaterMark + 1,
    name: FULL_IMAGE_ROI,
    channel,
    bounds: fullBounds(extent),
  });
}

type Target = Pick<PlannedRoi, "key" | "roi" | "channel">;

function kindsToCompute(
  target: Target,
  facts: ImageFacts,
  wanted: WantedParams,
  { kinds, force }: CheckedRequest,
): PlannedRoi["kinds"] {
  const planned: { readonly kind: AnalysisKind; readonly because: AnalysisReason }[] = [];
  for (const kind of kinds) {
    const because = force ? "forced" : reasonFor(kind, target, facts, wanted);
    const isVelocityNew = FROM_VELOCITY.has(kind) && planned.some((other) => other.kind === "velocity");
    if (because !== undefined || isVelocityNew) {
      planned.push({ kind, because: because ?? "velocity_changed" });
    }
  }
  return planned;
}

/** Why a kind is computed of a ROI; undefined if what is stored is what would be computed. */
function reasonFor(
  kind: AnalysisKind,
  target: Target,
  facts: ImageFacts,
  wanted: WantedParams,
): AnalysisReason | undefined {
  const stored = facts.stored.get(kind)?.stored.get(target.key);
  if (stored === undefined) {
    return "never_analysed";
  }
  const [params, now] = [wanted[kind], runFields(target, facts)];
  const differs = (fields: JsonObject, name: string): boolean =>
    canonicalJson(stored[name] ?? null) !== canonicalJson(fields[name] ?? null);
  if (differs(params, FLOW_RUN_KEYS.version) || differs(params, FLOW_RUN_KEYS.algorithm)) {
    return "version_changed";
  }
  if (differs(now, ANALYSIS_RUN_KEYS.pixelsSha256)) {
    return "pixels_changed";
  }
  if (differs(now, ANALYSIS_RUN_KEYS.geometry)) {
    return "roi_changed";
  }
  if (differs(params, FLOW_RUN_KEYS.windowSize) || differs(params, FLOW_RUN_KEYS.params)) {
    return "params_changed";
  }
  if (differs(now, ANALYSIS_RUN_KEYS.secondsPerLine) || differs(now, ANALYSIS_RUN_KEYS.umPerPx)) {
    return "calibration_changed";
  }
  const velocity = facts.stored.get("velocity")?.stored.get(target.key);
  const isOfOthers =
    FROM_VELOCITY.has(kind) &&
    velocity !== undefined &&
    stored[FLOW_RUN_KEYS.velocityRun] !== hashOfRun(velocity);
  return isOfOthers ? "velocity_changed" : undefined;
}

/** The hash by which the results of a run name the velocities that they were computed from. */
export function hashOfRun(run: JsonObject): string {
  return sha256Hex(canonicalJson(run));
}

/** The runs of ROIs that the image does not have any more. A ROI that cannot be read may be any of them. */
function obsoleteRuns({ stored, rois, unreadRois }: ImageFacts): ImagePlan["obsolete"] {
  if (unreadRois > 0) {
    return new Map();
  }
  const ids = new Set(rois.map(({ id }) => id));
  return new Map(
    [...stored].flatMap(([kind, { runs }]): [AnalysisKind, readonly string[]][] => {
      const gone = [...runs].filter(([, { roiId }]) => !ids.has(roiId)).map(([key]) => key);
      return gone.length === 0 ? [] : [[kind, gone]];
    }),
  );
}
