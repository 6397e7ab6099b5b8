// Demo: which edits of a ROI make the rows of its image stale.

import { join } from "node:path";
import process from "node:process";
import { AcqImage, KymDataset, radonIndexer, velocityEventIndexer } from "@kym/kym-dataset";
import { createNdArray, rowsOf, type TableSchema } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { seededRandom } from "./simulator/random.ts";
import { simulateKymograph } from "./simulator/simulate-kymograph.ts";
import { alignRows } from "./transcript/align-rows.ts";
import { runDemo } from "./transcript/run-demo.ts";
import type { Transcript } from "./transcript/transcript.ts";

const GEOMETRY = { lines: 200, px: 16, zoom: 3 };
const FLOW = { meanMmPerS: 1.5, pulseFraction: 0.1, heartRateHz: 8 };
const ROI_COLUMNS: TableSchema["columns"] = [
  { name: "roi_id", type: "int64" },
  { name: "channel", type: "int64" },
];
const VELOCITY_COLUMN = { name: "velocity_mm_s", type: "float64", unit: "mm/s" } as const;
const [LEFT, RIGHT] = [
  { dim0Start: 0, dim0Stop: 200, dim1Start: 0, dim1Stop: 8 },
  { dim0Start: 0, dim0Stop: 200, dim1Start: 8, dim1Stop: 16 },
];

export async function roiStaleness(folder: string, transcript: Transcript): Promise<void> {
  const { title, heading, say, check } = transcript;
  title("Renaming a ROI makes nothing stale; moving it makes its image's row stale.");
  await using dataset = await openLocalDataset(join(folder, "demo.zarr"));
  const { pixels } = simulateKymograph(GEOMETRY, FLOW, seededRandom("roi-staleness"));
  const scan = createNdArray("uint16", [GEOMETRY.lines, GEOMETRY.px], pixels);
  const record = await dataset.addImage(scan, { id: "image_1", axes: ["t", "x"] });
  const [pixelStore, artifactStore] = [record.asPixelStore(), record.asArtifactStore()];
  const image = AcqImage.from({ sourceKey: record.id, pixelStore, artifactStore });
  const roi = await image.addRoi({ name: "vessel", bounds: LEFT });
  await record.saveParquet("velocity_events/events", [], { schema: { columns: ROI_COLUMNS } });
  await record.saveParquet("radon/velocity", [{ roi_id: roi.id, channel: 1, velocity_mm_s: 1.5 }], {
    schema: { columns: [...ROI_COLUMNS, VELOCITY_COLUMN] },
  });
  const kym = new KymDataset(dataset);
  const runs: (readonly string[])[] = [];
  const update = async (what: string): Promise<void> => {
    const outcomes: string[] = [];
    for (const indexer of [velocityEventIndexer, radonIndexer]) {
      const { reasons } = await kym.updateIndex(indexer, { mode: "incremental" });
      outcomes.push(reasons.map(({ because }) => `updated: ${because}`).join() || "fresh");
    }
    const [row] = rowsOf(await dataset.loadTable("kym_radon"));
    runs.push([what, ...outcomes, Number(row?.["img_mean"]).toFixed(3)]);
  };

  heading("One kymograph with a ROI, a measured velocity, and no events");
  say(`Channels available: [${(await image.channelsAvailable()).join(", ")}]`);
  await update("first run");
  await update("nothing changed");
  await image.editRoi(roi.id, { name: "renamed" });
  await update("ROI renamed");
  await image.editRoi(roi.id, { bounds: RIGHT });
  await update("ROI moved");
  say("");
  say(alignRows([["run of the index", "kym_velocity_events", "kym_radon", "mean of the pixels"], ...runs]));
  say("");
  const [, unchanged, renamed, moved] = runs.map(([, events, radon]) => `${events}, ${radon}`);
  check(unchanged === "fresh, fresh", "without a change, both tables are fresh, the empty one too");
  check(renamed === "fresh, fresh", "a new name updates nothing");
  check(moved === "fresh, updated: roi_changed", "a new place updates the table that reads the ROI's pixels");
  const expected = (await image.roiStats(roi.id)).mean.toFixed(3);
  check(
    runs[3]?.[3] === expected && expected !== runs[2]?.[3],
    "its row then has the pixels of the new place",
  );
}

if (import.meta.main) {
  process.exitCode = await runDemo(roiStaleness);
}
