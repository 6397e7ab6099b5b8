import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { createNdArray, jsonText, rowsOf } from "@kym/zarr-store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lineScanCalibration } from "../../../src/content/image-metadata.ts";
import { readNpy } from "../../../src/index.ts";
import { openTiff, SidecarArtifactStore, scanFolder } from "../../../src/node/index.ts";
import { CLASSIC_JSON, makeLabFolder, tinyTiff } from "../lab-folder.ts";

const SCHEMA = { columns: [{ name: "n", type: "int64" }] } as const;
const HEADER = [
  '"[General]"',
  '"Date"\t"07/22/2025 01:41:00.091 PM"',
  '"[Dimensions]"',
  '"X Dimension"\t"3, 0.0 - 1.500 [um], 0.500 [um/pixel]"',
  '"T Dimension"\t"4, 0.000 - 0.008 [s], Interval FreeRun"',
  '"[Image]"\t""',
  '"Image Size"\t"3 * 4 [pixel]"',
].join("\r\n");

let root: string;
beforeEach(async () => {
  root = await makeLabFolder({ "a.tif": tinyTiff(1) });
});
afterEach(async () => {
  await chmod(root, 0o755);
  await rm(root, { recursive: true });
});

const storeOf = (image = "a.tif"): SidecarArtifactStore => new SidecarArtifactStore(join(root, image));
const put = async (name: string, content: string | Uint8Array): Promise<void> =>
  writeFile(join(root, name), content);

describe("files beside an image", () => {
  it("ticket 11: has the names that ingest reads, `/` as `__`", async () => {
    const store = storeOf();
    await store.saveJson("radon/params", { window_size: 16 });
    await store.saveTable("velocity_events/events", [{ n: 1 }], { schema: SCHEMA });
    await store.saveArray("roi_mask_1", createNdArray("bool", [2, 2]));
    expect((await readdir(root)).sort()).toEqual([
      "a.radon__params.json",
      "a.roi_mask_1.npy",
      "a.tif",
      "a.velocity_events__events.parquet",
    ]);
    expect(await readFile(join(root, "a.radon__params.json"), "utf8")).toBe('{\n  "window_size": 16\n}');
    expect(readNpy(await readFile(join(root, "a.roi_mask_1.npy")))).toMatchObject({ shape: [2, 2] });
  });

  it("reads tables of text, and prefers the file that has types", async () => {
    await put("a.events.csv.gz", gzipSync("n\n2\n"));
    expect([...rowsOf(await storeOf().loadTable("events"))]).toEqual([{ n: 2n }]);
    await put("a.events.csv", "n\n1\n");
    expect([...rowsOf(await storeOf().loadTable("events"))]).toEqual([{ n: 1n }]);
    await storeOf().saveTable("events", [{ n: 3 }], { schema: SCHEMA });
    expect([...rowsOf(await storeOf().loadTable("events"))]).toEqual([{ n: 3n }]);
    expect((await storeOf().list()).tables).toEqual(["events"]);
    expect(await readFile(join(root, "a.events.csv"), "utf8")).toBe("n\n1\n");
  });

  it("writes into the file that has the artifact, however its ending is written", async () => {
    await put("a.qc.JSON", "{}");
    await storeOf().saveJson("qc", { good: true });
    expect(await readFile(join(root, "a.qc.JSON"), "utf8")).toBe('{\n  "good": true\n}');
    expect((await readdir(root)).sort()).toEqual(["a.qc.JSON", "a.tif"]);
  });

  it("belongs to exactly one image: the one with the longest stem, the first of two with one stem", async () => {
    await put("a.b.tif", tinyTiff(2));
    await put("a.tiff", tinyTiff(3));
    await put("a.b.qc.json", '{"of": "a.b"}');
    await put("a.qc.json", '{"of": "a"}');
    expect(await storeOf().loadJson("qc")).toEqual({ of: "a" });
    expect(await storeOf("a.b.tif").loadJson("qc")).toEqual({ of: "a.b" });
    expect(await storeOf("a.tiff").list()).toEqual({ json: [], tables: [], arrays: [] });
    for (const [image, name] of [
      ["a.tif", "b"],
      ["a.tif", "b.qc"],
      ["a.tiff", "other"],
    ] as const) {
      await expect(storeOf(image).saveJson(name, {})).rejects.toMatchObject({ code: "conflict" });
    }
    expect(await storeOf("a.b.tif").loadJson("qc")).toEqual({ of: "a.b" });
  });

  it("names the file of what cannot be read", async () => {
    await put("a.qc.json", "{no json");
    await put("a.events.csv.gz", "no gzip");
    await put("a.mask.npy", "no npy");
    await put("a.events2.parquet", "no parquet");
    await mkdir(join(root, "a.folder.json"));
    const store = storeOf();
    for (const [load, file] of [
      [() => store.loadJson("qc"), "a.qc.json"],
      [() => store.loadTable("events"), "a.events.csv.gz"],
      [() => store.loadTable("events2"), "a.events2.parquet"],
      [() => store.loadArray("mask"), "a.mask.npy"],
    ] as const) {
      await expect(load()).rejects.toMatchObject({ name: "ZarrStoreError", code: "invalid_file" });
      await expect(load()).rejects.toThrow(file);
    }
    await expect(store.loadJson("folder")).rejects.toMatchObject({ code: "not_found" });
  });

  it("says what is wrong with the folder or the name of the image", async () => {
    const gone = new SidecarArtifactStore(join(root, "gone", "a.tif"));
    await expect(gone.list()).rejects.toMatchObject({ code: "not_found" });
    await expect(gone.saveJson("qc", {})).rejects.toMatchObject({ code: "not_found" });
    await expect(storeOf("a.png").list()).rejects.toMatchObject({ code: "invalid_argument" });
    const long = storeOf().saveJson(`${"x".repeat(100)}/${"y".repeat(100)}/${"z".repeat(100)}`, {});
    await expect(long).rejects.toMatchObject({ code: "invalid_name" });
    expect(await readdir(root)).toEqual(["a.tif"]);
  });

  it("leaves the file that was there, and no other, when a write fails", async () => {
    await storeOf().saveJson("qc", { v: 1 });
    await mkdir(join(root, "a.mask.npy"));
    await expect(storeOf().saveArray("mask", createNdArray("bool", [1]))).rejects.toMatchObject({
      code: "io",
    });
    expect((await readdir(root)).sort()).toEqual(["a.mask.npy", "a.qc.json", "a.tif"]);
  });

  it("is the old file or the new one, never a part of one, and what a crash left behind is no sidecar", async () => {
    await put(".kym-3f0c.tmp", '{"half": ');
    const values = ["x".repeat(200_000), "y"];
    const write = async (): Promise<void> => {
      for (let index = 0; index < 40; index++) {
        await storeOf().saveJson("qc", { text: values[index % 2] });
      }
    };
    await storeOf().saveJson("qc", { text: "y" });
    let isWriting = true;
    const written = Promise.all([write(), write()]).finally(() => {
      isWriting = false;
    });
    let reads = 0;
    while (isWriting || reads === 0) {
      const { text } = Object(await storeOf().loadJson("qc"));
      expect(values.includes(text)).toBe(true);
      reads++;
    }
    await written;
    expect(await storeOf().list()).toEqual({ json: ["qc"], tables: [], arrays: [] });
    expect((await scanFolder(root)).bundles[0]?.sidecars.map(({ relPath }) => relPath)).toEqual([
      "a.qc.json",
    ]);
    expect((await readdir(root)).sort()).toEqual([".kym-3f0c.tmp", "a.qc.json", "a.tif"]);
  });

  it("follows a link, as a scan does", async () => {
    await put("elsewhere.dat", '{"v": 1}');
    await symlink(join(root, "elsewhere.dat"), join(root, "a.qc.json"));
    expect(await storeOf().loadJson("qc")).toEqual({ v: 1 });
  });
});

describe("metadata", () => {
  it("is what classic JSON and the microscope's header say: edits of one, facts and steps of the other", async () => {
    await put("a.json", CLASSIC_JSON);
    await put("a.txt", HEADER);
    expect((await storeOf().list()).json).toEqual(["metadata"]);
    expect(await storeOf().loadJson("metadata")).toMatchObject({
      header: { voxels: [0.002, 0.5], acquired_local_epoch_ns: 1753191660091000000n },
      experiment_metadata: { note: "µ" },
      rois: [{ roi_id: 1 }],
      accepted: false,
    });
  });

  it("has the edits of its own file first, and of the others what that does not say", async () => {
    await put("a.json", CLASSIC_JSON);
    await put("a.txt", HEADER);
    const own = { version: "2.0", header: { laser: "820 nm" }, rois: [], accepted: true, mine: 1 };
    await storeOf().saveJson("metadata", own);
    expect(await storeOf().loadJson("metadata")).toMatchObject({
      header: { laser: "820 nm", voxels: [0.002, 0.5], acquired_local_epoch_ns: 1753191660091000000n },
      experiment_metadata: { note: "µ" },
      rois: [],
      accepted: true,
      mine: 1,
    });
    expect(await readFile(join(root, "a.json"), "utf8")).toBe(CLASSIC_JSON);
  });

  it("in its own file that says everything, is the text as it stands", async () => {
    await put("a.json", CLASSIC_JSON);
    const merged = await storeOf().loadJsonText("metadata");
    const text = merged.text.replace('"accepted": false', '"accepted":   false');
    await storeOf().saveJson("metadata", jsonText(text));
    expect((await storeOf().loadJsonText("metadata")).text).toBe(text);
  });

  it("of its own file counts for nothing where it says 1 px a step", async () => {
    await put("a.json", CLASSIC_JSON);
    const header = { voxels: [1, 1], voxels_units: ["px", "px"], labels: ["", ""] };
    await storeOf().saveJson("metadata", { header });
    expect(await storeOf().loadJson("metadata")).toMatchObject({
      header: { voxels: [0.001, 0.5], voxels_units: ["s", "um"], labels: ["t", "x"] },
    });
  });

  it("is not there for an image alone, nor from the header of an image of another size", async () => {
    await expect(storeOf().loadJson("metadata")).rejects.toMatchObject({ code: "not_found" });
    await put("a.txt", HEADER.replace('"3 * 4', '"38 * 4'));
    expect(await storeOf().loadJson("metadata")).toMatchObject({ header: { voxels: [1, 1] } });
  });

  it("has an entry for each axis: of the channels of a line scan the steps are those of its plane", async () => {
    for (const channel of [1, 2]) {
      await put(`m_C00${channel}T001.tif`, tinyTiff(channel));
    }
    const twoChannels = `${HEADER}\r\n"[Channel 1]"\t""\r\n"[Channel 2]"\t""`;
    await put("m.txt", twoChannels);
    const { artifactStore } = await openTiff(join(root, "m_C001T001.tif"));
    const metadata = await artifactStore.loadJson("metadata");
    expect(metadata).toMatchObject({
      header: { shape: [2, 4, 3], ndim: 3, voxels: [1, 0.002, 0.5], voxels_units: ["px", "s", "um"] },
    });
    expect(lineScanCalibration(metadata)).toEqual({ secondsPerLine: 0.002, umPerPx: 0.5 });
    await put("m_C001T001.json", CLASSIC_JSON);
    expect(await artifactStore.loadJson("metadata")).toMatchObject({
      header: { voxels: [1, 0.002, 0.5], voxels_units: ["px", "s", "um"], physical_size: [2, 0.008, 1.5] },
    });
  });

  it("that cannot be read is an error that names the file: nothing is taken for no ROIs", async () => {
    await put("a.json", "{}");
    await expect(storeOf().loadJson("metadata")).rejects.toMatchObject({ code: "invalid_file" });
    await expect(storeOf().loadJson("metadata")).rejects.toThrow("a.json");
  });
});
