// The `params_hash` of the Python system's Radon rows, to judge rows that it wrote.

import { paramsHash } from "../../indexer/params-hash.ts";

/**
 * Computes the `params_hash` that `kymflow.radon@0.1` wrote. It covers the params and every ROI as stored, so renaming
 * a ROI changed it. Use it only for rows of version 0.1. Pass JSON text or nodes to keep the spelling of numbers.
 *
 * @throws {ZarrStoreError} `invalid_argument` for NaN, infinities and values that JSON cannot hold
 */
export function legacyRadonParamsHash(params: unknown, rois: unknown): string {
  return paramsHash({ params, rois });
}
