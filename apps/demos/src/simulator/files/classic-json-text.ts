// Writes `<stem>.json`, the metadata file of the lab's application.

import { createRectRoi, roiStats, toEnvelope, toStoredStats } from "@kym/roi";
import type { PlannedScan } from "../plan-lab-folder.ts";
import { statedCalibration } from "../scan-geometry.ts";

/**
 * Writes `<stem>.json` as the lab's application does, version 1.0. It holds what people entered: the experiment, the
 * ROIs with the statistics of their pixels, and whether the image is accepted.
 */
export function classicJsonText(scan: PlannedScan, pixels: Uint16Array): string {
  const { lines, px } = scan.geometry;
  const stated = statedCalibration(scan.geometry);
  const plane = { data: pixels, height: lines, width: px };
  const rois = scan.rois.map(({ bounds, note }, index) =>
    toEnvelope(createRectRoi({ id: index + 1, note, bounds, stats: toStoredStats(roiStats(plane, bounds)) })),
  );
  const document = {
    version: "1.0",
    header: {
      shape: [lines, px],
      ndim: 2,
      voxels: [stated.secondsPerLine, stated.umPerPx],
      voxels_units: ["s", "um"],
      labels: ["Time (s)", "Space (um)"],
      physical_size: [lines * stated.secondsPerLine, px * stated.umPerPx],
    },
    experiment_metadata: {
      species: "mouse",
      region: "cortex",
      cell_type: "",
      depth: null,
      branch_order: null,
      direction: "",
      sex: "Male",
      genotype: "WT",
      condition: scan.condition,
      condition2: "",
      treatment: scan.treatment,
      treatment2: "",
      date: scan.date,
      note: scan.note,
    },
    rois,
    accepted: scan.accepted,
  };
  return JSON.stringify(document, undefined, 2);
}
