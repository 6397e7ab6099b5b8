// Names a field of metadata as people say it.

import { METADATA_KEYS } from "../metadata/metadata.ts";

const EVENT = /^event:/;
const ROI = /^roi:(\d+)$/;
const EXPERIMENT = `${METADATA_KEYS.experiment}.`;

/** `condition` for `experiment_metadata.condition`, `ROI 2` for `roi:2`, `event 3f9c` for `event:3f9c`; any other field by its name. */
export function wordsOfField(field: string): string {
  return field.startsWith(EXPERIMENT)
    ? field.slice(EXPERIMENT.length)
    : field.replace(ROI, "ROI $1").replace(EVENT, "event ");
}
