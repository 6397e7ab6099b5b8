// Folders with recordings of Zeiss microscopes: ingest, refresh, export, and opening in place.
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { memoryStore, openDataset, type ZarrDataset } from "@kym/zarr-store";
import { afterEach, beforeEach, expect, it } from "vitest";
import {
  exportLegacyFolder,
  ingestLegacyFolder,
  openFolder,
  openTiff,
  refreshFromFolder,
} from "../../../src/node/index.ts";
import { cziFile, cziXml, lineBlocks } from "../../support/recordings/czi-files.ts";
import { makeLabFolder, tinyTiff } from "../lab-folder.ts";

let dataset: ZarrDataset;
let lab = "";
beforeEach(async () => {
  dataset = await openDataset(memoryStore());
});
afterEach(() => rm(lab, { recursive: true, force: true }));

const [LINES, WIDTH] = [12, 6];
const XML = cziXml({
  umPerPx: 0.25,
  increment: 0.0021,
  channels: ["green", "red"],
  bits: 12,
  start: "2021-03-04T10:11:12.1234567+01:00",
});
const STAMPS = Array.from({ length: LINES }, (_, line) => 900.5 + 0.002 * line);

/** A line scan of two channels. */
function scanFile(): Uint8Array {
  return cziFile({
    blocks: lineBlocks({ lines: LINES, width: WIDTH, channels: 2, store: "zstd1 split" }),
    xml: XML,
    stamps: STAMPS,
  });
}

/** Two line scans and a frame in one file. */
function scenesFile(): Uint8Array {
  const scene = (s: number, lines: number) =>
    lineBlocks({ lines, width: 4 }).map((block) => ({ ...block, at: { ...block.at, S: s } }));
  const frame = { at: { S: 2 }, width: 4, height: 3, pixels: new Uint8Array(24) };
  return cziFile({ blocks: [...scene(0, 3), ...scene(1, 5), frame], xml: XML });
}

async function imagesByPath(): Promise<ReadonlyMap<string, ReturnType<ZarrDataset["record"]>>> {
  const existing = new Set(await dataset.listImageIds());
  const rows = (await dataset.loadSourcesIndex()).filter(({ image_id: id }) => existing.has(id));
  return new Map(rows.map((row) => [row.source_rel_path ?? "", dataset.record(row.image_id)]));
}

async function recordOf(path: string): Promise<ReturnType<ZarrDataset["record"]>> {
  const record = (await imagesByPath()).get(path);
  if (record === undefined) {
    throw new Error(`no image of ${path}`);
  }
  return record;
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .toSorted();
}

it("a line scan is an image of its folder, with the files beside it", async () => {
  lab = await makeLabFolder({ "day/scan.czi": scanFile(), "day/scan.score.json": '{"good": true}' });
  const { ingested, failed, counts } = await ingestLegacyFolder(dataset, lab);
  expect([ingested.length, failed, counts?.tiffs, counts?.recordings]).toEqual([1, [], 0, 1]);
  const record = await recordOf("day/scan.czi");
  const { shape, data } = await record.loadArray();
  expect([await record.getAxes(), shape]).toEqual([
    ["c", "t", "x"],
    [2, LINES, WIDTH],
  ]);
  expect([data[0], data[WIDTH + 1], data[LINES * WIDTH]]).toEqual([0, 11, 1000]);
  expect(await record.loadJson("score")).toEqual({ good: true });
  expect(await record.loadJson("metadata")).toMatchObject({
    header: {
      voxels: [1, 0.002, 0.25],
      voxels_units: ["px", "s", "um"],
      voxels_source: ["", "zeiss_czi: recorded stamps", "zeiss_czi: Scaling/Items/Distance X"],
      date_str: "2021-03-04",
      time_str: "10:11:12.1234567",
      bits_per_pixel: 12,
    },
  });
  expect(await record.loadJson("recording/scan")).toMatchObject({
    format: "zeiss_czi",
    seconds_per_line: 0.002,
    seconds_per_line_from: "recorded stamps",
    other_seconds_per_line: { "Dimensions/T/Positions/Interval/Increment": 0.0021 },
    start: { text: "2021-03-04T10:11:12.1234567+01:00", zone: "offset" },
    significant_bits: 12,
    channels: ["green", "red"],
  });
  expect(await record.loadJson("provenance")).toMatchObject({ reader: { name: "zeiss_czi", version: 1 } });
});

it("sources that differ are named, and a second run changes nothing", async () => {
  lab = await makeLabFolder({ "scan.czi": scanFile() });
  const { notes } = await ingestLegacyFolder(dataset, lab);
  expect(notes.map(({ reason }) => reason)).toEqual([
    "0.002 s per line (recorded stamps) is used; Dimensions/T/Positions/Interval/Increment says 0.0021",
  ]);
  const { version } = dataset;
  expect((await ingestLegacyFolder(dataset, lab)).unchanged).toHaveLength(1);
  expect((await refreshFromFolder(dataset, lab, { verify: true })).unchanged).toHaveLength(1);
  expect(dataset.version).toBe(version);
});

it("a sidecar that comes later leaves pitch, period, start and bits as the file says them", async () => {
  lab = await makeLabFolder({ "scan.czi": scanFile() });
  await ingestLegacyFolder(dataset, lab);
  const before = await (await recordOf("scan.czi")).loadJson("metadata");
  const { header } = before as { readonly header: object };
  await writeFile(join(lab, "scan.json"), '{"version": "1.0", "accepted": false, "rois": []}');
  expect((await refreshFromFolder(dataset, lab)).updated).toHaveLength(1);
  const after = await (await recordOf("scan.czi")).loadJson("metadata");
  expect(after).toMatchObject({ header, accepted: false });
});

it("a recording that was renamed stays one image, and one that changed is ingested anew", async () => {
  lab = await makeLabFolder({ "scan.czi": scanFile() });
  await ingestLegacyFolder(dataset, lab);
  const [id] = await dataset.listImageIds();
  await rename(join(lab, "scan.czi"), join(lab, "renamed.czi"));
  expect((await ingestLegacyFolder(dataset, lab)).updated).toMatchObject([
    { path: "renamed.czi", imageId: id },
  ]);
  await writeFile(join(lab, "renamed.czi"), cziFile({ blocks: lineBlocks({ lines: 4, width: 4 }) }));
  const again = await refreshFromFolder(dataset, lab, { mode: "reingest_if_changed", onChange: "supersede" });
  expect(again.ingested).toHaveLength(1);
  expect((await (await recordOf("renamed.czi")).openArray()).shape).toEqual([4, 4]);
});

it("a file with several line scans gives an image of each, and what is none is named", async () => {
  lab = await makeLabFolder({ "scenes.czi": scenesFile(), "scenes#scene 1.score.json": "[1]" });
  const { ingested, notes, failed } = await ingestLegacyFolder(dataset, lab);
  expect([ingested.map(({ path }) => path), failed]).toEqual([
    ["scenes.czi#scene 0", "scenes.czi#scene 1"],
    [],
  ]);
  expect(notes.map(({ path, reason }) => `${path}: ${reason}`)).toContain(
    'scenes.czi: not line scans, left alone: "scene 2", one plane of 3 × 4 pixels',
  );
  const second = await recordOf("scenes.czi#scene 1");
  expect((await second.loadArray()).shape).toEqual([5, 4]);
  expect(await second.loadJson("score")).toEqual([1]);
  expect(notes.map(({ reason }) => reason).join()).not.toContain("same bytes");
  await rename(join(lab, "scenes.czi"), join(lab, "moved.czi"));
  const moved = await ingestLegacyFolder(dataset, lab);
  expect([moved.updated.map(({ path }) => path), moved.ingested]).toEqual([
    ["moved.czi#scene 0", "moved.czi#scene 1"],
    [],
  ]);
  expect((await (await recordOf("moved.czi#scene 1")).openArray()).shape).toEqual([5, 4]);
});

it("a recording without a line scan is left alone by name, and one that is broken fails alone", async () => {
  const frame = cziFile({ blocks: [{ at: {}, width: 4, height: 3, pixels: new Uint8Array(24) }] });
  lab = await makeLabFolder({
    "frame.czi": frame,
    "cut.czi": scanFile().subarray(0, 900),
    "scan.czi": scanFile(),
  });
  const { ingested, failed, notes, unrecognised } = await ingestLegacyFolder(dataset, lab);
  expect([ingested.map(({ path }) => path), failed.map(({ path }) => path), unrecognised]).toEqual([
    ["scan.czi"],
    ["cut.czi"],
    [],
  ]);
  expect(notes.map(({ path, reason }) => `${path}: ${reason}`)).toContain(
    "frame.czi: it has no line scan, only one plane of 3 × 4 pixels: left alone",
  );
});

it("files beside a TIFF and a recording of one name stay the TIFF's", async () => {
  lab = await makeLabFolder({
    "scan.tif": tinyTiff(1),
    "scan.czi": scanFile(),
    "scan.score.json": "[2]",
  });
  const { notes } = await ingestLegacyFolder(dataset, lab);
  expect(await (await recordOf("scan.tif")).loadJson("score")).toEqual([2]);
  expect(await (await recordOf("scan.czi")).json.list()).not.toContain("score");
  expect(notes.map(({ reason }) => reason).join()).toContain("scan.tif has its name");
});

it("an export gives a kept original back byte for byte; without one it says what was kept", async () => {
  lab = await makeLabFolder({ "in/day/scan.czi": scanFile(), "in/day/other.czi": scenesFile() });
  const folder = join(lab, "in");
  await ingestLegacyFolder(dataset, folder);
  const bare = await exportLegacyFolder(dataset, join(lab, "bare"), { layout: "lab", durability: "none" });
  expect(bare.notes.map(({ path, reason }) => `${path}: ${reason}`).toSorted()).toEqual(
    [
      ["day/other#scene 0.tif", "other.czi"],
      ["day/other#scene 1.tif", "other.czi"],
      ["day/scan.tif", "scan.czi"],
    ].map(
      ([path, file]) =>
        `${path}: only pixels and metadata of ${file} were kept, not the file itself: kym ingest --keep-original keeps it`,
    ),
  );
  const formats = ["kymflow", "imagej"] as const;
  for (const format of formats) {
    const other = await exportLegacyFolder(dataset, join(lab, format), { format, durability: "none" });
    expect(other.notes.filter(({ reason }) => reason.startsWith("only pixels and metadata of"))).toHaveLength(
      3,
    );
    expect(bare.notes).toEqual(
      expect.arrayContaining(other.notes.filter(({ reason }) => reason.includes("were kept"))),
    );
  }
  // Also for images that are in the dataset already.
  await refreshFromFolder(dataset, folder, { keepOriginal: true });
  for (const format of formats) {
    const other = await exportLegacyFolder(dataset, join(lab, `${format}-2`), { format, durability: "none" });
    expect(other.notes.filter(({ reason }) => reason.includes("were kept"))).toEqual([]);
  }
  const { version } = dataset;
  await refreshFromFolder(dataset, folder, { keepOriginal: true });
  expect(dataset.version).toBe(version);
  for (const layout of ["lab", "ids"] as const) {
    const whole = await exportLegacyFolder(dataset, join(lab, layout), { layout, durability: "none" });
    expect(whole.notes).toEqual([]);
  }
  expect(await readFile(join(lab, "lab/day/scan.czi"))).toEqual(Buffer.from(scanFile()));
  expect(await readFile(join(lab, "lab/day/other.czi"))).toEqual(Buffer.from(scenesFile()));
  expect((await filesBelow(join(lab, "ids"))).filter((name) => name.endsWith(".czi"))).toHaveLength(2);
  const copy = await openDataset(memoryStore());
  await ingestLegacyFolder(copy, join(lab, "lab"));
  for (const id of await dataset.listImageIds()) {
    expect(await copy.record(id).objectHashes()).toEqual(await dataset.record(id).objectHashes());
  }
});

it("an original that changed since it was ingested is not kept, and named", async () => {
  lab = await makeLabFolder({ "scan.czi": scanFile() });
  await ingestLegacyFolder(dataset, lab);
  await writeFile(join(lab, "scan.czi"), scenesFile().subarray(0, 700));
  const { notes } = await refreshFromFolder(dataset, lab, { keepOriginal: true });
  expect(notes.map(({ reason }) => reason)).toContain(
    "the original is not kept: scan.czi changed since it was ingested",
  );
  expect(await (await recordOf("scan.czi")).listAttachments()).toEqual([]);
});

it("recordings open in place as an ingest reads them", async () => {
  lab = await makeLabFolder({ "scan.czi": scanFile(), "scenes.czi": scenesFile() });
  const found: string[] = [];
  for await (const source of openFolder(lab)) {
    found.push(`${source.sourceKey.slice(lab.length + 1)} ${(await source.pixelStore.describe()).shape}`);
  }
  expect(found).toEqual(["scan.czi 2,12,6", "scenes.czi#scene 0 3,4", "scenes.czi#scene 1 5,4"]);
  const source = await openTiff(join(lab, "scan.czi"));
  expect(await source.artifactStore.loadJson("metadata")).toMatchObject({
    header: { voxels: [1, 0.002, 0.25], date_str: "2021-03-04", bits_per_pixel: 12 },
  });
  const part = await source.pixelStore.loadRegion([
    { start: 1, stop: 2 },
    { start: 2, stop: 4 },
    { start: 1, stop: 3 },
  ]);
  expect([part.shape, [...part.data]]).toEqual([
    [1, 2, 2],
    [1021, 1022, 1031, 1032],
  ]);
  expect((await source.pixelStore.loadChannel(2)).shape).toEqual([LINES, WIDTH]);
  await expect((await openTiff(join(lab, "scenes.czi"))).pixelStore.describe()).rejects.toThrow(
    "2 line scans",
  );
});
