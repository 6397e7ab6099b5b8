// What an `AcqImage` does, wherever its pixels and artifacts are stored. Each kind of store runs this suite.

import { AcqImage, AcqImageList, ingestImage } from "@kym/kym-dataset";
import type { NewRoi, RoiPoint } from "@kym/roi";
import {
  createNdArray,
  type ImageSource,
  jsonText,
  memoryStore,
  type NdArray,
  openDataset,
} from "@kym/zarr-store";
import { sliceNdArray } from "@kym/zarr-store/array";
import { describe, expect, it } from "vitest";

/** Makes an image with these pixels and without artifacts, in the kind of store under test. */
export type MakeImage = (
  array: NdArray,
  axes: readonly string[],
) => Promise<ImageSource & { readonly reopen: () => Promise<ImageSource> }>;

/** 6 lines of 4 pixels, 100 to 123. */
const KYMOGRAPH = createNdArray(
  "uint16",
  [6, 4],
  Uint16Array.from({ length: 24 }, (_, index) => 100 + index),
);
const ROI_BOUNDS = { dim0Start: 1, dim0Stop: 3, dim1Start: 0, dim1Stop: 2 };

/** An image with channels, slices and time points before the plane. */
const STACKS: readonly (readonly [shape: readonly number[], axes: readonly string[]])[] = [
  [
    [3, 5, 6],
    ["c", "y", "x"],
  ],
  [
    [2, 3, 5, 6],
    ["z", "c", "y", "x"],
  ],
  [
    [2, 3, 2, 5, 6],
    ["t", "z", "c", "y", "x"],
  ],
];

/** Each value is its own index. */
function numbered(shape: readonly number[]): NdArray<"uint16"> {
  const length = shape.reduce((product, n) => product * n, 1);
  return createNdArray(
    "uint16",
    shape,
    Uint16Array.from({ length }, (_, index) => index),
  );
}

/** Points from their coordinates: dim0, dim1, dim0, … */
function points(...coordinates: readonly number[]): readonly RoiPoint[] {
  return coordinates.flatMap((dim0, index) =>
    index % 2 === 0 ? [{ dim0, dim1: coordinates[index + 1] ?? 0 }] : [],
  );
}

/** Declares the tests for one kind of store. */
export function acqImageSuite(where: string, make: MakeImage): void {
  const kymograph = (): ReturnType<MakeImage> => make(KYMOGRAPH, ["t", "x"]);

  describe(`AcqImage on ${where}`, () => {
    it("says where it is, and its shape, without a pixel read", async () => {
      const source = await kymograph();
      const pixelStore = { ...source.pixelStore, describe: () => source.pixelStore.describe() };
      const image = AcqImage.from({ ...source, pixelStore });
      expect(image.sourceKey).toBe(source.sourceKey);
      expect(source.sourceKey.endsWith(image.displayName)).toBe(true);
      expect(await image.describe()).toMatchObject({ shape: [6, 4], dtype: "uint16" });
      expect(await image.channelsAvailable()).toEqual([1]);
    });

    it("has none of the names that the Python system's tests forbid", async () => {
      const image = AcqImage.from(await kymograph());
      for (const name of [
        "getChannelKeys",
        "getImageBounds",
        "get_img_slice",
        "mark_metadata_dirty",
        "is_metadata_dirty",
      ]) {
        expect(name in image).toBe(false);
      }
    });

    it("gives a channel, a plane, and refuses those that are not there", async () => {
      const image = AcqImage.from(await kymograph());
      expect(valuesOf(await image.getChannelData(1))[1]).toEqual(Array.from(KYMOGRAPH.data));
      expect(valuesOf(await image.getSlice2d())).toEqual([[6, 4], Array.from(KYMOGRAPH.data)]);
      const rows = { start: 2, stop: 5 };
      expect(valuesOf(await image.getSlice2d({ rows }))).toEqual([
        [3, 4],
        Array.from(KYMOGRAPH.data.slice(8, 20)),
      ]);
      for (const wrong of [
        { start: 2, stop: 7 },
        { start: -1, stop: 2 },
        { start: 3, stop: 2 },
        { start: 0, stop: 1.5 },
      ]) {
        await expect(image.getSlice2d({ rows: wrong })).rejects.toMatchObject({ code: "invalid_argument" });
      }
      await expect(image.getChannelData(2)).rejects.toMatchObject({ code: "invalid_argument" });
      await expect(image.getChannelData(0)).rejects.toMatchObject({ code: "invalid_argument" });
      await expect(image.getSlice2d({ channel: 2 })).rejects.toMatchObject({ code: "invalid_argument" });
      await expect(image.getSlice2d({ z: 1 })).rejects.toMatchObject({ code: "invalid_argument" });
    });

    it("adds a ROI clamped to the image, with statistics; another object reads it back", async () => {
      const source = await kymograph();
      const image = AcqImage.from(source);
      const added = await image.addRoi({
        name: "vessel",
        bounds: { dim0Start: 4, dim0Stop: 900, dim1Start: -3, dim1Stop: 2 },
      });
      expect(added).toMatchObject({ id: 1, type: "rect", revision: 0, name: "vessel" });
      expect(added).toMatchObject({ bounds: { dim0Start: 4, dim0Stop: 6, dim1Start: 0, dim1Stop: 2 } });
      expect(added.stats).toMatchObject({ imgMin: 116, imgMax: 121, imgMean: 118.5 });
      const again = AcqImage.from(await source.reopen());
      expect((await again.rois()).toEnvelopes()).toEqual((await image.rois()).toEnvelopes());
      await expect(image.addRoi({ channel: 2 })).rejects.toMatchObject({ code: "invalid_argument" });
    });

    it("a moved ROI has the next revision and new statistics, a renamed one has not", async () => {
      const image = AcqImage.from(await kymograph());
      const { id, stats } = await image.addRoi({ bounds: ROI_BOUNDS });
      expect(await image.editRoi(id, { name: "renamed" })).toMatchObject({ revision: 0, stats });
      const moved = await image.editRoi(id, { bounds: { ...ROI_BOUNDS, dim1Start: 1, dim1Stop: 3 } });
      expect(moved.revision).toBe(1);
      expect(moved.stats?.imgMean).toBe((stats?.imgMean ?? 0) + 1);
      await expect(image.editRoi(9, { name: "nobody" })).rejects.toMatchObject({ code: "not_found" });
    });

    it("adds several ROIs in one edit, or none of them", async () => {
      const source = await kymograph();
      const image = AcqImage.from(source);
      const line = { type: "line", points: points(0.5, 0.5, 0.5, 3.5) } as const;
      const added = await image.addRois([{ bounds: ROI_BOUNDS }, line]);
      expect(added.map(({ id, type, stats }) => [id, type, stats?.imgMax])).toEqual([
        [1, "rect", 109],
        [2, "line", 103],
      ]);
      const outside = { type: "line", points: points(90, 90, 91, 91) } as const;
      await expect(image.addRois([line, outside])).rejects.toMatchObject({ code: "invalid_argument" });
      expect((await AcqImage.from(await source.reopen()).rois()).length).toBe(2);
    });

    it("deletes a ROI, and gives its id to no other, after a reload either", async () => {
      const source = await kymograph();
      const image = AcqImage.from(source);
      await image.addRoi();
      await image.addRoi();
      await image.deleteRoi(2);
      const again = AcqImage.from(await source.reopen());
      expect((await again.addRoi()).id).toBe(3);
      expect((await again.rois()).rois.map(({ id }) => id)).toEqual([1, 3]);
      await expect(image.deleteRoi(2)).rejects.toMatchObject({ code: "not_found" });
    });

    it("gives a ROI's pixels, mask and statistics", async () => {
      const image = AcqImage.from(await kymograph());
      const { id } = await image.addRoi({ bounds: ROI_BOUNDS });
      expect(valuesOf(await image.getRoiPixels(id))).toEqual([
        [2, 2],
        [104, 105, 108, 109],
      ]);
      const mask = await image.getRoiMask(id);
      expect([mask.dtype, ...valuesOf(mask)]).toEqual(["bool", [2, 2], [1, 1, 1, 1]]);
      expect(await image.roiStats(id)).toEqual({
        mean: 106.5,
        sd: Math.sqrt(4.25),
        min: 104,
        max: 109,
        n: 4,
      });
      await expect(image.getRoiPixels(7)).rejects.toMatchObject({ code: "not_found" });
      await expect(image.roiStats(7)).rejects.toMatchObject({ code: "not_found" });
    });

    it.each<[NewRoi, readonly number[], readonly number[]]>([
      [{ type: "polygon", points: points(1, 0, 1, 3.5, 4.5, 0) }, [3, 3], [1, 1, 1, 1, 1, 0, 1, 0, 0]],
      [{ type: "line", points: points(0.5, 0.5, 2.5, 2.5) }, [3, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1]],
      [{ type: "polyline", points: points(0.5, 1.5, 1.5, 1.5, 1.5, 2.5) }, [2, 2], [1, 0, 1, 1]],
    ])("gives pixels, mask and statistics of %j", async (draft, shape, inside) => {
      const source = await kymograph();
      const { id, stats } = await AcqImage.from(source).addRoi(draft);
      const image = AcqImage.from(await source.reopen());
      expect(await image.rois()).toMatchObject({ rois: [draft] });
      expect(valuesOf(await image.getRoiMask(id))).toEqual([shape, inside]);
      const pixels = valuesOf(await image.getRoiPixels(id));
      const covered = pixels[1].filter((_, index) => inside[index] === 1).map(Number);
      const mean = covered.reduce((sum, value) => sum + value, 0) / covered.length;
      expect(pixels[0]).toEqual(shape);
      expect(await image.roiStats(id)).toMatchObject({ n: covered.length, mean });
      expect(stats).toMatchObject({ imgMean: mean, imgMin: covered[0], imgMax: covered.at(-1) });
      await image.materializeRectRoiMask(id);
      expect(await source.artifactStore.loadArray(`roi_mask_${id}`)).toMatchObject({ shape });
    });

    it("keeps a shape that is too thin to cover a pixel, without statistics", async () => {
      const image = AcqImage.from(await kymograph());
      const sliver = await image.addRoi({ type: "polygon", points: points(1, 1.6, 5, 1.6, 5, 1.7) });
      expect(sliver.stats).toBeUndefined();
      expect(valuesOf(await image.getRoiMask(sliver.id))).toEqual([[4, 0], []]);
      expect(valuesOf(await image.getRoiPixels(sliver.id))).toEqual([[4, 0], []]);
      expect(await image.roiStats(sliver.id)).toMatchObject({ n: 0, mean: Number.NaN });
    });

    it("ticket 12: materialises a mask, whose reference survives later saves", async () => {
      const source = await kymograph();
      const image = AcqImage.from(source);
      const { id } = await image.addRoi({ bounds: ROI_BOUNDS });
      expect(await image.materializeRectRoiMask(id)).toBe("analysis_arrays/roi_mask_1");
      expect(await image.materializeRectRoiMask(id, { name: "mine" })).toBe("analysis_arrays/mine");
      expect(await source.artifactStore.loadArray("roi_mask_1")).toMatchObject({
        dtype: "bool",
        shape: [2, 2],
      });
      await image.editRoi(id, { name: "renamed" });
      await image.editMetadata({ experiment: { note: "good" }, accepted: false });
      const again = AcqImage.from(await source.reopen());
      expect((await again.rois()).require(id)).toMatchObject({
        meta: { mask_ref: "analysis_arrays/mine" },
        revision: 0,
      });
      expect(await again.metadata()).toMatchObject({ accepted: false, experiment: { note: "good" } });
      await expect(image.materializeRectRoiMask(5)).rejects.toMatchObject({ code: "not_found" });
    });

    it("ticket 11: a mask ROI has the pixels of its array", async () => {
      const source = await kymograph();
      const image = AcqImage.from(source);
      const inside = Uint8Array.from({ length: 24 }, (_, index) => (index % 5 === 0 ? 1 : 0));
      await source.artifactStore.saveArray("roi_mask_7", createNdArray("bool", [6, 4], inside));
      const { id } = await image.addRoi({ type: "mask", maskRef: "analysis_arrays/roi_mask_7" });
      expect((await image.getRoiMask(id)).data).toEqual(inside);
      const expected = [100, 105, 110, 115, 120];
      expect(await image.roiStats(id)).toMatchObject({ n: 5, min: 100, max: 120, mean: 110 });
      expect(valuesOf(await image.getRoiPixels(id))[1].filter((_, index) => inside[index])).toEqual(expected);
    });

    it("keeps unknown keys, the spelling of numbers, and ROIs that it cannot read", async () => {
      const source = await kymograph();
      const text = `{"version": "1.0", "mine": {"b": 1.0, "a": 1e-07}, "rois": [
        {"roi_id": 4, "roi_type": "rect", "name": "", "data": {"x0": 0, "x1": 2, "y0": 0, "y1": 2}, "later": 2.50},
        {"roi_id": 5, "roi_type": "spiral", "turns": 3.0}
      ], "header": {"acquired_local_epoch_ns": 1771700000123456789}}`;
      await source.artifactStore.saveJson("metadata", jsonText(text));
      const image = AcqImage.from(source);
      expect((await image.metadata()).header.acquiredLocalEpochNs).toBe(1771700000123456789n);
      // The spiral keeps id 5, though nothing here can read it.
      expect((await image.addRoi()).id).toBe(6);
      const stored = (await source.artifactStore.loadJsonText("metadata")).text;
      for (const kept of ['"b": 1.0', '"a": 1e-07', '"later": 2.50', '"turns": 3.0', "1771700000123456789"]) {
        expect(stored).toContain(kept);
      }
    });

    it("refuses ROIs that are no list", async () => {
      const source = await kymograph();
      await source.artifactStore.saveJson("metadata", { rois: { 1: "no" } });
      const image = AcqImage.from(source);
      await expect(image.rois()).rejects.toMatchObject({ code: "invalid_metadata" });
      await expect(image.addRoi()).rejects.toMatchObject({ code: "invalid_metadata" });
    });

    it("edits that are made at once are all stored", async () => {
      const image = AcqImage.from(await kymograph());
      await Promise.all([image.addRoi(), image.addRoi(), image.editMetadata({ accepted: false })]);
      expect((await image.rois()).length).toBe(2);
      expect((await image.metadata()).accepted).toBe(false);
    });

    for (const [shape, axes] of STACKS) {
      it(`takes channels and axes as they are: ${axes.join(", ")}`, async () => {
        const pixels = numbered(shape);
        const image = AcqImage.from(await make(pixels, axes));
        const [height = 0, width = 0] = shape.slice(-2);
        const lengthOf = (name: string): number => shape[axes.indexOf(name)] ?? 1;
        const numChannels = lengthOf("c");
        const extent = { height, width, numSlices: lengthOf("z"), numChannels };
        expect((await image.describe()).axes).toEqual(axes);
        expect((await image.rois()).extent).toEqual(extent);
        expect(await image.channelsAvailable()).toEqual(Array.from({ length: numChannels }, (_, i) => i + 1));
        const z = lengthOf("z") - 1;
        const at: Readonly<Record<string, number>> = { t: 0, z, c: numChannels - 1 };
        const plane = (bounds: readonly [number, number, number, number]): readonly number[] => {
          const [y0, y1, x0, x1] = bounds;
          const leading = axes
            .slice(0, -2)
            .map((name) => ({ start: at[name] ?? 0, stop: (at[name] ?? 0) + 1 }));
          const part = sliceNdArray(pixels, [...leading, { start: y0, stop: y1 }, { start: x0, stop: x1 }]);
          return Array.from(part.data);
        };
        const slice = await image.getSlice2d({ channel: numChannels, z });
        expect(valuesOf(slice)).toEqual([[height, width], plane([0, height, 0, width])]);
        const bounds = { dim0Start: 1, dim0Stop: 3, dim1Start: 1, dim1Stop: 4 };
        const { id, stats } = await image.addRoi({ channel: numChannels, z, bounds });
        const inside = plane([1, 3, 1, 4]);
        expect(valuesOf(await image.getRoiPixels(id))).toEqual([[2, 3], inside]);
        const mean = inside.reduce((sum, value) => sum + value, 0) / inside.length;
        expect(await image.roiStats(id)).toMatchObject({ n: 6, mean, min: inside[0], max: inside.at(-1) });
        expect(stats).toMatchObject({ imgMean: mean });
        await expect(image.addRoi({ channel: numChannels + 1 })).rejects.toMatchObject({
          code: "invalid_argument",
        });
        await expect(image.getSlice2d({ z: z + 1 })).rejects.toMatchObject({ code: "invalid_argument" });
      });
    }

    it("goes into a dataset whole: all channels, axes, metadata, ROIs, tables and arrays", async () => {
      const pixels = numbered([2, 3, 5, 6]);
      const image = AcqImage.from(await make(pixels, ["z", "c", "y", "x"]));
      const { id } = await image.addRoi({ channel: 3, name: "kept" });
      await image.materializeRectRoiMask(id);
      await image.artifactStore.saveTable("radon/velocity", [{ v: 1.5 }], {
        schema: { columns: [{ name: "v", type: "float64", unit: "mm/s" }] },
      });
      const dataset = await openDataset(memoryStore());
      const record = await ingestImage(dataset, image, { id: "taken" });
      expect(dataset.version).toBe(1);
      expect(await record.getAxes()).toEqual(["z", "c", "y", "x"]);
      expect(valuesOf(await record.loadArray())).toEqual(valuesOf(pixels));
      const names = { json: ["metadata"], tables: ["radon/velocity"], arrays: ["roi_mask_1"] };
      expect(await record.asArtifactStore().list()).toEqual(names);
      const taken = await AcqImageList.from(dataset.openImages()).get("taken");
      expect((await taken?.rois())?.toEnvelopes()).toEqual((await image.rois()).toEnvelopes());
      expect(await taken?.getRoiMask(id)).toEqual(await image.getRoiMask(id));
    });
  });
}

function valuesOf({ shape, data }: NdArray): readonly [readonly number[], readonly (number | bigint)[]] {
  return [shape, Array.from<number | bigint>(data)];
}
