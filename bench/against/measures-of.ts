// Finds the measures of a benchmark by its name.

import type { Measures } from "./measure.ts";

export type BenchmarkName =
  | "arrays"
  | "commit"
  | "csv"
  | "growth"
  | "index"
  | "ingest"
  | "memory"
  | "start"
  | "tiff";

/** The benchmarks that compare builds, each loaded only when it runs. */
const BENCHMARKS: Readonly<Record<BenchmarkName, () => Promise<Measures>>> = {
  arrays: async () => (await import("../measures/arrays.ts")).measureArrays,
  commit: async () => (await import("../measures/commit.ts")).measureCommit,
  csv: async () => (await import("../measures/csv.ts")).measureCsv,
  growth: async () => (await import("../measures/growth.ts")).measureGrowth,
  index: async () => (await import("../measures/index-dataset.ts")).measureIndex,
  ingest: async () => (await import("../measures/ingest.ts")).measureIngest,
  memory: async () => (await import("../measures/memory.ts")).measureMemory,
  start: async () => (await import("../measures/start.ts")).measureStart,
  tiff: async () => (await import("../measures/tiff.ts")).measureTiff,
};

export function measuresOf(benchmark: BenchmarkName): Promise<Measures> {
  return BENCHMARKS[benchmark]();
}
