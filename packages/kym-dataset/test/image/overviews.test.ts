import { summarizeMetadata } from "@kym/kym-schema";
import { LineReduction, type Overview, overviewOf } from "@kym/view";
import { createNdArray, memoryStore, openDataset, parseStoreKey, type ZarrDataset } from "@kym/zarr-store";
import { derivedKey, isDerivedKey } from "@kym/zarr-store/layout";
import { beforeEach, expect, it } from "vitest";
import { KymDataset, loadOverview, radonIndexer } from "../../src/index.ts";

const [CHANNELS, LINES, COLUMNS] = [2, 2500, 6];
const PIXELS = Uint16Array.from({ length: CHANNELS * LINES * COLUMNS }, (_, index) => (index * 7919) % 1021);

let dataset: ZarrDataset;
let kym: KymDataset;
beforeEach(async () => {
  dataset = await openDataset(memoryStore(), { summarize: summarizeMetadata });
  kym = new KymDataset(dataset);
  const image = createNdArray("uint16", [CHANNELS, LINES, COLUMNS], PIXELS);
  await dataset.addImage(image, { id: "a", axes: ["c", "t", "x"], chunks: [1, 700, COLUMNS] });
  await dataset.addImage(createNdArray("bool", [3, 2], Uint8Array.of(0, 1, 1, 1, 0, 1)), {
    id: "b",
    axes: ["t", "x"],
  });
});

/** Made of the pixels in memory. */
function wanted(channel: number): Overview {
  const reduction = new LineReduction({ lines: LINES, columns: COLUMNS, bins: 1000 });
  const pixels = PIXELS.subarray((channel - 1) * LINES * COLUMNS, channel * LINES * COLUMNS);
  reduction.add(0, { pixels, lines: LINES, columns: COLUMNS });
  return overviewOf(reduction);
}

it("images without overviews get them in one commit, one for each channel, and a second run reads and writes nothing", async () => {
  expect(await loadOverview(dataset.record("a"))).toBeNull();
  expect(await kym.updateOverviews({ dryRun: true })).toMatchObject({ made: ["a", "b"], versions: [] });
  const { version } = dataset;
  const done: string[] = [];
  const report = await kym.updateOverviews({
    onEvent: ({ imageId, total }) => done.push(`${imageId} of ${total}`),
  });
  expect(report).toEqual({ made: ["a", "b"], failed: [], versions: [version + 1] });
  expect(done.sort()).toEqual(["a of 2", "b of 2"]);
  expect(await loadOverview(dataset.record("a"))).toEqual(wanted(1));
  expect(await loadOverview(dataset.record("a"), { channel: 2 })).toEqual(wanted(2));
  expect(await loadOverview(dataset.record("a"), { channel: 3 })).toBeNull();
  expect(await loadOverview(dataset.record("b"))).toMatchObject({
    bins: 3,
    high: 1,
    maximum: Uint8Array.of(0, 255, 255, 255, 0, 255),
  });
  expect(await kym.updateOverviews()).toEqual({ made: [], failed: [], versions: [] });
  expect((await dataset.check({ level: "data" })).problems).toEqual([]);
});

it("overviews are no attachments or artifacts, make no row stale, and an undo passes over them", async () => {
  await dataset.record("a").saveJson("metadata", { accepted: true });
  await kym.updateIndex(radonIndexer);
  await kym.updateOverviews();
  const record = dataset.record("a");
  expect([await record.listAttachments(), await record.json.list()]).toEqual([[], ["metadata"]]);
  expect(await kym.updateIndex(radonIndexer, { mode: "incremental", dryRun: true })).toMatchObject({
    updated: 0,
  });
  expect(await dataset.past.undo()).toMatchObject({
    outcome: "undone",
    files: [{ imageId: "a", artifact: "metadata" }],
  });
  expect(await loadOverview(record)).toEqual(wanted(1));
});

it("an image with other pixels of the same id has none until it is made anew, and an old one is removed then", async () => {
  await kym.updateOverviews();
  const [old = ""] = await dataset.record("b").derived.list();
  const bytes = await dataset.record("b").derived.load(old);
  await dataset.deleteImage("b");
  expect([...(await dataset.imageObjectHashes()).keys()]).toEqual(["a"]);
  await dataset.addImage(createNdArray("bool", [2, 2], Uint8Array.of(0, 0, 0, 1)), {
    id: "b",
    axes: ["t", "x"],
  });
  await dataset.record("b").derived.save(old, bytes);
  expect(await loadOverview(dataset.record("b"))).toBeNull();
  expect(await kym.updateOverviews()).toMatchObject({ made: ["b"] });
  expect(await loadOverview(dataset.record("b"))).toMatchObject({ lines: 2 });
  const names = await dataset.record("b").derived.list();
  expect([names.length, names.includes(old)]).toEqual([1, false]);
});

it("a calibration that is edited leaves the overview as it is", async () => {
  await kym.updateOverviews();
  await dataset.record("a").pixels.saveScales([null, { step: 0.002, unit: "s", origin: 0 }, null]);
  expect(await loadOverview(dataset.record("a"))).toEqual(wanted(1));
  expect(await kym.updateOverviews()).toMatchObject({ made: [] });
});

it("pixels that cannot be read are named, and the other images are done", async () => {
  const store = memoryStore();
  const broken = await openDataset(store, { summarize: summarizeMetadata });
  for (const id of ["good", "bad"]) {
    await broken.addImage(createNdArray("uint8", [4, 2], Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)), {
      id,
      axes: ["t", "x"],
    });
  }
  const chunk =
    [...(await broken.record("bad").objectHashes()).keys()].find((key) => key.startsWith("data/c")) ?? "";
  await store.put(`images/bad/${chunk}` as Parameters<typeof store.put>[0], Uint8Array.of(1, 2, 3));
  const report = await new KymDataset(broken).updateOverviews();
  expect(report).toMatchObject({
    made: ["good"],
    failed: [{ imageId: "bad", reason: expect.stringContaining(chunk) }],
  });
});

it("an image that can have no overview gets a file that says so, and is not read again", async () => {
  await dataset.addImage(createNdArray("uint8", [0, 3], new Uint8Array(0)), {
    id: "empty",
    axes: ["t", "x"],
  });
  expect(await kym.updateOverviews()).toMatchObject({ made: ["a", "b", "empty"] });
  expect(await loadOverview(dataset.record("empty"))).toBeNull();
  expect(await kym.updateOverviews()).toMatchObject({ made: [] });
});

it("what is no overview counts as none", async () => {
  await kym.updateOverviews();
  const record = dataset.record("a");
  const [name = ""] = await record.derived.list();
  await record.derived.save(name, new TextEncoder().encode("{}"));
  expect(await loadOverview(record)).toBeNull();
  const keys = [...(await record.objectHashes()).keys()].filter(isDerivedKey);
  expect(keys).toEqual([`attachments/~~${name}`]);
});

it.each([
  ["cut off on the disk", "disk", (bytes: Uint8Array<ArrayBuffer>) => bytes.slice(0, 100)],
  ["changed in one byte on the disk", "disk", (bytes: Uint8Array<ArrayBuffer>) => bytes.with(300, 66)],
  ["empty on the disk", "disk", () => new Uint8Array(0)],
  ["deleted on the disk", "gone", () => new Uint8Array(0)],
  ["of another content in the log", "log", () => new TextEncoder().encode('{"overview":1}')],
  [
    "of other pixels by its content",
    "log",
    (bytes: Uint8Array<ArrayBuffer>) =>
      new TextEncoder().encode(
        new TextDecoder()
          .decode(bytes)
          .replace(/"pixels_sha256":"./, '"pixels_sha256":"f')
          .replace('sha256":"ff', 'sha256":"f0'),
      ),
  ],
] as const)("an overview that is %s counts as missing and is made again", async (_, where, damage) => {
  const store = memoryStore();
  const image = createNdArray("uint16", [CHANNELS, LINES, COLUMNS], PIXELS);
  const lab = await openDataset(store, { summarize: summarizeMetadata });
  await lab.addImage(image, { id: "a", axes: ["c", "t", "x"] });
  await lab.addImage(createNdArray("uint8", [2, 2], new Uint8Array(4)), { id: "b", axes: ["t", "x"] });
  await new KymDataset(lab).updateOverviews();
  const [name = ""] = await lab.record("a").derived.list();
  const bytes = await lab.record("a").derived.load(name);
  const key = parseStoreKey(`images/a/${derivedKey(name)}`);
  expect(await store.get(key)).toEqual(bytes);
  if (where === "disk") {
    await store.put(key, damage(bytes));
  } else if (where === "gone") {
    await store.remove(key);
  } else {
    await lab.record("a").derived.save(name, damage(bytes));
  }
  const opened = await openDataset(store, { summarize: summarizeMetadata });
  const again = new KymDataset(opened);
  expect(await loadOverview(opened.record("a"))).toBeNull();
  expect(await again.updateOverviews()).toMatchObject({ made: [] });
  expect(await again.updateOverviews({ verify: true, dryRun: true })).toMatchObject({
    made: ["a"],
    versions: [],
  });
  expect(await again.updateOverviews({ verify: true })).toMatchObject({ made: ["a"], failed: [] });
  expect(await loadOverview(opened.record("a"))).toEqual(wanted(1));
  expect(await again.updateOverviews({ verify: true })).toEqual({ made: [], failed: [], versions: [] });
  expect((await opened.check({ level: "data" })).problems).toEqual([]);
});
