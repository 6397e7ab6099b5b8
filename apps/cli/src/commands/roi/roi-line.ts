// How ROIs are printed, in one line for people and as JSON for programs.

import type { Roi } from "@kym/roi";
import type { FailedRoi } from "@kym/roi/imagej";
import type { CommandContext, CommandResult } from "../../arguments/command.ts";
import { shellWord } from "../../screen/shell-word.ts";
import { isBlind } from "../../study/blind.ts";
import { roiPlace, roiPlaceText } from "../../study/roi-place.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { printable } from "../../terminal/text-table.ts";

/** A ROI in one line, for people: what most ROIs have in common, as channel 1, is not said. */
export function roiLine(roi: Roi): string {
  const label = [roi.name, roi.note]
    .filter((text) => text !== "")
    .map(printable)
    .join(" · ");
  const unusual = [
    ...(roi.channel === 1 ? [] : [` channel ${roi.channel}`]),
    ...(roi.z === 0 ? [] : [` z ${roi.z}`]),
    ...(roi.revision === 0 ? [] : [` revision ${roi.revision}`]),
  ].join("");
  return `${roi.id} ${roi.type}${roiPlaceText(roiPlace(roi))}${unusual}${label === "" ? "" : `  ${label}`}`;
}

/** A ROI as fields of JSON, for programs. */
export function roiRecord(roi: Roi): Readonly<Record<string, unknown>> {
  const { id: roi_id, type, name, note, channel, z, revision, stats = null } = roi;
  return { roi_id, type, name, note, channel, z, revision, stats, ...roiPlace(roi) };
}

/** One line per ROI; `what` says what was done to it. */
export function roiLines(rois: readonly Roi[], what: string): string {
  return rois.length === 0 ? `${what}no ROIs\n` : rois.map((roi) => `${what}${roiLine(roi)}\n`).join("");
}

/** A ROI that could not be read or written, as fields of JSON. */
export function failedRoiRecord({ source, error }: FailedRoi): Readonly<Record<string, unknown>> {
  return { source, code: error.code, message: error.message };
}

/** The ROI as it may be shown: with `--blind` without what a person wrote, which may say what the scan is. */
export function shownRoi(roi: Roi, context: Pick<CommandContext, "options">): Roi {
  if (!isBlind(context)) {
    return roi;
  }
  const { stats: _, ...rest } = roi;
  return { ...rest, name: "", note: "" } as Roi;
}

const PAST = { add: "added", edit: "edited", delete: "deleted" } as const;

/**
 * The result of a command that changed one ROI.
 *
 * @param roi the ROI after the change, or before it was deleted
 */
export function changedRoi(
  action: keyof typeof PAST,
  roi: Roi,
  context: Pick<CommandContext, "args" | "options">,
): CommandResult {
  const { args, options } = context;
  const [path = ""] = args;
  const shown = shownRoi(roi, context);
  const dryRun = options["dry-run"] === true;
  return {
    exitCode: EXIT.ok,
    data: { action, dryRun, roi: roiRecord(shown) },
    text: `${dryRun ? "would have " : ""}${PAST[action]} ${roiLine(shown)}\n`,
    ...(!dryRun && { next: `kym index ${shellWord(path)}` }),
  };
}
