// The options of `kym plot`, and what they mean.

import type { OptionValue } from "../../arguments/command.ts";
import type { Stretch } from "../../figure/figure-facts.ts";
import { usageError } from "../../terminal/cli-error.ts";

export const PLOT_OPTIONS = {
  output: { short: "o", value: "FILE", help: "write to FILE.svg or FILE.png" },
  at: { value: "T", help: "only a stretch that begins at 3.2s, 320ms or 2700lines" },
  for: { value: "T", help: "how long the stretch is, likewise (default 600lines)" },
  roi: { value: "ID", repeats: true, help: "only this ROI's outline and trace; may be repeated" },
  channel: { value: "N", help: "the channel, from 1 (default that of the traces, or 1)" },
  palette: {
    value: "X",
    choices: ["gray", "fire", "viridis", "cividis"],
    help: "gray (default), fire, viridis or cividis",
  },
  scale: { value: "N", help: "pixels of a PNG for each unit of the figure, 1 to 8 (default 3)" },
  force: { short: "f", help: "replace an existing file", neverFromEnvironment: true },
} as const;

export type FigureFormat = "svg" | "png";

/**
 * The format that the ending of a file asks for.
 *
 * @throws {CliError} `usage` without a file, and for another ending
 */
export function figureFormat(output: string | undefined): {
  readonly file: string;
  readonly format: FigureFormat;
} {
  const ending = /\.(svg|png)$/i.exec(output ?? "")?.[1]?.toLowerCase();
  if (output === undefined || ending === undefined) {
    throw usageError(
      output === undefined
        ? "a figure needs a file"
        : `${JSON.stringify(output)} ends neither with .svg nor with .png`,
      "name one: -o scan.svg, or -o scan.png",
    );
  }
  return { file: output, format: ending === "svg" ? "svg" : "png" };
}

/** The numbers of `--scale`, `--channel` or `--roi`. @throws {CliError} `usage` beyond these bounds */
export function wholeNumber(
  flag: string,
  text: string,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  const value = Number(text);
  if (!/^\d{1,9}$/.test(text) || value < min || value > max) {
    throw usageError(`${flag} is a whole number from ${min} to ${max}, not ${JSON.stringify(text)}`);
  }
  return value;
}

/** How many native lines a figure shows if nobody says it. */
export const DEFAULT_LINES = 600;

/**
 * The lines that `--at` and `--for` ask for, cut to the scan; undefined without either.
 *
 * @param scan how many lines it has, and their period, null if it is not known
 * @throws {CliError} `usage` for something that is not a time, a time in a scan without a line period, and a stretch beyond its end
 */
export function wantedStretch(
  { at, for: length }: { readonly at?: OptionValue; readonly for?: OptionValue },
  scan: { readonly lines: number; readonly secondsPerLine: number | null },
): Stretch | undefined {
  if (at === undefined && length === undefined) {
    return undefined;
  }
  const start = at === undefined ? 0 : Math.floor(linesOf("--at", String(at), scan.secondsPerLine) + SLACK);
  const count =
    length === undefined
      ? DEFAULT_LINES
      : Math.max(1, Math.ceil(linesOf("--for", String(length), scan.secondsPerLine) - SLACK));
  if (start >= scan.lines) {
    const end = scan.secondsPerLine === null ? "" : `, ${(scan.lines * scan.secondsPerLine).toFixed(3)} s`;
    throw usageError(`--at ${String(at)} lies beyond the scan, which has ${scan.lines} lines${end}`);
  }
  return { start, stop: Math.min(scan.lines, start + count) };
}

/** What the division of two decimal numbers adds. */
const SLACK = 1e-6;

function linesOf(flag: string, text: string, secondsPerLine: number | null): number {
  const [, digits, unit] = /^(\d{1,9}(?:\.\d{1,9})?)(ms|s|lines?)$/.exec(text) ?? [];
  if (digits === undefined || unit === undefined) {
    throw usageError(
      `${flag} is a time or a number of lines, as 3.2s, 320ms or 2700lines, not ${JSON.stringify(text)}`,
    );
  }
  if (unit.startsWith("line")) {
    return Number(digits);
  }
  if (secondsPerLine === null) {
    throw usageError(
      `${flag} ${text}: the scan has no line period, so nobody knows where that is`,
      `give lines, as ${flag} 2700lines; kym edit --ms-per-line sets the period`,
    );
  }
  return Number(digits) / (unit === "ms" ? 1000 : 1) / secondsPerLine;
}
