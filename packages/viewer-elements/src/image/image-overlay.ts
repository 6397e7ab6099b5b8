// Draws what lies over an image: frame, axes, ROIs, slopes, events, scale bars and the crosshair, as SVG.

import { type PaletteName, planeUnits, toScreen } from "@kym/view";
import type { Kymograph } from "../model/kymograph.ts";
import type { ViewerState } from "../model/viewer-state.ts";
import { axisLabels, barMark } from "../screen/axis-labels.ts";
import { eventBands } from "../screen/event-bands.ts";
import { labelsAlong, type PlotBox, spaceAxis, timeAxis } from "../screen/plot-layout.ts";
import { type ImageAxes, roiMarks } from "../screen/roi-marks.ts";
import { slopeLines } from "../screen/slope-lines.ts";
import { svgNode } from "../shell/svg-node.ts";

/** Fills the layer that changes with range, size and ROIs. */
export function drawImageOverlay(
  layer: SVGElement,
  {
    kymograph,
    box,
    state,
    palette,
    hasTimeAxis,
  }: {
    readonly kymograph: Kymograph;
    readonly box: PlotBox;
    readonly state: ViewerState;
    readonly palette: PaletteName;
    /** False if a trace below has it. */
    readonly hasTimeAxis: boolean;
  },
): void {
  const axes: ImageAxes = {
    lines: timeAxis(state.range, box),
    columns: spaceAxis(kymograph.size.columns, box),
  };
  const { left: x, top: y, width, height } = box;
  layer.replaceChildren(
    svgNode("clipPath", { id: "inside" }, [svgNode("rect", { x, y, width, height })]),
    ...eventLane(kymograph, axes, box),
    svgNode("g", { "clip-path": "url(#inside)" }, [
      ...slopeLines(kymograph, axes, palette).map(({ roiId, d, colour }) =>
        svgNode("path", {
          class: "slopes",
          "data-roi": roiId,
          d,
          stroke: colour,
        }),
      ),
      ...roiMarks(kymograph.rois, axes, palette).flatMap(({ roiId, d, colour, label }) => [
        svgNode("path", {
          class: roiId === state.roiId ? "roi chosen" : "roi",
          ...{ "data-roi": roiId, d, stroke: colour },
        }),
        ...(label === undefined
          ? []
          : [
              svgNode("text", { class: "halo", x: label.x, y: label.y, style: `fill:${colour}` }, [
                String(roiId),
              ]),
            ]),
      ]),
      ...scaleBars(kymograph, axes, box),
    ]),
    svgNode("rect", { class: "frame", x: x - 0.5, y: y - 0.5, width: width + 1, height: height + 1 }),
    ...leftLabels(kymograph, axes, box),
    ...bottomLabels(kymograph, axes, box, hasTimeAxis),
  );
}

/** Fills the layer of the crosshair and of the box that a drag draws. */
export function drawCrosshair(
  layer: SVGElement,
  {
    kymograph,
    box,
    state,
    drag,
  }: {
    readonly kymograph: Kymograph;
    readonly box: PlotBox;
    readonly state: ViewerState;
    readonly drag: { readonly from: number; readonly to: number } | undefined;
  },
): void {
  const { crosshair, range } = state;
  const nodes: SVGElement[] = [];
  if (crosshair !== undefined && crosshair.line >= range.start && crosshair.line <= range.stop) {
    const x = toScreen(timeAxis(range, box), crosshair.line);
    nodes.push(svgNode("line", { class: "cross", x1: x, x2: x, y1: box.top, y2: box.top + box.height }));
    if (crosshair.column !== undefined) {
      const y = toScreen(spaceAxis(kymograph.size.columns, box), crosshair.column);
      nodes.push(svgNode("line", { class: "cross", x1: box.left, x2: box.left + box.width, y1: y, y2: y }));
    }
  }
  layer.replaceChildren(...nodes, ...boxNodes(drag, box));
}

/** The box of a drag, as high as the plot. */
export function boxNodes(
  drag: { readonly from: number; readonly to: number } | undefined,
  { top, height }: Pick<PlotBox, "top" | "height">,
): readonly SVGElement[] {
  if (drag === undefined) {
    return [];
  }
  const [x, width] = [Math.min(drag.from, drag.to), Math.abs(drag.to - drag.from)];
  return [svgNode("rect", { class: "box", x, y: top, width, height })];
}

function eventLane(
  { events, pixelSize }: Kymograph,
  { lines }: ImageAxes,
  box: PlotBox,
): readonly SVGElement[] {
  return eventBands(events, lines, pixelSize.secondsPerLine).flatMap(
    ({ event, colour, letter, left, width, hasLetter }) => [
      svgNode("rect", {
        class: "event",
        ...{ "data-type": event.eventType ?? "", fill: colour },
        ...{ x: left, y: box.top - 4, width: Math.max(1.5, width), height: 3 },
      }),
      ...(hasLetter ? [svgNode("text", { class: "letter", x: left, y: box.top - 6 }, [letter])] : []),
    ],
  );
}

function leftLabels({ pixelSize }: Kymograph, { columns }: ImageAxes, box: PlotBox): readonly SVGElement[] {
  const { space } = planeUnits(pixelSize);
  const middle = box.top + box.height / 2;
  return [
    ...axisLabels(columns, space, Math.max(2, Math.floor(box.height / 28))).flatMap(({ place, label }) => [
      svgNode("line", { class: "tick", x1: box.left - 5, x2: box.left - 1, y1: place, y2: place }),
      svgNode("text", { x: box.left - 8, y: place + 4, "text-anchor": "end" }, [label]),
    ]),
    svgNode(
      "text",
      { class: "title", x: 12, y: middle, "text-anchor": "middle", transform: `rotate(-90 12 ${middle})` },
      [space.title],
    ),
  ];
}

function bottomLabels(
  { pixelSize }: Kymograph,
  { lines }: ImageAxes,
  box: PlotBox,
  hasTimeAxis: boolean,
): readonly SVGElement[] {
  const { time } = planeUnits(pixelSize);
  const bottom = box.top + box.height;
  const labels = axisLabels(lines, time, labelsAlong(box.width));
  return [
    ...labels.map(({ place }) =>
      svgNode("line", { class: "tick", x1: place, x2: place, y1: bottom + 1, y2: bottom + 5 }),
    ),
    ...(hasTimeAxis
      ? [
          ...labels.map(({ place, label }) =>
            svgNode("text", { x: place, y: bottom + 17, "text-anchor": "middle" }, [label]),
          ),
          svgNode(
            "text",
            { class: "title", x: box.left + box.width / 2, y: bottom + 32, "text-anchor": "middle" },
            [time.title],
          ),
        ]
      : []),
  ];
}

/** How long a bar across time may be: it need not grow with the image. */
const LONGEST_ACROSS = 44;

function scaleBars(
  { pixelSize }: Kymograph,
  { lines, columns }: ImageAxes,
  box: PlotBox,
): readonly SVGElement[] {
  const { time, space } = planeUnits(pixelSize);
  const along = barMark(lines, time, 0.15);
  const across = barMark(columns, space, Math.min(0.4, LONGEST_ACROSS / box.height));
  const [x, y] = [box.left + box.width - 10, box.top + box.height - 9];
  const d = `${along ? `M${x} ${y}h${-along.length}` : ""}${across ? `M${x} ${y}v${-across.length}` : ""}`;
  const style = "fill:none;stroke-linecap:square";
  return [
    svgNode("path", { class: "scale-bar", d, style, stroke: "#000000", "stroke-width": 4 }),
    svgNode("path", { d, style, stroke: "#ffffff", "stroke-width": 2 }),
    ...(along ? [barLabel(x - along.length - 7, y + 4, along.label)] : []),
    ...(across ? [barLabel(x - 7, y - across.length + 4, across.label)] : []),
  ];
}

function barLabel(x: number, y: number, label: string): SVGElement {
  return svgNode("text", { class: "halo", x, y, "text-anchor": "end", style: "fill:#ffffff" }, [label]);
}
