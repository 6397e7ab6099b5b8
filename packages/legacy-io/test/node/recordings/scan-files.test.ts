import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { summarizeMetadata } from "@kym/kym-schema";
import { memoryStore, openDataset } from "@kym/zarr-store";
import { afterEach, expect, test } from "vitest";
import { ingestLegacyFolder, openTiff, refreshFromFolder } from "../../../src/node/index.ts";
import { lifBytes, lifStampList, lifValue } from "../../support/recordings/lif-files.ts";
import { mescBytes, mescValue } from "../../support/recordings/mesc-files.ts";
import { ptuBytes, ptuEvents, ptuValue } from "../../support/recordings/ptu-files.ts";
import { scanImageTiff, scanImageValue } from "../../support/recordings/scanimage-files.ts";
import { makeLabFolder, tinyTiff } from "../lab-folder.ts";

let folder = "";
afterEach(() => rm(folder, { recursive: true, force: true }));

const HDF5 = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a);
const Y =
  '<DimensionDescription DimID="2" NumberOfElements="2" Origin="0" Length="1e-6" Unit="m" BitInc="0" BytesInc="48"/>';

test("an ingest takes the line scans of LIF, PTU and ScanImage, and names what is left alone", async () => {
  const series = { name: "Series 1", channels: 2, order: "tcx", bits: 12, duration: "0.025" } as const;
  folder = await makeLabFolder({
    "day/vessel.lif": lifBytes([
      { ...series, settings: 'LineTime="0.0025"', stamps: lifStampList(6, 5, 2) },
      { name: "Series 2", lines: 9 },
      { name: "frames", moreDimensions: Y },
    ]),
    "day/flim.ptu": ptuBytes({ events: ptuEvents({ lines: 8, lost: [3] }) }),
    "day/si.tif": scanImageTiff(),
    "day/broken.mesc": HDF5,
    "day/fem.mesc": mescBytes([
      {
        channels: 2,
        layout: [4, 1, 4],
        filters: ["shuffle", "deflate", "fletcher32"],
        attributes: {
          Channel_0_Conversion_ConversionLinearOffset: -786,
          BackgroundImagePath: "/MSession_0/MUnit_1",
        },
      },
      { shape: [1, 3, 5] },
    ]),
    "day/plain.tif": tinyTiff(1),
  });
  const dataset = await openDataset(memoryStore());
  const report = await ingestLegacyFolder(dataset, folder);
  expect(report.failed.map(({ path, reason }) => [path, reason])).toEqual([
    ["day/broken.mesc", expect.stringContaining("HDF5")],
  ]);
  const idOf = new Map(report.ingested.map(({ path, imageId = "" }) => [path, imageId]));
  expect([...idOf.keys()].toSorted()).toEqual([
    "day/fem.mesc",
    "day/flim.ptu",
    "day/plain.tif",
    "day/si.tif",
    "day/vessel.lif#Series 1",
    "day/vessel.lif#Series 2",
  ]);
  const notes = JSON.stringify(report);
  expect(notes).toContain("LineTime of ATLConfocalSettingDefinition says 0.0025");
  expect(notes).toContain("1 line is missing and filled with zeros, counted from 0: 3");
  expect(notes).toContain("the frame scan");
  expect(notes).toContain("pass while the scanner flies back");
  const record = (path: string) => dataset.record(idOf.get(`day/${path}`) ?? "");
  const mesc = record("fem.mesc");
  expect((await mesc.pixels.loadRegion([undefined, undefined, undefined])).data[24 + 5 * 4 + 3]).toBe(
    mescValue(1, 5, 3),
  );
  expect(await mesc.loadJson("recording/scan")).toMatchObject({
    format: "femtonics_mesc",
    seconds_per_line: 0.002,
    um_per_px: 0.25,
    start: { text: "2023-11-14T22:13:20.707Z", zone: "utc" },
    more: { value_conversion: { channels: [{ channel: "Channel_0", scale: 1, offset: -786 }] } },
  });
  expect((await mesc.loadArrayArtifact("recording/reference")).shape).toEqual([3, 5]);
  const lif = record("vessel.lif#Series 1");
  expect((await lif.pixels.loadRegion([undefined, undefined, undefined])).data[2 * 4 + 1]).toBe(
    lifValue(series, 0, 2, 1),
  );
  expect(await lif.loadJson("recording/scan")).toMatchObject({
    format: "leica_lif",
    seconds_per_line: 0.005,
    um_per_px: 3,
    significant_bits: 12,
    start: { text: "2020-09-16T12:00:00.1230000Z", zone: "utc" },
    channels: ["Green", "Red"],
  });
  const ptu = record("flim.ptu");
  const counts = await ptu.pixels.loadRegion([{ start: 1, stop: 2 }, { start: 4, stop: 5 }, undefined]);
  expect([...counts.data]).toEqual([0, 1, 2, 3, 4].map((pixel) => ptuValue(1, 4, pixel)));
  expect(await ptu.loadJson("recording/scan")).toMatchObject({
    gaps: [{ first_line: 3, lines: 1 }],
    um_per_px: 0.25,
  });
  expect(await record("si.tif").attributes()).toMatchObject({
    scanimage: { kind: "line scan", bidirectional: true, start: { zone: "no zone" } },
  });
  const again = await refreshFromFolder(dataset, folder);
  expect([again.updated, again.ingested]).toEqual([[], []]);
});

test("images can be sorted by their start, in UTC or without a zone; a file that comes later makes no conflict", async () => {
  folder = await makeLabFolder({
    "b.lif": lifBytes([{ name: "Series 1", stamps: lifStampList(6, 5, 1) }]),
    "a.tif": scanImageTiff(),
    "c.tif": tinyTiff(1),
  });
  const dataset = await openDataset(memoryStore(), { summarize: summarizeMetadata });
  const { ingested, counts } = await ingestLegacyFolder(dataset, folder);
  expect(counts).toMatchObject({ tiffs: 2, recordings: 1 });
  expect((await Array.fromAsync(dataset.log())).map(({ message }) => message)).toContain(
    "ingest of 3 images",
  );
  const { images } = await dataset.rebuildManifest();
  const pathOf = new Map(ingested.map(({ path, imageId = "" }) => [imageId, path]));
  const order = await Array.fromAsync(dataset.iterRecords({ orderBy: "acquired_local_epoch_ns" }));
  const starts = order.map(({ id }) => [
    pathOf.get(id),
    images.find(({ imageId }) => imageId === id)?.summary["acquired_local_epoch_ns"] ?? null,
  ]);
  expect(starts).toEqual([
    ["a.tif", BigInt(Date.UTC(2017, 2, 1, 12, 30, 15, 500)) * 1_000_000n],
    ["b.lif", BigInt(Date.UTC(2020, 8, 16, 12, 0, 0, 123)) * 1_000_000n],
    ["c.tif", null],
  ]);
  const note = JSON.stringify({ version: "2.0", experiment_metadata: { note: "after lunch" } });
  await writeFile(join(folder, "b.metadata.json"), note);
  await writeFile(join(folder, "a.metadata.json"), note);
  const { updated, conflicts } = await refreshFromFolder(dataset, folder);
  expect([updated.map(({ path }) => path), conflicts]).toEqual([["a.tif", "b.lif"], []]);
  for (const { id } of order.slice(0, 2)) {
    expect(await dataset.record(id).loadJson("metadata")).toMatchObject({
      header: { date_str: expect.stringContaining("20") },
      experiment_metadata: { note: "after lunch" },
    });
  }
});

test("a ScanImage line scan is the same in its folder as after an ingest", async () => {
  folder = await makeLabFolder({ "si.tif": scanImageTiff() });
  const { pixelStore } = await openTiff(join(folder, "si.tif"));
  const { shape, axes } = await pixelStore.describe();
  expect([axes, shape]).toEqual([
    ["c", "t", "x"],
    [2, 16, 5],
  ]);
  const region = await pixelStore.loadRegion([
    { start: 1, stop: 2 },
    { start: 5, stop: 8 },
    { start: 2, stop: 3 },
  ]);
  // Of the frames of four lines, the second begins at line 6.
  expect([...region.data]).toEqual([0, scanImageValue(1, 4, 2), scanImageValue(1, 5, 2)]);
});
