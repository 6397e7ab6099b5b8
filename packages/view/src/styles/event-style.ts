// How an event looks in a figure and in a page: a letter, a colour and words.

export interface EventStyle {
  /** Colour is never the only sign. */
  readonly letter: string;
  /** `#rrggbb`, by Okabe and Ito where there is one: colour-blind eyes can tell them apart. */
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

/** The letter and the colour of a type of events, such as `baseline_drop`; `E` for every other type. */
export function eventStyle(type: string | null): EventStyle {
  return EVENT_STYLES[type ?? ""] ?? OTHER_EVENT;
}
