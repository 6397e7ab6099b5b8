// Traces and events for a blind scorer: numbers, and the words that programs write.

import type { RoiEvent, RoiTrace } from "@kym/kym-dataset";
import { knownEvent, knownMethod, knownSoftware } from "../../blind/known-words.ts";

/** The traces and events of an image. */
interface TracesAndEvents {
  readonly traces: readonly RoiTrace[];
  readonly events: readonly RoiEvent[];
}

/** The same without texts that a lab's file may hold: those of methods, programs and events that are not known here. */
export function blindTraces({ traces, events }: TracesAndEvents): TracesAndEvents {
  return {
    traces: traces.map((trace) => ({
      ...trace,
      software: knownSoftware(trace.software),
      algorithm: knownMethod(trace.algorithm),
    })),
    events: events.map((event) => ({
      ...event,
      software: knownSoftware(event.software),
      eventType: knownEvent(event.eventType),
      userType: knownEvent(event.userType),
    })),
  };
}
