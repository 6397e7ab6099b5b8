import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { memoryStore, openDataset } from "@kym/zarr-store";
import { afterEach, expect, it } from "vitest";
import { ingestLegacyFolder, refreshFromFolder } from "../../../src/node/index.ts";
import { CLASSIC_JSON, makeLabFolder, TRACE_CSV, tinyTiff } from "../lab-folder.ts";

/** Image files whose stems begin with each other, or would mean something to a glob, an expression or a shell. */
const IMAGES = [
  "c1.tif",
  "c[1].tif",
  "c*.TIF",
  "c.tiff",
  "c.1.TIFF",
  "c.1.2.tif",
  "28d AngII + x.Tif",
  "a+b=c & d.tif",
  "$(x) {1,2} ^.tif",
  "über µ.tif",
  "u\u0308ber µ.tif",
  "毛細血管_01.tif",
  "🐁.tif",
  "-n.tif",
];

let folder: string;
afterEach(() => rm(folder, { recursive: true, force: true }));

const stemOf = (image: string): string => image.slice(0, image.lastIndexOf("."));
const qcOf = (image: string): string => `${stemOf(image)}.qc.json`;

it("each sidecar belongs to exactly its image, whatever the names, and comes back to it when it changes", async () => {
  const files = IMAGES.flatMap((image, index): [string, string | Uint8Array][] => [
    [`day [1]/${image}`, tinyTiff(index)],
    [`day [1]/${qcOf(image)}`, JSON.stringify({ image })],
    [`day [1]/${stemOf(image)}.json`, CLASSIC_JSON.replace("µ", String(index))],
    [`day [1]/flow-analysis/${stemOf(image)}_radon.csv`, TRACE_CSV.replace("1.5", `${index}.25`)],
    [`day [1]/day [1]-analysis/${stemOf(image)}.csv`, TRACE_CSV],
  ]);
  folder = await makeLabFolder(Object.fromEntries(files));
  const dataset = await openDataset(memoryStore());
  const report = await ingestLegacyFolder(dataset, folder);
  expect([report.ingested.length, report.failed, report.orphans]).toEqual([IMAGES.length, [], []]);
  const idOf = new Map(report.ingested.map(({ path, imageId = "" }) => [path, imageId]));
  for (const [index, image] of IMAGES.entries()) {
    const record = dataset.record(idOf.get(`day [1]/${image}`) ?? "");
    expect(await record.loadJson("qc"), image).toEqual({ image });
    expect(await record.loadMetadataPayload()).toMatchObject({ experiment_metadata: { note: `${index}` } });
    const velocity = (await record.loadParquet("radon/velocity")).getChild("velocity_mm_s");
    expect(velocity?.get(0), image).toBe(index + 0.25);
    expect(await record.listAttachments()).toHaveLength(1);
  }
  for (const image of IMAGES) {
    await writeFile(join(folder, "day [1]", qcOf(image)), JSON.stringify({ changed: image }));
    const { updated, unchanged } = await refreshFromFolder(dataset, folder);
    expect(updated.map(({ path }) => path)).toEqual([`day [1]/${image}`]);
    expect(unchanged).toHaveLength(IMAGES.length - 1);
    const record = dataset.record(idOf.get(`day [1]/${image}`) ?? "");
    expect(await record.loadJson("qc")).toEqual({ changed: image });
  }
});

it("channels of one acquisition are one image, and their common header is its sidecar", async () => {
  folder = await makeLabFolder({
    "s x_C001T001.tif": tinyTiff(1),
    "s x_C002T001.TIF": tinyTiff(2),
    "s x_C003T001.tiff": tinyTiff(3),
    "s x_C001T002.tif": tinyTiff(4),
    "s x.txt": "a header that is none",
    "s x_C002T001.qc.json": "{}",
  });
  const dataset = await openDataset(memoryStore());
  const report = await ingestLegacyFolder(dataset, folder);
  expect(report.ingested.map(({ path }) => path)).toEqual(["s x_C001T001.tif", "s x_C001T002.tif"]);
  const record = dataset.record(report.ingested[0]?.imageId ?? "");
  expect((await record.loadArray()).shape).toEqual([3, 4, 3]);
  expect(await record.getAxes()).toEqual(["c", "t", "x"]);
  expect(await record.listAttachments()).toEqual(["s~20x.txt", "s~20x_C002T001.qc.json"]);
  await writeFile(join(folder, "s x.txt"), "another");
  const { updated, unchanged } = await refreshFromFolder(dataset, folder);
  expect([updated.map(({ path }) => path), unchanged.length]).toEqual([["s x_C001T001.tif"], 1]);
  expect(new TextDecoder().decode(await record.loadAttachment("s~20x.txt"))).toBe("another");
});
