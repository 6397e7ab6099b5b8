// Draws an image on a terminal: two pixels per character, time to the right.

import {
  type Contrast,
  contrastOf,
  levelOf,
  narrowOverview,
  nearestLines,
  type Overview,
  overviewPlane,
  type PixelPlane,
} from "@kym/view";

/** An image of more columns is shown by as many of them, evenly spaced. */
const MOST_ROWS = 24;
/** From black to white, for terminals without colours. */
const SHADES = [" ", "░", "▒", "▓", "█"] as const;
const RESET = "\u001b[0m";

export interface TerminalImageOptions {
  readonly color: boolean;
  /** How many rows of pixels there are at most, two for each line of text. */
  readonly mostRows?: number | undefined;
}

/** An overview as a plane of at most so many lines, and its contrast. */
export interface DrawnOverview {
  readonly plane: PixelPlane;
  readonly contrast: Contrast;
  /** How many lines of the image one line of the plane stands for; undefined if each is shown. */
  readonly linesPerBin: number | undefined;
}

/**
 * What is drawn of an overview on a terminal: of each bin the middle between its darkest and its brightest pixel. A streak moves one
 * of them however few lines it has, and where blood stands still they come together. Both side by side would be a comb.
 */
export function drawnOverview(overview: Overview, width: number): DrawnOverview {
  const narrow = narrowOverview(overview, width);
  const { bins, lines, columns } = narrow;
  const both = overviewPlane(narrow).pixels;
  const pixels = new Float64Array(bins * columns);
  for (let bin = 0; bin < bins; bin++) {
    for (let column = 0; column < columns; column++) {
      const at = 2 * bin * columns + column;
      pixels[bin * columns + column] = ((both[at] ?? 0) + (both[at + columns] ?? 0)) / 2;
    }
  }
  return {
    plane: { pixels, lines: bins, columns },
    contrast: widened(contrastOf(pixels), (narrow.high - narrow.low) / LEAST_CONTRAST),
    linesPerBin: bins === lines ? undefined : lines / bins,
  };
}

/** The levels of an overview are 64 steps: of fewer than four, the differences are those of rounding and not of the scan. */
const LEAST_CONTRAST = 16;

/** A contrast of at least an extent, about the same middle: a scan that looks alike all along is grey, not black. */
function widened({ low, high }: Contrast, extent: number): Contrast {
  const missing = Math.max(0, extent - (high - low)) / 2;
  return { low: low - missing, high: high + missing };
}

/**
 * One character per line of the plane and two of its columns: a half block in two of 26 greys of the 256 colours that terminals
 * have. Without colours a shade of one of five characters, and not a byte of an escape code.
 */
export function terminalImage(
  plane: PixelPlane,
  contrast: Contrast,
  { color, mostRows = MOST_ROWS }: TerminalImageOptions,
): readonly string[] {
  const { pixels, lines, columns } = plane;
  const shown = nearestLines(columns, mostRows);
  const levelAt = (line: number, row: number): number | undefined => {
    const column = shown[row];
    return column === undefined
      ? undefined
      : levelOf(pixels[line * columns + column] ?? Number.NaN, contrast);
  };
  return Array.from({ length: Math.ceil(shown.length / 2) }, (_, row) => {
    let [text, last] = ["", ""];
    for (let line = 0; line < lines; line++) {
      const [upper = 0, lower] = [levelAt(line, 2 * row), levelAt(line, 2 * row + 1)];
      if (!color) {
        text += shadeOf(lower === undefined ? upper : (upper + lower) / 2);
        continue;
      }
      const style = `\u001b[38;5;${greyOf(upper)}${lower === undefined ? "" : `;48;5;${greyOf(lower)}`}m`;
      text += `${style === last ? "" : style}▀`;
      last = style;
    }
    return color ? text + RESET : text;
  });
}

function shadeOf(level: number): string {
  return SHADES[Math.min(SHADES.length - 1, Math.floor((level / 256) * SHADES.length))] ?? " ";
}

/** Black, 24 greys and white among the 256 colours: 16, 232 to 255, and 231. */
function greyOf(level: number): number {
  const step = Math.round((level / 255) * 25);
  return step === 0 ? 16 : step === 25 ? 231 : 231 + step;
}
