import { paramsHash } from "../../indexer/params-hash.ts";

/**
 * The `params_hash` that `kymflow.radon@0.1` wrote: of the params and of all ROI envelopes verbatim, so that a rename
 * changed it. It only judges rows that say 0.1. Pass JSON text or nodes to keep the spelling of numbers.
 * Source: `python-system.md` §2.8.
 *
 * @throws {ZarrStoreError} `invalid_argument` for NaN, infinities and what JSON does not have
 */
export function legacyRadonParamsHash(params: unknown, rois: unknown): string {
  return paramsHash({ params, rois });
}
