// Demo: an incremental index of velocity events, which reads only the images that changed.

import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { KymDataset, type UpdateStats, velocityEventIndexer } from "@kym/kym-dataset";
import { createNdArray, type TableSchema } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { runDemo } from "./transcript/run-demo.ts";
import type { Transcript } from "./transcript/transcript.ts";

const EVENTS: TableSchema = {
  columns: [
    { name: "roi_id", type: "int64", nullable: false },
    { name: "event_id", type: "utf8", nullable: false },
    { name: "t_start_s", type: "float64", unit: "s" },
    { name: "t_end_s", type: "float64", unit: "s" },
    { name: "peak_t_s", type: "float64", unit: "s" },
    { name: "peak_value", type: "float64", unit: "mm/s" },
    { name: "score", type: "float64" },
  ],
};

/** Indexes two images with one event each, three times, in a new dataset. Prints what each run did. */
export async function indexInThreeRuns(path: string, print: (line: string) => void): Promise<void> {
  await using dataset = await openLocalDataset(path);
  for (const [index, id] of ["image_1", "image_2"].entries()) {
    const pixels = new Uint16Array(64).fill(100 + index);
    const record = await dataset.addImage(createNdArray("uint16", [16, 4], pixels), { id, axes: ["t", "x"] });
    await record.saveJson("velocity_events/params", { win_cmp_sec: 0.25, mad_k: 3 });
    const event = { t_start_s: 0.5 + index, t_end_s: 0.8 + index, peak_t_s: 0.6 + index };
    const row = { roi_id: 1, event_id: `${id}-1`, ...event, peak_value: 1.5, score: -0.9 };
    await record.saveParquet("velocity_events/events", [row], { schema: EVENTS });
  }
  const kymDataset = new KymDataset(dataset);
  const update = async (what: string, mode: "replace" | "incremental"): Promise<void> => {
    await kymDataset.updateIndex(velocityEventIndexer, { mode });
    print(`${what}: ${formatStats(kymDataset.lastUpdateStats)}`);
  };
  await update("replace stats", "replace");
  await update("incremental stats (no changes)", "incremental");
  await dataset.record("image_1").saveJson("velocity_events/params", { win_cmp_sec: 0.5, mad_k: 3 });
  await update("incremental stats (one params changed)", "incremental");
  const table = await dataset.loadTable("kym_velocity_events");
  print(`rows: ${table.numRows}`);
  const isThere = existsSync(join(path, "tables", "kym_velocity_events.parquet"));
  print(`table key exists: ${isThere ? "True" : "False"}`);
}

/** Writes counts as Python prints a dict. */
function formatStats(stats: UpdateStats | undefined): string {
  const { updated, skipped, missing } = stats ?? { updated: 0, skipped: 0, missing: 0 };
  return `{'updated': ${updated}, 'skipped': ${skipped}, 'missing': ${missing}}`;
}

export async function kymdatasetVelocityEvents(folder: string, transcript: Transcript): Promise<void> {
  const { title, heading, say, check } = transcript;
  title("An index updates only what changed: two images with one velocity event each, three runs.");
  heading("A full run, a run without changes, and a run after new parameters for one image");
  const lines: string[] = [];
  await indexInThreeRuns(join(folder, "demo.zarr"), (line) => {
    lines.push(line);
    say(line);
  });
  say("");
  check(lines[0]?.includes("'updated': 2") === true, "the full run reads both images");
  check(lines[1]?.includes("'updated': 0, 'skipped': 2") === true, "without changes, both are skipped");
  check(lines[2]?.includes("'updated': 1, 'skipped': 1") === true, "new parameters update one image");
}

if (import.meta.main) {
  process.exitCode = await runDemo(kymdatasetVelocityEvents);
}
