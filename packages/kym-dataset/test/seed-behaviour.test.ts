import {
  type ArtifactStore,
  jsonText,
  memoryStore,
  openDataset,
  type PixelStore,
  parseStoreKey,
  type Row,
  rowsOf,
  ZarrStoreError,
} from "@kym/zarr-store";
import { describe, expect, it } from "vitest";
import {
  AcqImage,
  AcqImageList,
  ingestImage,
  KymDataset,
  paramsHash,
  radonIndexer,
  velocityEventIndexer,
} from "../src/index.ts";
import {
  addAnalysedImage,
  addImage,
  emptyDataset,
  eventRow,
  rectEnvelope,
  saveEvents,
  saveRois,
} from "./support/image-fixture.ts";

/** Requirements on indexes and images that no other test shows. */

const INCREMENTAL = { mode: "incremental" } as const;

describe("indexes", () => {
  it("§10: a table that is not of the index is left as it is", async () => {
    const dataset = await emptyDataset();
    await addAnalysedImage(dataset, "a", 1);
    const schema = { columns: [{ name: "image_id", type: "utf8" }] } as const;
    const mine = [{ image_id: "a" }, { image_id: "nobody" }];
    for (const name of ["mine", "velocity_events"]) {
      await dataset.saveTable(name, mine, { schema });
    }
    const kym = new KymDataset(dataset);
    await kym.updateIndex(velocityEventIndexer);
    await kym.updateIndex(velocityEventIndexer, INCREMENTAL);
    for (const name of ["mine", "velocity_events"]) {
      expect([...rowsOf(await dataset.loadTable(name))]).toEqual(mine);
    }
  });

  it("§10: each image has the hash of its own params", async () => {
    const dataset = await emptyDataset();
    await addAnalysedImage(dataset, "a", 1);
    await (await addAnalysedImage(dataset, "b", 2)).saveJson("velocity_events/params", { window: 7 });
    const table = await (await new KymDataset(dataset).updateIndex(velocityEventIndexer)).table();
    expect([...rowsOf(table)].map((row) => [row["image_id"], row["params_hash"]])).toEqual([
      ["a", paramsHash({ threshold: 0.2, window: 5 })],
      ["b", paramsHash({ window: 7 })],
    ]);
  });

  it("§10: a run that finds no more rows clears those of before, and is then fresh", async () => {
    const dataset = await emptyDataset();
    const record = await addAnalysedImage(dataset, "a", 1);
    await addAnalysedImage(dataset, "b", 2);
    const kym = new KymDataset(dataset);
    await kym.updateIndex(velocityEventIndexer);
    await saveEvents(record, []);
    expect(await kym.updateIndex(velocityEventIndexer, INCREMENTAL)).toMatchObject({
      updated: 1,
      skipped: 1,
    });
    const rows: readonly Row[] = [...rowsOf(await dataset.loadTable("kym_velocity_events"))];
    expect(rows.map((row) => row["image_id"])).toEqual(["b"]);
    expect(await kym.getStaleness(velocityEventIndexer, "a")).toMatchObject({ state: "fresh" });
  });

  it("indexers handoff: an image without the artifact has no rows and is no error, but counted and named", async () => {
    const dataset = await emptyDataset();
    await addImage(dataset, "a");
    const report = await new KymDataset(dataset).updateIndex(radonIndexer);
    expect(report).toMatchObject({ updated: 0, notAnalysed: 1, failed: 0 });
    expect(report.reasons).toEqual([{ imageId: "a", outcome: "notAnalysed", because: "no_inputs" }]);
  });

  it("ticket 21: the table is tables/kym_velocity_events.parquet, with the expected number of rows", async () => {
    const store = memoryStore();
    const dataset = await openDataset(store);
    await addAnalysedImage(dataset, "a", 1);
    await saveEvents(await addAnalysedImage(dataset, "b", 1), [eventRow(1), eventRow(2)]);
    const kym = new KymDataset(dataset);
    const report = await kym.updateIndex(velocityEventIndexer, { mode: "replace" });
    expect((await report.table()).numRows).toBe(3);
    const files = (await store.list(parseStoreKey("tables"))).map(({ name }) => name).sort();
    expect(files).toEqual(["kym_velocity_events.parquet", "kym_velocity_events_runs.parquet"]);
    expect(await kym.updateIndex(velocityEventIndexer, INCREMENTAL)).toMatchObject({
      updated: 0,
      skipped: 2,
    });
  });
});

describe("sources of any kind", () => {
  const pixelStore: PixelStore = {
    describe: async () => ({ shape: [2, 3], dtype: "uint8", axes: ["t", "x"] }),
    loadChannel: async () => PIXELS,
    loadRegion: async () => PIXELS,
  };
  const PIXELS = { dtype: "uint8", shape: [2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 6) } as const;
  const nothing = (name: string): never => {
    throw new ZarrStoreError("not_found", `there is no ${name}`, { path: name });
  };
  const bare: ArtifactStore = {
    list: async () => ({ json: [], tables: [], arrays: [] }),
    loadJson: async (name) => nothing(name),
    loadJsonText: async (name) => nothing(name),
    loadTable: async (name) => nothing(name),
    loadArray: async (name) => nothing(name),
    saveJson: async () => undefined,
    saveTable: async () => undefined,
    saveArray: async () => undefined,
  };

  it("§10: a source that has nothing but pixels is enough", async () => {
    const dataset = await emptyDataset();
    const record = await ingestImage(dataset, { pixelStore, artifactStore: bare }, { id: "bare" });
    expect(await record.loadArray()).toEqual(PIXELS);
    expect(await record.listAnalysisKeys()).toEqual([]);
  });

  it("§10: an error of the source's metadata surfaces, and nothing is taken in", async () => {
    const dataset = await emptyDataset();
    const artifactStore: ArtifactStore = {
      ...bare,
      loadJsonText: async () => {
        throw new TypeError("the header cannot be read");
      },
    };
    await expect(ingestImage(dataset, { pixelStore, artifactStore })).rejects.toThrow(
      "the header cannot be read",
    );
    expect(await dataset.listImageIds()).toEqual([]);
  });

  it("§10: the header and one ROI survive, and are typed again", async () => {
    const source = await emptyDataset();
    await saveRois(await addImage(source, "a"), [rectEnvelope(1, 0, 4)], {
      header: { acquired_local_epoch_ns: 123 },
    });
    const [image] = await Array.fromAsync(AcqImageList.from(source.openImages()));
    const target = await emptyDataset();
    await ingestImage(target, image ?? expect.unreachable("there is an image"), { id: "b" });
    const taken = await AcqImageList.from(target.openImages()).get("b");
    expect((await taken?.metadata())?.header.acquiredLocalEpochNs).toBe(123n);
    expect((await taken?.rois())?.rois.map(({ id, type }) => [id, type])).toEqual([[1, "rect"]]);
  });

  it("ticket 12: a store that keeps no arrays says not_supported, and no reference is noted", async () => {
    const saved: unknown[] = [];
    const artifactStore: ArtifactStore = {
      ...bare,
      loadJsonText: async () => jsonText(JSON.stringify({ rois: [rectEnvelope(1, 0, 2)] })),
      saveJson: async (_name, value) => {
        saved.push(value);
      },
      saveArray: async () => {
        throw new ZarrStoreError("not_supported", "this store keeps no arrays", { path: "roi_mask_1" });
      },
    };
    const image = AcqImage.from({ sourceKey: "a", pixelStore, artifactStore });
    await expect(image.materializeRectRoiMask(1)).rejects.toMatchObject({ code: "not_supported" });
    expect(saved).toEqual([]);
  });
});
