// Demo: an image without events is fresh and has no rows; an image that was not analysed is counted separately.

import { join } from "node:path";
import process from "node:process";
import { KymDataset, velocityEventIndexer } from "@kym/kym-dataset";
import { createNdArray, type TableSchema } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { alignRows } from "./transcript/align-rows.ts";
import { runDemo } from "./transcript/run-demo.ts";
import type { Transcript } from "./transcript/transcript.ts";

const EVENTS: TableSchema = {
  columns: [
    { name: "roi_id", type: "int64" },
    { name: "event_id", type: "utf8" },
    { name: "t_start_s", type: "float64", unit: "s" },
  ],
};
const STALL = { roi_id: 1, event_id: "e0", t_start_s: 1.733 };

export async function kymdatasetEmptyEvents(folder: string, transcript: Transcript): Promise<void> {
  const { title, heading, say, check } = transcript;
  title("No events is a result: the image counts as analysed, has no rows, and is not read again.");
  await using dataset = await openLocalDataset(join(folder, "demo.zarr"));
  const pixels = createNdArray("uint16", [16, 4]);
  const analysed = await dataset.addImage(pixels, { id: "analysed", axes: ["t", "x"] });
  const other = await dataset.addImage(pixels, { id: "not_analysed", axes: ["t", "x"] });
  await analysed.saveParquet("velocity_events/events", [], { schema: EVENTS });
  // Parameters alone are not an analysis.
  await other.saveJson("velocity_events/params", { mad_k: 3 });
  const kym = new KymDataset(dataset);
  const runs: (readonly string[])[] = [];
  const update = async (what: string): Promise<void> => {
    const report = await kym.updateIndex(velocityEventIndexer, { mode: "incremental" });
    const { updated, skipped, notAnalysed } = report;
    runs.push([what, ...[updated, skipped, notAnalysed, (await report.table()).numRows].map(String)]);
  };

  heading("One image whose analysis found no event, and one without an analysis");
  await update("first run");
  await update("nothing changed");
  await analysed.saveJson("velocity_events/params", { mad_k: 4 });
  await update("parameters changed");
  await analysed.saveParquet("velocity_events/events", [STALL], { schema: EVENTS });
  await update("an event found");
  await analysed.saveParquet("velocity_events/events", [], { schema: EVENTS });
  await update("and withdrawn");
  say(alignRows([["run of the index", "updated", "fresh", "not analysed", "rows in the table"], ...runs]));
  say("");
  const column = (index: number): string => runs.map((run) => run[index]).join(" ");
  check(column(1) === "1 0 1 1 1", "each change updates the analysed image once");
  check(column(2) === "0 1 0 0 0", "without a change it is fresh, although it has no rows");
  check(column(3) === "1 1 1 1 1", "the other image is counted as not analysed each time");
  check(column(4) === "0 0 0 1 0", "the table has a row while there is an event, and no longer");
}

if (import.meta.main) {
  process.exitCode = await runDemo(kymdatasetEmptyEvents);
}
