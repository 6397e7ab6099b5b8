import { createNdArray, memoryStore, openDataset } from "@kym/zarr-store";
import { openDataset as openNode } from "@kym/zarr-store/node";
import { KymDataset, velocityEventIndexer, radonIndexer } from "./index.ts";
import { mkdtempSync } from "node:fs";
const N = Number(process.argv[2] ?? 1000);
const dir = mkdtempSync("/tmp/kymbench-");
const ds = process.argv[3] === "disk" ? await openNode(dir + "/a.zarr", { durability: "none" }) : await openDataset(memoryStore());
const schema = { columns: [ { name: "roi_id", type: "int64" }, { name: "event_id", type: "utf8" }, { name: "t_start_s", type: "float64" }, { name: "score", type: "float64" } ] } as const;
const tschema = { columns: [ { name: "roi_id", type: "int64" }, { name: "channel", type: "int64" }, { name: "velocity_mm_s", type: "float64" } ] } as const;
const rows = Array.from({ length: 10 }, (_, i) => ({ roi_id: 1, event_id: `e${i}`, t_start_s: i / 3, score: i }));
const trace = Array.from({ length: 50 }, (_, i) => ({ roi_id: 1 + (i % 10), channel: 1, velocity_mm_s: i / 3 }));
let t = performance.now();
for (let b = 0; b < N; b += 200) {
  await ds.transaction(async (tx) => {
    for (let i = b; i < Math.min(N, b + 200); i++) {
      const r = await tx.addImage(createNdArray("uint8", [4, 4]), { id: `i${i}` });
      await r.saveParquet("velocity_events/events", rows, { schema });
      await r.saveParquet("radon/velocity", trace, { schema: tschema });
      await r.saveJson("velocity_events/params", { w: 1 });
      await r.saveJson("metadata", { rois: [] });
    }
  });
}
console.log("build", (performance.now() - t).toFixed(0));
const kym = new KymDataset(ds);
for (const ix of [velocityEventIndexer, radonIndexer]) {
  const time = async (name: string, mode: "replace" | "incremental") => {
    t = performance.now();
    const r = await kym.updateIndex(ix, { mode });
    console.log(ix.name, name, (performance.now() - t).toFixed(0), "ms", r.updated, r.skipped);
  };
  await time("full", "incremental");
  await time("noop", "incremental");
  await time("noop", "incremental");
  await ds.record("i5").saveParquet("velocity_events/events", rows.slice(1), { schema });
  await ds.record("i5").saveParquet("radon/velocity", trace.slice(1), { schema: tschema });
  await time("one", "incremental");
  await time("replace same", "replace");
}
console.log(process.memoryUsage().rss / 1e6);
