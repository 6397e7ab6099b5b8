import { createHash } from "node:crypto";
import { geometryKey, roiFromEnvelope } from "@kym/roi";
import {
  createNdArray,
  type KeyValueStore,
  memoryStore,
  openDataset,
  type Row,
  type TableSchema,
  type ZarrDataset,
  type ZarrImageRecord,
} from "@kym/zarr-store";

/** The seven columns of the Python system's events. */
export const EVENT_SCHEMA: TableSchema = {
  columns: [
    { name: "roi_id", type: "int64" },
    { name: "event_id", type: "utf8" },
    { name: "t_start_s", type: "float64" },
    { name: "t_end_s", type: "float64" },
    { name: "peak_t_s", type: "float64" },
    { name: "peak_value", type: "float64" },
    { name: "score", type: "float64" },
  ],
};

export const TRACE_SCHEMA: TableSchema = {
  columns: [
    { name: "roi_id", type: "int64", nullable: false },
    { name: "channel", type: "int64", nullable: false },
    { name: "time_s", type: "float64" },
    { name: "velocity_mm_s", type: "float64" },
  ],
};

/** 6 lines of 4 pixels. */
export const PIXELS: Uint16Array<ArrayBuffer> = Uint16Array.from({ length: 24 }, (_, index) => 100 + index);
export const PIXELS_SHA256: string = createHash("sha256").update(new Uint8Array(PIXELS.buffer)).digest("hex");

export async function emptyDataset(store: KeyValueStore = memoryStore()): Promise<ZarrDataset> {
  return openDataset(store);
}

export async function addImage(dataset: ZarrDataset, id: string): Promise<ZarrImageRecord> {
  return dataset.addImage(createNdArray("uint16", [6, 4], PIXELS), {
    id,
    axes: ["t", "x"],
    attributes: { pixels_sha256: PIXELS_SHA256 },
  });
}

/** One event with this score. */
export function eventRow(score: number): Row {
  return { roi_id: 1n, event_id: "e0", t_start_s: 0.5, t_end_s: 0.75, peak_t_s: 0.6, peak_value: 1, score };
}

export async function saveEvents(record: ZarrImageRecord, rows: readonly Row[]): Promise<void> {
  await record.saveParquet("velocity_events/events", rows, { schema: EVENT_SCHEMA });
}

/** An image with one event and params. */
export async function addAnalysedImage(
  dataset: ZarrDataset,
  id: string,
  score: number,
): Promise<ZarrImageRecord> {
  const record = await addImage(dataset, id);
  await record.saveJson("velocity_events/params", { threshold: 0.2, window: 5 });
  await saveEvents(record, [eventRow(score)]);
  return record;
}

/** A rect envelope over whole lines from `y0` to `y1`, two pixels wide. */
export function rectEnvelope(id: number, y0: number, y1: number, meta: object = {}): object {
  return {
    roi_id: id,
    roi_type: "rect",
    version: "1.0",
    name: `roi${id}`,
    note: "",
    channel: 1,
    z: 0,
    data: { x0: 0, x1: 2, y0, y1 },
    meta,
  };
}

/** What ingest writes for an image with these ROIs, each analysed as it stands. */
export async function saveAnalysis(
  record: ZarrImageRecord,
  rois: readonly object[],
  /** What every run says beside its ROI and the pixels. */
  more: object = {},
): Promise<void> {
  const runs = rois.map((envelope) => {
    const roi = roiFromEnvelope(envelope);
    return [
      String(roi.id),
      {
        channel: 1,
        analyzed_at: "2026-04-15T14:30:55+00:00",
        roi_revision_at_analysis: roi.revision,
        geometry: geometryKey(roi),
        pixels_sha256: PIXELS_SHA256,
        ...more,
      },
    ] as const;
  });
  await saveRois(record, rois);
  await record.saveJson("radon/params", { 1: { algorithm: "mpRadon", window_size: 16 } });
  await record.saveJson("radon/analysis", Object.fromEntries(runs));
}

export async function saveRois(
  record: ZarrImageRecord,
  rois: readonly object[],
  more: object = {},
): Promise<void> {
  await record.saveMetadataPayload({
    version: "2.0",
    experiment_metadata: { treatment: "28d AngII", condition: "AngII", date: "", note: "" },
    rois,
    ...more,
  });
}

export async function saveTraces(
  record: ZarrImageRecord,
  velocitiesByRoi: Readonly<Record<number, readonly (number | null)[]>>,
): Promise<void> {
  const rows = Object.entries(velocitiesByRoi).flatMap(([roi, velocities]) =>
    velocities.map((velocity, index): Row => {
      return { roi_id: BigInt(roi), channel: 1n, time_s: index / 8, velocity_mm_s: velocity };
    }),
  );
  await record.saveParquet("radon/velocity", rows, { schema: TRACE_SCHEMA });
}

export async function saveProvenance(record: ZarrImageRecord, relPath: string): Promise<void> {
  await record.saveJson("provenance", {
    source_primary_path: `/data/study/${relPath}`,
    source_rel_path: relPath,
    source_name: relPath.split("/").at(-1),
  });
}
