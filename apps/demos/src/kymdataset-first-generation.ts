// Demo: builds both tables of the Python system's first generation from all images, then edits one image.

import { join } from "node:path";
import process from "node:process";
import { KymDataset } from "@kym/kym-dataset";
import { radonReportIndexer, velocityEventsReportIndexer } from "@kym/kym-dataset/first-generation";
import { createNdArray, rowsOf, type TableSchema } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { alignRows } from "./transcript/align-rows.ts";
import { runDemo } from "./transcript/run-demo.ts";
import type { Transcript } from "./transcript/transcript.ts";

const EVENTS: TableSchema = {
  columns: [
    { name: "roi_id", type: "int64" },
    { name: "event_id", type: "utf8" },
    { name: "t0_s", type: "float64", unit: "s" },
    { name: "t1_s", type: "float64", unit: "s" },
  ],
};
const REPORT: TableSchema = {
  columns: [
    { name: "vel_mean", type: "float64", unit: "mm/s" },
    { name: "vel_n_valid", type: "int64" },
  ],
};
const EVENT_COLUMNS = ["image_id", "roi_id", "event_id", "t0_s", "t1_s"];
const REPORT_COLUMNS = ["image_id", "mean_velocity", "n_valid", "notes"];

export async function kymdatasetFirstGeneration(folder: string, transcript: Transcript): Promise<void> {
  const { title, heading, say, check } = transcript;
  title("The tables of the first generation: velocity events and Radon reports of all images, pooled.");
  await using dataset = await openLocalDataset(join(folder, "demo.zarr"));
  const pixels = createNdArray("uint16", [16, 4]);
  const first = await dataset.addImage(pixels, { id: "image_1", axes: ["t", "x"] });
  const second = await dataset.addImage(pixels, { id: "image_2", axes: ["t", "x"] });
  const event = { roi_id: 1, t0_s: 0.5, t1_s: 0.75 };
  await first.saveParquet("velocity_events", [{ ...event, event_id: "a" }], { schema: EVENTS });
  await second.saveParquet("velocity_events", [{ ...event, event_id: "b" }], { schema: EVENTS });
  await first.saveParquet("radon_report", [{ vel_mean: 1.5, vel_n_valid: 9 }], { schema: REPORT });
  await second.saveJson("radon_report", [{ mean_velocity: 2 }, { mean_velocity: 3, notes: "second ROI" }]);
  const kym = new KymDataset(dataset);

  heading("Both tables are built");
  const events = await (await kym.rebuild(velocityEventsReportIndexer)).table();
  say(`Velocity events rows: ${events.numRows}`);
  say(rowsText(rowsOf(events), EVENT_COLUMNS));
  const reports = await (await kym.rebuild(radonReportIndexer)).table();
  say(`\nRadon report rows: ${reports.numRows}`);
  say(rowsText(rowsOf(reports), REPORT_COLUMNS));
  check(reports.numRows === 3, "a report in Parquet and one in JSON give rows of the same columns");

  heading("The event of image_1 is edited, and only this image is read again");
  await first.saveParquet("velocity_events", [{ ...event, event_id: "edited" }], { schema: EVENTS });
  await kym.updateImage(velocityEventsReportIndexer, "image_1");
  const rows = [...rowsOf(await kym.getTable("velocity_events"))];
  const edited = rows.filter((row) => row["image_id"] === "image_1");
  say(`Updated velocity rows: ${rows.length}`);
  say(`Rows for edited image: ${edited.length}`);
  say(rowsText(rows, EVENT_COLUMNS));
  check(edited.length === 1 && edited[0]?.["event_id"] === "edited", "its row is the edited one");
  check(rows.length === 2, "the row of the other image stays");
}

function rowsText(rows: Iterable<Readonly<Record<string, unknown>>>, columns: readonly string[]): string {
  const cells = Array.from(rows, (row) => columns.map((column) => String(row[column] ?? "—")));
  return alignRows([columns, ...cells]);
}

if (import.meta.main) {
  process.exitCode = await runDemo(kymdatasetFirstGeneration);
}
