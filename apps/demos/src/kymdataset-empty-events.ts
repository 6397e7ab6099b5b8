import { KymDataset, velocityEventIndexer } from "@kym/kym-dataset";
import { createNdArray, type TableSchema } from "@kym/zarr-store";
import { openDataset } from "@kym/zarr-store/node";

const EVENTS: TableSchema = {
  columns: [
    { name: "roi_id", type: "int64" },
    { name: "event_id", type: "utf8" },
  ],
};

/** An analysis that found no event is an analysis: no rows, and fresh until something of it changes. */
export async function kymdatasetEmptyEvents(path: string, print: (line: string) => void): Promise<void> {
  await using dataset = await openDataset(path);
  const [analysed, other] = await Promise.all(
    ["analysed", "not_analysed"].map((id) =>
      dataset.addImage(createNdArray("uint16", [16, 4]), { id, axes: ["t", "x"] }),
    ),
  );
  await analysed?.saveParquet("velocity_events/events", [], { schema: EVENTS });
  // Params alone are no analysis.
  await other?.saveJson("velocity_events/params", { mad_k: 3 });
  const kym = new KymDataset(dataset);
  const update = async (what: string): Promise<void> => {
    const report = await kym.updateIndex(velocityEventIndexer, { mode: "incremental" });
    const { updated, skipped, notAnalysed } = report;
    const rows = (await report.table()).numRows;
    print(`${what}: updated=${updated} skipped=${skipped} notAnalysed=${notAnalysed} rows=${rows}`);
  };
  await update("first run");
  await update("nothing changed");
  await analysed?.saveJson("velocity_events/params", { mad_k: 4 });
  await update("params changed");
  await analysed?.saveParquet("velocity_events/events", [{ roi_id: 1, event_id: "e0" }], { schema: EVENTS });
  await update("an event found");
  await analysed?.saveParquet("velocity_events/events", [], { schema: EVENTS });
  await update("and withdrawn");
}
