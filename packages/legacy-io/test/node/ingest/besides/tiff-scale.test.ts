import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { summarizeMetadata } from "@kym/kym-schema";
import { memoryStore, type NdArray, openDataset, type ZarrDataset } from "@kym/zarr-store";
import { afterEach, describe, expect, it } from "vitest";
import { exportLegacyFolder, ingestLegacyFolder, refreshFromFolder } from "../../../../src/node/index.ts";
import { readBundle } from "../../../../src/node/read/read-bundle.ts";
import { scanFolder } from "../../../../src/node/scan/scan-folder.ts";
import { openTiff } from "../../../../src/node/stores/open-tiff.ts";
import {
  bytesSource,
  readTiff,
  type WriteImageJTiffOptions,
  writeImageJTiff,
} from "../../../../src/tiff/index.ts";
import { CLASSIC_JSON, makeLabFolder } from "../../lab-folder.ts";

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) {
    await rm(folder, { recursive: true, force: true });
  }
});

function array(shape: readonly number[]): NdArray<"uint16"> {
  const count = shape.reduce((product, length) => product * length, 1);
  return { dtype: "uint16", shape, data: Uint16Array.from({ length: count }, (_, index) => index) };
}

/** Four lines of three pixels, as ImageJ would calibrate them. */
const tiff = (options: WriteImageJTiffOptions = {}, shape: readonly number[] = [4, 3]): Uint8Array =>
  writeImageJTiff(array(shape), options);
const SCALED = tiff({ axes: ["t", "x"], umPerPx: 0.25, secondsPerLine: 0.004 });
/** Three places of four lines: columns are time. */
const TURNED = tiff({ axes: ["x", "t"], umPerPx: 0.25, secondsPerLine: 0.004 }, [3, 4]);
const HEADER = `"[Image]"\t""\r\n"Image Size"\t"3 * 4 [pixel]"\r\n"[Dimensions]"\t""\r\n"X Dimension"\t"3, 0.0 - 1.5 [um], 0.500 [um/pixel]"\r\n"T Dimension"\t"1, 0.000 - 0.008 [s], Interval FreeRun"\r\n`;

async function folderOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await makeLabFolder(files);
  folders.push(folder);
  return folder;
}

async function ingested(files: Readonly<Record<string, string | Uint8Array>>) {
  const folder = await folderOf(files);
  const dataset = await openDataset(memoryStore(), { summarize: summarizeMetadata });
  const report = await ingestLegacyFolder(dataset, folder);
  return { folder, dataset, report };
}

async function only(dataset: ZarrDataset) {
  const [id = ""] = await dataset.listImageIds();
  return dataset.record(id);
}

async function headerOf(dataset: ZarrDataset): Promise<Readonly<Record<string, unknown>>> {
  const metadata = await (await only(dataset)).loadJson("metadata");
  return Object(Reflect.get(Object(metadata), "header"));
}

const STATED = { voxels: [0.004, 0.25], voxels_units: ["s", "um"], voxels_source: ["imagej", "imagej"] };

describe("the scale that a TIFF states", () => {
  it("is that of an image that nothing else calibrates, with its source, in the array as well", async () => {
    const { dataset } = await ingested({ "a.tif": SCALED });
    expect(await headerOf(dataset)).toMatchObject(STATED);
    const [entry] = (await dataset.rebuildManifest()).images;
    expect(entry?.summary).toMatchObject({ calibrated: true, calibration_source: "imagej" });
    const { attributes } = await (await only(dataset)).openArray();
    expect(attributes).toMatchObject({ dimension_steps: [0.004, 0.25] });
  });

  it("comes after the header of the microscope, the classic JSON and an edit, in this order", async () => {
    const files = { "a.tif": SCALED, "a.json": CLASSIC_JSON };
    const sourceOf = async (more: Readonly<Record<string, string>>): Promise<unknown> => {
      const { voxels, voxels_source: source } = await headerOf(
        (await ingested({ ...files, ...more })).dataset,
      );
      return [voxels, source];
    };
    expect(await sourceOf({})).toEqual([
      [0.001, 0.5],
      ["classic", "classic"],
    ]);
    expect(await sourceOf({ "a.txt": HEADER })).toEqual([
      [0.002, 0.5],
      ["olympus", "olympus"],
    ]);
    const edit = { voxels: [0.009, 0.7], voxels_units: ["s", "um"], voxels_source: ["noted", "noted"] };
    expect(await sourceOf({ "a.txt": HEADER, "a.metadata.json": JSON.stringify({ header: edit }) })).toEqual([
      [0.009, 0.7],
      ["noted", "noted"],
    ]);
  });

  it("that differs by more than 0.5 % from the one that is used is told, and a smaller difference is not", async () => {
    const notesOf = async (umPerPx: number): Promise<readonly string[]> => {
      const { report } = await ingested({
        "a.tif": tiff({ axes: ["t", "x"], umPerPx, secondsPerLine: 0.002 }),
        "a.txt": HEADER,
      });
      return report.notes.map(({ path, reason }) => `${path}: ${reason}`);
    };
    expect(await notesOf(0.502)).toEqual([]);
    expect(await notesOf(0.506)).toEqual([
      expect.stringMatching(/^a\.tif: its 0\.506\d* µm are not used: the microscope's header has 0\.5 µm$/),
    ]);
  });

  it("fills the axis that an edit leaves open, and not one that a person says is not known", async () => {
    const edit = { voxels: [0.009, 1], voxels_units: ["s", "px"], labels: ["Time (s)", ""] };
    const open = await ingested({ "a.tif": SCALED, "a.metadata.json": JSON.stringify({ header: edit }) });
    expect(await headerOf(open.dataset)).toMatchObject({
      voxels: [0.009, 0.25],
      voxels_units: ["s", "um"],
      voxels_source: ["noted", "imagej"],
    });
    const unknown = {
      ...edit,
      voxels: [1, 1],
      voxels_units: ["px", "px"],
      voxels_source: ["noted", "noted"],
    };
    const closed = await ingested({
      "a.tif": SCALED,
      "a.metadata.json": JSON.stringify({ header: unknown }),
    });
    expect(await headerOf(closed.dataset)).toMatchObject({ voxels_units: ["px", "px"] });
  });

  it("of one axis alone is the scale of that axis", async () => {
    const { dataset } = await ingested({ "a.tif": tiff({ axes: ["t", "x"], umPerPx: 0.25 }) });
    expect(await headerOf(dataset)).toMatchObject({
      voxels: [1, 0.25],
      voxels_units: ["px", "um"],
      voxels_source: ["", "imagej"],
    });
    const length = await ingested({ "a.tif": tiff({ axes: ["y", "x"], umPerPx: 0.25, umPerRow: 0.5 }) });
    expect(await headerOf(length.dataset), "a length along rows does not become a line period").toMatchObject(
      {
        voxels_units: ["px", "um"],
      },
    );
  });

  it("is the same where the TIFF is opened in its folder", async () => {
    const folder = await folderOf({ "a.tif": SCALED, "b.tif": TURNED, "c.tif": tiff() });
    for (const name of ["a.tif", "b.tif"]) {
      const { artifactStore, pixelStore } = await openTiff(join(folder, name));
      expect((await artifactStore.list()).json).toEqual(["metadata"]);
      expect(await artifactStore.loadJson("metadata")).toMatchObject({ header: STATED });
      expect(await pixelStore.describe()).toMatchObject({ shape: [4, 3], axes: ["t", "x"] });
    }
    const { artifactStore } = await openTiff(join(folder, "c.tif"));
    expect((await artifactStore.list()).json).toEqual([]);
  });

  it("stays through a refresh with a new header, which counts then, and comes back without it", async () => {
    const { folder, dataset } = await ingested({ "a.tif": SCALED });
    await writeFile(join(folder, "a.json"), JSON.stringify({ experiment_metadata: { note: "n" } }));
    await refreshFromFolder(dataset, folder);
    expect(await headerOf(dataset)).toMatchObject(STATED);
    expect(await (await only(dataset)).loadJson("metadata")).toMatchObject({
      experiment_metadata: { note: "n" },
    });
    await writeFile(join(folder, "a.txt"), HEADER);
    await refreshFromFolder(dataset, folder);
    expect(await headerOf(dataset)).toMatchObject({
      voxels: [0.002, 0.5],
      voxels_source: ["olympus", "olympus"],
    });
  });

  it("is not taken for an edit where an earlier version stored the image without it", async () => {
    const { folder, dataset } = await ingested({ "a.tif": tiff() });
    await (await only(dataset)).updateAttributes({
      tiff_scales: [
        { step: 0.004, unit: "s", source: "imagej" },
        { step: 0.25, unit: "um", source: "imagej" },
      ],
    });
    await writeFile(join(folder, "a.json"), JSON.stringify({ experiment_metadata: { note: "n" } }));
    expect((await refreshFromFolder(dataset, folder)).conflicts).toEqual([]);
    expect(await headerOf(dataset)).toMatchObject(STATED);
  });
});

describe("an image whose columns are lines", () => {
  const turnedData = [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11];

  it("is turned, with the ROIs of the files beside it", async () => {
    const rect = { roi_type: "rect", data: { x0: 1, x1: 4, y0: 0, y1: 2 } };
    const line = {
      roi_type: "line",
      data: {
        points: [
          [0.5, 2],
          [3, 1],
        ],
      },
    };
    const rois = [
      { roi_id: 1, ...rect },
      { roi_id: 2, ...line },
    ];
    const { dataset } = await ingested({ "b.tif": TURNED, "b.json": JSON.stringify({ rois }) });
    const record = await only(dataset);
    const pixels = await record.loadArray();
    expect([pixels.shape, [...pixels.data], await record.getAxes()]).toEqual([
      [4, 3],
      turnedData,
      ["t", "x"],
    ]);
    expect(await headerOf(dataset)).toMatchObject(STATED);
    const metadata = Object(await record.loadJson("metadata"));
    expect(metadata.rois[0]).toMatchObject({ roi_id: 1, data: { x0: 0, x1: 2, y0: 1, y1: 4 } });
  });

  it("leaves a plain export as the TIFF that it was, which is restored and ingested as the same image", async () => {
    const { dataset } = await ingested({ "b.tif": TURNED });
    const out = `${await folderOf({})}/out`;
    await exportLegacyFolder(dataset, out, { layout: "lab" });
    const bytes = await readFile(join(out, "b.tif"));
    const { image, info } = await readTiff(bytesSource(new Uint8Array(bytes)));
    expect([image.shape, [...image.data], info.axes]).toEqual([[3, 4], [...array([3, 4]).data], ["x", "t"]]);
    const restored = await openDataset(memoryStore());
    await ingestLegacyFolder(restored, out);
    expect([...(await (await only(restored)).loadArray()).data]).toEqual(turnedData);
    const alone = await ingested({ "b.tif": new Uint8Array(bytes) });
    expect([...(await (await only(alone.dataset)).loadArray()).data]).toEqual(turnedData);
    expect(await headerOf(alone.dataset)).toMatchObject(STATED);
  });

  it("and one of frames of one row are the same where a file is read block by block", async () => {
    const rows = tiff({ axes: ["t", "y", "x"], secondsPerFrame: 0.5, umPerPx: 0.25 }, [4, 1, 3]);
    const folder = await folderOf({ "a.tif": SCALED, "b.tif": TURNED, "c.tif": rows });
    for (const bundle of (await scanFolder(folder)).bundles) {
      const [small, large] = [await readBundle(bundle), await readBundle(bundle, { largeFromBytes: 0 })];
      expect([large.pixels.shape, large.pixelsSha256, large.content.axes, large.said]).toEqual([
        [4, 3],
        small.pixelsSha256,
        ["t", "x"],
        small.said,
      ]);
      const dataset = await openDataset(memoryStore());
      await ingestLegacyFolder(dataset, folder, { pattern: bundle.image.relPath });
      expect((await (await only(dataset)).loadArray()).shape).toEqual([4, 3]);
      small.release();
      large.release();
    }
  });

  it("is turned without a scale, too, and comes back as it was", async () => {
    const { dataset } = await ingested({ "b.tif": tiff({ axes: ["x", "t"] }, [3, 4]) });
    expect(await headerOf(dataset)).toMatchObject({ shape: [4, 3], voxels_units: ["px", "px"] });
  });
});
