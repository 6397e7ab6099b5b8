// Reads the JSON beside each table of `kym analyze`: what the results of each ROI were computed from, and with.

import { KymSchemaError } from "../errors.ts";
import { isJsonObject, type JsonObject } from "../metadata/json-object.ts";
import { type AnalysisRuns, parseAnalysisRuns } from "../radon/analysis-runs.ts";

/** The stored key of each field of a run that `radon/analysis` does not have. `radon/params` has the first two as well. */
export const FLOW_RUN_KEYS = {
  /** Name and version of the algorithm, such as `kym.radon@1`. */
  algorithm: "algorithm",
  /** The number of image lines in one window. */
  windowSize: "window_size",
  /** The version of what is stored here, a whole number; another one makes results stale. */
  version: "version",
  /** The package that computed the results: {@link FLOW_SOFTWARE}. */
  software: "software",
  /** The parameters, as one object. */
  params: "params",
  /** The hash of the run whose velocities these results were computed from, as canonical JSON. */
  velocityRun: "velocity_run_sha256",
} as const;

/** The package that computes what `kym analyze` stores. Which version of an algorithm it has, the algorithm's name says. */
export const FLOW_SOFTWARE = "@kym/flow";

/** The runs of one table, by `analysisRunKey`: as `radon/analysis` has them, and everything that is stored. */
export interface FlowRuns {
  readonly runs: AnalysisRuns;
  /** The stored objects by `analysisRunKey`. Keys of another form are left out. */
  readonly stored: ReadonlyMap<string, JsonObject>;
}

/** The runs of an image that was never analysed. */
export const NO_FLOW_RUNS: FlowRuns = { runs: new Map(), stored: new Map() };

/**
 * Reads the JSON of `flow/velocity`, `flow/lspiv`, `flow/events`, `flow/heart_rate` or `flow/diameter`.
 *
 * @throws {KymSchemaError} `invalid_metadata` if the value is not an object
 */
export function parseFlowRuns(value: unknown, name: string): FlowRuns {
  if (!isJsonObject(value)) {
    throw new KymSchemaError("invalid_metadata", `${name}: expected an object of runs by ROI`, {
      path: name,
      expected: "object",
      found: value,
    });
  }
  const runs = parseAnalysisRuns(value);
  const stored = Object.entries(value).flatMap(([key, entry]): [string, JsonObject][] =>
    runs.has(key) && isJsonObject(entry) ? [[key, entry]] : [],
  );
  return { runs, stored: new Map(stored) };
}
