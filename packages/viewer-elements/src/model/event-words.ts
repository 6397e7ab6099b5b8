// Events in words.

import { eventStyle } from "@kym/view/styles";
import type { KymographEvent } from "./kymograph.ts";

/** The type, such as `baseline drop`. */
export function eventTypeWords(type: string | null): string {
  return type === null || type === "" ? "event" : type.replaceAll("_", " ");
}

/** Type, start and length, such as `baseline drop at 3.20 s, 0.40 s long`. */
export function eventWords({ eventType, startS, endS }: KymographEvent): string {
  const at = startS === null ? "" : ` at ${startS.toFixed(2)} s`;
  const long = startS === null || endS === null ? "" : `, ${(endS - startS).toFixed(2)} s long`;
  return `${eventTypeWords(eventType)}${at}${long}`;
}

/** How often each type occurs, with its letter, such as `D baseline drop × 3`; in the order of their first event. */
export function eventCounts(events: readonly KymographEvent[]): readonly {
  readonly letter: string;
  readonly colour: string;
  readonly words: string;
  readonly count: number;
}[] {
  return [...Map.groupBy(events, ({ eventType }) => eventType)].map(([type, { length: count }]) => ({
    ...eventStyle(type),
    words: eventTypeWords(type),
    count,
  }));
}
