// The messages between a comparison and the processes of its builds.

import type { BenchmarkName } from "./measures-of.ts";

/** The request that starts a build's process, as JSON. */
export interface BuildRequest {
  readonly benchmark: BenchmarkName;
  readonly root: string;
  readonly inputs: string;
  readonly folder: string;
  readonly size: number;
}

/** Asks for one measure, to be run a number of times. */
export interface RunRequest {
  readonly measure: number;
  readonly times: number;
}

export type Unit = "ms" | "MiB";

export interface MeasureTitle {
  readonly name: string;
  readonly unit: Unit;
}

/** The first reply lists the measures; then each request is answered with the mean of its runs. */
export type BuildReply =
  | { readonly kind: "ready"; readonly measures: readonly MeasureTitle[] }
  | { readonly kind: "value"; readonly value: number }
  | { readonly kind: "failed"; readonly message: string };
