import { createNdArray, memoryStore, type NdArray, openDataset } from "@kym/zarr-store";
import { describe, expect, it, test } from "vitest";
import { AcqImage, AcqImageList, ingestImage } from "../../src/index.ts";
import { checkListReads } from "./check-list-reads.ts";

/** Each value is its own index. */
function numbered(shape: readonly number[]): NdArray<"int32"> {
  const length = shape.reduce((product, n) => product * n, 1);
  return createNdArray(
    "int32",
    shape,
    Int32Array.from({ length }, (_, index) => index),
  );
}

describe("channels and axes as they are", () => {
  async function imageOf(shape: readonly number[], axes: readonly string[]): Promise<AcqImage> {
    const record = await (await openDataset(memoryStore())).addImage(numbered(shape), { axes });
    return AcqImage.from({
      sourceKey: record.id,
      pixelStore: record.asPixelStore(),
      artifactStore: record.asArtifactStore(),
    });
  }

  it("4-D (z, y, x, c): the crop at z 1, channel 2 equals the slice, and so do the statistics", async () => {
    const image = await imageOf([3, 4, 5, 2], ["z", "y", "x", "c"]);
    expect(await image.channelsAvailable()).toEqual([1, 2]);
    const at = (y: number, x: number): number => ((1 * 4 + y) * 5 + x) * 2 + 1;
    const expected = [at(1, 2), at(1, 3), at(2, 2), at(2, 3)];
    const { id } = await image.addRoi({
      channel: 2,
      z: 1,
      bounds: { dim0Start: 1, dim0Stop: 3, dim1Start: 2, dim1Stop: 4 },
    });
    expect([...new Int32Array((await image.getRoiPixels(id)).data.buffer).values()]).toEqual(expected);
    expect(await image.roiStats(id)).toMatchObject({ n: 4, mean: expected.reduce((a, b) => a + b) / 4 });
    const slice = await image.getSlice2d({ channel: 2, z: 1 });
    expect([slice.shape, slice.data[0]]).toEqual([[4, 5], at(0, 0)]);
  });

  it("5-D (t, z, y, x, c): a ROI is of the first time point, z never indexes time", async () => {
    const image = await imageOf([2, 3, 4, 5, 2], ["t", "z", "y", "x", "c"]);
    const { id } = await image.addRoi({
      z: 2,
      channel: 1,
      bounds: { dim0Start: 0, dim0Stop: 1, dim1Start: 0, dim1Stop: 1 },
    });
    expect([...new Int32Array((await image.getRoiPixels(id)).data.buffer).values()]).toEqual([2 * 4 * 5 * 2]);
    expect((await image.getSlice2d({ t: 1 })).data[0]).toBe(3 * 4 * 5 * 2);
    await expect(image.getSlice2d({ t: 2 })).rejects.toMatchObject({ code: "invalid_argument" });
    expect((await image.addRoi({ z: 99 })).z).toBe(2);
  });

  it("channels first (c, t, x): the plane is lines by pixels, whatever the names", async () => {
    const image = await imageOf([2, 3, 4], ["c", "t", "x"]);
    expect(await image.channelsAvailable()).toEqual([1, 2]);
    expect(await image.getSlice2d({ channel: 2 })).toMatchObject({ shape: [3, 4] });
    expect((await image.rois()).extent).toEqual({ height: 3, width: 4, numSlices: 1, numChannels: 2 });
  });

  it("ingestImage writes the scale of the axes and the name of the source, where these are known", async () => {
    const image = await imageOf([2, 3, 4], ["c", "t", "x"]);
    const dataset = await openDataset(memoryStore());
    const bare = await ingestImage(dataset, image, { id: "bare" });
    expect((await bare.openArray()).attributes).toEqual({});
    expect(await bare.attributes()).not.toHaveProperty("source_name");
    await image.editMetadata({ header: { voxels: [1, 0.002, 0.5], voxelsUnits: ["px", "s", "um"] } });
    const named = await ingestImage(dataset, image, { id: "named", sourceName: "scan.tif" });
    expect((await named.openArray()).attributes).toEqual({
      dimension_units: [null, "0.002 s", "0.5 \u00b5m"],
      dimension_steps: [null, 0.002, 0.5],
      dimension_origins: [null, 0, 0],
    });
    expect(await named.attributes()).toMatchObject({ source_name: "scan.tif" });
    await image.artifactStore.saveJson("provenance", { source_name: "from-provenance.tif" });
    const told = await ingestImage(dataset, image, { id: "told" });
    expect(await told.attributes()).toMatchObject({ source_name: "from-provenance.tif" });
    await image.artifactStore.saveJson("provenance", "not an object");
    expect(await (await ingestImage(dataset, image)).attributes()).not.toHaveProperty("source_name");
  });

  it("an edit of the calibration changes the scale that the pixels say, and an edit of a note does not", async () => {
    const dataset = await openDataset(memoryStore());
    const record = await dataset.addImage(numbered([3, 4]), { id: "one", axes: ["t", "x"] });
    const image = await AcqImageList.from(dataset.openImages()).get("one");
    const edit = image?.editMetadata.bind(image) ?? expect.unreachable("there is an image");
    const units = async (): Promise<unknown> => (await record.openArray()).attributes["dimension_units"];
    await edit({ header: { voxels: [0.002, 0.5], voxelsUnits: ["s", "um"] } });
    expect(await units()).toEqual(["0.002 s", "0.5 \u00b5m"]);
    expect(dataset.version).toBe(2);
    const before = await record.objectHashes();
    await edit({ experiment: { note: "n" }, accepted: false });
    expect((await record.objectHashes()).get("data/zarr.json")).toBe(before.get("data/zarr.json"));
    await edit({ header: { voxels: [1, 1], voxelsUnits: ["px", "px"] } });
    expect(await units()).toBeUndefined();
  });

  it("ingestImage keeps all channels, axes, metadata, ROIs, tables and arrays", async () => {
    const image = await imageOf([2, 3, 4], ["c", "t", "x"]);
    const { id } = await image.addRoi({ channel: 2, name: "kept" });
    await image.materializeRectRoiMask(id);
    await image.artifactStore.saveTable("radon/velocity", [{ v: 1.5 }], {
      schema: { columns: [{ name: "v", type: "float64" }] },
    });
    const dataset = await openDataset(memoryStore());
    const record = await ingestImage(dataset, image, { id: "taken" });
    expect(dataset.version).toBe(1);
    expect(await record.getAxes()).toEqual(["c", "t", "x"]);
    expect([...(await record.loadArray({ dtype: "int32" })).data]).toEqual(
      Array.from({ length: 24 }, (_, i) => i),
    );
    expect(await record.listArrayArtifacts()).toEqual(["roi_mask_1"]);
    expect(await record.json.list()).toEqual(["metadata"]);
    expect(await record.tables.list({ format: "parquet" })).toEqual(["radon/velocity"]);
    expect(await record.tables.list({ format: "csv.gz" })).toEqual([]);
    const taken = await AcqImageList.from(dataset.openImages()).get("taken");
    expect((await taken?.rois())?.toEnvelopes()).toEqual((await image.rois()).toEnvelopes());
    expect((await dataset.rebuildManifest()).images[0]?.summary["n_rois"]).toBe(1);
  });
});

test("a list of 1 000 images reads one manifest and no pixel", () => checkListReads(1000));
