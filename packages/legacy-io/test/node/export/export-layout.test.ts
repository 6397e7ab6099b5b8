import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { memoryStore, openDataset, rowsOf, type ZarrDataset } from "@kym/zarr-store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { exportLegacyFolder, ingestLegacyFolder, previewExport } from "../../../src/node/index.ts";
import { CLASSIC_JSON, makeLabFolder, RADON_JSON, TRACE_CSV, tinyTiff } from "../lab-folder.ts";
import { contentsOf } from "./export-identity.ts";
import oldExport from "./old-export.json" with { type: "json" };

describe("an export laid out as the lab's folder", () => {
  let dataset: ZarrDataset;
  let lab = "";
  let out = "";
  beforeEach(async () => {
    lab = await makeLabFolder({
      "28d AngII/20250722/a.tif": tinyTiff(1),
      "28d AngII/20250722/a.json": CLASSIC_JSON,
      "28d AngII/20250722/flow-analysis/a_radon.csv": TRACE_CSV,
      "28d AngII/20250722/flow-analysis/a_radon.json": RADON_JSON,
      "b.TIFF": tinyTiff(2),
    });
    out = join(await mkdtemp(join(tmpdir(), "kym-layout-")), "out");
    dataset = await openDataset(memoryStore());
    let count = 0;
    await ingestLegacyFolder(dataset, lab, { newId: () => `id-${++count}` });
  });
  afterEach(async () => {
    await rm(lab, { recursive: true, force: true });
    await rm(dirname(out), { recursive: true, force: true });
  });
  const filesOf = async (folder: string): Promise<readonly string[]> => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    return files.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1)).sort();
  };
  /** An image that came from a path, as the ledger says. */
  const addFrom = async (imageId: string, relPath: string): Promise<void> => {
    const data = new TextEncoder().encode(imageId).slice(0, 1);
    await dataset.addImage({ dtype: "uint8", shape: [1, 1], data }, { id: imageId });
    const row = (await dataset.loadSourcesIndex())[0]!;
    await dataset.appendSources([
      { ...row, image_id: imageId, source_rel_path: relPath, source_primary_path: `/lab/${relPath}` },
    ]);
  };
  const index = async (): Promise<string> => readFile(join(out, "index.csv"), "utf8");

  it("has each image where it came from, with everything that belongs to it beside it, and index.csv", async () => {
    await dataset.record("id-1").saveArrayArtifact("masks/1", {
      dtype: "bool",
      shape: [4, 3],
      data: new Uint8Array(12),
    });
    await exportLegacyFolder(dataset, out, { layout: "lab" });
    const stem = "28d AngII/20250722/a";
    const files = await filesOf(out);
    expect(files.filter((path) => path.startsWith(stem))).toEqual([
      `${stem}.masks__1.npy`,
      `${stem}.masks__1.tif`,
      `${stem}.metadata.json`,
      `${stem}.provenance.json`,
      `${stem}.radon__analysis.json`,
      `${stem}.radon__params.json`,
      `${stem}.radon__velocity.csv`,
      `${stem}.tif`,
    ]);
    expect(files.filter((path) => !path.startsWith(stem))).toEqual([
      "b.TIFF",
      "b.metadata.json",
      "b.provenance.json",
      "export.json",
      "index.csv",
      "tables/sources.csv",
    ]);
    expect(await index()).toBe(
      `file,image_id,source_rel_path\n${stem}.tif,id-1,${stem}.tif\nb.TIFF,id-2,b.TIFF\n`,
    );
  });

  it("of two images of one name, also in another case, gives the older ~2, and says which is which", async () => {
    await addFrom("second", "28D ANGII/20250722/A.tif");
    await addFrom("third", "b.tif");
    const { notes } = await exportLegacyFolder(dataset, out, { layout: "lab" });
    expect(notes.map(({ path }) => path).sort()).toEqual(["28d AngII/20250722/a~2.tif", "b~2.TIFF"]);
    const lines = (await index()).trimEnd().split("\n").slice(1);
    expect(lines).toEqual([
      "28D ANGII/20250722/A.tif,second,28D ANGII/20250722/A.tif",
      "28d AngII/20250722/a~2.tif,id-1,28d AngII/20250722/a.tif",
      "b.tif,third,b.tif",
      "b~2.TIFF,id-2,b.TIFF",
    ]);
    const files = await filesOf(out);
    expect(new Set(files.map((path) => path.toLowerCase())).size).toBe(files.length);
  });

  it("escapes names that Windows forbids, keeps its own names free, and comes back whole", async () => {
    const paths = [
      "10:30/aux.tif",
      "day ./q?.tif",
      "index.csv/x.tif",
      "tables/sources.csv.tif",
      "export.json",
      "../up.tif",
    ];
    for (const [at, path] of paths.entries()) {
      await addFrom(`odd-${at}`, path);
    }
    await dataset.record("odd-0").saveAttachment("odd-1", Uint8Array.of(1));
    await exportLegacyFolder(dataset, out, { layout: "lab" });
    const files = await filesOf(out);
    expect(files.filter((path) => /[<>:"\\|?*]|[. ](\/|$)/.test(path))).toEqual([]);
    expect(files).toEqual(
      expect.arrayContaining([
        "10~3A30/~61ux.tif",
        "10~3A30/~61ux.attachments/odd-1",
        "day ~2E/q~3F.tif",
        "export.json",
        "export.json.tif",
        "index.csv",
        "index.csv~2/x.tif",
        "odd-5.tif",
        "tables/sources.csv",
        "tables/sources.csv.tif",
      ]),
    );
    const copy = await openDataset(memoryStore());
    expect(await ingestLegacyFolder(copy, out)).toMatchObject({ failed: [], conflicts: [], notes: [] });
    expect(await contentsOf(copy)).toEqual(await contentsOf(dataset));
  });

  it("is replaced by overwrite, index.csv included, and not if somebody added a file", async () => {
    await exportLegacyFolder(dataset, out, { layout: "lab" });
    await exportLegacyFolder(dataset, out, { layout: "lab", overwrite: true });
    await writeFile(join(out, "28d AngII", "mine.txt"), "");
    await expect(exportLegacyFolder(dataset, out, { layout: "lab", overwrite: true })).rejects.toMatchObject({
      code: "already_exists",
      details: { found: ["28d AngII/mine.txt"] },
    });
  });

  it.each(["index.csv", "tables/sources.csv"])(
    "is not replaced if somebody edited a file of it: %s",
    async (path) => {
      await exportLegacyFolder(dataset, out, { layout: "lab" });
      await appendFile(join(out, path), "scored,by,hand\n");
      await expect(
        exportLegacyFolder(dataset, out, { layout: "lab", overwrite: true }),
      ).rejects.toMatchObject({
        code: "already_exists",
        message: expect.stringContaining(`1 of its files was edited since the export, such as ${path}`),
        details: { found: [path] },
      });
      expect(await readFile(join(out, path), "utf8")).toContain("scored,by,hand");
    },
  );

  it("without pixels says in index.csv which image the other files are of", async () => {
    await exportLegacyFolder(dataset, out, { layout: "lab", includeTiff: false });
    expect(await index()).toContain("\n,id-1,28d AngII/20250722/a.tif\n");
    expect(await filesOf(out)).not.toContain("b.TIFF");
  });

  it("of one image has its rows alone, lists the rest in export.json, and comes back as that image", async () => {
    const schema = { columns: [{ name: "image_id", type: "utf8" as const }] };
    await dataset.saveTable("kym_x", [{ image_id: "id-1" }, { image_id: "id-2" }], { schema });
    await dataset.saveTable("animals", [{ animal: "A89" }], {
      schema: { columns: [{ name: "animal", type: "utf8" }] },
    });
    const options = { layout: "lab", imageIds: ["id-2"] } as const;
    const leftOut = {
      images: [{ imageId: "id-1", sourceRelPath: "28d AngII/20250722/a.tif" }],
      tables: ["animals"],
    };
    expect((await previewExport(dataset, out, options)).leftOut).toEqual(leftOut);
    expect(await exportLegacyFolder(dataset, out, options)).toMatchObject({ images: 1, tables: 2, leftOut });
    expect(JSON.parse(await readFile(join(out, "export.json"), "utf8")).leftOut).toEqual(leftOut);
    const copy = await openDataset(memoryStore());
    expect((await ingestLegacyFolder(copy, out, { dryRun: true })).notes).toHaveLength(1);
    expect((await ingestLegacyFolder(copy, out)).notes).toEqual([
      { path: "export.json", reason: "the export is a part of its dataset, without 1 image and 1 table" },
    ]);
    expect(await copy.listImageIds()).toEqual(["id-2"]);
    expect([...rowsOf(await copy.loadTable("kym_x"))]).toEqual([{ image_id: "id-2" }]);
    expect((await copy.loadSourcesIndex()).map((row) => row.image_id)).toEqual(["id-2"]);
    const { version } = dataset;
    expect(await ingestLegacyFolder(dataset, out)).toMatchObject({ ingested: [], unchanged: { length: 1 } });
    expect(dataset.version).toBe(version);
  });

  it("of one image can be for ImageJ or the older application as well", async () => {
    for (const format of ["imagej", "kymflow"] as const) {
      const folder = `${out}-${format}`;
      const { leftOut } = await exportLegacyFolder(dataset, folder, { format, imageIds: ["id-2"] });
      expect(leftOut?.images.map(({ imageId }) => imageId)).toEqual(["id-1"]);
      expect((await filesOf(folder)).filter((path) => /tiff?$/i.test(path))).toEqual(["b.TIFF"]);
    }
  });

  it("of an image that is not there is an error, and writes nothing", async () => {
    await expect(exportLegacyFolder(dataset, out, { imageIds: ["gone"] })).rejects.toMatchObject({
      code: "not_found",
      message: expect.stringContaining('"gone"'),
    });
    expect(await readdir(dirname(out))).toEqual([]);
  });

  it("for sharing has no path of this machine, in index.csv and attachments neither", async () => {
    await dataset.record("id-1").saveAttachment("notes.txt", new TextEncoder().encode(`${lab}/28d AngII`));
    await exportLegacyFolder(dataset, out, { layout: "lab", absolutePaths: false });
    for (const path of await filesOf(out)) {
      expect([path, (await readFile(join(out, path), "latin1")).includes(lab)]).toEqual([path, false]);
    }
  });

  it("for sharing leaves out bytes inside a JSON that have a path of this machine, and no others", async () => {
    const path = `${lab}/28d AngII`;
    const [plain, wide, clean] = [
      `\xff${path}`,
      `\x01\0${[...path].join("\0")}`,
      "\xffa selection of ImageJ",
    ];
    const bytes = (text: string): Buffer => Buffer.from(text, "latin1");
    const base64 = [plain, wide, clean].map((text) => bytes(text).toString("base64"));
    const hex = [plain, wide, clean].map((text) => bytes(text).toString("hex"));
    await dataset.record("id-1").saveJson("kept", { base64, hex });
    await exportLegacyFolder(dataset, out, { layout: "lab", absolutePaths: false });
    const [file = ""] = (await filesOf(out)).filter((name) => name.endsWith(".kept.json"));
    expect(JSON.parse(await readFile(join(out, file), "utf8"))).toEqual({
      base64: ["", "", base64[2]],
      hex: ["", "", hex[2]],
    });
  });
});

it("an export of version 0.1.0 comes in as it did then", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kym-old-"));
  for (const [path, base64] of Object.entries(oldExport.files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), Buffer.from(base64, "base64"));
  }
  const dataset = await openDataset(memoryStore());
  const report = await ingestLegacyFolder(dataset, folder);
  expect(report).toMatchObject({ failed: [], conflicts: [], notes: [] });
  expect([...report.newImageIds].sort()).toEqual(["image_1", "made"]);
  const [scan, made] = [dataset.record("image_1"), dataset.record("made")];
  expect(await scan.loadArray()).toMatchObject({
    shape: [10, 4],
    data: Uint16Array.from({ length: 40 }, (_, index) => index * 7),
  });
  expect(await scan.loadJson("metadata")).toMatchObject({
    experiment_metadata: { condition: "AngII", note: "µ é" },
  });
  expect([...rowsOf(await scan.loadParquet("radon_report"))]).toEqual([
    { roi_id: 1n, vel_mean: 0.5 },
    { roi_id: 2n, vel_mean: null },
  ]);
  expect((await scan.loadArrayArtifact("mask")).dtype).toBe("bool");
  expect((await made.loadArray()).data).toEqual(Float64Array.of(1, 2.5, Number.NaN, 1e300));
  expect(await made.loadAttachment("notes.docx")).toEqual(Uint8Array.of(1, 0, 255));
  expect(await dataset.listTableNames()).toEqual(["animals", "sources", "stats"]);
  expect([...rowsOf(await dataset.loadTable("stats"))]).toContainEqual({ image_id: "made", n: 2n ** 60n });
  expect(await ingestLegacyFolder(dataset, folder)).toMatchObject({
    unchanged: { length: 2 },
    conflicts: [],
  });
  await rm(folder, { recursive: true });
});
