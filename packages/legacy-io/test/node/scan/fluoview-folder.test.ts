// Folders with recordings of FluoView and their companions: ingest, refresh and export.
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { memoryStore, openDataset, type ZarrDataset } from "@kym/zarr-store";
import { afterEach, beforeEach, expect, it } from "vitest";
import { exportLegacyFolder, ingestLegacyFolder, refreshFromFolder } from "../../../src/node/index.ts";
import { madeOif, OIF_MAIN, oibOf } from "../../support/recordings/oif-files.ts";
import { madeOir, OIR_CHANNELS } from "../../support/recordings/oir-files.ts";
import { makeLabFolder } from "../lab-folder.ts";

let dataset: ZarrDataset;
let lab = "";
beforeEach(async () => {
  dataset = await openDataset(memoryStore());
});
afterEach(() => rm(lab, { recursive: true, force: true }));

const OIR = madeOir("scan", {
  width: 5,
  lines: [20, 10],
  blockLines: 8,
  reference: 4,
  channels: OIR_CHANNELS,
  trailing: 3,
});
const OIF = madeOif({ width: 6, lines: 12, channels: 2, reference: 4 });

function filesOf(
  files: ReadonlyMap<string, Uint8Array>,
  rename: (name: string) => string,
): Record<string, Uint8Array> {
  return Object.fromEntries([...files].map(([name, bytes]) => [rename(name), bytes]));
}

const OIR_FILES = filesOf(OIR.files, (name) => `day/${name}`);
const OIF_FILES = filesOf(OIF.files, (name) =>
  name === OIF_MAIN ? "day/line.oif" : `day/line.oif.files/${name}`,
);

async function onlyRecord(): Promise<ReturnType<ZarrDataset["record"]>> {
  const [id = "", ...further] = await dataset.listImageIds();
  expect(further).toEqual([]);
  return dataset.record(id);
}

async function pixelsOf(record: ReturnType<ZarrDataset["record"]>): Promise<Buffer> {
  const { data } = await record.loadArray();
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

it("an OIR with its companion is one image with its scale, its start, its line and its reference image", async () => {
  lab = await makeLabFolder(OIR_FILES);
  const { ingested, failed, notes, unrecognised } = await ingestLegacyFolder(dataset, lab);
  expect([ingested.length, failed, notes, unrecognised]).toEqual([1, [], [], []]);
  const record = await onlyRecord();
  expect((await pixelsOf(record)).equals(Buffer.concat(OIR.pixels))).toBe(true);
  expect(await record.loadJson("metadata")).toMatchObject({
    header: {
      shape: [2, 30, 5],
      voxels: [1, 0.001142, 0.273931],
      date_str: "2019-10-21",
      bits_per_pixel: 12,
    },
  });
  expect(await record.loadJson("recording/scan")).toMatchObject({
    format: "evident_oir",
    more: { files: ["scan.oir", "scan_00001"], planned: { TIMELAPSE: 30 } },
  });
  expect(JSON.stringify(await record.loadJson("recording/scan_path"))).toContain("[[250,236],[244,214]]");
  expect((await record.loadArrayArtifact("recording/reference")).shape).toEqual([2, 4, 4]);
});

it("a missing companion of an OIR is told with its lines, and once it is there a refresh says that the image changed", async () => {
  const { "day/scan_00001": companion = new Uint8Array(), ...alone } = OIR_FILES;
  lab = await makeLabFolder(alone);
  const { notes } = await ingestLegacyFolder(dataset, lab);
  expect(notes.map(({ reason }) => reason)).toEqual([
    "scan_00001 is missing, or the scan was stopped early",
    "10 lines are missing and filled with zeros, counted from 0: 20 to 29",
  ]);
  const record = await onlyRecord();
  expect((await pixelsOf(record)).equals(Buffer.concat(OIR.pixels))).toBe(false);
  await writeFile(join(lab, "day/scan_00001"), companion);
  const refreshed = await refreshFromFolder(dataset, lab);
  expect(refreshed.skipped).toMatchObject([
    { path: "day/scan.oir", reason: "the image changed since it was ingested" },
  ]);
  const whole = await openDataset(memoryStore());
  await ingestLegacyFolder(whole, lab);
  const [id = ""] = await whole.listImageIds();
  expect((await pixelsOf(whole.record(id))).equals(Buffer.concat(OIR.pixels))).toBe(true);
});

it("an OIF with its folder is one image, and an OIB the same; none of their TIFFs is one", async () => {
  lab = await makeLabFolder({ ...OIF_FILES, "day/line2.oib": oibOf(OIF.files) });
  const { ingested, failed, unrecognised } = await ingestLegacyFolder(dataset, lab);
  expect([ingested.map(({ path }) => path).toSorted(), failed, unrecognised]).toEqual([
    ["day/line.oif", "day/line2.oib"],
    [],
    [],
  ]);
  for (const id of await dataset.listImageIds()) {
    expect((await pixelsOf(dataset.record(id))).equals(Buffer.concat(OIF.pixels))).toBe(true);
    expect(await dataset.record(id).loadJson("metadata")).toMatchObject({
      header: { voxels: [1, 0.001876, 0.207], date_str: "2020-02-10" },
    });
  }
});

it("originals of FluoView come back from an export byte for byte with --keep-original, companions included", async () => {
  lab = await makeLabFolder({ ...OIR_FILES, ...OIF_FILES });
  await ingestLegacyFolder(dataset, lab, { keepOriginal: true });
  const target = `${lab}/exported`;
  await exportLegacyFolder(dataset, target, { layout: "lab" });
  for (const [path, bytes] of Object.entries({ ...OIR_FILES, ...OIF_FILES })) {
    expect((await readFile(join(target, path))).equals(bytes), path).toBe(true);
  }
});

it("without it, an export of a recording of FluoView has a TIFF, and says that only pixels and metadata were kept", async () => {
  lab = await makeLabFolder(OIR_FILES);
  await ingestLegacyFolder(dataset, lab);
  const { notes } = await exportLegacyFolder(dataset, `${lab}/exported`, { layout: "lab" });
  expect(JSON.stringify(notes)).toContain("only pixels and metadata of scan.oir were kept");
  expect((await readdir(`${lab}/exported/day`)).filter((name) => name.endsWith(".tif")).toSorted()).toEqual([
    "scan.recording__reference.tif",
    "scan.tif",
  ]);
});
