// Reads the heart rates that acqstore stored, as rows of `kym_heart_rate`.

import { ARTIFACTS, isJsonObject } from "@kym/kym-schema";
import { FLOW_RUN_KEYS, parseFlowRuns } from "@kym/kym-schema/flow";
import type { Row } from "@kym/zarr-store";

/**
 * One row for each ROI and channel. Whether both methods agree is decided with acqstore's own tolerance.
 *
 * @param value the artifact `acqstore/heart_rate/summary`
 * @throws {KymSchemaError} `invalid_metadata` if it is not an object
 */
export function acqstoreHeartRates(value: unknown): readonly Row[] {
  const { runs, stored } = parseFlowRuns(value, ARTIFACTS.acqstoreHeartRate);
  return [...runs].map(([key, { roiId, channel }]): Row => {
    const run = stored.get(key);
    const summary = run?.["acqstore_summary"];
    const params = run?.[FLOW_RUN_KEYS.params];
    const [lomb, welch] = [memberOf(summary, "lomb"), memberOf(summary, "welch")];
    const [lombBpm, welchBpm] = [numberIn(lomb, "bpm"), numberIn(welch, "bpm")];
    const deltaBpm = lombBpm === null || welchBpm === null ? null : Math.abs(lombBpm - welchBpm);
    const tolerance = numberIn(params, "agree_tol_bpm");
    return {
      roi_id: BigInt(roiId),
      channel: BigInt(channel),
      status: textIn(summary, "status"),
      n_total: countIn(summary, "n_total"),
      n_valid: countIn(summary, "n_valid"),
      lomb_bpm: lombBpm,
      lomb_snr: numberIn(lomb, "snr"),
      lomb_edge: truthIn(lomb, "edge_flag"),
      lomb_concentration: numberIn(lomb, "band_concentration"),
      welch_bpm: welchBpm,
      welch_snr: numberIn(welch, "snr"),
      welch_edge: truthIn(welch, "edge_flag"),
      welch_concentration: numberIn(welch, "band_concentration"),
      delta_bpm: deltaBpm,
      agree: deltaBpm === null || tolerance === null ? null : deltaBpm <= tolerance,
    };
  });
}

function memberOf(value: unknown, key: string): unknown {
  return isJsonObject(value) ? value[key] : undefined;
}

function numberIn(value: unknown, key: string): number | null {
  const member = memberOf(value, key);
  return typeof member === "number" && Number.isFinite(member) ? member : null;
}

function countIn(value: unknown, key: string): bigint | null {
  const member = numberIn(value, key);
  return member !== null && Number.isSafeInteger(member) ? BigInt(member) : null;
}

function truthIn(value: unknown, key: string): boolean | null {
  const member = memberOf(value, key);
  return typeof member === "boolean" ? member : null;
}

function textIn(value: unknown, key: string): string | null {
  const member = memberOf(value, key);
  return typeof member === "string" ? member : null;
}
