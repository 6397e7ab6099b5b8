import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Roi, RoiSet } from "@kym/roi";
import { imageJKeptBytes, parseImageJRoi, readImageJRois, writeImageJRois } from "@kym/roi/imagej";
import { memoryStore, openDataset, type ZarrDataset, type ZarrImageRecord } from "@kym/zarr-store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findSharedData } from "../../../../../../test/support/find-shared-data.ts";
import { roisOfMetadata } from "../../../../src/content/rois/rois-in-metadata.ts";
import {
  exportLegacyFolder,
  type IngestReport,
  ingestLegacyFolder,
  openFolder,
  refreshFromFolder,
} from "../../../../src/node/index.ts";
import { bytesSource } from "../../../../src/tiff/byte-source.ts";
import { describeTiff, type ImageJMetadata, writeImageJTiff } from "../../../../src/tiff/index.ts";
import { makeLabFolder, tinyTiff } from "../../lab-folder.ts";
import { metadataOf, oval, rect } from "./imagej-parts.ts";

const CASES = findSharedData("cases");
type Files = Readonly<Record<string, string | Uint8Array>>;

/** A line scan of 4 × 3 pixels as ImageJ saves it. */
function imageJTiff(part: Partial<ImageJMetadata>, first = 0): Uint8Array {
  const data = Uint16Array.from({ length: 12 }, (_, index) => index + first);
  return writeImageJTiff({ dtype: "uint16", shape: [4, 3], data }, { imageJMetadata: metadataOf(part) });
}

async function zipOf(...selections: readonly Uint8Array[]): Promise<Uint8Array> {
  let set = RoiSet.empty();
  for (const bytes of selections) {
    const { rois } = await readImageJRois(bytes);
    set = rois.reduce((all, { draft }) => all.create(draft), set);
  }
  return writeImageJRois(set).file;
}

describe("ROIs of other programs", () => {
  let dataset: ZarrDataset;
  const folders: string[] = [];
  beforeEach(async () => {
    dataset = await openDataset(memoryStore());
  });
  afterEach(async () => {
    await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
  });

  const ingest = async (files: Files): Promise<IngestReport> => {
    const lab = await makeLabFolder(files);
    folders.push(lab);
    return ingestLegacyFolder(dataset, lab);
  };
  const record = async (into = dataset): Promise<ZarrImageRecord> => {
    const rows = [...(await into.loadSourcesIndex())];
    const row = rows.findLast(({ source_rel_path: path }) => path === "c.tif") ?? rows.at(-1);
    return into.record(row?.image_id ?? "");
  };
  const roisIn = async (into = dataset): Promise<readonly Roi[]> =>
    roisOfMetadata((await (await record(into)).loadJsonText("metadata")).text).rois;
  const namesIn = async (into = dataset) =>
    (await roisIn(into)).map(({ id, type, name, note }) => `${id} ${type} ${name}: ${note}`);
  const exported = async (format?: "imagej"): Promise<string> => {
    const parent = await makeLabFolder({});
    folders.push(parent);
    const target = join(parent, "out");
    await exportLegacyFolder(dataset, target, format === undefined ? {} : { format });
    return target;
  };
  const edit = async (change: (set: RoiSet) => RoiSet): Promise<void> => {
    const image = await record();
    const text = JSON.parse((await image.loadJsonText("metadata")).text);
    const set = change(
      RoiSet.fromEnvelopes(text.rois, {
        extent: { height: 4, width: 3 },
        highWaterMark: text.roi_id_high_water_mark ?? 0,
      }),
    );
    await image.saveJson("metadata", {
      ...text,
      rois: set.toEnvelopes(),
      roi_id_high_water_mark: set.highWaterMark,
    });
  };

  it("are those of an image in its folder too, without an ingest, and edits are kept beside it", async () => {
    for (const files of [
      { "a.tif": imageJTiff({ overlay: [rect("inside", 1)] }) },
      {
        "a.tif": imageJTiff({ selection: rect("chosen"), overlay: [oval("cell")] }),
        "a.roi": rect("beside", 2),
      },
      {
        "a.tif": imageJTiff({ overlay: [rect("same")] }),
        "a.json": '{"rois": [], "header": {}}',
        "a.roi": rect("same"),
      },
      {
        "a_C001T001.tif": imageJTiff({ overlay: [rect("one")] }),
        "a_C002T001.tif": imageJTiff({ overlay: [oval("two")] }, 5),
      },
    ] satisfies readonly Files[]) {
      dataset = await openDataset(memoryStore());
      await ingest(files);
      const lab = folders.at(-1) ?? "";
      const [image] = await Array.fromAsync(openFolder(lab));
      const store = image?.artifactStore;
      expect((await store?.list())?.json).toEqual(["metadata"]);
      const text = (await store?.loadJsonText("metadata"))?.text ?? "{}";
      const found = roisOfMetadata(text).rois;
      expect(found).toEqual(await roisIn());
      expect(found.length).toBeGreaterThan(0);
      const parsed = JSON.parse(text);
      await store?.saveJson("metadata", { ...parsed, rois: parsed.rois.slice(1) });
      expect(roisOfMetadata((await store?.loadJsonText("metadata"))?.text ?? "{}").rois).toEqual(
        found.slice(1),
      );
    }
  });

  it("inside a TIFF come in from the selection and the overlay, with info, labels, ranges and LUTs", async () => {
    const whole: Partial<ImageJMetadata> = {
      info: "scored by hand µ",
      properties: ["key", "value"],
      labels: ["one"],
      ranges: [0, 11],
      luts: [new Uint8Array(768).fill(3)],
      selection: rect("sel"),
      overlay: [rect("a", 1), oval("o")],
      others: [{ type: "plot", bytes: Uint8Array.of(1, 2, 3) }],
    };
    const { notes } = await ingest({ "c.tif": imageJTiff(whole) });
    expect(notes).toEqual([]);
    expect(await namesIn()).toEqual([
      "1 rect a: from the overlay of c.tif",
      "2 polygon o: ImageJ oval, here a polygon; from the overlay of c.tif",
      "3 rect sel: from the selection of c.tif",
    ]);
    for (const format of ["imagej", undefined] as const) {
      const target = await exported(format);
      const found = format === undefined ? await firstTiff(target) : join(target, "c.tif");
      const { imageJMetadata } = await describeTiff(bytesSource(await readFile(found)));
      expect(imageJMetadata).toEqual(metadataOf(whole));
    }
  });

  it("beside a TIFF come in from each name that ImageJ and QuPath give", async () => {
    const square = [[0, 1, 0, 3, 2, 3, 2, 1, 0, 1]].flatMap(([...n]) =>
      [0, 2, 4, 6, 8].map((at) => [n[at], n[at + 1]]),
    );
    const feature = (name: string, x: number) => ({
      type: "Feature",
      geometry: { type: "Polygon", coordinates: [square.map(([a = 0, b]) => [a + x, b])] },
      properties: { name, measurements: { Area: "NAN" } },
    });
    const names = [
      "_RoiSet.zip",
      "-RoiSet.zip",
      ".RoiSet.zip",
      " RoiSet.zip",
      ".zip",
      ".tif.zip",
      "_rois.zip",
    ];
    const zips = await Promise.all(
      names.map(async (name, index) => [`c${name}`, await zipOf(rect(`z${index}`, index % 3))] as const),
    );
    const { notes } = await ingest({
      "c.tif": tinyTiff(1),
      "c.d.tif": tinyTiff(2),
      ...Object.fromEntries(zips),
      "c.roi": rect("r"),
      "c.geojson": JSON.stringify([feature("g", 1)]).replace('"NAN"', "NaN"),
      "c_rois.geojson": JSON.stringify(feature("h", 0)),
      "RoiSet.zip": zips[0]?.[1] ?? "",
      "c.other.zip": "a backup",
    });
    expect([(await roisIn()).length, notes]).toEqual([10, []]);
    expect((await dataset.listImageIds()).length).toBe(2);
  });

  it("in RoiSet.zip belong to the only image of the folder", async () => {
    await ingest({ "c.tif": tinyTiff(1), "RoiSet.zip": await zipOf(rect("a")) });
    expect(await namesIn()).toEqual(["1 rect a: from RoiSet.zip"]);
  });

  it("that are the same in the JSON, the TIFF, a zip and a GeoJSON come in once, whatever their names are", async () => {
    const json = JSON.stringify({
      rois: [{ id: 7, name: "vessel", dim0_start: 0, dim0_stop: 2, dim1_start: 0, dim1_stop: 2 }],
    });
    const ring = [
      [2, 2],
      [2, 0],
      [0, 0],
      [0, 2],
      [2, 2],
    ];
    const feature = { type: "Feature", geometry: { type: "Polygon", coordinates: [ring] }, properties: {} };
    await ingest({
      "c.json": json,
      "c.tif": imageJTiff({ selection: rect(""), overlay: [rect("0001-0001"), rect("b", 1)] }),
      "c_RoiSet.zip": await zipOf(rect("vessel"), rect("b", 1), rect("cell")),
      "c.geojson": JSON.stringify(feature),
    });
    expect(await namesIn()).toEqual([
      "7 rect vessel: ",
      "8 rect b: from the overlay of c.tif",
      "9 rect cell: from c_RoiSet.zip",
    ]);
    expect((await roisIn())[1]?.extra["came_from"]).toEqual([
      { file: "c.tif", place: "overlay" },
      { file: "c_RoiSet.zip", place: "b.roi" },
    ]);
  });

  it("that are twice in one file are two", async () => {
    await ingest({
      "c.tif": imageJTiff({ overlay: [rect("a"), rect("a")] }),
      "c.zip": await zipOf(rect("a")),
    });
    expect(await roisIn()).toHaveLength(2);
  });

  it("go back to ImageJ with their own bytes until they are edited, and come in again once", async () => {
    const overlay = [rect("a", 1), oval("o"), oval("moved")];
    await ingest({ "c.tif": imageJTiff({ selection: rect("sel"), overlay }) });
    await edit((set) => set.edit(1, { name: "renamed" }).edit(3, { channel: 2 }).delete(4));
    const target = await exported("imagej");
    const { imageJMetadata } = await describeTiff(bytesSource(await readFile(join(target, "c.tif"))));
    const [renamed, same, moved, ...more] = imageJMetadata?.overlay ?? [];
    expect([imageJMetadata?.selection, more]).toEqual([undefined, []]);
    const [first = new Uint8Array(), second] = overlay;
    expect(parseImageJRoi(renamed ?? first)).toEqual({ ...parseImageJRoi(first), name: "renamed" });
    expect(same).toEqual(second);
    expect(parseImageJRoi(moved ?? first)).toMatchObject({ type: "polygon", position: { c: 2 } });
    const again = await openDataset(memoryStore());
    await ingestLegacyFolder(again, target);
    expect((await roisIn(again)).map(({ name, type, channel }) => [name, type, channel])).toEqual([
      ["renamed", "rect", 1],
      ["o", "polygon", 1],
      ["moved", "polygon", 2],
    ]);
  });

  it("that cannot be read or lie outside are named, keep their file, and stop neither the others nor the ingest", async () => {
    const zip = await zipOf(rect("good"), rect("far", 400));
    const { ingested, notes, failed } = await ingest({
      "c.tif": imageJTiff({ overlay: [rect("in"), Uint8Array.of(1, 2, 3)] }),
      "c_RoiSet.zip": zip,
      "c.roi": "no selection",
      "c.zip": "PK\u0003\u0004 no zip",
      "c.geojson": '{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[0,0]]]}}',
    });
    expect([ingested.length, failed]).toEqual([1, []]);
    expect((await roisIn()).map(({ name }) => name)).toEqual(["in", "good"]);
    expect(notes.map(({ path, reason }) => `${path}: ${reason}`)).toEqual([
      expect.stringMatching(
        /^c\.tif: its selection 2 of the overlay is left out: byte 0: expected the header/,
      ),
      expect.stringMatching(
        /^c\.geojson: \$: \$\.geometry\.coordinates\[0\]: expected an array of at least 4/,
      ),
      expect.stringMatching(/^c\.roi: byte 0: expected the header/),
      expect.stringMatching(/^c\.zip: /),
      expect.stringMatching(
        /^c_RoiSet\.zip: ROI "far": bounds: expected at least one pixel inside the image/,
      ),
      "c.geojson: kept as an attachment: its ROIs cannot be read",
      "c.roi: kept as an attachment: its ROIs cannot be read",
      "c.zip: kept as an attachment: its ROIs cannot be read",
      "c_RoiSet.zip: kept as an attachment: it also has ROIs that could not be added",
    ]);
    expect((await (await record()).listAttachments()).length).toBe(4);
  });

  it("that a refresh finds come in with new ids, and an edited or deleted one stays as it is", async () => {
    const lab = await makeLabFolder({
      "c.tif": imageJTiff({ overlay: [rect("t", 1)] }),
      "c.zip": await zipOf(rect("a"), rect("b", 1)),
    });
    folders.push(lab);
    await ingestLegacyFolder(dataset, lab);
    expect(await namesIn()).toEqual([
      "1 rect t: from the overlay of c.tif",
      "2 rect a: from c.zip",
      "3 rect b: from c.zip",
    ]);
    await edit((set) => set.delete(2).edit(1, { name: "mine" }).create({ name: "drawn here" }));
    await writeFile(join(lab, "c.zip"), await zipOf(rect("a"), rect("b", 2), rect("new", 1)));
    const { updated, conflicts } = await refreshFromFolder(dataset, lab);
    expect([updated.length, conflicts]).toEqual([1, []]);
    const bounds = (roi: Roi) => (roi.type === "rect" ? roi.bounds.dim0Start : undefined);
    expect((await roisIn()).map((roi) => [roi.id, roi.name, bounds(roi)]).toSorted()).toEqual([
      [1, "mine", 1],
      [3, "b", 2],
      [4, "drawn here", 0],
      [5, "new", 1],
    ]);
    expect((await refreshFromFolder(dataset, lab)).unchanged).toHaveLength(1);
  });

  it("that a person draws in a TIFF later join the edited ones of its former record", async () => {
    const lab = await makeLabFolder({ "c.tif": imageJTiff({ overlay: [rect("a"), rect("b", 1)] }) });
    folders.push(lab);
    await ingestLegacyFolder(dataset, lab);
    await edit((set) => set.delete(2).edit(1, { name: "mine" }));
    await writeFile(
      join(lab, "c.tif"),
      imageJTiff({ overlay: [rect("a"), rect("b", 1), rect("later", 2)] }, 1),
    );
    await refreshFromFolder(dataset, lab, { mode: "reingest_if_changed", onChange: "supersede" });
    expect((await roisIn()).map(({ id, name }) => [id, name])).toEqual([
      [1, "mine"],
      [3, "later"],
    ]);
  });

  it("of a TIFF stay where a sidecar comes later, and do not count as an edit of the dataset", async () => {
    const lab = await makeLabFolder({ "c.tif": imageJTiff({ overlay: [rect("a")] }) });
    folders.push(lab);
    await ingestLegacyFolder(dataset, lab);
    await writeFile(join(lab, "c.json"), JSON.stringify({ experiment_metadata: { note: "late" } }));
    expect((await refreshFromFolder(dataset, lab)).updated).toHaveLength(1);
    const text = JSON.parse((await (await record()).loadJsonText("metadata")).text);
    expect(text.experiment_metadata).toMatchObject({ note: "late" });
    expect(text.rois).toMatchObject([{ roi_id: 1, name: "a" }]);
  });

  it("of channels in files of their own come from all of them, the same one once", async () => {
    await ingest({
      "p_C001T001.tif": imageJTiff({ info: "first", overlay: [rect("a")] }),
      "p_C002T001.tif": imageJTiff({ info: "second", overlay: [rect("b", 1)] }, 50),
      "p_RoiSet.zip": await zipOf(rect("a"), rect("z", 2)),
    });
    expect((await roisIn()).map(({ name }) => name)).toEqual(["a", "b", "z"]);
  });

  describe.skipIf(CASES === undefined)("of the cases", () => {
    const ingestCase = async (name: string): Promise<IngestReport> =>
      ingestLegacyFolder(dataset, join(CASES ?? "", name));

    it("in ImageJ's own TIFF: a selection, an overlay of two, and the info", async () => {
      const name = "file-03-rois-inside-the-tiff";
      const truth = JSON.parse(await readFile(join(CASES ?? "", name, "truth.json"), "utf8"));
      await ingestCase(name);
      const [vessel, cell, line] = await roisIn();
      const { x1, y1, x2, y2 } = truth.rois.active;
      expect(line).toMatchObject({
        type: "line",
        points: [
          { dim0: y1 + 0.5, dim1: x1 + 0.5 },
          { dim0: y2 + 0.5, dim1: x2 + 0.5 },
        ],
      });
      const [box, polygon] = truth.rois.overlay;
      expect(vessel).toMatchObject({
        type: "rect",
        name: box.name,
        bounds: {
          dim0Start: box.y,
          dim0Stop: box.y + box.height,
          dim1Start: box.x,
          dim1Stop: box.x + box.width,
        },
      });
      expect(cell).toMatchObject({
        type: "polygon",
        name: polygon.name,
        points: polygon.points_xy.map(([x, y]: readonly number[]) => ({ dim0: y, dim1: x })),
      });
      expect(await (await record()).loadJson("imagej/tags")).toMatchObject({ info: truth.info });
    });

    it("beside the TIFF: two ROIs of the zip and one of the .roi, each once, with their source", async () => {
      const { notes } = await ingestCase("file-19-roi-files-beside-the-tiff");
      expect(notes).toEqual([]);
      expect(await roisIn()).toMatchObject([
        {
          name: "rect_plain",
          note: "from c.roi",
          bounds: { dim0Start: 10, dim0Stop: 60, dim1Start: 3, dim1Stop: 15 },
        },
        {
          name: "line_int",
          note: "from c_RoiSet.zip",
          points: [
            { dim0: 10.5, dim1: 2.5 },
            { dim0: 60, dim1: expect.closeTo(2.542, 3) },
          ],
        },
      ]);
    });

    it("of nine kinds, inside the TIFF and in a zip beside it: none is refused", async () => {
      const types = [
        "line",
        "polyline",
        "polyline",
        "point",
        "rect",
        "polygon",
        "polygon",
        "polygon",
        "rect",
      ];
      const { notes } = await ingestCase("tools-imagej-roiset-beside-tiff");
      expect(notes).toEqual([]);
      expect((await roisIn()).map(({ type }) => type)).toEqual(types);
      dataset = await openDataset(memoryStore());
      const inside = await ingestCase("tools-imagej-overlay-lost");
      expect(inside.notes).toEqual([]);
      expect((await roisIn()).map(({ type }) => type).toSorted()).toEqual(types.toSorted());
      expect((await roisIn()).every((roi) => imageJKeptBytes(roi) !== undefined)).toBe(true);
    });

    it("of QuPath with NaN: the polygon comes in, and the measurement is null", async () => {
      const qupath = await readFile(join(CASES ?? "", "file-11-qupath-geojson-nan", "qupath_nan.geojson"));
      const data = new Uint8Array(60 * 20);
      const tiff = writeImageJTiff({ dtype: "uint8", shape: [60, 20], data });
      const { notes } = await ingest({ "c.tif": tiff, "c.geojson": qupath });
      expect(notes).toEqual([]);
      expect(await roisIn()).toMatchObject([
        {
          type: "polygon",
          points: [
            { dim0: 10, dim1: 2 },
            { dim0: 10, dim1: 12 },
            { dim0: 40, dim1: 12 },
            { dim0: 40, dim1: 2 },
          ],
          extra: { geojson: { properties: { measurements: { Area: null } } } },
        },
      ]);
    });
  });
});

/** The TIFF of a plain export with one image. */
async function firstTiff(folder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(folder, "export.json"), "utf8"));
  return join(folder, manifest.images[0].pixels.path);
}
