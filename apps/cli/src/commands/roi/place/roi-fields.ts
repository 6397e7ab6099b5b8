// Reads the options of `kym roi add` and `kym roi edit` that say where a ROI lies and what it is called.

import type { ImageExtent, RoiBounds, RoiEdit } from "@kym/roi";
import type { CommandContext } from "../../../arguments/command.ts";
import type { ImageOverview } from "../../../study/image-overview.ts";
import { usageError } from "../../../terminal/cli-error.ts";
import { sideOf } from "./roi-side.ts";

/** The options that both commands declare. */
export const ROI_FIELD_OPTIONS = {
  lines: { value: "A:B", help: "rows from A up to, but not including, B, as in 0:30000" },
  px: { value: "A:B", help: "columns from A up to, but not including, B, as in 4:20" },
  seconds: { value: "A:B", help: "rows as times from the start of the scan, as in 0:12.5" },
  um: { value: "A:B", help: "columns as µm from the first one, as in 1.8:9" },
  points: { value: "X", help: "LINE,PX pairs for a line, polyline, polygon or points" },
  channel: { value: "N", help: "channel, counted from 1" },
  z: { value: "N", help: "slice, counted from 0" },
  name: { value: "X", help: "name of the ROI" },
  note: { value: "X", help: "a remark, any text" },
} as const;

/** The two sides of a rectangle. */
export interface Corners {
  readonly lines: readonly [start: number, stop: number];
  readonly px: readonly [start: number, stop: number];
}

export function cornersOf(bounds: RoiBounds): Corners {
  return { lines: [bounds.dim0Start, bounds.dim0Stop], px: [bounds.dim1Start, bounds.dim1Stop] };
}

/**
 * The fields that the options give, without the points.
 *
 * If only one side is given, by `--lines` or `--seconds` or by `--px` or `--um`, the other comes from `present`: the corners
 * of the ROI, or the whole image.
 *
 * @param scale the image, whose scale turns seconds and µm into lines and pixels
 * @throws {CliError} `usage`
 */
export function roiFields(
  { options }: Pick<CommandContext, "options">,
  present: Corners | ImageExtent | undefined,
  scale: ImageOverview,
): RoiEdit {
  const lines = sideOf(options, { count: "lines", size: "seconds", unitSize: scale.seconds_per_line });
  const px = sideOf(options, { count: "px", size: "um", unitSize: scale.um_per_px });
  const old: Corners =
    present !== undefined && "lines" in present
      ? present
      : { lines: [0, present?.height ?? 0], px: [0, present?.width ?? 0] };
  const [dim0Start, dim0Stop] = lines ?? old.lines;
  const [dim1Start, dim1Stop] = px ?? old.px;
  const { name, note } = options;
  const [channel, z] = [wholeNumberOf("channel", options["channel"]), wholeNumberOf("z", options["z"])];
  return {
    ...((lines ?? px) !== undefined && { bounds: { dim0Start, dim0Stop, dim1Start, dim1Stop } }),
    ...(channel !== undefined && { channel }),
    ...(z !== undefined && { z }),
    ...(typeof name === "string" && { name }),
    ...(typeof note === "string" && { note }),
  };
}

function wholeNumberOf(what: string, value: unknown): number | undefined {
  if (typeof value !== "string") {
    return undefined;
  }
  if (!/^\d{1,9}$/.test(value)) {
    throw usageError(`--${what} must be a whole number, not ${JSON.stringify(value)}`);
  }
  return Number(value);
}

/** The number of a ROI, from the third argument. @throws {CliError} `usage` */
export function roiIdOf({ args: [, , id] }: Pick<CommandContext, "args">): number {
  if (id === undefined || !/^\d{1,9}$/.test(id)) {
    throw usageError(`ROI must be a number, not ${JSON.stringify(id)}`, "kym roi list shows the numbers");
  }
  return Number(id);
}
