/** Where the results of a Radon analysis and its params may be stored. */
import { ARTIFACTS } from "../artifact-names.ts";

/**
 * The artifacts that `kym_radon` is made of (a velocity trace, else rows that another program summarised), and those that
 * may say how the trace was computed. The first that is there counts.
 */
export const RADON_ARTIFACTS: {
  readonly tables: readonly string[];
  readonly params: readonly string[];
} = {
  tables: [ARTIFACTS.radonVelocity, ARTIFACTS.radonResults, ARTIFACTS.radonReport, ARTIFACTS.radon],
  params: [ARTIFACTS.radonParams, "radon_params", "radon.params"],
};
