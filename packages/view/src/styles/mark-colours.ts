// The colours of what is drawn over an image and beside it, each `#rrggbb`.

import type { PaletteName } from "../palettes/palette.ts";

/** By Okabe and Ito: colour-blind eyes can tell them apart. */
const ROI_COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8c6d1f", "#56b4e9"];
/** The same hues, bright enough to be seen over a grey image. */
const BRIGHT_COLOURS = ["#5cc3ff", "#ff9d47", "#45e0a5", "#ff9ad5", "#ffd23f", "#b3e5ff"];
/** A colour that stands out from every level of a palette. */
const OVER_COLOURS: Readonly<Record<Exclude<PaletteName, "gray">, string>> = {
  fire: "#40e0ff",
  viridis: "#ff5fa2",
  cividis: "#ff4f4f",
};

/** The colour of a ROI and its trace on a white page, by its place among the ROIs. */
export function roiColour(index: number): string {
  return colourAt(ROI_COLOURS, index);
}

/**
 * The colour of what is drawn over an image: of each ROI its own on grey, one colour on a palette that has hues itself. Those on
 * grey are bright enough for a dark page as well.
 */
export function markColour(palette: PaletteName, index: number): string {
  return palette === "gray" ? colourAt(BRIGHT_COLOURS, index) : OVER_COLOURS[palette];
}

function colourAt(colours: readonly string[], index: number): string {
  return colours[index % colours.length] ?? "#1a1a1a";
}
