import { rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeProvenance } from "@kym/kym-schema";
import { memoryStore, openDataset, rowsOf, type ZarrDataset, type ZarrImageRecord } from "@kym/zarr-store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LegacyIoError, type SidecarFormat } from "../../../src/index.ts";
import {
  exportLegacyFolder,
  findFaultyReads,
  type IngestEvent,
  type IngestReport,
  ingestLegacyFolder,
  type RefreshOptions,
  refreshFromFolder,
} from "../../../src/node/index.ts";
import { TIFF_READER } from "../../../src/tiff/tiff-reader.ts";
import { scanImageTiff } from "../../support/recordings/scanimage-files.ts";
import { ascii, buildTiff, elementBytes, greyTags } from "../../tiff/tiff-fixture.ts";
import { CLASSIC_JSON, makeLabFolder, tinyTiff } from "../lab-folder.ts";
import { provenanceOf, type StoredOtherwise, storeAsOldBuild } from "../old-build.ts";

const SHIFTED = Uint16Array.from({ length: 12 }, (_, index) => 32_768 + index * 3);
const SIGNED = SHIFTED.map((value) => value - 32_768);
/** A TIFF as ImageJ stores int16: uint16 that is 32 768 too high, and the line that subtracts as much. */
const IMAGEJ_INT16 = buildTiff([
  {
    tags: greyTags(3, 4, 16, [ascii(270, "ImageJ=1.54p\ncf=0\nc0=-32768.0\nc1=1.0\nvunit=Gray Value\n")]),
    segments: [elementBytes([...SHIFTED], 2)],
  },
]);
/** What a build before the mended reader stored of that file. */
const OLD_PIXELS: StoredOtherwise = { pixels: { dtype: "uint16", shape: [4, 3], data: SHIFTED } };
const LONG = "1234567890123456789";
const OLD_TABLE: StoredOtherwise = {
  tables: {
    cells: { rows: [{ id: Number(LONG) }], schema: { columns: [{ name: "id", type: "float64" }] } },
  },
};
const INT16 = "32768 too high";
const TILES = "the tags of strips";
const SCALE = "the scale that a TIFF states";
const TAGS = "inside a TIFF";
const PROVENANCE = "analysis/provenance.json";

describe("reading again what a reader with a known fault read", () => {
  let dataset: ZarrDataset;
  let folder = "";
  beforeEach(async () => {
    dataset = await openDataset(memoryStore());
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const ingest = async (files: Readonly<Record<string, string | Uint8Array>>): Promise<void> => {
    folder = await makeLabFolder(files);
    await ingestLegacyFolder(dataset, folder);
  };
  const recordOf = async (path: string): Promise<ZarrImageRecord> => {
    for (const id of await dataset.listImageIds()) {
      if ((await provenanceOf(dataset.record(id))).sourceRelPath === path) {
        return dataset.record(id);
      }
    }
    throw new Error(`no image came from ${path}`);
  };
  const asOldBuild = (record: ZarrImageRecord, stored?: StoredOtherwise): Promise<void> =>
    storeAsOldBuild(dataset, record, stored);
  const again = (options: RefreshOptions = {}): Promise<IngestReport> =>
    refreshFromFolder(dataset, folder, { again: true, ...options });
  const named = async (): Promise<unknown> =>
    (await findFaultyReads(dataset)).map(({ relPath, reader, likelihood, fault }) => {
      const what = [INT16, TILES, SCALE, TAGS, "19 digits", "in quotes"].find((words) =>
        fault.wrong.includes(words),
      );
      return `${relPath} ${reader} ${likelihood}: ${what}`;
    });
  const expectMended = async (): Promise<void> => {
    expect(await named()).toEqual([]);
    const before = dataset.version;
    const { ingested, updated, skipped, failed, conflicts, notes } = await again();
    expect([ingested, updated, skipped, failed, conflicts, notes]).toEqual([[], [], [], [], [], []]);
    expect(dataset.version).toBe(before);
  };

  it("an ingest records the version of the TIFF reader and of each sidecar's format, and finds no fault", async () => {
    await ingest({
      "a.tif": tinyTiff(1),
      "a.json": CLASSIC_JSON,
      "a.cells.csv": "id\n1\n",
      "a.odd.thing": "?",
    });
    const { reader, sidecars } = await provenanceOf(await recordOf("a.tif"));
    expect(reader).toEqual({ name: "tiff", version: TIFF_READER.version });
    expect(sidecars.map((file) => file.reader)).toEqual([
      { name: "csv", version: 3 },
      { name: "classic_json", version: 1 },
    ]);
    expect(await named()).toEqual([]);
  });

  it("all channels of an image record the TIFF reader", async () => {
    await ingest({ "a_C001T001.tif": tinyTiff(1), "a_C002T001.tif": tinyTiff(2) });
    const { sidecars } = await provenanceOf(await recordOf("a_C001T001.tif"));
    expect(sidecars.map((file) => file.reader)).toEqual([{ name: "tiff", version: TIFF_READER.version }]);
  });

  it.each<[string, StoredOtherwise, readonly string[]]>([
    ["nothing recorded and uint16", {}, [`possible: ${INT16}`, `possible: ${TILES}`, `possible: ${TAGS}`]],
    [
      "nothing recorded, uint16 and a calibration by ImageJ",
      { attributes: { tiff_calibration: [{ axis: "x", step: 1, unit: "um", source: "imagej" }] } },
      [`likely: ${INT16}`, `likely: ${SCALE}`, `possible: ${TAGS}`],
    ],
    [
      "nothing recorded, uint16 and a calibration by another program",
      { attributes: { tiff_calibration: [{ axis: "x", step: 1, unit: "um", source: "ome" }] } },
      [`possible: ${TILES}`, `likely: ${SCALE}`],
    ],
    [
      "nothing recorded and uint8",
      { pixels: { dtype: "uint8", shape: [4, 3], data: new Uint8Array(12) } },
      [`possible: ${TILES}`, `possible: ${TAGS}`],
    ],
    [
      "nothing recorded, but an attribute that only a mended reader wrote",
      { attributes: { tiff_warnings: ["a"] } },
      [`possible: ${TAGS}`],
    ],
    ["version 1", { tiff: 1 }, [`possible: ${INT16}`, `possible: ${TILES}`, `possible: ${TAGS}`]],
    ["version 2", { tiff: 2 }, [`possible: ${TAGS}`]],
    ["the present version", { tiff: TIFF_READER.version }, []],
    ["a version that this build does not know yet", { tiff: TIFF_READER.version + 1 }, []],
  ])("an image with %s is named for the faults that are possible", async (_, stored, expected) => {
    await ingest({ "a.tif": tinyTiff(1) });
    await asOldBuild(await recordOf("a.tif"), stored);
    expect(await named()).toEqual(expected.map((fault) => `a.tif tiff ${fault}`));
  });

  it.each<[string, string, StoredOtherwise, readonly string[]]>([
    [
      "a number that lost its last digits",
      `id\n${LONG}\n`,
      OLD_TABLE,
      ["likely: 19 digits", "possible: in quotes"],
    ],
    ["other numbers", "id\n1\n", {}, ["possible: in quotes"]],
    ["text alone", "id\nabc\n", {}, []],
  ])(
    "a table of a CSV with %s is named for the faults that are possible",
    async (_, csv, stored, expected) => {
      await ingest({ "a.tif": tinyTiff(1), "a.cells.csv": csv });
      await asOldBuild(await recordOf("a.tif"), { tiff: TIFF_READER.version, ...stored });
      expect(await named()).toEqual(expected.map((fault) => `a.tif csv ${fault}`));
    },
  );

  it("a table that was saved again in the dataset is not what the reader gave: it is not named", async () => {
    await ingest({ "a.tif": tinyTiff(1), "a.cells.csv": "id\n1\n" });
    const record = await recordOf("a.tif");
    await asOldBuild(record, { tiff: TIFF_READER.version });
    await record.saveParquet("cells", [{ id: 2 }], {
      schema: { columns: [{ name: "id", type: "float64" }] },
    });
    expect(await named()).toEqual([]);
  });

  it("an image that was not ingested has no reader and is not named", async () => {
    const pixels = { dtype: "uint16", shape: [1, 2], data: Uint16Array.of(1, 2) } as const;
    await dataset.addImage(pixels, { id: "drawn" });
    expect(await named()).toEqual([]);
  });

  it("shifted int16 of ImageJ is replaced by a new record that keeps the ROIs and accepted", async () => {
    await ingest({ "a.tif": IMAGEJ_INT16, "a.json": CLASSIC_JSON });
    const old = await recordOf("a.tif");
    await asOldBuild(old, OLD_PIXELS);
    const { text } = await old.loadJsonText("metadata");
    const edited = JSON.parse(text);
    edited.rois[0].note = "by hand";
    edited.accepted = true;
    await old.saveJson("metadata", edited);
    expect(await named()).toEqual([INT16, TILES, TAGS].map((fault) => `a.tif tiff possible: ${fault}`));

    const { ingested, updated, failed } = await again();
    expect([updated, failed]).toEqual([[], []]);
    expect(ingested).toMatchObject([
      {
        path: "a.tif",
        reason: `read again by the reader tiff, with other pixels: a new record in place of ${old.id}`,
      },
    ]);
    const record = await recordOf("a.tif");
    expect(await dataset.listImageIds()).toEqual([record.id]);
    expect(record.id).not.toBe(old.id);
    expect(await record.loadArray()).toEqual({
      dtype: "int16",
      shape: [4, 3],
      data: Int16Array.from(SIGNED),
    });
    expect(await record.loadJson("metadata")).toMatchObject({ accepted: true, rois: [{ note: "by hand" }] });
    expect((await provenanceOf(record)).reader).toEqual({ name: "tiff", version: TIFF_READER.version });
    await expectMended();
  });

  it("an image whose pixels are right is only marked: nothing but its provenance changes", async () => {
    await ingest({ "a.tif": tinyTiff(1), "a.json": CLASSIC_JSON, "a.cells.csv": "id,name\n1,x\n" });
    const record = await recordOf("a.tif");
    await asOldBuild(record);
    const before = await record.objectHashes();
    const { updated, ingested } = await again();
    expect(ingested).toEqual([]);
    expect(updated).toEqual([
      {
        path: "a.tif",
        imageId: record.id,
        reason: "read again by the readers tiff, csv: the same as before",
      },
    ]);
    const after = await record.objectHashes();
    expect([...after.keys()].filter((key) => after.get(key) !== before.get(key))).toEqual([PROVENANCE]);
    const { reader, sidecars } = await provenanceOf(record);
    expect([reader, ...sidecars.map((file) => file.reader)]).toEqual([
      { name: "tiff", version: TIFF_READER.version },
      { name: "csv", version: 3 },
      // Its reader never had a fault, so the file was not read for this.
      undefined,
    ]);
    await expectMended();
  });

  it("an artifact that differs is replaced, in the same record", async () => {
    await ingest({ "a.tif": tinyTiff(1), "a.cells.csv": `id\n${LONG}\n` });
    const record = await recordOf("a.tif");
    await asOldBuild(record, { tiff: TIFF_READER.version, ...OLD_TABLE });
    const { updated } = await again();
    expect(updated).toMatchObject([
      { imageId: record.id, reason: "read again by the reader csv: replaced analysis/cells.parquet" },
    ]);
    expect([...rowsOf(await record.loadParquet("cells"))]).toEqual([{ id: BigInt(LONG) }]);
    await expectMended();
  });

  it("what a TIFF says about its values is stored if the pixels are right but nothing was noted", async () => {
    const ratio = buildTiff([
      {
        tags: greyTags(3, 4, 8, [ascii(270, "ImageJ=1.54p\ncf=0\nc0=10.0\nc1=2.0\nvunit=ratio\n")]),
        segments: [elementBytes([...SIGNED], 1)],
      },
    ]);
    await ingest({ "a.tif": ratio });
    const record = await recordOf("a.tif");
    const attributes = await record.attributes();
    await asOldBuild(record);
    expect(await record.attributes()).not.toHaveProperty("tiff_value_calibration");
    expect((await again()).updated).toHaveLength(1);
    expect(await record.attributes()).toEqual(attributes);
  });

  it("a table that was edited in the dataset meanwhile stays", async () => {
    await ingest({ "a.tif": tinyTiff(1), "a.cells.csv": `id\n${LONG}\n` });
    const record = await recordOf("a.tif");
    await asOldBuild(record, OLD_TABLE);
    const schema = { columns: [{ name: "id", type: "utf8" }] } as const;
    await record.saveParquet("cells", [{ id: "mine" }], { schema });
    expect((await again()).updated).toMatchObject([
      { reason: "read again by the reader tiff: the same as before" },
    ]);
    expect([...rowsOf(await record.loadParquet("cells"))]).toEqual([{ id: "mine" }]);
    await expectMended();
  });

  it("a ScanImage TIFF whose pages were one axis is read again as the lines that it has, with its start", async () => {
    await ingest({ "a.tif": scanImageTiff(), "b.tif": tinyTiff(2), "c.lsm": tinyTiff(3) });
    const nothing = { scanimage: undefined, tiff_scales: undefined, tiff_start: undefined };
    await asOldBuild(await recordOf("a.tif"), {
      pixels: { dtype: "int16", shape: [24, 5], data: new Int16Array(120) },
      attributes: { ...nothing, tiff_calibration: undefined },
      tiff: 3,
    });
    await asOldBuild(await recordOf("b.tif"), { tiff: 3 });
    await asOldBuild(await recordOf("c.lsm"), { tiff: 3 });
    const faulty = (await findFaultyReads(dataset)).map(
      ({ relPath, likelihood }) => `${relPath}: ${likelihood}`,
    );
    expect(faulty.toSorted()).toEqual(["a.tif: possible", "c.lsm: likely"]);
    const { ingested, updated } = await again();
    expect([ingested, updated]).toMatchObject([[{ path: "a.tif" }], [{ path: "c.lsm" }]]);
    const record = await recordOf("a.tif");
    expect([(await record.openArray()).shape, await record.getAxes()]).toEqual([
      [2, 16, 5],
      ["c", "t", "x"],
    ]);
    expect(await record.loadJson("metadata")).toMatchObject({ header: { date_str: "2017-03-01" } });
    await expectMended();
  });

  it("a ScanImage TIFF of which only the start was left out keeps its record, and gets its start", async () => {
    await ingest({ "a.tif": scanImageTiff() });
    const record = await recordOf("a.tif");
    await asOldBuild(record, { tiff: 3, attributes: { tiff_start: undefined } });
    expect((await findFaultyReads(dataset)).map(({ likelihood }) => likelihood)).toEqual(["likely"]);
    expect((await again()).updated).toMatchObject([{ path: "a.tif", imageId: record.id }]);
    expect(await record.attributes()).toMatchObject({
      tiff_start: { text: "2017-03-01T12:30:15.500", zone: "no zone" },
    });
    await expectMended();
  });

  it("a dry run lists what would be read again, and writes nothing", async () => {
    await ingest({ "a.tif": IMAGEJ_INT16, "b.tif": tinyTiff(2) });
    await asOldBuild(await recordOf("a.tif"), OLD_PIXELS);
    const before = dataset.version;
    const { updated, unchanged } = await again({ dryRun: true });
    expect(updated).toMatchObject([{ path: "a.tif", reason: "read again by the reader tiff" }]);
    expect(unchanged).toMatchObject([{ path: "b.tif" }]);
    expect(dataset.version).toBe(before);
  });

  it("without again, an image that a faulty reader read stays as it is", async () => {
    await ingest({ "a.tif": IMAGEJ_INT16 });
    await asOldBuild(await recordOf("a.tif"), OLD_PIXELS);
    const before = dataset.version;
    expect((await refreshFromFolder(dataset, folder)).unchanged).toHaveLength(1);
    expect(dataset.version).toBe(before);
  });

  it.each([true, false])("a TIFF that is no longer there is named, in a dry run too: %s", async (dryRun) => {
    await ingest({ "day/a.tif": IMAGEJ_INT16, "b.tif": tinyTiff(2) });
    const record = await recordOf("day/a.tif");
    await asOldBuild(record, OLD_PIXELS);
    await rm(join(folder, "day/a.tif"));
    const { notes } = await again({ dryRun });
    const path = join(folder, "day/a.tif");
    const stays = "the image stays as a reader with a fault may have read it";
    expect(notes).toEqual([
      {
        path: "day/a.tif",
        imageId: record.id,
        reason: `not read again: ${path} is no longer there; ${stays}`,
      },
    ]);
    expect((await record.loadArray()).dtype).toBe("uint16");
  });

  it("a TIFF of another folder is named with its path", async () => {
    await ingest({ "a.tif": IMAGEJ_INT16 });
    await asOldBuild(await recordOf("a.tif"), OLD_PIXELS);
    const other = await makeLabFolder({ "b.tif": tinyTiff(2) });
    const { notes } = await refreshFromFolder(dataset, other, { again: true });
    const path = join(folder, "a.tif");
    expect(notes).toMatchObject([
      { path, reason: expect.stringContaining(`${path} is not among the images of ${other}`) },
    ]);
    await rm(other, { recursive: true });
  });

  it("a TIFF that changed since is left alone with a reason that says so, and reingested by the mode for it", async () => {
    await ingest({ "a.tif": IMAGEJ_INT16 });
    await asOldBuild(await recordOf("a.tif"), OLD_PIXELS);
    await writeFile(join(folder, "a.tif"), tinyTiff(7, 5));
    const reason =
      "the image changed since a reader with a fault read it: only mode reingest_if_changed reads it again";
    expect((await again()).skipped).toMatchObject([{ path: "a.tif", reason }]);
    const { ingested } = await again({ mode: "reingest_if_changed", onChange: "supersede" });
    expect(ingested).toMatchObject([{ path: "a.tif" }]);
    await expectMended();
  });

  it("a TIFF with other bytes but the same size and time is not taken for the one that was read", async () => {
    await ingest({ "a.tif": tinyTiff(1) });
    const record = await recordOf("a.tif");
    await asOldBuild(record);
    const path = join(folder, "a.tif");
    const { atime, mtime } = await stat(path);
    const known = await dataset.loadSourcesIndex();
    await writeFile(path, tinyTiff(2));
    await utimes(path, atime, mtime);
    const { mtimeNs } = await stat(path, { bigint: true });
    await dataset.appendSources(
      known.map((row) => ({ ...row, source_mtime_ns: mtimeNs })),
      { again: known.map((row) => ({ ...row, source_mtime_ns: mtimeNs })) },
    );
    expect((await again()).skipped).toMatchObject([{ path: "a.tif" }]);
    expect(await dataset.listImageIds()).toEqual([record.id]);
    expect(await named()).toHaveLength(3);
  });

  it("a TIFF that cannot be read any more fails alone and keeps its record", async () => {
    await ingest({ "a.tif": tinyTiff(1), "b.tif": tinyTiff(2) });
    await asOldBuild(await recordOf("a.tif"));
    await asOldBuild(await recordOf("b.tif"));
    const { failed, updated } = await again({ limits: { maxDecodedBytes: 8 } });
    expect(failed.map(({ path }) => path)).toEqual(["a.tif", "b.tif"]);
    expect(updated).toEqual([]);
    expect(await dataset.listImageIds()).toHaveLength(2);
  });

  it("a run that is stopped keeps the images of finished commits, and the next one does the others", async () => {
    const names = Array.from({ length: 70 }, (_, index) => `${index}.tif`);
    await ingest(Object.fromEntries(names.map((name, index) => [name, tinyTiff(index)])));
    await dataset.transaction(async (transaction) => {
      for (const id of await dataset.listImageIds()) {
        const { reader: _, ...rest } = await provenanceOf(dataset.record(id));
        await transaction.record(id).saveJson("provenance", encodeProvenance(rest));
      }
    });
    const stopping = new AbortController();
    const onEvent = ({ type }: IngestEvent): void => {
      if (type === "committed") {
        stopping.abort();
      }
    };
    await expect(again({ signal: stopping.signal, onEvent })).rejects.toMatchObject({ code: "aborted" });
    expect(new Set((await findFaultyReads(dataset)).map(({ imageId }) => imageId)).size).toBe(6);
    const { updated, unchanged } = await again();
    expect([updated.length, unchanged.length]).toEqual([6, 64]);
    await expectMended();
  });

  it("a moved TIFF is found by its bytes and read again at its new place", async () => {
    await ingest({ "a.tif": IMAGEJ_INT16, "b.tif": tinyTiff(1) });
    await asOldBuild(await recordOf("a.tif"), OLD_PIXELS);
    await asOldBuild(await recordOf("b.tif"));
    await rename(join(folder, "a.tif"), join(folder, "a2.tif"));
    await rename(join(folder, "b.tif"), join(folder, "b2.tif"));
    const { ingested, updated } = await again();
    expect(ingested).toMatchObject([{ path: "a2.tif" }]);
    expect(updated).toMatchObject([
      { path: "b2.tif", reason: "moved from b.tif; read again by the reader tiff: the same as before" },
    ]);
    expect((await (await recordOf("a2.tif")).loadArray()).dtype).toBe("int16");
    await expectMended();
  });

  it("without sidecars, only the pixels are read again and the tables stay named", async () => {
    await ingest({ "a.tif": tinyTiff(1), "a.cells.csv": `id\n${LONG}\n` });
    await asOldBuild(await recordOf("a.tif"), OLD_TABLE);
    expect((await again({ includeSidecars: false })).updated).toMatchObject([
      { reason: "read again by the reader tiff: the same as before" },
    ]);
    expect(await named()).toEqual(["a.tif csv likely: 19 digits", "a.tif csv possible: in quotes"]);
  });

  it("a refresh records the reader of a sidecar that changed, and no other", async () => {
    await ingest({ "a.tif": tinyTiff(1), "a.one.csv": "id\nx\n", "a.two.csv": "id\nx\n" });
    const record = await recordOf("a.tif");
    await asOldBuild(record);
    await writeFile(join(folder, "a.one.csv"), "id\nlonger\n");
    await refreshFromFolder(dataset, folder);
    const { reader, sidecars } = await provenanceOf(record);
    expect([reader, ...sidecars.map((file) => file.reader)]).toEqual([
      undefined,
      { name: "csv", version: 3 },
      undefined,
    ]);
  });

  const heart = (version: number, text: string): SidecarFormat => ({
    name: "heart_rate",
    version,
    endings: ["_heart.txt"],
    artifacts: [{ kind: "json", name: "heart" }],
    parse: () => ({ artifacts: [{ kind: "json", name: "heart", text }] }),
  });

  it("a format of your own whose version was raised has its files read again", async () => {
    folder = await makeLabFolder({ "a.tif": tinyTiff(1), "a_heart.txt": "7" });
    await ingestLegacyFolder(dataset, folder, { formats: [heart(1, "6")] });
    const mended = [heart(2, "7")];
    const record = await recordOf("a.tif");
    expect(await findFaultyReads(dataset, { formats: [heart(1, "6")] })).toEqual([]);
    expect(await findFaultyReads(dataset)).toEqual([]);
    const [found] = await findFaultyReads(dataset, { formats: mended });
    expect(found).toMatchObject({ reader: "heart_rate", version: 1, likelihood: "possible" });
    expect((await again({ formats: mended })).updated).toMatchObject([
      { reason: "read again by the reader heart_rate: replaced analysis/heart.json" },
    ]);
    expect(await record.loadJson("heart")).toBe(7);
    expect(await findFaultyReads(dataset, { formats: mended })).toEqual([]);
  });

  it("an artifact that was edited in the dataset and now reads otherwise is a conflict: the edit stays", async () => {
    folder = await makeLabFolder({ "a.tif": tinyTiff(1), "a_heart.txt": "7" });
    await ingestLegacyFolder(dataset, folder, { formats: [heart(1, "6")] });
    const record = await recordOf("a.tif");
    await record.saveJson("heart", 5);
    const { conflicts } = await again({ formats: [heart(2, "7")] });
    expect(conflicts).toMatchObject([{ reason: expect.stringContaining("analysis/heart.json was edited") }]);
    expect(await record.loadJson("heart")).toBe(5);
    expect(await record.listAttachments()).toEqual(["a_heart.txt"]);
    expect(await findFaultyReads(dataset, { formats: [heart(2, "7")] })).toEqual([]);
  });

  it("a file that the mended format refuses keeps its artifact and its old reader", async () => {
    folder = await makeLabFolder({ "a.tif": tinyTiff(1), "a_heart.txt": "7" });
    await ingestLegacyFolder(dataset, folder, { formats: [heart(1, "6")] });
    const refusing: SidecarFormat = {
      ...heart(2, "7"),
      parse: () => {
        throw new LegacyIoError("invalid_file", "not a heart rate");
      },
    };
    await again({ formats: [refusing] });
    const record = await recordOf("a.tif");
    expect(await record.loadJson("heart")).toBe(6);
    expect(await findFaultyReads(dataset, { formats: [refusing] })).toMatchObject([{ version: 1 }]);
  });

  it("an export cannot be read again, and the error says which folder can", async () => {
    await ingest({ "a.tif": tinyTiff(1) });
    const out = `${folder}-out`;
    await exportLegacyFolder(dataset, out);
    await expect(refreshFromFolder(dataset, out, { again: true })).rejects.toMatchObject({
      code: "invalid_argument",
      message: `nothing can be read again from ${out}: an export holds what was read before; give the folder that the images came from`,
    });
    await rm(out, { recursive: true });
  });

  it("an export restores the recorded readers, and their absence, byte by byte", async () => {
    await ingest({ "a.tif": tinyTiff(1), "a.cells.csv": "id\n1\n", "b.tif": tinyTiff(2) });
    await asOldBuild(await recordOf("b.tif"));
    const out = `${folder}-out`;
    await exportLegacyFolder(dataset, out);
    const copy = await openDataset(memoryStore());
    await ingestLegacyFolder(copy, out);
    for (const id of await dataset.listImageIds()) {
      expect((await copy.record(id).objectHashes()).get(PROVENANCE)).toBe(
        (await dataset.record(id).objectHashes()).get(PROVENANCE),
      );
    }
    expect((await findFaultyReads(copy)).map(({ relPath }) => relPath)).toEqual(["b.tif", "b.tif", "b.tif"]);
    await rm(out, { recursive: true });
  });
});
