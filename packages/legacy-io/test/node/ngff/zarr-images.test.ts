// OME-Zarr images of other programs, and images as acqstore stores them, alone and in collections.
import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { memoryStore, openDataset, rowsOf, type ZarrDataset, type ZarrImageRecord } from "@kym/zarr-store";
import { writeZipFile } from "@kym/zarr-store/node";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { ingestLegacyFolder, refreshFromFolder } from "../../../src/node/index.ts";
import { acqstoreJson, analysis, peak, rectRoi } from "../../support/acqstore-files.ts";
import {
  collection,
  counted,
  entry,
  type Files,
  manifest,
  STORED_RADON,
  storedImage,
  zarrImage,
} from "../../support/zarr-image-files.ts";
import { makeLabFolder, tinyTiff } from "../lab-folder.ts";

const GROUP = '{"zarr_format":3,"node_type":"group","attributes":{}}';

let dataset: ZarrDataset;
let lab = "";
beforeEach(async () => {
  dataset = await openDataset(memoryStore());
});
afterEach(() => rm(lab, { recursive: true, force: true }));

async function ingest(files: Files): ReturnType<typeof ingestLegacyFolder> {
  lab = await makeLabFolder(files);
  return ingestLegacyFolder(dataset, lab);
}

async function onlyRecord(): Promise<ZarrImageRecord> {
  const [id = ""] = await dataset.listImageIds();
  return dataset.record(id);
}

async function headerOf(record: ZarrImageRecord): Promise<Record<string, unknown>> {
  const { header } = Object(await record.loadJson("metadata"));
  return header;
}

describe("an image of another program", () => {
  test("of NGFF 0.5 comes in with pixels, axes and steps", async () => {
    const { ingested, failed, notes } = await ingest(zarrImage("day/a.ome.zarr"));
    expect([ingested.length, failed, notes]).toEqual([1, [], []]);
    const record = await onlyRecord();
    expect(await record.loadArray()).toMatchObject({
      dtype: "uint16",
      shape: [4, 3],
      data: Uint16Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
    });
    expect(await record.getAxes()).toEqual(["t", "x"]);
    expect(await headerOf(record)).toMatchObject({
      voxels: [0.002, 0.5],
      voxels_units: ["s", "um"],
      voxels_source: ["ngff", "ngff"],
    });
    const { provenance } = { provenance: Object(await record.loadJson("provenance")) };
    expect(provenance).toMatchObject({
      source_rel_path: "day/a.ome.zarr",
      reader: { name: "ome_zarr", version: 1 },
    });
  });

  test("of NGFF 0.4 in Zarr v2 comes in, with a channel and its z of one plane", async () => {
    const axes = ["c", "z", "y", "x"].map((name) => ({ name, type: "space" }));
    axes.splice(2, 2, Object({ name: "y", unit: "millisecond" }), Object({ name: "x", unit: "nanometer" }));
    const { ingested, failed } = await ingest({
      "b.ome.zarr/.zgroup": '{"zarr_format":2}',
      "b.ome.zarr/.zattrs": JSON.stringify({
        multiscales: [
          {
            version: "0.4",
            axes,
            datasets: [{ path: "s0", coordinateTransformations: [{ type: "scale", scale: [1, 1, 2, 500] }] }],
          },
        ],
      }),
      "b.ome.zarr/s0/.zarray": JSON.stringify({
        ...{ zarr_format: 2, shape: [2, 1, 2, 3], chunks: [1, 1, 2, 3], dtype: "<u2", compressor: null },
        ...{ fill_value: 0, order: "C", filters: null, dimension_separator: "/" },
      }),
      "b.ome.zarr/s0/0/0/0/0": counted(6),
      "b.ome.zarr/s0/1/0/0/0": counted(6, 10),
    });
    expect([ingested.length, failed]).toEqual([1, []]);
    const record = await onlyRecord();
    expect(await record.getAxes()).toEqual(["c", "t", "x"]);
    expect((await record.loadArray()).data).toEqual(Uint16Array.of(0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15));
    expect(await headerOf(record)).toMatchObject({ voxels: [1, 0.002, 0.5] });
  });

  test("without a unit for its lines is not calibrated along them, and says so", async () => {
    const axes = [{ name: "y" }, { name: "x", unit: "micrometer" }];
    const { notes } = await ingest(zarrImage("c.ome.zarr", { axes }));
    expect(notes.map(({ reason }) => reason)).toEqual([
      "axis y has the step 0.002 without a unit: it is not used",
    ]);
    expect(await headerOf(await onlyRecord())).toMatchObject({
      voxels: [1, 0.5],
      voxels_units: ["px", "um"],
    });
  });

  test("keeps the words of its group, names folders of nobody, and fills chunks that are not there", async () => {
    const files = zarrImage("d.ome.zarr", { shape: [8, 3], chunk: [4, 3], attributes: { mine: 1 } });
    const { notes } = await ingest({ ...files, "d.ome.zarr/labels/zarr.json": "{}" });
    expect(notes.map(({ path, reason }) => `${path}: ${reason}`)).toEqual([
      "d.ome.zarr: 1 of 2 chunks is not there: filled with 0, as Zarr says",
      "d.ome.zarr/labels: no part of the image: not taken",
    ]);
    const record = await onlyRecord();
    const kept = new TextDecoder().decode(await record.loadAttachment("~7Aarr.json"));
    expect(kept).toBe(files["d.ome.zarr/zarr.json"]);
    expect((await record.loadArray()).data.slice(11, 14)).toEqual(Uint16Array.of(11, 0, 0));
  });

  test("is unchanged the second time, follows a rename, and is left alone when its pixels change", async () => {
    await ingest({ ...zarrImage("a.ome.zarr"), "b.tif": tinyTiff(1) });
    expect((await ingestLegacyFolder(dataset, lab)).unchanged).toHaveLength(2);
    await rename(join(lab, "a.ome.zarr"), join(lab, "z.ome.zarr"));
    const moved = await refreshFromFolder(dataset, lab);
    expect(moved.updated.map(({ path, reason }) => [path, reason])).toEqual([
      ["z.ome.zarr", "moved from a.ome.zarr"],
    ]);
    await writeFile(join(lab, "z.ome.zarr/0/c/0/0"), counted(12, 5));
    const changed = await refreshFromFolder(dataset, lab);
    expect(changed.skipped).toMatchObject([
      { path: "z.ome.zarr", reason: "the image changed since it was ingested" },
    ]);
    const again = await refreshFromFolder(dataset, lab, {
      mode: "reingest_if_changed",
      onChange: "supersede",
    });
    expect(again.ingested).toHaveLength(1);
  });

  test("that gets another step and keeps its pixels is updated", async () => {
    await ingest(zarrImage("a.ome.zarr"));
    const files = zarrImage("a.ome.zarr", { scale: [0.004, 0.5] });
    await writeFile(join(lab, "a.ome.zarr/zarr.json"), files["a.ome.zarr/zarr.json"] ?? "");
    expect((await refreshFromFolder(dataset, lab)).updated).toHaveLength(1);
    expect(await headerOf(await onlyRecord())).toMatchObject({ voxels: [0.004, 0.5] });
  });

  test("in a series of Bio-Formats' layout is one of several images", async () => {
    const root = { zarr_format: 3, node_type: "group", attributes: { ome: { "bioformats2raw.layout": 3 } } };
    const series = { ...root, attributes: { ome: { version: "0.5", series: ["0", "1", "../x"] } } };
    const { ingested, notes } = await ingest({
      "s.ome.zarr/zarr.json": JSON.stringify(root),
      "s.ome.zarr/OME/zarr.json": JSON.stringify(series),
      ...zarrImage("s.ome.zarr/0"),
      ...zarrImage("s.ome.zarr/1", { shape: [2, 2] }),
    });
    expect(ingested.map(({ path }) => path)).toEqual(["s.ome.zarr/0", "s.ome.zarr/1"]);
    expect(notes[0]?.reason).toMatch(
      /^expected a path below its folder at \$\.series\[2\], found "\.\.\/x"$/,
    );
  });

  test("can be given as the folder itself", async () => {
    lab = await makeLabFolder({ ...zarrImage("a.ome.zarr"), "b.tif": tinyTiff(1) });
    const { ingested } = await ingestLegacyFolder(dataset, join(lab, "a.ome.zarr"));
    expect(ingested.map(({ path }) => path)).toEqual(["a.ome.zarr"]);
    expect((await ingestLegacyFolder(dataset, lab)).unchanged).toHaveLength(1);
  });
});

describe("an image that acqstore stored", () => {
  it("has ROIs, calibration, experiment and analyses, and keeps each document", async () => {
    const { ingested, failed } = await ingest(storedImage("a.cs.ome.zarr"));
    expect([ingested.length, failed]).toEqual([1, []]);
    const record = await onlyRecord();
    const rows = [...rowsOf(await record.loadParquet("acqstore/velocity"))];
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({ roi_id: 1n, channel: 1n, line: 2, s_per_line: 0.002 });
    expect(rows[0]?.["velocity_mm_s"]).toBeCloseTo(0.25, 12);
    expect(Object(await record.loadJson("metadata"))).toMatchObject({
      experiment_metadata: { condition: "Saline", depth: 75.5 },
      header: { voxels_source: ["acqstore", "acqstore"] },
    });
    expect(await record.listAttachments()).toEqual([
      "acq_image.json",
      "manifest.json",
      "radon_velocity__c0__r1.table.csv",
      "~7Aarr.json",
    ]);
  });

  it("gives one table of the files of several ROIs", async () => {
    const analyses = [1, 2].map((roi) => ({
      ...{ id: `r${roi}`, analysis_name: "radon_velocity", channel: 0, roi_id: roi },
      resources: { table: `acqstore/analysis/r${roi}.csv`, peaks: null },
    }));
    await ingest({
      ...zarrImage("a.cs.ome.zarr"),
      "a.cs.ome.zarr/acqstore/manifest.json": manifest({ analyses }),
      "a.cs.ome.zarr/acqstore/acq_image.json": acqstoreJson({
        rois: [rectRoi(1, [0, 4], [0, 3]), rectRoi(2, [1, 4], [0, 3])],
        analysis: [analysis("radon_velocity", 1), analysis("radon_velocity", 2)],
      }),
      "a.cs.ome.zarr/acqstore/analysis/r1.csv": STORED_RADON,
      "a.cs.ome.zarr/acqstore/analysis/r2.csv": `${STORED_RADON.slice(0, -1)}\n0.006,3.0,NaN,\n`,
    });
    const rows = [...rowsOf(await (await onlyRecord()).loadParquet("acqstore/velocity"))];
    expect(rows.map((row) => [row["roi_id"], row["line"], row["theta_deg"]])).toEqual([
      [1n, 1, 45],
      [1n, 2, 90],
      [2n, 2, 45],
      [2n, 3, 90],
      [2n, 4, null],
    ]);
  });

  it("is refreshed field by field when its document changes", async () => {
    await ingest(storedImage("a.cs.ome.zarr"));
    await writeFile(
      join(lab, "a.cs.ome.zarr/acqstore/acq_image.json"),
      acqstoreJson({ experiment_metadata: { condition: "AngII" } }),
    );
    const { updated } = await refreshFromFolder(dataset, lab);
    expect(updated).toMatchObject([{ path: "a.cs.ome.zarr" }]);
    expect(Object(await (await onlyRecord()).loadJson("metadata")).experiment_metadata.condition).toBe(
      "AngII",
    );
  });

  it("has its reference image as an array, and says why one cannot be read", async () => {
    const reference = zarrImage("a.cs.ome.zarr/reference", { shape: [2, 2], scale: [0.4, 0.4] });
    await ingest({
      ...storedImage("a.cs.ome.zarr", {}, reference),
      "a.cs.ome.zarr/acqstore/manifest.json": manifest({ reference_image: "reference" }),
    });
    const record = await onlyRecord();
    expect((await record.loadArrayArtifact("acqstore/reference")).data).toEqual(Uint16Array.of(0, 1, 2, 3));
    await writeFile(join(lab, "a.cs.ome.zarr/reference/0/c/0/0"), counted(3));
    const { notes } = await refreshFromFolder(dataset, lab);
    expect(notes.map(({ reason }) => reason).join()).toMatch(/left out: .*0\/c\/0\/0/);
  });

  it("comes out of a zip file, with or without a folder in it", async () => {
    const files = storedImage("a.cs.ome.zarr");
    const below = Object.entries(files).map(([path, content]) => [path.slice(14), content] as const);
    lab = await makeLabFolder({ "bad.ome.zarr.zip": "no zip" });
    await zip(join(lab, "a.cs.ome.zarr.zip"), below);
    await zip(join(lab, "b.cs.ome.zarr.zip"), Object.entries(storedImage("top", { shape: [3, 3] })));
    const { ingested, failed } = await ingestLegacyFolder(dataset, lab);
    expect(ingested.map(({ path }) => path)).toEqual(["a.cs.ome.zarr.zip", "b.cs.ome.zarr.zip"]);
    expect(failed).toMatchObject([{ path: "bad.ome.zarr.zip" }]);
    for (const id of await dataset.listImageIds()) {
      const rows = [...rowsOf(await dataset.record(id).loadParquet("acqstore/velocity"))];
      expect(rows).toHaveLength(2);
    }
    expect((await ingestLegacyFolder(dataset, lab)).unchanged).toHaveLength(2);
  });
});

describe("a collection of acqstore", () => {
  it("knows its images by the paths that they had, and names what is derived", async () => {
    const { ingested, failed, notes } = await ingest({
      "lab.ome.zarr/zarr.json": GROUP,
      "lab.ome.zarr/acqstore/acq_image_collection.json": collection([entry("a"), entry("b")], {
        analysis_tables: { velocity: "acqstore/analysis_tables/velocity.csv" },
      }),
      ...storedImage("lab.ome.zarr/acq_images/a"),
      ...storedImage("lab.ome.zarr/acq_images/b", { shape: [3, 3] }),
      "tiffs/day/a.tif": tinyTiff(0),
    });
    expect([ingested.length, failed]).toEqual([3, []]);
    const rows = await dataset.loadSourcesIndex();
    expect(rows.map((row) => row.source_rel_path)).toEqual(["day/a.tif", "day/b.tif", "tiffs/day/a.tif"]);
    expect(notes.filter(({ reason }) => reason?.includes("has the pixels of tiffs/day/a.tif"))).toHaveLength(
      1,
    );
    expect(notes.filter(({ reason }) => reason?.includes("pooled table"))).toHaveLength(1);
    expect(notes.filter(({ reason }) => reason?.includes("reciprocal"))).toHaveLength(1);
    const again = await ingestLegacyFolder(dataset, lab);
    expect([again.unchanged.length, again.notes]).toEqual([3, []]);
  });

  it("refuses by name each image that is hostile or there twice, and takes the other", async () => {
    const changes: readonly (readonly [object, RegExp])[] = [
      [{ ome_zarr_path: "../x" }, /ome_zarr_path, found "\.\.\/x"$/],
      [{ ome_zarr_path: "/etc" }, /ome_zarr_path, found "\/etc"$/],
      [{ ome_zarr_path: "C:x" }, /ome_zarr_path, found "C:x"$/],
      [{ ome_zarr_path: "a\\..\\b" }, /ome_zarr_path, found/],
      [{ ome_zarr_path: "" }, /expected a text at \$\.acq_images\[5\]\.ome_zarr_path, found none$/],
      [{ sidecar_path: "a/../../b" }, /sidecar_path, found "a\/\.\.\/\.\.\/b"$/],
      [{ id: "good" }, /the id good is there already$/],
      [{ ome_zarr_path: "acq_images/good" }, /the path acq_images\/good is there already$/],
      [{ ome_zarr_path: "acq_images/none" }, /found no Zarr group$/],
    ];
    const bad = changes.map(([change], index) => entry(`bad${index}`, change));
    const { ingested, failed } = await ingest({
      "lab.ome.zarr/zarr.json": GROUP,
      "lab.ome.zarr/acqstore/acq_image_collection.json": collection([entry("good"), ...bad]),
      ...storedImage("lab.ome.zarr/acq_images/good"),
    });
    expect(ingested).toHaveLength(1);
    const reasons = failed.map(({ reason }) => String(reason)).sort();
    expect(reasons).toHaveLength(changes.length);
    for (const [, reason] of changes) {
      expect(reasons).toContainEqual(expect.stringMatching(reason));
    }
  });

  it("is refused by name for another version or format, and stops nothing", async () => {
    const { ingested, failed } = await ingest({
      "v.ome.zarr/zarr.json": GROUP,
      "v.ome.zarr/acqstore/acq_image_collection.json": collection([entry("a")], { version: 2 }),
      "f.ome.zarr/zarr.json": GROUP,
      "f.ome.zarr/acqstore/acq_image_collection.json": collection([entry("a")], { format: "x" }),
      "n.ome.zarr/zarr.json": GROUP,
      "n.ome.zarr/acqstore/acq_image_collection.json": "[NaN",
      "a.tif": tinyTiff(1),
    });
    expect(ingested).toHaveLength(1);
    expect(failed.map(({ reason }) => reason)).toEqual([
      "acqstore collection: expected the format acqstore-acq-image-collection, found x",
      expect.stringContaining("acqstore collection is not valid JSON"),
      "acqstore collection: expected version 1, found 2",
    ]);
  });
});

describe("a hostile image", () => {
  it("is refused by name, and the others come in", async () => {
    const level = zarrImage("level");
    const cases: Readonly<Record<string, readonly [Files, RegExp]>> = {
      level: [
        {
          ...level,
          "level/zarr.json": String(level["level/zarr.json"]).replace('"path":"0"', '"path":"../b"'),
        },
        /\$\.multiscales\[0\]\.datasets\[0\]\.path, found "\.\.\/b"/,
      ],
      release: [zarrImage("release", { version: "9.1" }), /found 9\.1/],
      huge: [zarrImage("huge", { shape: [1e7, 1000], chunk: [1000, 1000] }), /limit maxDecodedBytes/],
      hollow: [
        zarrImage("hollow", { shape: [30_000, 30_000], chunk: [1, 1] }),
        /has 900000000 chunks, and 1 are there/,
      ],
      short: [{ ...zarrImage("short"), "short/0/c/0/0": counted(3) }, /0\/c\/0\/0/],
      long: [
        { ...zarrImage("long"), "long/0/c/0/0": new Uint8Array(70_000) },
        /c\/0\/0 has 70000 bytes; at most/,
      ],
      axes: [
        zarrImage("axes", { axes: [{ name: "x" }], scale: [1], zarrJson: { dimension_names: undefined } }),
        /expected 1 axes as the group names them/,
      ],
      empty: [zarrImage("empty", { shape: [0, 3], chunk: [1, 3] }), /has no pixels/],
      ratio: [zarrImage("ratio", { zarrJson: { codecs: [{ name: "none" }] } }), /codecs/],
    };
    const all = Object.values(cases).map(([files]) => files);
    const { ingested, failed } = await ingest(
      Object.assign({ "z.tif": tinyTiff(1) }, zarrImage("good"), ...all),
    );
    expect(ingested.map(({ path }) => path)).toEqual(["good", "z.tif"]);
    const reasons = new Map(failed.map(({ path, reason }) => [path, reason]));
    expect([...reasons.keys()].sort()).toEqual(Object.keys(cases).sort());
    for (const [name, [, reason]] of Object.entries(cases)) {
      expect(reasons.get(name)).toMatch(reason);
    }
  });

  it("with a link is refused by name", async () => {
    lab = await makeLabFolder({ ...zarrImage("a.ome.zarr"), "secret/0": counted(12), "z.tif": tinyTiff(1) });
    await rm(join(lab, "a.ome.zarr/0/c/0/0"));
    await symlink(join(lab, "secret/0"), join(lab, "a.ome.zarr/0/c/0/0"));
    await mkdir(join(lab, "c.ome.zarr"));
    await writeFile(join(lab, "c.ome.zarr/zarr.json"), "{");
    const { ingested, failed } = await ingestLegacyFolder(dataset, lab);
    expect(ingested).toHaveLength(1);
    expect(failed.map(({ path, reason }) => `${path}: ${reason}`)).toEqual([
      "a.ome.zarr: 0/c/0/0 is a link, which is not followed",
      expect.stringMatching(/^c\.ome\.zarr: zarr\.json is not valid JSON/),
    ]);
  });

  it("has documents whose pieces fail alone: manifest, table, peaks and numbers", async () => {
    const analyses = [
      { analysis_name: "radon_velocity", channel: 0, roi_id: 1, resources: { table: "../x.csv" } },
      { analysis_name: "diameter", channel: 0, roi_id: 1, resources: { table: "acqstore/none.csv" } },
      { analysis_name: "sum_intensity", channel: 0, roi_id: 1, resources: { peaks: "acqstore/p.csv" } },
      { analysis_name: "radon_velocity", channel: -1, roi_id: 1, resources: {} },
    ];
    const many = [analysis("sum_intensity", 1, { peak_events: Array.from({ length: 100_001 }, () => 0) })];
    const { ingested, notes } = await ingest({
      ...zarrImage("a.cs.ome.zarr"),
      "a.cs.ome.zarr/acqstore/manifest.json": manifest({ analyses }),
      "a.cs.ome.zarr/acqstore/p.csv": "peak_id\nNaN\n",
      "a.cs.ome.zarr/acqstore/extra.bin": "?",
      "a.cs.ome.zarr/acqstore/acq_image.json": acqstoreJson({ analysis: many }).replace('"75.5"', "NaN"),
    });
    expect(ingested).toHaveLength(1);
    const told = notes.map(({ path, reason }) => `${path.slice(14)}: ${reason}`).join("\n");
    expect(told).toContain("acqstore/manifest.json: expected a path below its folder");
    expect(told).toContain("acqstore/none.csv: named by the manifest, and not there");
    expect(told).toContain("expected a whole number from 0 to 998 at $.analyses[3].channel, found -1");
    expect(told).toContain("has 100001 peaks; at most 100000 are read");
    expect(told).toContain("acqstore/extra.bin: kept as an attachment");
    expect(await (await onlyRecord()).listAttachments()).toContain("extra.bin");
    expect(peak(1)).toBeDefined();
  });
});

async function zip(
  target: string,
  files: readonly (readonly [string, string | Uint8Array])[],
): Promise<void> {
  const entries = files.map(([name, content]) => ({
    name,
    bytes: typeof content === "string" ? new TextEncoder().encode(content) : content,
  }));
  await writeZipFile(target, entries);
}
