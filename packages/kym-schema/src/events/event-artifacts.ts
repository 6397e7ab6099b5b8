/** Where the events of an image and their params may be stored. */
import { ARTIFACTS } from "../artifact-names.ts";

/** The artifacts that may hold the events of an image, and those that may say how they were found. The first that is there counts. */
export const EVENT_ARTIFACTS: {
  readonly tables: readonly string[];
  readonly params: readonly string[];
} = {
  tables: [ARTIFACTS.events, ARTIFACTS.firstEvents],
  params: [ARTIFACTS.eventParams, "velocity_events_params", "velocity_events.params"],
};
