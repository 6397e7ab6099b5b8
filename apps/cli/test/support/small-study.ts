// A dataset of four small images for tests that ask what is known of images.
import { KymDataset, velocityEventIndexer } from "@kym/kym-dataset";
import { ARTIFACTS, summarizeMetadata, VELOCITY_EVENTS_SCHEMA } from "@kym/kym-schema";
import { createNdArray, type Row } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";

const HEADER = {
  voxels: [0.001, 0.5],
  voxels_units: ["s", "um"],
  acquired_local_epoch_ns: 1_753_186_394_620_000_000n,
};
const ROI = {
  roi_id: 1,
  roi_type: "rect",
  version: "1.0",
  name: "vessel",
  note: "",
  channel: 1,
  z: 0,
  data: { dim0_start: 0, dim0_stop: 2, dim1_start: 0, dim1_stop: 2 },
  meta: {},
  revision: 0,
};

/** The images: their paths, and their metadata. The last has none. */
const IMAGES: readonly { readonly id: string; readonly path: string; readonly metadata?: object }[] = [
  {
    id: "scan-a",
    path: "28d AngII/20250722/a.tif",
    metadata: {
      header: HEADER,
      experiment_metadata: {
        condition: "AngII",
        date: "20250722",
        note: "clear",
        region: "cortex",
        depth: 80,
      },
      rois: [ROI],
    },
  },
  {
    id: "scan-b",
    path: "28d AngII/20250722/b.tif",
    metadata: { accepted: false, experiment_metadata: { condition: "AngII", note: "moved" } },
  },
  { id: "scan-c", path: "control/c.tif", metadata: { experiment_metadata: { condition: "control" } } },
  { id: "scan-d", path: "d.tif" },
];

function event(id: string, start: number, more: Row = {}): Row {
  return { roi_id: 1n, event_id: id, t_start_s: start, t_end_s: start + 0.75, channel: 1n, ...more };
}

/** Makes the dataset. The events of `scan-a` are indexed; those of `scan-b` came later, so its rows are stale. */
export async function makeSmallStudy(path: string): Promise<void> {
  await using dataset = await openLocalDataset(path, { summarize: summarizeMetadata });
  const schema = VELOCITY_EVENTS_SCHEMA;
  for (const { id, metadata } of IMAGES) {
    const pixels = createNdArray("uint8", [4, 3], Uint8Array.from({ length: 12 }));
    const record = await dataset.addImage(pixels, { id, axes: ["t", "x"] });
    if (metadata !== undefined) {
      await record.saveJson(ARTIFACTS.metadata, { version: "2.0", ...metadata });
    }
  }
  await dataset.saveSourcesIndex(
    IMAGES.map(({ id, path: relPath }) => ({
      source_primary_path: `/lab/${relPath}`,
      image_id: id,
      source_mtime_ns: 1n,
      source_size_bytes: 1n,
      ingested_epoch_ns: 1n,
      source_sha256: id === "scan-d" ? null : "ab".repeat(32),
      source_rel_path: relPath,
    })),
  );
  const events = [event("first", 1), event("second", 3, { duration_s: 0.25 })];
  await dataset.record("scan-a").saveParquet(ARTIFACTS.events, events, { schema });
  await new KymDataset(dataset).updateIndex(velocityEventIndexer);
  await dataset.record("scan-b").saveParquet(ARTIFACTS.events, [event("third", 1)], { schema });
}
