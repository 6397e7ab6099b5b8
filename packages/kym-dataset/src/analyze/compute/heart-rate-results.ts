// The heart rate in a ROI's velocities: the row of `flow/heart_rate`.

import { heartRate } from "@kym/flow";
import type { CellValue } from "@kym/zarr-store";
import type { ComputeOptions, KindResult, KnownVelocity } from "./analysis-task.ts";

/**
 * Looks for a heart rate in a trace. There is one row, also if there is no rate: `status` says why.
 *
 * @throws the reason of `signal`
 */
export async function heartRateResults(
  velocity: KnownVelocity,
  { signal }: ComputeOptions,
): Promise<KindResult> {
  const { algorithm, status, lomb, welch, agreement, nTotal, nValid } = await heartRate(velocity, { signal });
  const one = (value: CellValue | undefined): { readonly constant: CellValue } => ({
    constant: value === undefined || Number.isNaN(value) ? null : value,
  });
  return {
    kind: "heartRate",
    rowCount: 1,
    columns: {
      status: one(status),
      n_total: one(BigInt(nTotal)),
      n_valid: one(BigInt(nValid)),
      lomb_bpm: one(lomb?.bpm),
      lomb_snr: one(lomb?.snr),
      lomb_edge: one(lomb?.edgeFlag),
      lomb_concentration: one(lomb?.bandConcentration),
      welch_bpm: one(welch?.bpm),
      welch_snr: one(welch?.snr),
      welch_edge: one(welch?.edgeFlag),
      welch_concentration: one(welch?.bandConcentration),
      delta_bpm: one(agreement?.deltaBpm),
      agree: one(agreement === null ? null : status === "ok"),
      algorithm: one(algorithm),
    },
  };
}
