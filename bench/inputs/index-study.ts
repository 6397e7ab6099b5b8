// Makes the dataset that the index benchmarks work on.

import type { Row, TableSchema, ZarrDataset } from "@kym/zarr-store";
import type { Build } from "../against/load-build.ts";

export const ROWS_AN_IMAGE = 10;

const EVENTS: TableSchema = {
  columns: [
    { name: "roi_id", type: "int64" },
    { name: "event_id", type: "utf8" },
    { name: "t_start_s", type: "float64", unit: "s" },
    { name: "t_end_s", type: "float64", unit: "s" },
    { name: "peak_t_s", type: "float64", unit: "s" },
    { name: "peak_value", type: "float64" },
    { name: "score", type: "float64" },
    { name: "channel", type: "int64" },
    { name: "event_type", type: "utf8" },
  ],
};
const RESULTS: TableSchema = {
  columns: [
    { name: "roi_id", type: "int64" },
    { name: "channel", type: "int64" },
    { name: "vel_mean", type: "float64", unit: "mm/s" },
    { name: "vel_std", type: "float64", unit: "mm/s" },
    { name: "vel_n_nan", type: "int64" },
  ],
};
const IMAGES_A_COMMIT = 500;

export function imageIdOf(index: number): string {
  return `image-${String(index).padStart(6, "0")}`;
}

export function eventsOf(seed: number): readonly Row[] {
  return Array.from({ length: ROWS_AN_IMAGE }, (_, at): Row => {
    const start = seed + at / 8;
    const times = { t_start_s: start, t_end_s: start + 0.5, peak_t_s: start + 0.25, peak_value: 1.5 };
    return {
      roi_id: 1n,
      event_id: `${seed}-${at}`,
      ...times,
      score: at,
      channel: 1n,
      event_type: "baseline_drop",
    };
  });
}

export async function saveEventsOf(dataset: ZarrDataset, index: number, seed: number): Promise<void> {
  await dataset
    .record(imageIdOf(index))
    .saveParquet("velocity_events/events", eventsOf(seed), { schema: EVENTS });
}

/** Adds images of one pixel, each with params, metadata, ten events and ten rows of Radon results. */
export async function addAnalysedImages(
  { createNdArray }: Pick<Build, "createNdArray">,
  dataset: ZarrDataset,
  count: number,
): Promise<void> {
  const pixel = createNdArray("uint8", [1, 1]);
  for (let first = 0; first < count; first += IMAGES_A_COMMIT) {
    await dataset.transaction(async (transaction) => {
      for (let index = first; index < Math.min(count, first + IMAGES_A_COMMIT); index++) {
        const record = await transaction.addImage(pixel, { id: imageIdOf(index), axes: ["t", "x"] });
        await record.saveJson("velocity_events/params", { mad_k: 3, win_cmp_sec: 0.25 });
        await record.saveMetadataPayload({ version: "2.0", rois: [], accepted: true });
        await record.saveParquet("velocity_events/events", eventsOf(index), { schema: EVENTS });
        const rows = Array.from({ length: ROWS_AN_IMAGE }, (_, at): Row => {
          return { roi_id: BigInt(at), channel: 1n, vel_mean: index + at, vel_std: 0.5, vel_n_nan: 0n };
        });
        await record.saveParquet("radon/results", rows, { schema: RESULTS });
      }
    });
  }
}
