import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { createNdArray, memoryStore, openDataset, type RegionSelection } from "@kym/zarr-store";
import { sliceNdArray } from "@kym/zarr-store/array";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { findSharedData } from "../../../../../test/support/find-shared-data.ts";
import { readNpy } from "../../../src/index.ts";
import {
  ingestLegacyFile,
  ingestLegacyFolder,
  openFolder,
  openTiff,
  TiffPixelStore,
} from "../../../src/node/index.ts";
import { writeImageJTiff } from "../../../src/tiff/index.ts";
import { buildTiff, greyTags, long, short } from "../../tiff/tiff-fixture.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kym-tiff-pixels-"));
});
afterAll(() => rm(folder, { recursive: true }));

const valid = findSharedData("tiff/valid");
const names =
  valid === undefined ? [] : readdirSync(valid).filter((name) => name.endsWith(".tif") && name !== "f16.tif");

test.runIf(valid !== undefined).each(names)("%s: any region is that of its .npy", async (name) => {
  const store = new TiffPixelStore(join(valid ?? "", name));
  const truth = readNpy(readFileSync(join(valid ?? "", name.replace(/\.tif$/, ".npy"))));
  expect(await store.describe()).toMatchObject({ shape: truth.shape, dtype: truth.dtype });
  expect(await store.loadRegion(truth.shape.map(() => undefined))).toEqual(truth);
  const ranges = truth.shape.map((length) =>
    fc.option(
      fc
        .tuple(fc.nat(length), fc.nat(length))
        .map(([a, b]) => ({ start: Math.min(a, b), stop: Math.max(a, b) })),
      { nil: undefined },
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.tuple(...ranges), async (selection: RegionSelection) => {
      expect(await store.loadRegion(selection)).toEqual(sliceNdArray(truth, selection));
    }),
    { numRuns: 12 },
  );
});

describe("what is read", () => {
  it("are the strips that hold the rows: damage elsewhere is not met", async () => {
    const rows = 4;
    const good = deflateSync(Uint8Array.from({ length: rows * 3 }, (_, index) => index));
    const bytes = buildTiff([
      {
        tags: [
          short(256, 3),
          short(257, 2 * rows),
          short(258, 8),
          short(259, 8),
          short(262, 1),
          short(277, 1),
          long(278, rows),
        ],
        segments: [good, Uint8Array.from({ length: good.length }, () => 0xff)],
      },
    ]);
    const path = join(folder, "half.tif");
    await writeFile(path, bytes);
    const store = new TiffPixelStore(path);
    expect(await store.describe()).toEqual({ shape: [8, 3], dtype: "uint8", axes: ["t", "x"] });
    const first = await store.loadRegion([
      { start: 1, stop: 3 },
      { start: 1, stop: 2 },
    ]);
    expect(first).toMatchObject({ shape: [2, 1], data: Uint8Array.of(4, 7) });
    await expect(store.loadChannel(1)).rejects.toMatchObject({
      name: "ZarrStoreError",
      code: "invalid_file",
    });
    await expect(store.loadChannel(1)).rejects.toThrow("half.tif");
  });

  it("is the whole file where more planes are asked for than it pays to read by themselves", async () => {
    const stack = createNdArray(
      "uint8",
      [40, 3, 2],
      Uint8Array.from({ length: 240 }, (_, index) => index),
    );
    const path = join(folder, "stack.tif");
    await writeFile(path, writeImageJTiff(stack, { axes: ["z", "y", "x"] }));
    const selection = [{ start: 5, stop: 39 }, { start: 1, stop: 2 }, undefined];
    expect(await new TiffPixelStore(path).loadRegion(selection)).toEqual(sliceNdArray(stack, selection));
  });
});

describe("errors", () => {
  it("say not_found, invalid_file with its tag, and io, naming the file", async () => {
    const gone = new TiffPixelStore(join(folder, "gone.tif"));
    await expect(gone.describe()).rejects.toMatchObject({ name: "ZarrStoreError", code: "not_found" });
    await expect(openTiff(join(folder, "gone.tif"))).rejects.toMatchObject({ code: "not_found" });
    await writeFile(join(folder, "text.tif"), "no TIFF");
    await expect(new TiffPixelStore(join(folder, "text.tif")).describe()).rejects.toThrow("text.tif");
    await expect(openTiff(folder)).rejects.toMatchObject({ code: "invalid_file" });
    await writeFile(join(folder, "a.png"), "");
    await expect(openTiff(join(folder, "a.png"))).rejects.toMatchObject({ code: "invalid_argument" });
    const tagged = buildTiff([
      { tags: [short(256, 3), short(257, 2), short(258, 7)], segments: [new Uint8Array(6)] },
    ]);
    await writeFile(join(folder, "bits.tif"), tagged);
    await expect(new TiffPixelStore(join(folder, "bits.tif")).describe()).rejects.toMatchObject({
      code: "not_supported",
      details: { cause: { details: { tag: "BitsPerSample" } } },
    });
  });

  it("name the channel that is not like the first", async () => {
    const plane = (lines: number): Uint8Array => writeImageJTiff(createNdArray("uint8", [lines, 2]));
    await writeFile(join(folder, "m_C001T001.tif"), plane(3));
    await writeFile(join(folder, "m_C002T001.tif"), plane(4));
    const { pixelStore } = await openTiff(join(folder, "m_C001T001.tif"));
    await expect(pixelStore.describe()).rejects.toMatchObject({ code: "invalid_file" });
    await expect(pixelStore.loadChannel(1)).rejects.toThrow("m_C002T001.tif");
  });
});

it("ingest gives the same shape, type and axes", async () => {
  const stack = createNdArray("uint16", [2, 3, 4]);
  for (const [name, array, axes] of [
    ["line.tif", createNdArray("uint8", [5, 2]), ["t", "x"]],
    ["channels.tif", stack, ["c", "y", "x"]],
  ] as const) {
    const path = join(folder, name);
    await writeFile(path, writeImageJTiff(array, { axes }));
    const dataset = await openDataset(memoryStore());
    const { imageId } = await ingestLegacyFile(dataset, path);
    const { pixelStore } = await openTiff(path);
    expect(await dataset.record(imageId).asPixelStore().describe()).toEqual(await pixelStore.describe());
  }
});

test("a compression of the caller is read by openTiff, openFolder and an ingest of a file and of a folder", async () => {
  const lab = await mkdtemp(join(folder, "own-"));
  const pixels = Uint8Array.from({ length: 12 }, (_, index) => 7 * index);
  const stored = pixels.map((byte) => 255 - byte);
  await writeFile(
    join(lab, "a.tif"),
    buildTiff([{ tags: greyTags(4, 3, 8, [short(259, 65100)]), segments: [stored] }]),
  );
  const codecs = [
    {
      codes: [65100],
      name: "inverted",
      maxRatio: 1,
      hasPredictor: false,
      decode: (bytes: Uint8Array) => bytes.map((byte) => 255 - byte),
    },
  ];
  const whole = [undefined, undefined];
  const one = await openTiff(join(lab, "a.tif"), { codecs });
  expect((await one.pixelStore.loadRegion(whole)).data).toEqual(pixels);
  for await (const { pixelStore } of openFolder(lab, { codecs })) {
    expect((await pixelStore.loadRegion(whole)).data).toEqual(pixels);
  }
  const dataset = await openDataset(memoryStore());
  const { imageId } = await ingestLegacyFile(dataset, join(lab, "a.tif"), { codecs });
  expect((await dataset.record(imageId).loadArray()).data).toEqual(pixels);
  const other = await openDataset(memoryStore());
  expect(await ingestLegacyFolder(other, lab, { codecs })).toMatchObject({
    newImageIds: [expect.any(String)],
  });
  const without = await openDataset(memoryStore());
  await expect(ingestLegacyFile(without, join(lab, "a.tif"))).rejects.toMatchObject({
    code: "not_supported",
  });
});

test("any region of a turned image, of colours and of frames of one row is that of the whole", async () => {
  const data = Uint8Array.from({ length: 60 }, (_, index) => index);
  const files = [
    [{ dtype: "uint8", shape: [5, 12], data }, { axes: ["x", "t"] }],
    [{ dtype: "uint8", shape: [4, 5, 3], data }, { axes: ["x", "t", "s"] }],
    [{ dtype: "uint8", shape: [3, 4, 5], data }, { axes: ["c", "x", "t"] }],
    [{ dtype: "uint8", shape: [12, 1, 5], data }, { axes: ["t", "y", "x"] }],
  ] as const;
  for (const [index, [array, options]] of files.entries()) {
    const path = join(folder, `axes${index}.tif`);
    await writeFile(path, writeImageJTiff(array, options));
    const store = new TiffPixelStore(path);
    const { shape } = await store.describe();
    const whole = await store.loadRegion(shape.map(() => undefined));
    expect(whole.shape).toEqual(shape);
    for (const [axis, length] of shape.entries()) {
      const selection = shape.map((_, at) => (at === axis ? { start: 1, stop: length - 1 } : undefined));
      expect(await store.loadRegion(selection)).toEqual(sliceNdArray(whole, selection));
    }
  }
});
