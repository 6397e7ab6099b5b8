// The indexer of intensities over time and their peaks, which fills `kym_sum_intensity`.

import { ARTIFACTS, analysisRunKey, COLUMNS } from "@kym/kym-schema";
import { POOLED_SUM_INTENSITY_COLUMNS } from "@kym/kym-schema/tables";
import type { CellValue, ReadOptions, Row, ZarrImageRecord } from "@kym/zarr-store";
import { rowsOf } from "@kym/zarr-store/table/reading";
import {
  type ArtifactRef,
  findArtifact,
  jsonArtifact,
  loadTableArtifact,
  tableArtifact,
} from "../../indexer/artifact-ref.ts";
import { type FlowContext, flowSources, loadFlowContext } from "../../indexer/flow-runs.ts";
import { IMAGE_CONTEXT_SOURCES, loadImageContext } from "../../indexer/image-context.ts";
import { defineIndexer, type Indexer } from "../../indexer/indexer.ts";
import { loadParams } from "../../indexer/load-params.ts";
import { inOrderOfRois, keyOfRow } from "../preferred-rows.ts";
import { acqstoreColumns } from "./flow-image-context.ts";
import { summaryOf } from "./summary-of-cells.ts";

/** What the rows of {@link sumIntensityIndexer} depend on beside the peaks. */
export interface SumIntensityContext {
  readonly rel_path: string | null;
  /** What acqstore computed, and the hash of its table. */
  readonly flow: FlowContext;
}

const RUNS = [jsonArtifact(ARTIFACTS.acqstoreSumIntensity)];
const PEAKS = tableArtifact(ARTIFACTS.acqstorePeaks);
const SUMS = tableArtifact(ARTIFACTS.acqstoreSumIntensity);
const SECONDS_PER_MINUTE = 60;

/**
 * Summarises the intensities of acqstore and their peaks into `kym_sum_intensity`, one row per ROI and channel. A ROI in which no
 * peak was found has a row with 0 peaks.
 */
export const sumIntensityIndexer: Indexer<SumIntensityContext> = defineIndexer({
  name: "sum_intensity",
  label: "intensity",
  schemaVersion: "0.1",
  schema: { columns: POOLED_SUM_INTENSITY_COLUMNS },
  analysisVersion: "kym.sum_intensity_table@1",
  inputs: [...PEAKS, ...SUMS],
  sources: [...IMAGE_CONTEXT_SOURCES, ...flowSources(ARTIFACTS.acqstoreSumIntensity)],
  params: (record, options) => loadParams(record, RUNS, options),

  async context(record, options): Promise<SumIntensityContext> {
    const { relPath, stateOf } = await loadImageContext(record, options);
    const flow = await loadFlowContext(record, ARTIFACTS.acqstoreSumIntensity, stateOf, options);
    return { rel_path: relPath, flow };
  },

  rois: ({ flow: { runs } }) => Object.keys(runs).filter((key) => runs[key]?.state === "roi_changed"),

  async extract(record, { context, signal }): Promise<readonly Row[]> {
    const { rel_path, flow } = context;
    const peaks = await rowsByKey(record, PEAKS, { signal });
    const sums = await rowsByKey(record, SUMS, { signal });
    const keys = new Set([...peaks.keys(), ...sums.keys(), ...Object.keys(flow.runs)]);
    const rows = [...keys].flatMap((key): readonly Row[] => {
      const ids = idsOf(key);
      return ids === undefined ? [] : [{ ...ids, ...summarize(peaks.get(key) ?? [], sums.get(key)) }];
    });
    return inOrderOfRois(rows).map((row) => ({
      ...row,
      ...acqstoreColumns(row, { rel_path, flow, acqstore: flow }),
    }));
  },
});

async function rowsByKey(
  record: ZarrImageRecord,
  refs: readonly ArtifactRef[],
  options: ReadOptions,
): Promise<ReadonlyMap<string, readonly Row[]>> {
  const found = findArtifact(refs, await record.objectHashes());
  return found === undefined
    ? new Map()
    : Map.groupBy(rowsOf(await loadTableArtifact(record, found, { ...options, memory: "shared" })), keyOfRow);
}

function summarize(peaks: readonly Row[], sums: readonly Row[] | undefined): Row {
  const amplitudes = summaryOf(peaks.map((row) => row[COLUMNS.peakAmplitude]));
  const intervals = summaryOf(peaks.map(({ peak_to_peak_interval_sec: interval }) => interval));
  const minutes = minutesOf(sums?.map((row) => row[COLUMNS.time]) ?? []);
  return {
    n_total: sums === undefined ? null : BigInt(sums.length),
    [COLUMNS.numPeaks]: BigInt(peaks.length),
    peaks_per_min: minutes === undefined ? null : peaks.length / minutes,
    peak_amplitude_mean: amplitudes.mean,
    peak_amplitude_median: amplitudes.median,
    peak_amplitude_std: amplitudes.sd,
    peak_interval_mean_s: intervals.mean,
    f0_baseline: summaryOf(sums?.map(({ f0_baseline: baseline }) => baseline) ?? []).median,
  };
}

/** How long lines took, the last one included; undefined without two lines whose times are known. */
function minutesOf(times: readonly (CellValue | undefined)[]): number | undefined {
  const { n, min, max } = summaryOf(times);
  const seconds = min === null || max === null || n < 2 ? 0 : ((max - min) * n) / (n - 1);
  return seconds > 0 ? seconds / SECONDS_PER_MINUTE : undefined;
}

function idsOf(key: string): Row | undefined {
  const [roiId = "", channel = ""] = key.split(":");
  return key === "" || key !== analysisRunKey(Number(roiId), Number(channel))
    ? undefined
    : { roi_id: BigInt(roiId), channel: BigInt(channel) };
}
