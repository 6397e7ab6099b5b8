import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPathRoi, createRectRoi, toEnvelope } from "@kym/roi";
import { memoryStore, openDataset, parseStoreKey, type ZarrDataset } from "@kym/zarr-store";
import { openZipFile } from "@kym/zarr-store/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findSharedData } from "../../../../../../test/support/find-shared-data.ts";
import { exportLegacyFolder, ingestLegacyFolder, previewExport } from "../../../../src/node/index.ts";
import { makeLabFolder, tinyTiff } from "../../lab-folder.ts";
import { exportedImages, restoreImage } from "./restore-kym.ts";

const QUICK = { durability: "none" } as const;

describe("an export as OME-Zarr", () => {
  let [lab, work] = ["", ""];
  let dataset: ZarrDataset;
  beforeAll(async () => {
    lab = await makeLabFolder({ "day/b.tif": tinyTiff(1), "day/b.qc.json": "{}", "a.tif": tinyTiff(2) });
    await writeFile(join(lab, "day/b.note.txt"), `made in ${lab}/day`);
    work = await mkdtemp(join(tmpdir(), "kym-ngff-"));
    dataset = await openDataset(memoryStore());
    await ingestLegacyFolder(dataset, lab);
  });
  afterAll(async () => {
    await rm(lab, { recursive: true, force: true });
    await rm(work, { recursive: true, force: true });
  });
  // biome-ignore lint/suspicious/noExplicitAny: a test asserts the shape that it looks at
  const read = async (path: string): Promise<any> => JSON.parse(await readFile(path, "utf8"));

  it("has several images below one root, with a list of them, and says which is which", async () => {
    const out = join(work, "several.ome.zarr");
    const { images, files } = await exportLegacyFolder(dataset, out, { format: "ome-zarr", ...QUICK });
    expect(images).toBe(2);
    expect((await read(join(out, "zarr.json"))).attributes.ome).toEqual({
      version: "0.5",
      "bioformats2raw.layout": 3,
    });
    expect((await read(join(out, "OME/zarr.json"))).attributes.ome).toEqual({
      version: "0.5",
      series: ["0", "1"],
    });
    expect(await readFile(join(out, "OME/METADATA.ome.xml"), "utf8")).toMatch(
      /Image:0" Name="a"[\s\S]*Image:1" Name="b"/,
    );
    expect(await readFile(join(out, "index.csv"), "utf8")).toMatch(/^0,.*,a\.tif\r?\n1,.*,day\/b\.tif/m);
    const preview = await previewExport(dataset, join(work, "other"), { format: "ome-zarr" });
    expect(preview.files).toHaveLength(files - 1);
  });

  it("is one image as the root, whose level 0 has the bytes of the dataset's chunks", async () => {
    const [imageId = ""] = await dataset.listImageIds();
    const out = join(work, "one.ome.zarr");
    await exportLegacyFolder(dataset, out, { format: "ome-zarr", imageIds: [imageId], ...QUICK });
    expect((await readdir(out)).sort()).toEqual([".kym-export.json", "0", "kym", "zarr.json"]);
    const { attributes } = await read(join(out, "zarr.json"));
    expect(attributes.ome.multiscales).toHaveLength(1);
    expect(attributes.kym).toMatchObject({ version: 1, image_id: imageId });
    const chunk = await dataset.exact.load(`images/${imageId}/data/c/0/0`);
    expect(new Uint8Array(await readFile(join(out, "0/c/0/0")))).toEqual(chunk);
    expect((await read(join(out, "0/zarr.json"))).dimension_names).toEqual(["y", "x"]);
  });

  it.each(["ome-zarr", "acqstore"] as const)(
    "for %s has no path of the machine, and every image comes back with its objects",
    async (format) => {
      const out = join(work, `paths-${format}`);
      await exportLegacyFolder(dataset, out, { format, ...QUICK });
      const files = await readdir(out, { recursive: true, withFileTypes: true });
      for (const entry of files.filter((one) => one.isFile())) {
        const bytes = await readFile(join(entry.parentPath, entry.name));
        expect([entry.name, bytes.includes(lab), bytes.includes(work)]).toEqual([entry.name, false, false]);
      }
      const copy = await openDataset(memoryStore());
      for (const image of await exportedImages(out)) {
        expect(await restoreImage(copy, image)).toEqual([]);
        const { imageId, files: restored, sources } = image.manifest;
        const now = Object.fromEntries(await copy.record(imageId).objectHashes());
        const changed = restored.filter((file) => file.originalSha256 !== undefined);
        expect({
          ...now,
          ...Object.fromEntries(changed.map(({ key, originalSha256 }) => [key, originalSha256])),
        }).toEqual(image.manifest.objects);
        expect(changed.map(({ path }) => path)).toContain("kym/provenance.json");
        expect(sources.map((row) => row.image_id)).toEqual([imageId]);
      }
      expect(await copy.listImageIds()).toEqual(await dataset.listImageIds());
    },
  );

  it("is replaced only if it is asked for, and not after an edit by another program", async () => {
    const out = join(work, "again.ome.zarr");
    const options = { format: "ome-zarr", ...QUICK } as const;
    await exportLegacyFolder(dataset, out, options);
    await expect(exportLegacyFolder(dataset, out, options)).rejects.toMatchObject({ code: "already_exists" });
    await exportLegacyFolder(dataset, out, { ...options, overwrite: true });
    await writeFile(join(out, "0/zarr.json"), "{}");
    await expect(exportLegacyFolder(dataset, out, { ...options, overwrite: true })).rejects.toThrow(
      "1 of its files was edited since the export, such as 0/zarr.json",
    );
  });

  it("is one file by the ending .ozx, with zarr.json first, the same bytes each time, and nothing left beside it", async () => {
    const folder = join(work, "files");
    await mkdir(folder);
    const [first, second] = [join(folder, "a.ozx"), join(folder, "b.ozx")];
    const options = { format: "ome-zarr", ...QUICK } as const;
    await exportLegacyFolder(dataset, first, options);
    await exportLegacyFolder(dataset, second, options);
    expect(await readFile(first)).toEqual(await readFile(second));
    expect((await readdir(folder)).sort()).toEqual(["a.ozx", "b.ozx"]);
    const zip = await openZipFile(first);
    expect(JSON.parse(new TextDecoder().decode(zip.comment))).toEqual({
      ome: { version: "0.5", zipFile: { centralDirectory: { jsonFirst: true } } },
    });
    expect(zip.keys).toContain("0/kym/export.json");
    expect(await zip.get(parseStoreKey("OME/zarr.json"))).toBeDefined();

    await expect(exportLegacyFolder(dataset, first, options)).rejects.toMatchObject({
      code: "already_exists",
    });
    await exportLegacyFolder(dataset, first, { ...options, overwrite: true });
    await writeFile(first, "mine");
    await expect(exportLegacyFolder(dataset, first, { ...options, overwrite: true })).rejects.toThrow(
      "it is not an export, or was changed since",
    );
    expect(await readFile(first, "utf8")).toBe("mine");
    await expect(exportLegacyFolder(dataset, join(folder, "c.ozx"), QUICK)).rejects.toThrow(
      "expected the format ome-zarr, found legacy",
    );
  });

  it("names the image that cannot be read, and numbers the others without a gap", async () => {
    const broken = await openDataset(memoryStore());
    for (const id of ["a", "b", "c"]) {
      const data = Uint8Array.from({ length: 6 }, (_, index) => index);
      await broken.addImage({ dtype: "uint8", shape: [3, 2], data }, { id, axes: ["t", "x"] });
    }
    const out = join(work, "broken.ome.zarr");
    const failing = new Proxy(broken, {
      get: (target, key) =>
        key === "record"
          ? (id: string) => (id === "b" ? target.record("gone") : target.record(id))
          : (Reflect.get(target, key).bind?.(target) ?? Reflect.get(target, key)),
    });
    const { failed, images } = await exportLegacyFolder(failing, out, { format: "ome-zarr", ...QUICK });
    expect([images, failed.map(({ imageId }) => imageId)]).toEqual([2, ["b"]]);
    expect((await read(join(out, "OME/zarr.json"))).attributes.ome.series).toEqual(["0", "1"]);
    expect((await exportedImages(out)).map(({ manifest }) => manifest.imageId)).toEqual(["a", "c"]);
  });

  it("says which ROIs stand only in kym/, where acqstore has no type for them", async () => {
    const own = await openDataset(memoryStore());
    const data = new Uint8Array(200);
    const record = await own.addImage(
      { dtype: "uint8", shape: [20, 10], data },
      { id: "s", axes: ["t", "x"] },
    );
    const points = [
      { dim0: 1, dim1: 1 },
      { dim0: 5, dim1: 1 },
      { dim0: 5, dim1: 5 },
    ];
    const bounds = { dim0Start: 0, dim0Stop: 5, dim1Start: 0, dim1Stop: 5 };
    const rois = [createRectRoi({ id: 1, bounds }), createPathRoi({ type: "polygon", id: 2, points })];
    await record.saveJson("metadata", { version: "2.0", rois: rois.map((roi) => toEnvelope(roi)) });
    const out = join(work, "rois");
    const { notes } = await exportLegacyFolder(own, out, { format: "acqstore", ...QUICK });
    expect(notes).toEqual([
      {
        path: "s.cs.ome.zarr",
        reason: "ROI 2 (polygon): acqstore has no type for it, so it stands only in kym/",
      },
    ]);
    const store = join(out, "s.cs.ome.zarr");
    expect((await read(join(store, "acqstore/acq_image.json"))).rois).toHaveLength(1);
    expect((await read(join(store, "kym/rois.geojson"))).features).toHaveLength(2);
  });
});

const sample = findSharedData("acqstore-sample");

describe.skipIf(sample === undefined)("acqstore's own sample", () => {
  it("comes back from an export for acqstore: its documents, tables and peaks byte for byte", async () => {
    const work = await mkdtemp(join(tmpdir(), "kym-acqstore-"));
    try {
      const [lab, out] = [join(work, "lab"), join(work, "out")];
      await cp(join(sample ?? "", "source"), lab, { recursive: true });
      const dataset = await openDataset(memoryStore());
      await ingestLegacyFolder(dataset, lab);
      const { notes } = await exportLegacyFolder(dataset, out, { format: "acqstore", ...QUICK });
      expect(notes).toEqual([]);
      for (const [image, stem] of [
        ["acq_image_000", "20250714_S31_0001"],
        ["acq_image_001", "20250714_S31_0003"],
      ] as const) {
        const theirs = join(sample ?? "", "collection.ome.zarr/acq_images", image, "acqstore");
        const ours = join(out, "28d Saline/20250714", `${stem}.cs.ome.zarr`, "acqstore");
        const files = [
          "acq_image.json",
          ...(await readdir(join(theirs, "analysis"))).map((name) => `analysis/${name}`),
        ];
        for (const file of files) {
          expect([
            file,
            (await readFile(join(ours, file))).equals(await readFile(join(theirs, file))),
          ]).toEqual([file, true]);
        }
      }
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
});
