// Folders of recordings as labs leave them: renamed, incomplete, of other kinds, changed afterwards.
import { readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { memoryStore, openDataset, type ZarrDataset } from "@kym/zarr-store";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ingestLegacyFolder, openTiff, refreshFromFolder } from "../../../src/node/index.ts";
import { PRAIRIE_FOLDER, prairieTiff, prairieXml, prairieXmlOf } from "../../support/prairie-files.ts";
import { makeLabFolder, tinyTiff } from "../lab-folder.ts";

let dataset: ZarrDataset;
let lab = "";
beforeEach(async () => {
  dataset = await openDataset(memoryStore());
});
afterEach(() => rm(lab, { recursive: true, force: true }));

/** TIFFs of each cycle and channel, all different. */
function tiffs(
  base: string,
  cycles: readonly number[],
  channels: readonly number[],
): Record<string, Uint8Array> {
  return Object.fromEntries(
    cycles.flatMap((cycle) =>
      channels.map((channel) => [prairieTiff(base, cycle, channel), tinyTiff(cycle * 10 + channel)]),
    ),
  );
}

interface Listed {
  readonly notes: readonly string[];
  /** The step of each image with its path: seconds per line and µm. */
  readonly images: Readonly<Record<string, readonly unknown[]>>;
}

async function ingest(files: Readonly<Record<string, string | Uint8Array>>): Promise<Listed> {
  lab = await makeLabFolder(files);
  const { notes, failed } = await ingestLegacyFolder(dataset, lab);
  expect(failed).toEqual([]);
  return { notes: notes.map(({ path, reason }) => `${path}: ${reason}`), images: await images() };
}

async function images(): Promise<Listed["images"]> {
  const rows = await dataset.loadSourcesIndex();
  const entries = rows.map(async ({ image_id: id, source_rel_path: path }) => {
    const metadata = await dataset.record(id).loadJson("metadata");
    const voxels: unknown = Reflect.get(Object(Reflect.get(Object(metadata), "header")), "voxels");
    return [path ?? "", Array.isArray(voxels) ? voxels : []] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

const SCALE = [0.008, 0.5];
const ONE = prairieTiff("run", 1, 1);

it("an XML that was renamed belongs to the TIFFs that it names", async () => {
  const { notes, images: found } = await ingest({ ...tiffs("run", [1], [1]), "notes.xml": prairieXml() });
  expect(found).toEqual({ [ONE]: SCALE });
  expect(notes).toEqual([]);
});

it("a recording that was renamed as a whole, and TIFFs alone that were, keep their scale", async () => {
  const xml = prairieXml({ cycles: [1, 2], channels: [1, 2] });
  const { notes, images: found } = await ingest({
    ...Object.fromEntries(
      Object.entries(tiffs("mouse [7]", [1, 2], [1, 2])).map(([name, bytes]) => [`a/${name}`, bytes]),
    ),
    "a/mouse [7].xml": xml,
    ...Object.fromEntries(Object.entries(tiffs("m8", [1], [1])).map(([name, bytes]) => [`b/${name}`, bytes])),
    "b/run.xml": prairieXml(),
    "c/plain.tif": tinyTiff(77),
    "c/plain.xml": prairieXml(),
  });
  expect(notes.filter((note) => !note.includes("same bytes"))).toEqual([]);
  expect(found).toEqual({
    [`a/${prairieTiff("mouse [7]", 1, 1)}`]: [1, ...SCALE],
    [`a/${prairieTiff("mouse [7]", 2, 1)}`]: [1, ...SCALE],
    [`b/${prairieTiff("m8", 1, 1)}`]: SCALE,
    "c/plain.tif": SCALE,
  });
});

it("other kinds of recordings are left alone by name, and so are pictures; the line scans beside them come in", async () => {
  const { notes, images: found } = await ingest({
    ...tiffs("run", [1], [1]),
    "run.xml": prairieXml(),
    ...tiffs("T", [1, 2], [1]),
    "T.xml": prairieXml({ base: "T", type: "TSeries Timed Element", cycles: [1, 2] }),
    ...tiffs("Z", [1], [1]),
    "Z.xml": prairieXml({ base: "Z", type: "ZSeries" }),
    "S.xml": prairieXml({ base: "S", type: "Single" }),
    "gone-Cycle00001_Ch1Source.tif": tinyTiff(91),
    "References/run-Cycle00001_Window2-Ch1-16bit-Reference.tif": tinyTiff(92),
    "other.xml": "<OME/>",
  });
  expect(found).toEqual({ [ONE]: SCALE });
  expect(notes.toSorted()).toEqual([
    "References/run-Cycle00001_Window2-Ch1-16bit-Reference.tif: a picture in which a line was drawn, or one for reference, not a scan: left alone",
    'S.xml: cycle 1 is of the type "Single", not a line scan: none of its TIFFs is here',
    `T.xml: cycle 1 is of the type "TSeries Timed Element", not a line scan: left alone ${prairieTiff("T", 1, 1)}`,
    `T.xml: cycle 2 is of the type "TSeries Timed Element", not a line scan: left alone ${prairieTiff("T", 2, 1)}`,
    `Z.xml: cycle 1 is of the type "ZSeries", not a line scan: left alone ${prairieTiff("Z", 1, 1)}`,
    "gone-Cycle00001_Ch1Source.tif: a picture in which a line was drawn, or one for reference, not a scan: left alone",
  ]);
});

it("what an XML names and is not there is told: a channel, a cycle, all of them", async () => {
  const { notes, images: found } = await ingest({
    ...tiffs("run", [1], [2]),
    "run.xml": prairieXml({ cycles: [1, 2], channels: [1, 2] }),
    "lone.xml": prairieXml({ base: "lone" }),
  });
  expect(found).toEqual({ [prairieTiff("run", 1, 2)]: SCALE });
  expect(notes.toSorted()).toEqual([
    `lone.xml: not here, though it names them: ${prairieTiff("lone", 1, 1)}`,
    `run.xml: not here, though it names them: ${ONE}, ${prairieTiff("run", 2, 1)}, ${prairieTiff("run", 2, 2)}`,
  ]);
  const [id = ""] = await dataset.listImageIds();
  expect(await dataset.record(id).loadJson("prairie/scan")).toMatchObject({
    channels: [{ channel: 2, name: "Ch2" }],
  });
});

it("TIFFs without an XML come in without a scale, and with it later they have one", async () => {
  expect((await ingest(tiffs("run", [1], [1, 2]))).images).toEqual({ [ONE]: [1, 1, 1] });
  await writeFile(join(lab, "run.xml"), prairieXml({ channels: [1, 2] }));
  await refreshFromFolder(dataset, lab);
  expect(await images()).toEqual({ [ONE]: [1, ...SCALE] });
  await writeFile(
    join(lab, "run.xml"),
    prairieXml({ channels: [1, 2] }).replace('Period" value="0.008" /></', 'Period" value="0.016" /></'),
  );
  await utimes(join(lab, "run.xml"), 2_000_000_000, 2_000_000_000);
  await refreshFromFolder(dataset, lab);
  expect(await images()).toEqual({ [ONE]: [1, 0.016, 0.5] });
  await rm(join(lab, "run.xml"));
  await refreshFromFolder(dataset, lab);
  expect((await dataset.listImageIds()).length).toBe(1);
});

it.skipIf(PRAIRIE_FOLDER === undefined)(
  "what a real TIFF says wrong of itself is a note without the XML, and no more once it is there",
  async () => {
    const name = "LineScan-02132019-1317-2775";
    const tiff = prairieTiff(name, 1, 2);
    const bytes = await readFile(join(PRAIRIE_FOLDER ?? "", name, tiff));
    const { notes } = await ingest({ [tiff]: bytes });
    expect(notes).toEqual([expect.stringContaining("OME-XML with 10 images")]);
    const [id = ""] = await dataset.listImageIds();
    expect((await dataset.record(id).attributes())["tiff_warnings"]).toHaveLength(1);
    await writeFile(join(lab, "other.xml"), await prairieXmlOf(name));
    const refreshed = await refreshFromFolder(dataset, lab);
    expect(refreshed.updated).toHaveLength(1);
    expect((await dataset.record(id).attributes())["tiff_warnings"]).toBeUndefined();
    expect(await images()).toEqual({ [tiff]: [0.00199524729749655, 0.589396781821029] });
  },
);

it("an XML that is hostile or broken is kept beside its image and said; a lone one is left alone", async () => {
  const hostile = prairieXml().replace("<PVScan", '<!DOCTYPE PVScan [<!ENTITY a "b">]><PVScan');
  const { notes, images: found } = await ingest({
    ...tiffs("run", [1], [1]),
    "run.xml": hostile,
    "sub/x.xml": prairieXml().slice(0, -20),
  });
  expect(found).toEqual({ [ONE]: [1, 1] });
  expect(notes).toEqual([
    "run.xml: kept as an attachment: Prairie View's XML: a DOCTYPE or ENTITY is not read",
    expect.stringContaining("sub/x.xml: this XML of Prairie View is not used: Prairie View's XML: "),
  ]);
});

it("a TIFF that is opened in place has its scale too, and its channels", async () => {
  lab = await makeLabFolder({
    ...tiffs("run", [1, 2], [1, 2]),
    "run.xml": prairieXml({ cycles: [1, 2], channels: [1, 2] }),
  });
  const { artifactStore } = await openTiff(join(lab, prairieTiff("run", 2, 1)));
  expect(await artifactStore?.loadJson("metadata")).toMatchObject({
    header: { voxels: [1, ...SCALE], date_str: "2019-02-05", bits_per_pixel: 13 },
  });
});

it("source images of several channels are one array beside the scan, those for reference further ones", async () => {
  const { notes } = await ingest({
    ...tiffs("run", [1], [1]),
    "run.xml": prairieXml(),
    "run-Cycle00001_Ch1Source.tif": tinyTiff(91),
    "run-Cycle00001_Ch2Source.tif": tinyTiff(92),
    "run-Cycle00001_Window1-Ch1-16bit-Reference.tif": tinyTiff(93),
    "run-Cycle00001_Ch3Source.tif": "not a TIFF",
  });
  const [id = ""] = await dataset.listImageIds();
  const record = dataset.record(id);
  const { shape, data } = await record.loadArrayArtifact("recording/reference");
  expect([await record.listArrayArtifacts(), shape]).toEqual([
    ["recording/reference", "recording/reference_2"],
    [2, 4, 3],
  ]);
  expect([data[0], data[12]]).toEqual([9100, 9200]);
  expect(await record.listAttachments()).toHaveLength(5);
  expect(notes.filter((note) => note.includes("Ch3Source"))).toEqual([
    expect.stringMatching(/kept as an attachment: .*not a scan; its pixels cannot be read: /),
  ]);
  await writeFile(join(lab, "run-Cycle00001_Window1-Ch1-16bit-Reference.tif"), tinyTiff(94));
  const { updated, conflicts } = await refreshFromFolder(dataset, lab);
  expect([updated, conflicts]).toMatchObject([[{ path: ONE }], []]);
  expect((await record.loadArrayArtifact("recording/reference_2")).data[0]).toBe(9400);
  expect((await refreshFromFolder(dataset, lab)).updated).toEqual([]);
});
