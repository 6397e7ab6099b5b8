// What each kind of analysis is computed with: the part of a stored run by which a later plan tells whether it is still wanted.

import { RADON_ALGORITHM } from "@kym/flow";
import { FLOW_RUN_KEYS } from "@kym/kym-schema/flow";
import type { CheckedRequest } from "./analysis-request.ts";
import type { WantedParams } from "./plan-image.ts";

/** The version of what is stored. Raise it when the same algorithm is to be stored in another way. */
const STORED_VERSION = 1;

/** Algorithm, parameters and version of each kind for a request. */
export function wantedParams({ windowLines }: Pick<CheckedRequest, "windowLines">): WantedParams {
  const run = (algorithm: string, more: object): WantedParams["velocity"] => ({
    [FLOW_RUN_KEYS.algorithm]: algorithm,
    ...more,
    [FLOW_RUN_KEYS.version]: STORED_VERSION,
  });
  const window = { [FLOW_RUN_KEYS.windowSize]: windowLines };
  return {
    velocity: run(RADON_ALGORITHM, window),
    events: run("", window),
    heartRate: run("", window),
    diameter: run("", {}),
  };
}
