import { KymDataset, radonReportIndexer, velocityEventsReportIndexer } from "@kym/kym-dataset";
import { createNdArray, rowsOf, type TableSchema } from "@kym/zarr-store";
import { openDataset } from "@kym/zarr-store/node";

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

/** The demo of the indexers handoff: both tables of the first generation, then an edit of one image. */
export async function kymdatasetFirstGeneration(path: string, print: (line: string) => void): Promise<void> {
  await using dataset = await openDataset(path);
  const [first, second] = await Promise.all(
    ["image_1", "image_2"].map((id) =>
      dataset.addImage(createNdArray("uint16", [16, 4]), { id, axes: ["t", "x"] }),
    ),
  );
  const event = { roi_id: 1, t0_s: 0.5, t1_s: 0.75 };
  await first?.saveParquet("velocity_events", [{ ...event, event_id: "a" }], { schema: EVENTS });
  await second?.saveParquet("velocity_events", [{ ...event, event_id: "b" }], { schema: EVENTS });
  await first?.saveParquet("radon_report", [{ vel_mean: 1.5, vel_n_valid: 9 }], { schema: REPORT });
  await second?.saveJson("radon_report", [{ mean_velocity: 2 }, { mean_velocity: 3, note: "second ROI" }]);
  const kym = new KymDataset(dataset);
  print(`Velocity events rows: ${(await (await kym.rebuild(velocityEventsReportIndexer)).table()).numRows}`);
  print(`Radon report rows: ${(await (await kym.rebuild(radonReportIndexer)).table()).numRows}`);
  await first?.saveParquet("velocity_events", [{ ...event, event_id: "edited" }], { schema: EVENTS });
  await kym.updateImage(velocityEventsReportIndexer, "image_1");
  const rows = [...rowsOf(await kym.getTable("velocity_events"))];
  print(`Updated velocity rows: ${rows.length}`);
  print(`Rows for edited image: ${rows.filter((row) => row["image_id"] === "image_1").length}`);
}
