// Where events lie along the axis of time, with a letter each: colour is never the only sign.

import { type Axis, toScreen } from "@kym/view";
import { eventStyle } from "@kym/view/styles";
import { eventWords } from "../model/event-words.ts";
import type { KymographEvent } from "../model/kymograph.ts";

/** An event that is shown. */
export interface EventBand {
  readonly event: KymographEvent;
  readonly letter: string;
  readonly colour: string;
  /** In CSS pixels, within the axis. */
  readonly left: number;
  /** 0 for an event without an end. */
  readonly width: number;
  /** Whether the letter does not lie on that of an event before it. */
  readonly hasLetter: boolean;
  /** Type, time and length in words. */
  readonly title: string;
}

const LETTER_WIDTH = 9;

/** The events that begin in what is shown or reach into it, by time. None without a line period: nobody knows where they are. */
export function eventBands(
  events: readonly KymographEvent[],
  axis: Axis,
  secondsPerLine: number | null,
): readonly EventBand[] {
  if (secondsPerLine === null) {
    return [];
  }
  const bands: EventBand[] = [];
  let lastLetter = Number.NEGATIVE_INFINITY;
  for (const event of events.toSorted((a, b) => (a.startS ?? 0) - (b.startS ?? 0))) {
    if (event.startS === null) {
      continue;
    }
    const [from, to] = [event.startS / secondsPerLine, (event.endS ?? event.startS) / secondsPerLine];
    if (to < axis.from || from > axis.to) {
      continue;
    }
    const left = toScreen(axis, Math.max(from, axis.from));
    const width = Math.max(0, toScreen(axis, Math.min(to, axis.to)) - left);
    const hasLetter = left - lastLetter >= LETTER_WIDTH;
    lastLetter = hasLetter ? left : lastLetter;
    bands.push({ event, ...eventStyle(event.eventType), left, width, hasLetter, title: eventWords(event) });
  }
  return bands;
}
