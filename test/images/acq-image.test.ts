// Runs the suite of `AcqImage` on a folder of TIFFs and on a dataset.

import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AcqImage, AcqImageList } from "@kym/kym-dataset";
import { summarizeMetadata } from "@kym/kym-schema";
import { openFolder, openTiff, storesForPath } from "@kym/legacy-io/node";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import {
  createNdArray,
  type ImageSource,
  memoryStore,
  type NdArray,
  type ZarrDataset,
} from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { acqImageSuite, type MakeImage } from "./acq-image-suite.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "kym-acq-image-"));
});
afterAll(() => rm(root, { recursive: true }));

let made = 0;
const newFolder = (): Promise<string> => mkdtemp(join(root, `${++made}-`));

acqImageSuite("a Zarr record in memory", async (array, axes) => {
  const store = memoryStore();
  return imageIn(() => openLocalDataset(store, { summarize: summarizeMetadata }), array, axes);
});

acqImageSuite("a Zarr record in a folder", async (array, axes) => {
  const path = join(await newFolder(), "study.zarr");
  return imageIn(() => openLocalDataset(path, { summarize: summarizeMetadata }), array, axes);
});

acqImageSuite("a TIFF with sidecars", async (array, axes) => {
  const path = join(await newFolder(), "20250722 A100_0017.b[1].tif");
  await writeFile(path, writeImageJTiff(array, { axes }));
  return { ...(await openTiff(path)), reopen: () => openTiff(path) };
});

async function imageIn(
  open: () => Promise<ZarrDataset>,
  array: NdArray,
  axes: readonly string[],
): ReturnType<MakeImage> {
  await (await open()).addImage(array, { id: "img_1", axes });
  const reopen = async (): Promise<ImageSource> => {
    for await (const source of (await open()).openImages()) {
      return source;
    }
    throw new Error("the image is gone");
  };
  return { ...(await reopen()), reopen };
}

const KYMOGRAPH = createNdArray(
  "uint16",
  [4, 3],
  Uint16Array.from({ length: 12 }, (_, index) => index),
);

describe("AcqImageList", () => {
  it("of a folder of TIFFs reads names alone: what the files hold does not matter until it is asked", async () => {
    const folder = await newFolder();
    const names = Array.from({ length: 200 }, (_, index) => `scan_${String(index).padStart(3, "0")}.tif`);
    await Promise.all(names.map((name) => writeFile(join(folder, name), "no TIFF at all")));
    const images = AcqImageList.from(openFolder(folder));
    expect(await images.count()).toBe(200);
    expect((await images.images()).map(({ displayName }) => displayName)).toEqual(names);
    const [first] = await images.images();
    expect((await first?.metadata())?.rois).toEqual([]);
    await expect(first?.describe()).rejects.toMatchObject({ code: "invalid_file" });
    await expect(first?.getChannelData(1)).rejects.toThrow(names[0]);
  });

  it("gives an image of a folder by its path or place, and the same images for the path of anything", async () => {
    const folder = await newFolder();
    await writeFile(join(folder, "a.tif"), writeImageJTiff(KYMOGRAPH));
    await writeFile(join(folder, "b.TIFF"), writeImageJTiff(KYMOGRAPH));
    const images = AcqImageList.from(storesForPath(folder));
    expect((await images.get(join(folder, "b.TIFF")))?.displayName).toBe("b.TIFF");
    expect((await images.get(0))?.displayName).toBe("a.tif");
    const one = await AcqImageList.from(storesForPath(join(folder, "a.tif"))).images();
    expect(one.map(({ sourceKey }) => sourceKey)).toEqual([join(folder, "a.tif")]);
    const dataset = await openLocalDataset(join(folder, "study.ZARR"));
    await dataset.addImage(KYMOGRAPH, { id: "img_1", axes: ["t", "x"] });
    const records = await AcqImageList.from(storesForPath(join(folder, "study.ZARR"))).images();
    expect(records.map(({ sourceKey }) => sourceKey)).toEqual(["img_1"]);
    expect(await readdir(folder)).toEqual(["a.tif", "b.TIFF", "study.ZARR"]);
  });

  it("of a path where nothing is says so, and makes nothing there", async () => {
    const folder = await newFolder();
    for (const name of ["typo.zarr", "typo", "typo.tif"]) {
      const images = AcqImageList.from(storesForPath(join(folder, name)));
      await expect(images.count()).rejects.toMatchObject({ code: "not_found" });
    }
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("an acquisition of one TIFF a channel", () => {
  it("is one image with these channels, whichever file is named", async () => {
    const folder = await newFolder();
    for (const channel of [1, 2, 3]) {
      const data = KYMOGRAPH.data.map((value) => value + channel * 100);
      const pixels = writeImageJTiff({ ...KYMOGRAPH, data });
      await writeFile(join(folder, `scan_C00${channel}T001.tif`), pixels);
    }
    const image = AcqImage.from(await openTiff(join(folder, "scan_C002T001.tif")));
    expect(image.displayName).toBe("scan_C001T001.tif");
    expect(await image.describe()).toEqual({ shape: [3, 4, 3], dtype: "uint16", axes: ["c", "t", "x"] });
    expect((await image.getChannelData(3)).data[0]).toBe(300);
    const { id } = await image.addRoi({ channel: 2 });
    expect(await image.roiStats(id)).toMatchObject({ min: 200, max: 211 });
    expect(await AcqImageList.from(openFolder(folder)).count()).toBe(1);
    const stored = await readFile(join(folder, "scan_C001T001.metadata.json"), "utf8");
    expect(JSON.parse(stored)).toMatchObject({ rois: [{ channel: 2 }] });
  });
});
