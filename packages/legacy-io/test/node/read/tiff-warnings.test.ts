import { rm } from "node:fs/promises";
import { join } from "node:path";
import { memoryStore, openDataset, type ZarrDataset } from "@kym/zarr-store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { exportLegacyFolder, ingestLegacyFolder } from "../../../src/node/index.ts";
import { readBundle } from "../../../src/node/read/read-bundle.ts";
import { scanFolder } from "../../../src/node/scan/scan-folder.ts";
import { TiffPixelStore } from "../../../src/node/stores/tiff-pixel-store.ts";
import { ascii, buildTiff, elementBytes, greyTags } from "../../tiff/tiff-fixture.ts";
import { makeLabFolder, tinyTiff } from "../lab-folder.ts";

function described(lines: string, values: readonly number[]): Uint8Array<ArrayBuffer> {
  const tags = greyTags(values.length / 2, 2, 16, [ascii(270, `ImageJ=1.54p\n${lines}`)]);
  return buildTiff([{ tags, segments: [elementBytes(values, 2)] }]);
}

const SIGNED = described("cf=0\nc0=-32768.0\nc1=1.0\nvunit=Gray Value\n", [0, 32_767, 32_768, 65_535]);
const RATIO = described("cf=0\nc0=10.0\nc1=2.0\nvunit=ratio\n", [1, 2, 3, 4]);
const SHIFTED = "ImageJ stored int16 as uint16 + 32768: the values are given as int16, as ImageJ shows them";
const AS_STORED =
  'ImageJ calibrates the values: 10 + 2 × value, in "ratio"; they are given as they are stored';

describe("what a TIFF says about its values", () => {
  let dataset: ZarrDataset;
  let folder = "";
  beforeEach(async () => {
    dataset = await openDataset(memoryStore());
    folder = await makeLabFolder({ "ratio.tif": RATIO, "signed.tif": SIGNED, "plain.tif": tinyTiff(1) });
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("stands in the report of an ingest and with the image, and the pixels are those that it promises", async () => {
    const { ingested, notes } = await ingestLegacyFolder(dataset, folder);
    const idOf = (path: string): string => ingested.find((item) => item.path === path)?.imageId ?? "";
    expect(notes).toEqual([
      { path: "ratio.tif", reason: AS_STORED, imageId: idOf("ratio.tif") },
      { path: "signed.tif", reason: SHIFTED, imageId: idOf("signed.tif") },
    ]);
    const signed = dataset.record(idOf("signed.tif"));
    expect(await signed.loadArray()).toEqual({
      dtype: "int16",
      shape: [2, 2],
      data: Int16Array.of(-32_768, -1, 0, 32_767),
    });
    expect(await signed.attributes()).toMatchObject({ tiff_warnings: [SHIFTED] });
    expect(await signed.attributes()).not.toHaveProperty("tiff_value_calibration");
    const ratio = dataset.record(idOf("ratio.tif"));
    expect([...(await ratio.loadArray()).data]).toEqual([1, 2, 3, 4]);
    expect(await ratio.attributes()).toMatchObject({
      tiff_value_calibration: { imagej_function: 0, coefficients: [10, 2], unit: "ratio" },
      tiff_warnings: [AS_STORED],
    });
    const plain = await dataset.record(idOf("plain.tif")).attributes();
    expect(Object.keys(plain).filter((key) => key.startsWith("tiff_"))).toEqual([]);
  });

  it("is the same for an image that is read from its file block by block", async () => {
    const { bundles } = await scanFolder(folder);
    for (const bundle of bundles) {
      const small = await readBundle(bundle);
      const { pixels, release, ...large } = await readBundle(bundle, { largeFromBytes: 0 });
      expect(large).toEqual({ ...small, pixels: undefined, release: undefined });
      expect([pixels.dtype, pixels.shape]).toEqual([small.pixels.dtype, small.pixels.shape]);
      release();
    }
  });

  it("decides the type of a TIFF that is opened where it lies, whole and in part", async () => {
    const store = new TiffPixelStore(join(folder, "signed.tif"));
    expect(await store.describe()).toMatchObject({ dtype: "int16", shape: [2, 2] });
    expect([...(await store.loadRegion([{ start: 1, stop: 2 }, undefined])).data]).toEqual([0, 32_767]);
    expect([...(await store.loadRegion([undefined, undefined])).data]).toEqual([-32_768, -1, 0, 32_767]);
  });

  it("survives an export: int16 is written as int16, for ImageJ and for an ingest of what was written", async () => {
    await ingestLegacyFolder(dataset, folder);
    const out = await makeLabFolder({});
    try {
      await exportLegacyFolder(dataset, join(out, "export"), { format: "imagej" });
      const again = await openDataset(memoryStore());
      const { ingested, notes } = await ingestLegacyFolder(again, join(out, "export"));
      const id = ingested.find(({ path }) => path === "signed.tif")?.imageId ?? "";
      expect(notes).toEqual([]);
      expect(await again.record(id).loadArray()).toEqual({
        dtype: "int16",
        shape: [2, 2],
        data: Int16Array.of(-32_768, -1, 0, 32_767),
      });
    } finally {
      await rm(out, { recursive: true, force: true });
    }
  });
});
