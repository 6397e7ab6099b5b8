// What the golden datasets of versions 2 and later hold: values that any build can store.
import type { Row, TableSchema } from "@kym/zarr-store";

/** 6 lines of 4 pixels. */
export const LINE_SCAN: Uint16Array<ArrayBuffer> = Uint16Array.from({ length: 24 }, (_, at) => 100 + at * 7);
export const MASK: Uint8Array<ArrayBuffer> = Uint8Array.from({ length: 24 }, (_, at) => at % 2);
/** Integers that no float holds. */
export const TIMES_NS: BigInt64Array<ArrayBuffer> = BigInt64Array.of(
  1667392215461000001n,
  -9007199254740993n,
  0n,
);
/** 2 times, 3 slices, 4 rows, 5 columns. */
export const STACK: Float32Array<ArrayBuffer> = Float32Array.from({ length: 120 }, (_, at) => at / 8 - 3);

export const ROI: Readonly<Record<string, unknown>> = {
  roi_id: 1,
  roi_type: "rect",
  version: "1.0",
  name: "vessel",
  note: "µ",
  channel: 1,
  z: 0,
  data: { x0: 0, x1: 2, y0: 1, y1: 5 },
  meta: {},
};

export const METADATA: Readonly<Record<string, unknown>> = {
  version: "2.0",
  header: {
    voxels: [0.002, 0.2069],
    voxels_units: ["s", "µm"],
    acquired_local_epoch_ns: 1667392215461000001n,
  },
  experiment_metadata: { treatment: "28d AngII", condition: "AngII", note: "" },
  rois: [ROI],
};

export const PARAMS: Readonly<Record<string, number>> = { threshold: 0.2, window: 5 };
export const LATER_PARAMS: Readonly<Record<string, number>> = { threshold: 0.25, window: 5 };

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

export const EVENTS: readonly Row[] = [0.5, 0.875].map((score, at) => ({
  roi_id: 1n,
  event_id: `e${at}`,
  t_start_s: at,
  t_end_s: at + 0.5,
  peak_t_s: at + 0.25,
  peak_value: at === 0 ? 1.5 : null,
  score,
}));

export const TRACE_SCHEMA: TableSchema = {
  columns: [
    { name: "time_s", type: "float64" },
    { name: "name", type: "utf8" },
  ],
};

export const TRACE: readonly Row[] = [
  { time_s: 0, name: "a, b" },
  { time_s: 0.002, name: "é" },
];

export const CONDITIONS_SCHEMA: TableSchema = {
  columns: [
    { name: "image_id", type: "utf8" },
    { name: "born_ns", type: "int64" },
    { name: "is_control", type: "bool" },
  ],
};

export const CONDITIONS: readonly Row[] = [
  { image_id: "line-scan", born_ns: 1667392215461000001n, is_control: true },
  { image_id: "stack", born_ns: null, is_control: false },
];

export const NOTES: Uint8Array<ArrayBuffer> = new TextEncoder().encode("kept as it is\r\n");
