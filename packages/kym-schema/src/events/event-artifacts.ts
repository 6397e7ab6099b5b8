// The artifacts in which the events of an image, and their parameters, may be stored.

import { ARTIFACTS } from "../artifact-names.ts";

/**
 * The artifacts that may hold the events of an image, and those that may hold the parameters of their
 * detection. The first one that exists is used.
 */
export const EVENT_ARTIFACTS: {
  readonly tables: readonly string[];
  readonly params: readonly string[];
} = {
  tables: [ARTIFACTS.events, ARTIFACTS.firstEvents],
  params: [ARTIFACTS.eventParams, "velocity_events_params", "velocity_events.params"],
};
