import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { readImageJRois } from "@kym/roi/imagej";
import { memoryStore, openDataset, type ZarrDataset } from "@kym/zarr-store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type ExportFormat,
  exportLegacyFolder,
  ingestLegacyFolder,
  previewExport,
  scanFolder,
} from "../../../src/node/index.ts";
import { bytesSource, readTiff } from "../../../src/tiff/index.ts";
import { CLASSIC_JSON, makeLabFolder, RADON_JSON, TRACE_CSV, tinyTiff } from "../lab-folder.ts";
import { contentsOf } from "./export-identity.ts";

const FORMATS: readonly ExportFormat[] = ["legacy", "kymflow", "imagej"];

describe("an export of a lab's folder", () => {
  let dataset: ZarrDataset;
  let lab = "";
  let work = "";
  let out = "";
  beforeEach(async () => {
    lab = await makeLabFolder({
      "day/b.tif": tinyTiff(1),
      "day/b.json": CLASSIC_JSON,
      "day/b.qc.json": JSON.stringify({ note: "=1+1" }),
      "day/flow-analysis/b_radon.csv": TRACE_CSV,
      "day/flow-analysis/b_radon.json": RADON_JSON,
      "s_C001T001.tif": tinyTiff(2),
      "s_C002T001.tif": tinyTiff(3),
    });
    work = await mkdtemp(join(tmpdir(), "kym-formats-"));
    out = join(work, "out");
    dataset = await openDataset(memoryStore());
    await ingestLegacyFolder(dataset, lab);
  });
  afterEach(async () => {
    await rm(lab, { recursive: true, force: true });
    await rm(work, { recursive: true, force: true });
  });
  const idOf = async (path: string): Promise<string> =>
    (await dataset.loadSourcesIndex()).find((row) => row.source_rel_path === path)?.image_id ?? "";
  const filesOf = async (folder: string): Promise<readonly string[]> => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .sort();
  };
  const pixelsOf = async (path: string) =>
    (await readTiff(bytesSource(new Uint8Array(await readFile(path))))).image;

  it.each(["kymflow", "imagej"] as const)(
    "for %s leaves out a file whose name would be too long, and says so; the rest is there",
    async (format) => {
      const longest = `${"é".repeat(125)}x`;
      await writeFile(join(lab, `${longest}.tif`), tinyTiff(4));
      await ingestLegacyFolder(dataset, lab);
      const metadata = await dataset.record(await idOf("day/b.tif")).loadJsonText("metadata");
      await dataset.record(await idOf(`${longest}.tif`)).saveJson("metadata", metadata);
      const { notes, images } = await exportLegacyFolder(dataset, out, { format });
      expect(images).toBe(3);
      expect(notes).toContainEqual({
        path: expect.stringContaining(longest),
        reason: expect.stringMatching(/^left out: its name would have 25[6-9] bytes|26\d bytes/),
      });
      expect(await filesOf(out)).toContain("day/b.tif");
    },
  );

  it("for kymflow has each file where it was, and one TIFF a channel again", async () => {
    const report = await exportLegacyFolder(dataset, out, { format: "kymflow" });
    expect(await filesOf(out)).toEqual([
      ".kym-export.json",
      "day/b.json",
      "day/b.tif",
      "day/flow-analysis/b_radon.csv",
      "day/flow-analysis/b_radon.json",
      "kym_event_db.csv",
      "s_C001T001.json",
      "s_C001T001.tif",
      "s_C002T001.tif",
    ]);
    expect(report.notes).toEqual([
      { path: "radon_report_db.csv", reason: expect.stringContaining("kym_radon") },
    ]);
    for (const path of ["day/b.tif", "s_C001T001.tif", "s_C002T001.tif"]) {
      expect(await pixelsOf(join(out, path))).toEqual(await pixelsOf(join(lab, path)));
    }
    const again = await openDataset(memoryStore());
    expect((await ingestLegacyFolder(again, out)).ingested).toHaveLength(2);
  });

  it("for ImageJ has a TIFF an image and a mask, with steps", async () => {
    await dataset
      .record(await idOf("day/b.tif"))
      .saveArrayArtifact("masks/1", { dtype: "bool", shape: [4, 3], data: new Uint8Array(12).fill(1) });
    await exportLegacyFolder(dataset, out, { format: "imagej" });
    expect(await filesOf(out)).toEqual([
      ".kym-export.json",
      "day/b.masks__1.tif",
      "day/b.tif",
      "day/b_RoiSet.zip",
      "s_C001T001.tif",
    ]);
    const { rois } = await readImageJRois(new Uint8Array(await readFile(join(out, "day/b_RoiSet.zip"))));
    expect(rois).toMatchObject([{ draft: { type: "rect" }, ignored: [] }]);
    const { info } = await readTiff(bytesSource(new Uint8Array(await readFile(join(out, "day/b.tif")))));
    expect(info.calibration.map(({ axis, step, unit }) => [axis, step, unit])).toEqual([
      ["y", 0.001, "s"],
      ["x", 0.5, "um"],
    ]);
    expect((await pixelsOf(join(out, "s_C001T001.tif"))).shape).toEqual([2, 4, 3]);
  });

  it("is noted where pixels have no TIFF, and where two images are of one place", async () => {
    const data = BigInt64Array.of(0n, 2n ** 60n + 1n);
    await dataset.addImage({ dtype: "int64", shape: [1, 2], data }, { id: "plain" });
    const image = await dataset.record(await idOf("day/b.tif")).loadArray();
    const copy = await dataset.addImage(image, { id: "copy" });
    const provenance = await dataset.record(await idOf("day/b.tif")).loadJsonText("provenance");
    await copy.saveJson("provenance", provenance);
    const { notes } = await exportLegacyFolder(dataset, out, { format: "kymflow" });
    expect(notes).toEqual(
      expect.arrayContaining([
        { path: "plain.tif", reason: expect.stringContaining("1152921504606846977") },
        { path: "day/b~2.tif", reason: expect.stringContaining("same path") },
      ]),
    );
    expect(await filesOf(out)).toEqual(expect.arrayContaining(["day/b~2.tif", "day/b~2.json", "plain.json"]));
  });

  it("has the rows of kym_radon as its database, and says which image has a trace and no row", async () => {
    const schema = {
      columns: [
        { name: "image_id", type: "utf8" as const },
        { name: "roi_id", type: "int64" as const },
        { name: "vel_mean", type: "float64" as const },
        { name: "condition", type: "utf8" as const },
      ],
    };
    const id = await idOf("day/b.tif");
    await dataset.saveTable("kym_radon", [], { schema });
    const first = await exportLegacyFolder(dataset, out, { format: "kymflow", absolutePaths: false });
    expect(first.notes).toEqual([
      { path: "day/b.tif", reason: expect.stringContaining("no rows of this image") },
    ]);
    await dataset.saveTable("kym_radon", [{ image_id: id, roi_id: 1n, vel_mean: -2, condition: "@x" }], {
      schema,
    });
    const options = { format: "kymflow", absolutePaths: false, overwrite: true } as const;
    expect((await exportLegacyFolder(dataset, out, options)).notes).toEqual([]);
    expect((await readFile(join(out, "radon_report_db.csv"), "utf8")).split("\n").slice(1)).toEqual([
      `1,,,,-2.0,,,,,,,,,,,,,,day/b.tif,b,day,${basename(lab)},day/b.tif,,,'@x,,day/b.tif|1`,
      "",
    ]);
  });

  it("leaves out what cannot be read, and says so", async () => {
    const record = dataset.record(await idOf("day/b.tif"));
    await record.files.save("analysis/radon/params.json", new TextEncoder().encode("{ not JSON"));
    const { notes } = await exportLegacyFolder(dataset, out, { format: "kymflow" });
    expect(notes).toMatchObject([
      { path: "day/b.tif", reason: expect.stringContaining("radon/params is left out") },
      { path: "radon_report_db.csv" },
    ]);
    expect(await filesOf(out)).toContain("day/flow-analysis/b_radon.csv");
  });

  it("alters no cell and no text where it is lossless, and only there is a formula a formula", async () => {
    const record = dataset.record(await idOf("day/b.tif"));
    const schema = { columns: [{ name: "note", type: "utf8" as const }] };
    await record.saveParquet(
      "notes",
      ["=1+1", "+x", "-x", "@x", "\tx", "\rx"].map((note) => ({ note })),
      { schema },
    );
    const trace = await record.loadParquet("radon/velocity");
    const rows = [...Array(trace.numRows).keys()].map(() => ({
      roi_id: 1n,
      time_s: 0.5,
      velocity_mm_s: -5553288,
      file_name: "=b.tif",
    }));
    await record.saveParquet("radon/velocity", rows, {
      schema: {
        columns: [
          { name: "roi_id", type: "int64" },
          { name: "time_s", type: "float64" },
          { name: "velocity_mm_s", type: "float64" },
          { name: "file_name", type: "utf8" },
        ],
      },
    });
    await exportLegacyFolder(dataset, out);
    expect(await readFile(join(out, `images/${record.id}/notes.csv`), "utf8")).toBe(
      'note\n"=1+1"\n"+x"\n"-x"\n"@x"\n"\tx"\n"\rx"\n',
    );
    await exportLegacyFolder(dataset, join(work, "old"), { format: "kymflow" });
    expect(await readFile(join(work, "old/day/flow-analysis/b_radon.csv"), "utf8")).toBe(
      [
        "roi_id,channel,time,velocity,parentFolder,file,algorithm,delx,delt,numLines,pntsPerLine,cleanVelocity,absVelocity",
        ...rows.map(() => "1,1,0.5,-5553288.0,day,'=b.tif,mpRadon,0.5,0.001,4,3,,"),
        "",
      ].join("\n"),
    );
  });

  it("without absolute paths has none in any file, and is a dataset all the same", async () => {
    const record = dataset.record(await idOf("day/b.tif"));
    const path = join(lab, "day/b.tif");
    const schema = { columns: [{ name: "path", type: "utf8" as const }] };
    await record.saveJson("from", { path, lab });
    await record.saveParquet("single", [{ path }, { path: null }], { schema });
    await record.saveCsvGz("zipped", [{ path }, { path: "x" }], { schema });
    await record.saveAttachment("notes.txt", new TextEncoder().encode(`see ${path}\n`));
    await record.saveAttachment("utf8.bin", Uint8Array.from([0xff, ...Buffer.from(path)]));
    await record.saveAttachment("utf16.bin", Uint8Array.from([0xff, ...Buffer.from(path, "utf16le")]));
    await record.saveAttachment("other.bin", Uint8Array.from([0xff, 0xfe, 1, 2]));
    await record.updateAttributes({ path });
    for (const format of FORMATS) {
      const folder = join(work, format);
      const { notes } = await exportLegacyFolder(dataset, folder, { format, absolutePaths: false });
      expect(notes.filter(({ reason }) => reason.includes("path of this machine"))).toHaveLength(
        format === "legacy" ? 2 : 0,
      );
      for (const file of await filesOf(folder)) {
        const bytes = await readFile(join(folder, file));
        const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("latin1");
        expect([file, text.includes(lab)]).toEqual([file, false]);
      }
    }
    const copy = await openDataset(memoryStore());
    const report = await ingestLegacyFolder(copy, join(work, "legacy"));
    expect([report.ingested.length, report.failed]).toEqual([2, []]);
    const restored = copy.record(record.id);
    expect(await restored.loadJson("from")).toEqual({ path: "day/b.tif", lab: "." });
    expect((await restored.loadParquet("single")).getChild("path")?.toJSON()).toEqual(["day/b.tif", null]);
    expect((await restored.loadCsvGz("zipped")).getChild("path")?.toJSON()).toEqual(["day/b.tif", "x"]);
    expect(await restored.listAttachments()).toEqual(["notes.txt", "other.bin"]);
    expect((await copy.loadSourcesIndex())[0]?.source_primary_path).toBe("day/b.tif");
    expect((await ingestLegacyFolder(copy, join(work, "legacy"))).unchanged).toHaveLength(2);
  });

  it("is the same bytes each time, in each format", async () => {
    for (const format of FORMATS) {
      const [first, second] = [join(work, `${format}-1`), join(work, `${format}-2`)];
      await exportLegacyFolder(dataset, first, { format });
      await exportLegacyFolder(dataset, second, { format });
      expect(await filesOf(second)).toEqual(await filesOf(first));
      for (const file of await filesOf(first)) {
        expect(await readFile(join(second, file))).toEqual(await readFile(join(first, file)));
      }
    }
  });

  it("is foreseen file by file, without writing one", async () => {
    for (const format of FORMATS) {
      const preview = await previewExport(dataset, out, { format });
      expect(await readdir(work)).toEqual([]);
      const report = await exportLegacyFolder(dataset, out, { format });
      const written = (await filesOf(out)).filter((file) => file !== ".kym-export.json");
      expect(preview.files.map(({ path }) => path).sort()).toEqual(written);
      expect(report.images).toBe(preview.images);
      await rm(out, { recursive: true });
    }
    await expect(previewExport(dataset, lab)).rejects.toMatchObject({ code: "already_exists" });
  });

  it("is replaced by another one of any kind, but not with files that somebody put there", async () => {
    await exportLegacyFolder(dataset, out, { format: "imagej" });
    await exportLegacyFolder(dataset, out, { includeTiff: false, overwrite: true });
    await exportLegacyFolder(dataset, out, { overwrite: true });
    await writeFile(join(out, ".DS_Store"), "");
    await exportLegacyFolder(dataset, out, { format: "kymflow", overwrite: true });
    await mkdir(join(out, "mine"));
    await writeFile(join(out, "mine/notes.txt"), "mine");
    await expect(exportLegacyFolder(dataset, out, { overwrite: true })).rejects.toMatchObject({
      code: "already_exists",
      details: { found: ["mine/notes.txt"] },
    });
    expect(await readFile(join(out, "mine/notes.txt"), "utf8")).toBe("mine");
  });

  it("that stands in a lab's folder is not taken for images of the lab", async () => {
    for (const format of FORMATS) {
      await exportLegacyFolder(dataset, join(lab, "exports", format), { format });
    }
    const { bundles, ignored } = await scanFolder(lab);
    expect(bundles).toHaveLength(2);
    expect(ignored.map(({ relPath }) => relPath)).toEqual(
      FORMATS.map((format) => `exports/${format}`).sort(),
    );
  });

  it("does not change the lab's folder nor the dataset", async () => {
    const [before, files] = [await contentsOf(dataset), await filesOf(lab)];
    for (const format of FORMATS) {
      await exportLegacyFolder(dataset, join(work, format), { format });
    }
    expect(await contentsOf(dataset)).toEqual(before);
    expect(await filesOf(lab)).toEqual(files);
  });
});
