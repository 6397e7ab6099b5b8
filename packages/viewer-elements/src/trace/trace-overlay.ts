// Draws what lies over a trace: bands of events with letters, the line of zero and the crosshair, as SVG.

import { type Axis, toScreen } from "@kym/view";
import { boxNodes } from "../image/image-overlay.ts";
import type { KymographEvent } from "../model/kymograph.ts";
import type { Crosshair } from "../model/viewer-state.ts";
import { eventBands } from "../screen/event-bands.ts";
import { svgNode } from "../shell/svg-node.ts";

/** An event without an end is a line. */
const LEAST_WIDTH = 1.5;

/** Fills the layer of events and of zero. */
export function drawTraceBands(
  layer: SVGElement,
  {
    events,
    axis,
    secondsPerLine,
    height,
    zero,
  }: {
    readonly events: readonly KymographEvent[];
    readonly axis: Axis;
    readonly secondsPerLine: number | null;
    readonly height: number;
    /** Where zero lies. */
    readonly zero: number;
  },
): void {
  layer.replaceChildren(
    ...eventBands(events, axis, secondsPerLine).flatMap(
      ({ event, colour, letter, left, width, hasLetter }) => [
        svgNode("rect", {
          class: width < LEAST_WIDTH ? "event" : "event band",
          ...{ "data-type": event.eventType ?? "", fill: colour },
          ...{ x: left, y: 0, width: Math.max(LEAST_WIDTH, width), height },
        }),
        ...(hasLetter ? [svgNode("text", { class: "letter", x: left + 2, y: 11 }, [letter])] : []),
      ],
    ),
    svgNode("line", { class: "zero", x1: axis.start, x2: axis.stop, y1: zero, y2: zero }),
  );
}

/** Fills the layer of the crosshair and of the box that a drag draws. */
export function drawTraceCross(
  layer: SVGElement,
  {
    crosshair,
    axis,
    height,
    drag,
  }: {
    readonly crosshair: Crosshair | undefined;
    readonly axis: Axis;
    readonly height: number;
    readonly drag: { readonly from: number; readonly to: number } | undefined;
  },
): void {
  const isShown = crosshair !== undefined && crosshair.line >= axis.from && crosshair.line <= axis.to;
  const x = isShown ? toScreen(axis, crosshair.line) : 0;
  layer.replaceChildren(
    ...(isShown ? [svgNode("line", { class: "cross", x1: x, x2: x, y1: 0, y2: height })] : []),
    ...boxNodes(drag, { top: 0, height }),
  );
}
