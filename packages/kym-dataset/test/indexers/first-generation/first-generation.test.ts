import { memoryStore, openDataset, rowsOf, tableFromRows, type ZarrDataset } from "@kym/zarr-store";
import { beforeEach, describe, expect, it } from "vitest";
import { radonReportIndexer, velocityEventsReportIndexer } from "../../../src/first-generation/index.ts";
import { KymDataset } from "../../../src/index.ts";
import { addImage, emptyDataset } from "../../support/image-fixture.ts";

const EVENTS = {
  columns: [
    { name: "roi_id", type: "int64" },
    { name: "event_id", type: "utf8" },
    { name: "t0_s", type: "float64" },
    { name: "kind", type: "utf8" },
    { name: "colour", type: "utf8" },
  ],
} as const;

describe("the first generation's verbs and indexers (indexers handoff, python-system.md §2.9)", () => {
  let dataset: ZarrDataset;
  let kym: KymDataset;
  beforeEach(async () => {
    dataset = await emptyDataset();
    kym = new KymDataset(dataset);
    for (const id of ["a", "b"]) {
      const record = await addImage(dataset, id);
      await record.saveParquet(
        "velocity_events",
        [{ roi_id: 1, event_id: `${id}0`, t0_s: 0.5, kind: "rise", colour: "red" }],
        { schema: EVENTS },
      );
    }
    await dataset.record("a").saveParquet("radon_report", [{ vel_mean: 1.5, note: "n" }], {
      schema: {
        columns: [
          { name: "vel_mean", type: "float64" },
          { name: "note", type: "utf8" },
        ],
      },
    });
    await dataset.record("b").saveJson("radon_report", [{ mean_velocity: 2, n_valid: 7 }, { vel_median: 3 }]);
  });

  it("rebuild pools 2 event rows and 3 report rows, with closed columns and renamed ones", async () => {
    const events = await (await kym.rebuild(velocityEventsReportIndexer)).table();
    expect(events.numRows).toBe(2);
    expect(events.schema.fields.map(({ name }) => name)).toEqual([
      ...["roi_id", "event_id", "t0_s", "t1_s", "kind", "score"],
      ...["image_id", "analysis_version", "params_hash"],
    ]);
    const report = await (await kym.rebuild(radonReportIndexer)).table();
    const rows = [...rowsOf(report)].map((row) => [
      row["image_id"],
      row["mean_velocity"],
      row["median_velocity"],
      row["n_valid"],
      row["notes"],
    ]);
    expect(rows).toEqual([
      ["a", 1.5, null, null, "n"],
      ["b", 2, null, 7n, null],
      ["b", null, 3, null, null],
    ]);
    expect(await dataset.listTableNames()).toEqual(
      expect.arrayContaining(["velocity_events", "radon_report"]),
    );
  });

  it("updateImage replaces one image's rows; a subset rebuild never truncates", async () => {
    await kym.rebuild(velocityEventsReportIndexer);
    await dataset.record("a").saveParquet("velocity_events", [{ roi_id: 1, event_id: "new" }], {
      schema: { columns: EVENTS.columns.slice(0, 2) },
    });
    await kym.updateImage(velocityEventsReportIndexer, "a");
    const ids = async (): Promise<unknown[]> =>
      [...rowsOf(await kym.getTable("velocity_events"))].map((row) => row["event_id"]);
    expect(await ids()).toEqual(["new", "b0"]);
    await kym.rebuild(velocityEventsReportIndexer, { imageIds: ["b"] });
    await kym.updateImages(velocityEventsReportIndexer, []);
    expect(await ids()).toEqual(["new", "b0"]);
  });

  it("the cache follows the commits, of another process too, and equals the table on disk", async () => {
    const store = memoryStore();
    const first = await KymDataset.open(store);
    const second = await KymDataset.open(store);
    const schema = { columns: [{ name: "image_id", type: "utf8" }] } as const;
    await first.dataset.saveTable("mine", [{ image_id: "x" }], { schema });
    await second.loadTables();
    expect((await second.getTable("mine")).numRows).toBe(1);
    expect(await second.getTable("mine")).toBe(await second.getTable("mine"));
    await first.dataset.saveTable("mine", [{ image_id: "x" }, { image_id: "y" }], { schema });
    expect((await second.getTable("mine")).numRows).toBe(2);
  });

  it("saveTable stores a changed table; a name that is not cached is not_found", async () => {
    await expect(kym.saveTable("mine")).rejects.toMatchObject({ code: "not_found" });
    await expect(kym.getTable("mine")).rejects.toMatchObject({ code: "not_found" });
    const schema = { columns: [{ name: "image_id", type: "utf8" }] } as const;
    kym.setTable("mine", tableFromRows([{ image_id: "x" }], schema));
    kym.setTable("other", tableFromRows([], schema));
    await kym.saveTable("mine");
    expect((await dataset.loadTable("mine")).numRows).toBe(1);
    await kym.saveAllTables();
    expect(await dataset.listTableNames()).toEqual(["mine", "other"]);
    const { version } = dataset;
    await kym.saveAllTables();
    expect(dataset.version).toBe(version);
  });

  it("opens a dataset by its store", async () => {
    const store = memoryStore();
    await (await openDataset(store)).addImage(
      { dtype: "uint8", shape: [1, 1], data: new Uint8Array(1) },
      { id: "x" },
    );
    expect(await (await KymDataset.open(store, { mode: "r" })).dataset.listImageIds()).toEqual(["x"]);
  });
});
