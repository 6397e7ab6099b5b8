// Sizes and colours of a figure. All sizes are in CSS px; at the default width the figure has two columns of a journal.

export const FONT_FAMILY = "DejaVu Sans, Verdana, Arial, sans-serif";
export const INK = "#1a1a1a";
export const PALE = "#6b6b6b";

export const FIGURE_WIDTH = 720;
/** One unit per line at the default length of a stretch, so that lines stay equally wide in a PNG. */
export const PLOT_WIDTH = 600;
export const PLOT_LEFT = 72;

export { eventStyle, markColour, roiColour } from "@kym/view/styles";
