// The frame, ticks and titles of a panel.

import { type Axis, type AxisUnit, type Tick, ticksBetween, toScreen } from "@kym/view";
import { INK } from "./figure-style.ts";
import { element, rounded, wordsElement } from "./svg-element.ts";

/** Where a panel lies. */
export interface PanelBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const TICK = 4;
/** Half the height of a digit: a label stands beside the middle of its tick. */
const HALF_DIGIT = 3.2;

/** A tick with its place on the screen. */
interface PlacedTick extends Tick {
  readonly place: number;
}

/** The ticks of an axis of the image, labelled in its unit. */
export function placedTicks(axis: Axis, { step, whole }: AxisUnit, atMost: number): readonly PlacedTick[] {
  const [from, to] = [Math.min(axis.from, axis.to) * step, Math.max(axis.from, axis.to) * step];
  return ticksBetween(from, to, { atMost, whole }).map((tick) => ({
    ...tick,
    place: toScreen(axis, tick.value / step),
  }));
}

/** The frame of a panel. */
export function frame({ left, top, width, height }: PanelBox): string {
  return element("rect", { x: left, y: top, width, height, fill: "none", stroke: INK, "stroke-width": 0.8 });
}

/** Ticks below a panel; with labels and a title unless another panel below it has them. */
export function bottomAxis(
  { left, top, width, height }: PanelBox,
  ticks: readonly PlacedTick[],
  title: string | undefined,
): readonly string[] {
  const bottom = top + height;
  return [
    tickPath(ticks.map(({ place }) => `M${rounded(place)} ${rounded(bottom)}v${TICK}`)),
    ...(title === undefined
      ? []
      : [
          ...ticks.map(({ place, label }) => axisLabel(place, bottom + TICK + 10, label, "middle")),
          axisLabel(left + width / 2, bottom + TICK + 24, title, "middle"),
        ]),
  ];
}

/** Ticks, labels and title at the left of a panel. */
export function leftAxis(
  { left, top, height }: PanelBox,
  ticks: readonly PlacedTick[],
  title: string,
): readonly string[] {
  const middle = top + height / 2;
  return [
    tickPath(ticks.map(({ place }) => `M${rounded(left)} ${rounded(place)}h-${TICK}`)),
    ...ticks.map(({ place, label }) => axisLabel(left - TICK - 3, place + HALF_DIGIT, label, "end")),
    wordsElement(
      "text",
      {
        transform: `translate(${rounded(left - 44)} ${rounded(middle)}) rotate(-90)`,
        "text-anchor": "middle",
        "font-size": 9,
        fill: INK,
      },
      title,
    ),
  ];
}

function tickPath(pieces: readonly string[]): string {
  return pieces.length === 0
    ? ""
    : element("path", { d: pieces.join(""), stroke: INK, "stroke-width": 0.8, fill: "none" });
}

function axisLabel(x: number, y: number, words: string, anchor: "middle" | "end"): string {
  return wordsElement("text", { x, y, "text-anchor": anchor, "font-size": 9, fill: INK }, words);
}
