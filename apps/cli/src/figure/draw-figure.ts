// Draws a figure as for a paper: image, traces on its axis of time, and a stretch of native lines with the measured slopes.

import { type Axis, toScreen } from "@kym/view";
import { wrapLines } from "../screen/wrap-text.ts";
import type { PanelBox } from "./axis-marks.ts";
import type { FigureFacts, ShownPixels } from "./figure-facts.ts";
import { FIGURE_WIDTH, FONT_FAMILY, INK, PALE, PLOT_LEFT, PLOT_WIDTH, roiColour } from "./figure-style.ts";
import { imagePanel } from "./image-panel.ts";
import { element, rounded, wordsElement } from "./svg-element.ts";
import { eventLegend, tracePanel } from "./trace-panel.ts";

const HEADER = 50;
/** Between panels on one axis of time. */
const NARROW_GAP = 10;
/** Below a panel whose axis is labelled. */
const WIDE_GAP = 46;
const NOTE_LINE = 11;
const NOTE_WIDTH = 128;
const TITLE_WIDTH = 70;

/** An SVG, the same text for the same facts. It refers to nothing outside itself. */
export function drawFigure(facts: FigureFacts): string {
  const parts: string[] = [];
  let top = HEADER;
  let letter = 0;
  const place = (height: number, gap: number, draw: (box: PanelBox) => readonly string[]): PanelBox => {
    const box = { left: PLOT_LEFT, top, width: PLOT_WIDTH, height };
    parts.push(panelLetter(letterOf(letter), box), ...draw(box));
    letter++;
    top += height + gap;
    return box;
  };
  const { traces, detail } = facts;
  const isAlone = traces.length === 0;
  const main = place(heightOf(facts, facts.main), isAlone ? WIDE_GAP : NARROW_GAP, (box) =>
    imagePanel(facts, facts.main, box, isAlone),
  );
  const laneHeight = traces.length > 1 ? 84 : 110;
  for (const [index, trace] of traces.entries()) {
    const isLast = index === traces.length - 1;
    place(laneHeight, isLast ? WIDE_GAP : NARROW_GAP, (box) =>
      tracePanel(facts, trace, box, { colour: roiColour(placeOf(facts, trace)), hasTimeLabels: isLast }),
    );
  }
  if (!isAlone) {
    parts.push(eventLegend(facts, PLOT_LEFT, top - WIDE_GAP + 28));
  }
  if (detail !== undefined) {
    parts.push(...whereDetailIs(facts, detail, main, letterOf(letter)));
    place(heightOf(facts, detail), WIDE_GAP, (box) => imagePanel(facts, detail, box, true));
  }
  const notes = wrapLines(facts.notes.join(" "), NOTE_WIDTH)
    .split("\n")
    .map((line) => line.trim());
  const height = top + notes.length * NOTE_LINE;
  return `${element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      ...{ width: FIGURE_WIDTH, height, viewBox: `0 0 ${FIGURE_WIDTH} ${rounded(height)}` },
      ...{ "font-family": FONT_FAMILY, role: "img" },
    },
    [
      wordsElement("title", {}, facts.title),
      wordsElement("desc", {}, [facts.subtitle, ...facts.notes].join(" ")),
      element("rect", { width: FIGURE_WIDTH, height, fill: "#ffffff" }),
      wordsElement(
        "text",
        { x: PLOT_LEFT, y: 16, "font-size": 12, "font-weight": "bold", fill: INK },
        shortened(facts.title),
      ),
      wordsElement("text", { x: PLOT_LEFT, y: 30, "font-size": 9, fill: PALE }, facts.subtitle),
      ...parts,
      ...notes.map((line, index) =>
        wordsElement("text", { x: PLOT_LEFT, y: top + index * NOTE_LINE, "font-size": 8, fill: PALE }, line),
      ),
    ],
  )}\n`;
}

/** A trace has the colour of its ROI; that of a deleted ROI comes after all others. */
function placeOf({ rois }: FigureFacts, { roiId }: FigureFacts["traces"][number]): number {
  const index = rois.findIndex(({ id }) => id === roiId);
  return index < 0 ? rois.length : index;
}

/** An image is as high as its columns need; a stretch of native lines is larger, so that angles can be judged. */
function heightOf({ columns }: FigureFacts, { linesPerBin }: ShownPixels): number {
  return linesPerBin === undefined
    ? Math.min(240, Math.max(110, columns * 4))
    : Math.min(150, Math.max(76, columns * 2));
}

function letterOf(index: number): string {
  return String.fromCharCode("a".charCodeAt(0) + index);
}

function panelLetter(letter: string, { left, top }: PanelBox): string {
  return wordsElement(
    "text",
    { x: left - 64, y: top + 10, "font-size": 13, "font-weight": "bold", fill: INK },
    letter,
  );
}

/** A bar above the whole scan, where the detail lies in it, with the detail's letter. */
function whereDetailIs(
  { main }: FigureFacts,
  { stretch }: ShownPixels,
  box: PanelBox,
  letter: string,
): readonly string[] {
  const axis: Axis = {
    from: main.stretch.start,
    to: main.stretch.stop,
    start: box.left,
    stop: box.left + box.width,
  };
  const [from, to] = [toScreen(axis, stretch.start), toScreen(axis, stretch.stop)];
  const width = Math.max(2, to - from);
  return [
    element("rect", { class: "detail", x: from, y: box.top - 4, width, height: 3, fill: INK }),
    wordsElement(
      "text",
      { x: from + width / 2, y: box.top - 6, "text-anchor": "middle", "font-size": 8.5, fill: INK },
      letter,
    ),
  ];
}

function shortened(title: string): string {
  const characters = [...title];
  return characters.length <= TITLE_WIDTH ? title : `${characters.slice(0, TITLE_WIDTH - 1).join("")}…`;
}
