import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ArtifactStore, ImageSource } from "@kym/zarr-store";
import { isZarrStoreError, tableFromRows } from "@kym/zarr-store";
import { afterEach, expect, test } from "vitest";
import type { GivenArtifact, SidecarFormat } from "../../../src/index.ts";
import { openFolder, openTiff, storesForPath } from "../../../src/node/index.ts";
import { CLASSIC_JSON, makeLabFolder, tinyTiff } from "../lab-folder.ts";

const SCHEMA = { columns: [{ name: "bpm", type: "float64" }] } as const;
const METADATA = '{"header": {"voxels": [0.002, 0.5], "voxels_units": ["s", "um"]}, "animal": "m7"}';

/** One file with all kinds of artifacts. */
const heart: SidecarFormat = {
  name: "heart_rate",
  endings: ["_heart.txt"],
  artifacts: [
    { kind: "json", name: "heart/params" },
    { kind: "table", name: "heart/rate" },
    { kind: "array", name: "heart/beats" },
    { kind: "json", name: "metadata" },
  ],
  parse: (bytes) => {
    const bpm = Number(new TextDecoder().decode(bytes));
    const artifacts: readonly GivenArtifact[] = [
      { kind: "json", name: "heart/params", text: `{"bpm": ${bpm}}` },
      { kind: "table", name: "heart/rate", table: tableFromRows([{ bpm }], SCHEMA), schema: SCHEMA },
      {
        kind: "array",
        name: "heart/beats",
        array: { dtype: "float64", shape: [1], data: Float64Array.of(bpm) },
      },
      { kind: "json", name: "metadata", text: METADATA },
    ];
    return { artifacts };
  },
};
const formats = [heart];

let lab = "";
afterEach(() => rm(lab, { recursive: true, force: true }));

async function storeOf(files: Readonly<Record<string, string>>): Promise<ArtifactStore> {
  lab = await makeLabFolder({ "a.tif": tinyTiff(1), ...files });
  return (await openTiff(join(lab, "a.tif"), { formats })).artifactStore;
}

test("a store lists and reads what the file of an added format gives", async () => {
  const store = await storeOf({ "a_heart.txt": "412.5" });
  expect(await store.list()).toEqual({
    json: ["heart/params", "metadata"],
    tables: ["heart/rate"],
    arrays: ["heart/beats"],
  });
  expect(await store.loadJson("heart/params")).toEqual({ bpm: 412.5 });
  expect((await store.loadTable("heart/rate")).getChild("bpm")?.get(0)).toBe(412.5);
  expect((await store.loadArray("heart/beats")).data).toEqual(Float64Array.of(412.5));
});

test("a store completes the metadata that a format gives, and the image's own edits count before them", async () => {
  const store = await storeOf({ "a_heart.txt": "412.5" });
  expect(await store.loadJson("metadata")).toMatchObject({
    animal: "m7",
    header: { shape: [4, 3], voxels: [0.002, 0.5] },
    accepted: true,
  });
  await store.saveJson("metadata", { animal: "m8" });
  expect(await store.loadJson("metadata")).toMatchObject({ animal: "m8", header: { shape: [4, 3] } });
  await writeFile(join(lab, "a.json"), CLASSIC_JSON);
  expect(await store.loadJson("metadata")).toMatchObject({ animal: "m8", accepted: false });
});

test("what is saved in a store counts before what a format gives, and the format's file stays", async () => {
  const store = await storeOf({ "a_heart.txt": "412.5" });
  await store.saveJson("heart/params", { bpm: 1 });
  await store.saveTable("heart/rate", [{ bpm: 2 }], { schema: SCHEMA });
  await store.saveArray("heart/beats", { dtype: "float64", shape: [1], data: Float64Array.of(3) });
  expect(await store.loadJson("heart/params")).toEqual({ bpm: 1 });
  expect((await store.loadTable("heart/rate")).getChild("bpm")?.get(0)).toBe(2);
  expect((await store.loadArray("heart/beats")).data).toEqual(Float64Array.of(3));
  expect((await readdir(lab)).toSorted()).toEqual([
    "a.heart__beats.npy",
    "a.heart__params.json",
    "a.heart__rate.parquet",
    "a.tif",
    "a_heart.txt",
  ]);
});

test("what no file gives is not found, also where a format announces it", async () => {
  lab = await makeLabFolder({ "a.tif": tinyTiff(1), "a_heart.txt": "1" });
  const silent: SidecarFormat = { ...heart, parse: () => ({}) };
  const { artifactStore } = await openTiff(join(lab, "a.tif"), { formats: [silent] });
  for (const load of [
    () => artifactStore.loadJson("heart/params"),
    () => artifactStore.loadTable("heart/rate"),
    () => artifactStore.loadArray("heart/beats"),
    () => artifactStore.loadJson("other"),
  ]) {
    await expect(load()).rejects.toSatisfy((error) => isZarrStoreError(error, "not_found"));
  }
});

test("a store says which file its format failed on, as a typed error", async () => {
  lab = await makeLabFolder({ "a.tif": tinyTiff(1), "a_heart.txt": "1" });
  const broken: SidecarFormat = {
    ...heart,
    parse: () => {
      throw new TypeError("no beats here");
    },
  };
  const { artifactStore, pixelStore } = await openTiff(join(lab, "a.tif"), { formats: [broken] });
  const message = `the sidecar format heart_rate failed on ${join(lab, "a_heart.txt")}: it threw`;
  await expect(artifactStore.loadJson("heart/params")).rejects.toSatisfy(
    (error) => isZarrStoreError(error, "invalid_argument") && error.message.startsWith(message),
  );
  expect((await pixelStore.describe()).shape).toEqual([4, 3]);
});

test("an artifact whose file would be of an added format is refused", async () => {
  lab = await makeLabFolder({ "a.tif": tinyTiff(1) });
  const named: SidecarFormat = { ...heart, endings: [".heart.json"] };
  const { artifactStore } = await openTiff(join(lab, "a.tif"), { formats: [named] });
  await expect(artifactStore.saveJson("heart", 1)).rejects.toSatisfy((error) =>
    isZarrStoreError(error, "conflict"),
  );
});

test.each<[string, (path: string) => AsyncIterable<ImageSource>]>([
  ["openFolder", (path) => openFolder(path, { formats })],
  ["storesForPath", (path) => storesForPath(path, { formats })],
])("%s gives every image its files of added formats", async (_name, open) => {
  lab = await makeLabFolder({
    "a.tif": tinyTiff(1),
    "a_heart.txt": "1",
    "sub/b.tif": tinyTiff(2),
    "sub/b_heart.txt": "2",
  });
  const found: unknown[] = [];
  for await (const { artifactStore } of open(lab)) {
    found.push(await artifactStore.loadJson("heart/params"));
  }
  expect(found).toEqual([{ bpm: 1 }, { bpm: 2 }]);
});
