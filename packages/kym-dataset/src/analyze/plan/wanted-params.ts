// What each kind of analysis is computed with: the part of a stored run by which a later plan tells whether it is still wanted.

import {
  CLEANING_ALGORITHMS,
  DEFAULT_BASELINE_SHIFT_PARAMS,
  DEFAULT_DIAMETER_PARAMS,
  DEFAULT_GAP_PARAMS,
  DEFAULT_HEART_RATE_PARAMS,
  diameterAlgorithm,
  EVENTS_ALGORITHMS,
  HEART_RATE_ALGORITHM,
  LSPIV_ALGORITHM,
  RADON_ALGORITHM,
  RADON_COLUMNS_REMOVED_ALGORITHM,
} from "@kym/flow";
import type { JsonObject } from "@kym/kym-schema";
import { FLOW_RUN_KEYS } from "@kym/kym-schema/flow";
import { LSPIV_SHIFT_LINES } from "../compute/lspiv-results.ts";
import type { CheckedRequest } from "./analysis-request.ts";
import type { WantedParams } from "./plan-image.ts";

/** The version of what is stored. Raise it when the same algorithm is to be stored in another way. */
const STORED_VERSION = 1;

/** Algorithm, parameters and version of each kind for a request. */
export function wantedParams({
  windowLines,
  removeStaticColumns,
}: Pick<CheckedRequest, "windowLines" | "removeStaticColumns">): WantedParams {
  const run = (algorithm: string, window: JsonObject, params: object): JsonObject => ({
    [FLOW_RUN_KEYS.algorithm]: algorithm,
    ...window,
    [FLOW_RUN_KEYS.params]: storedParams(params),
    [FLOW_RUN_KEYS.version]: STORED_VERSION,
  });
  const window = { [FLOW_RUN_KEYS.windowSize]: windowLines };
  const events = {
    ...DEFAULT_BASELINE_SHIFT_PARAMS,
    nanGap: DEFAULT_GAP_PARAMS,
    zeroGap: DEFAULT_GAP_PARAMS,
  };
  return {
    velocity: run(removeStaticColumns ? RADON_COLUMNS_REMOVED_ALGORITHM : RADON_ALGORITHM, window, {
      clean: CLEANING_ALGORITHMS.lab,
    }),
    lspiv: run(LSPIV_ALGORITHM, window, { shiftLines: LSPIV_SHIFT_LINES }),
    events: run(EVENTS_ALGORITHMS.mended, window, events),
    heartRate: run(HEART_RATE_ALGORITHM, window, DEFAULT_HEART_RATE_PARAMS),
    diameter: run(diameterAlgorithm(DEFAULT_DIAMETER_PARAMS), {}, DEFAULT_DIAMETER_PARAMS),
  };
}

/** Parameters as they are stored: `winCmpSec` is `win_cmp_sec`, as the lab's program has it. */
function storedParams(params: object): JsonObject {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      typeof value === "object" && value !== null ? storedParams(value) : value,
    ]),
  );
}
