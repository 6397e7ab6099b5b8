import type { BenchmarkName } from "./measures-of.ts";

/** What a build's process is started with, as JSON. */
export interface BuildRequest {
  readonly benchmark: BenchmarkName;
  readonly root: string;
  readonly inputs: string;
  readonly folder: string;
  readonly size: number;
}

/** Asks for one measure, run a number of times. */
export interface RunRequest {
  readonly measure: number;
  readonly times: number;
}

export type Unit = "ms" | "MiB";

export interface MeasureTitle {
  readonly name: string;
  readonly unit: Unit;
}

/** First what can be measured, then a value for each request: the mean of its runs. */
export type BuildReply =
  | { readonly kind: "ready"; readonly measures: readonly MeasureTitle[] }
  | { readonly kind: "value"; readonly value: number }
  | { readonly kind: "failed"; readonly message: string };
