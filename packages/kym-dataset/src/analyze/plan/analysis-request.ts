// What a caller asks to be analysed, checked, with its defaults.

import { KymDatasetError } from "../../errors.ts";
import { ANALYSIS_KINDS, type AnalysisKind, withNeeded } from "../compute/analysis-kind.ts";

/** What to analyse, and how. */
export interface AnalysisRequest {
  /** Default velocities and events. Events and heart rates are those of the velocities, which are then computed as well. */
  readonly kinds?: readonly AnalysisKind[] | undefined;
  /** Lines in a window of velocities: a multiple of 4, from 4 to 1024. Default 16. */
  readonly windowLines?: number | undefined;
  /** Subtracts the mean of each column before the Radon transform: what stands still does not count. Default false. */
  readonly removeStaticColumns?: boolean | undefined;
  /** The channel of every ROI, from 1. Default: the channel of each ROI. */
  readonly channel?: number | undefined;
  /**
   * Images without a ROI: `full` (the default) adds one that covers the whole image; `existing` leaves such an image out.
   */
  readonly rois?: "full" | "existing" | undefined;
  /** Computes again what is there already. Default false. */
  readonly force?: boolean | undefined;
}

/** A request with its defaults. */
export interface CheckedRequest {
  readonly kinds: readonly AnalysisKind[];
  readonly windowLines: number;
  readonly removeStaticColumns: boolean;
  readonly channel: number | undefined;
  readonly rois: "full" | "existing";
  readonly force: boolean;
}

const MOST_WINDOW_LINES = 1024;
const MOST_CHANNELS = 999;

/** @throws {KymDatasetError} `invalid_argument`, with the name of the field */
export function checkRequest(request: AnalysisRequest): CheckedRequest {
  const { kinds = ["velocity", "events"], windowLines = 16, removeStaticColumns = false } = request;
  const { channel, rois = "full", force = false } = request;
  if (kinds.length === 0 || !kinds.every((kind) => ANALYSIS_KINDS.includes(kind))) {
    throw refused("kinds", `some of ${ANALYSIS_KINDS.join(", ")}`, kinds);
  }
  if (!Number.isInteger(windowLines / 4) || windowLines < 4 || windowLines > MOST_WINDOW_LINES) {
    throw refused("windowLines", `a multiple of 4 from 4 to ${MOST_WINDOW_LINES}`, windowLines);
  }
  if (channel !== undefined && !(Number.isInteger(channel) && channel >= 1 && channel <= MOST_CHANNELS)) {
    throw refused("channel", `a number from 1 to ${MOST_CHANNELS}`, channel);
  }
  if (rois !== "full" && rois !== "existing") {
    throw refused("rois", "full or existing", rois);
  }
  return { kinds: withNeeded(kinds), windowLines, removeStaticColumns, channel, rois, force };
}

function refused(path: string, expected: string, found: unknown): KymDatasetError {
  return new KymDatasetError("invalid_argument", `${path}: expected ${expected}, found ${String(found)}`, {
    path,
    expected,
    found,
  });
}
