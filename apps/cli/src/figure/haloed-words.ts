// Words with an edge of another colour, which can be read whatever lies below them.

import { wordsElement } from "./svg-element.ts";

export interface HaloedStyle {
  readonly size: number;
  readonly colour: string;
  /** The colour of the edge. */
  readonly halo: string;
  /** Which end of the words lies at `x`. Default `start`. */
  readonly anchor?: "start" | "middle" | "end";
}

/** Two elements: the edge, and the words over it. */
export function haloedWords(
  x: number,
  y: number,
  words: string,
  { size, colour, halo, anchor = "start" }: HaloedStyle,
): string {
  const place = { x, y, "text-anchor": anchor, "font-size": size, "font-weight": "bold" };
  const edge = {
    fill: halo,
    stroke: halo,
    "stroke-width": 2.4,
    "stroke-linejoin": "round",
    "aria-hidden": "true",
  };
  return (
    wordsElement("text", { ...place, ...edge }, words) +
    wordsElement("text", { ...place, fill: colour }, words)
  );
}
