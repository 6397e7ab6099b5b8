// Whether an image counts, and whether what was measured of it still holds: in words, with a colour beside them.

import type { ReportImage } from "../../report/report-data.ts";
import { type Html, html } from "../html.ts";

const ANALYSES: Readonly<Record<NonNullable<ReportImage["analysis"]["state"]>, readonly [string, string]>> = {
  current: ["good", "current"],
  roi_changed: ["warn", "ROI changed since"],
  pixels_changed: ["bad", "pixels changed since"],
  calibration_changed: ["warn", "calibration changed since"],
  unknown: ["", "state unknown"],
};

/** The three states that a reader asks for. */
export interface ImageStates {
  readonly accepted: Html;
  readonly analysis: Html;
  /** The worst state of the image's rows in pooled tables. */
  readonly tables: Html;
}

export function imageStates({ accepted, analysis, staleness }: ReportImage): ImageStates {
  const states = staleness.map(({ state }) => state);
  const [kind, words] = analysis.state === null ? ["", "not analysed"] : ANALYSES[analysis.state];
  return {
    accepted: accepted ? stateHtml("good", "accepted") : stateHtml("warn", "not accepted"),
    analysis: stateHtml(kind, words),
    tables: states.includes("stale")
      ? stateHtml("warn", "outdated")
      : states.includes("fresh")
        ? stateHtml("good", "up to date")
        : stateHtml("", "no rows"),
  };
}

function stateHtml(kind: string, words: string): Html {
  return html`<span class="state ${kind}">${words}</span>`;
}
