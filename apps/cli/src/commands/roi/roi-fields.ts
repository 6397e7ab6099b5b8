// The options that say where a ROI lies and what it is called.
import type { ImageExtent, RoiBounds, RoiEdit } from "@kym/roi";
import type { CommandContext } from "../../arguments/command.ts";
import { usageError } from "../../terminal/cli-error.ts";

/** What `kym roi add` and `kym roi edit` may say of a ROI. */
export const ROI_FIELD_OPTIONS = {
  lines: { value: "A:B", help: "rows, from the first up to but without the last, as in 0:30000" },
  px: { value: "A:B", help: "columns, as in 4:20" },
  points: { value: "X", help: "LINE,PX pairs of a line, polyline or polygon" },
  channel: { value: "N", help: "from 1" },
  z: { value: "N", help: "the slice, from 0" },
  name: { value: "X", help: "what it is called" },
  note: { value: "X", help: "anything" },
} as const;

/** The two sides of a rectangle. */
export interface Corners {
  readonly lines: readonly [start: number, stop: number];
  readonly px: readonly [start: number, stop: number];
}

export function cornersOf(bounds: RoiBounds): Corners {
  return { lines: [bounds.dim0Start, bounds.dim0Stop], px: [bounds.dim1Start, bounds.dim1Stop] };
}

/** What the options say but for points; a side that they do not is the present one, or the whole image. */
export function roiFields(
  { options }: Pick<CommandContext, "options">,
  present: Corners | ImageExtent | undefined,
): RoiEdit {
  const [lines, px] = [rangeOf("lines", options["lines"]), rangeOf("px", options["px"])];
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

function rangeOf(flag: string, value: unknown): readonly [number, number] | undefined {
  if (typeof value !== "string") {
    return undefined;
  }
  const [, start, stop] = /^(-?\d{1,9}):(-?\d{1,9})$/.exec(value) ?? [];
  if (start === undefined || stop === undefined) {
    throw usageError(`--${flag} is START:STOP, not ${JSON.stringify(value)}`, `--${flag} 4:20`);
  }
  return [Number(start), Number(stop)];
}

function wholeNumberOf(what: string, value: unknown): number | undefined {
  if (typeof value !== "string") {
    return undefined;
  }
  if (!/^\d{1,9}$/.test(value)) {
    throw usageError(`${what} is a number, not ${JSON.stringify(value)}`);
  }
  return Number(value);
}

/** The number of a ROI, as the third argument has it. @throws {CliError} `usage` */
export function roiIdOf({ args: [, , id] }: Pick<CommandContext, "args">): number {
  if (id === undefined || !/^\d{1,9}$/.test(id)) {
    throw usageError(`ROI is a number, not ${JSON.stringify(id)}`, "kym roi list shows the numbers");
  }
  return Number(id);
}
