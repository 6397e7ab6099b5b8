// The artifacts in which a Radon analysis, and its parameters, may be stored.

import { ARTIFACTS } from "../artifact-names.ts";

/**
 * The artifacts from which `kym_radon` is computed: a velocity trace, or rows that another program summarized.
 * `params` are those that may hold the parameters of the trace. The first one that exists is used.
 */
export const RADON_ARTIFACTS: {
  readonly tables: readonly string[];
  readonly params: readonly string[];
} = {
  tables: [ARTIFACTS.radonVelocity, ARTIFACTS.radonResults, ARTIFACTS.radonReport, ARTIFACTS.radon],
  params: [ARTIFACTS.radonParams, "radon_params", "radon.params"],
};
