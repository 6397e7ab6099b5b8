// Sizes and colours of a figure. All sizes are in CSS px; at the default width the figure has two columns of a journal.

import type { PaletteName } from "@kym/view";

export const FONT_FAMILY = "DejaVu Sans, Verdana, Arial, sans-serif";
export const INK = "#1a1a1a";
export const PALE = "#6b6b6b";

export const FIGURE_WIDTH = 720;
/** One unit per line at the default length of a stretch, so that lines stay equally wide in a PNG. */
export const PLOT_WIDTH = 600;
export const PLOT_LEFT = 72;

/** The colours of ROIs and their traces, by Okabe and Ito: colour-blind eyes can tell them apart. */
const ROI_COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8c6d1f", "#56b4e9"] as const;

export function roiColour(index: number): string {
  return ROI_COLOURS[index % ROI_COLOURS.length] ?? INK;
}

/** The same hues, bright enough to be seen over a grey image. */
const BRIGHT_COLOURS = ["#5cc3ff", "#ff9d47", "#45e0a5", "#ff9ad5", "#ffd23f", "#b3e5ff"] as const;
/** A colour that stands out from every level of a palette. */
const OVER_COLOURS: Readonly<Record<Exclude<PaletteName, "gray">, string>> = {
  fire: "#40e0ff",
  viridis: "#ff5fa2",
  cividis: "#ff4f4f",
};

/** The colour of what is drawn over an image: of each ROI its own on grey, one colour on a palette that has hues itself. */
export function markColour(palette: PaletteName, index: number): string {
  return palette === "gray" ? (BRIGHT_COLOURS[index % BRIGHT_COLOURS.length] ?? INK) : OVER_COLOURS[palette];
}

/** How an event looks, and its letter: colour is never the only sign. */
export interface EventStyle {
  readonly letter: string;
  readonly colour: string;
}

const EVENT_STYLES: Readonly<Record<string, EventStyle>> = {
  baseline_drop: { letter: "D", colour: "#d55e00" },
  baseline_rise: { letter: "R", colour: "#0072b2" },
  nan_gap: { letter: "G", colour: "#6b6b6b" },
  zero_gap: { letter: "Z", colour: "#009e73" },
  "User Added": { letter: "U", colour: "#8c6d1f" },
};
const OTHER_EVENT: EventStyle = { letter: "E", colour: "#a0468c" };

export function eventStyle(type: string | null): EventStyle {
  return EVENT_STYLES[type ?? ""] ?? OTHER_EVENT;
}
