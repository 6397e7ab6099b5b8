// Images that are kept beside the dataset, under `attachments/<id>/<version>`: objects of the log, and none of its images.
import { expect, it } from "vitest";
import {
  createNdArray,
  isZarrStoreError,
  memoryStore,
  openDataset,
  type ZarrDataset,
} from "../../../src/index.ts";
import { keptImageFolder, keptObjectPath, meaningOf } from "../../../src/layout/index.ts";
import type { KeyValueStore } from "../../../src/store/key-value-store.ts";
import type { StoreKey } from "../../../src/store/store-key.ts";

const IMAGE = createNdArray("uint8", [2, 2], new Uint8Array([1, 2, 3, 4]));
const NAMES = {
  artifact: "sources",
  hashesIn: (text: string) => [...text.matchAll(/[0-9a-f]{64}/g)].map(String),
};

/** A dataset that keeps one image of another, and the hashes that the image has there. */
async function withKept(): Promise<{
  readonly dataset: ZarrDataset;
  readonly store: KeyValueStore;
  readonly hashes: ReadonlyMap<string, string>;
}> {
  const store = memoryStore();
  const dataset = await openDataset(store, { keepsHistory: NAMES });
  await dataset.addImage(IMAGE, { id: "scan" });
  const other = await openDataset(memoryStore());
  const record = await other.addImage(IMAGE, { id: "theirs" });
  await record.saveJson("deep/qc", { by: "other" });
  await record.saveArrayArtifact("mask", IMAGE);
  await record.saveAttachment("notes.txt", new Uint8Array([7]));
  const base = new TextEncoder().encode("base");
  await record.saveJson("sources", { base: await dataset.runtime.sha256(base) });
  const hashes = await record.objectHashes();
  await dataset.transaction(async ({ exact }) => {
    await exact.keepInHistory(base);
    const wanted = [...hashes].map(([key, sha256]) => [keptObjectPath("theirs", "v1", key), sha256] as const);
    const start = `${keptImageFolder("theirs", "v1")}/`;
    await exact.copy(other.exact, new Map(wanted), {
      placeOf: (path) => `images/theirs/${path.slice(start.length)}`,
    });
  });
  return { dataset, store, hashes };
}

it("a kept image is listed by none of the lists, lies in the log, and becomes an image with the hashes of the original", async () => {
  const { dataset, hashes } = await withKept();
  const folder = keptImageFolder("theirs", "v1");
  expect(await dataset.listImageIds()).toEqual(["scan"]);
  expect(await dataset.listTableNames()).toEqual([]);
  expect((await dataset.exact.below(folder)).size).toBe(hashes.size);
  expect((await dataset.exact.below("attachments/their")).size).toBe(0);
  await dataset.transaction(async ({ exact }) => {
    const wanted = [...hashes].map(([key, sha256]) => [`images/theirs/${key}`, sha256] as const);
    const start = "images/theirs/".length;
    await exact.copy(exact, new Map(wanted), { placeOf: (path) => `${folder}/${path.slice(start)}` });
    await exact.copy(exact, new Map([...(await exact.below(folder)).keys()].map((path) => [path, null])));
  });
  expect(await dataset.record("theirs").objectHashes()).toEqual(hashes);
  expect(await dataset.exact.below("attachments")).toEqual(new Map());
  expect((await dataset.check()).problems).toEqual([]);
});

it("check finds a kept object that is damaged, missing or strange, and adopt takes no file that no commit wrote", async () => {
  const { dataset, store } = await withKept();
  expect((await dataset.check()).problems).toEqual([]);
  const path = (key: string): StoreKey => keptObjectPath("theirs", "v1", key);
  await store.put(path("data/c/0/0"), new Uint8Array([1]));
  await store.remove(path("analysis/deep/qc.json"));
  await store.put(path("analysis/other.json"), new TextEncoder().encode("{}"));
  const { problems } = await dataset.check();
  expect(problems.map(({ kind, path: at }) => [kind, at.split("v1/")[1]])).toEqual(
    expect.arrayContaining([
      ["damaged", "data/c/0/0"],
      ["missing", "analysis/deep/qc.json"],
      ["unknown", "analysis/other.json"],
    ]),
  );
  expect((await dataset.adopt()).adopted).toEqual([]);
});

it("gc keeps what a kept image names in the history, and no longer once it is gone", async () => {
  const { dataset } = await withKept();
  const namedIn = async (): Promise<readonly string[]> => {
    // Times of commits have whole milliseconds.
    await new Promise((resolve) => setTimeout(resolve, 3));
    const report = await dataset.gc({ historyOlderThanMs: 0 });
    return report.history.map(({ sha256 }) => sha256);
  };
  expect(await namedIn()).toEqual([]);
  const kept = await dataset.exact.below("attachments");
  await dataset.transaction(({ exact }) =>
    exact.copy(exact, new Map([...kept.keys()].map((path) => [path, null]))),
  );
  expect(await namedIn()).toHaveLength(1);
});

it("a commit that keeps an image beside an edit can be undone, and the image stays kept", async () => {
  const { dataset, hashes } = await withKept();
  const from = await openDataset(memoryStore());
  const record = await from.addImage(IMAGE, { id: "theirs" });
  await dataset.transaction(async (transaction) => {
    await transaction.record("scan").saveJson("qc", { seen: true });
    const copies = [...(await record.objectHashes())].map(
      ([key, sha256]) => [keptObjectPath("theirs", "v2", key), sha256] as const,
    );
    const start = `${keptImageFolder("theirs", "v2")}/`.length;
    await transaction.exact.copy(from.exact, new Map(copies), {
      placeOf: (path) => `images/theirs/${path.slice(start)}`,
    });
  });
  expect(await dataset.past.undo()).toMatchObject({ outcome: "undone" });
  expect((await dataset.exact.below(keptImageFolder("theirs", "v1"))).size).toBe(hashes.size);
  expect((await dataset.exact.below(keptImageFolder("theirs", "v2"))).size).toBeGreaterThan(0);
});

it.each([
  ["attachments/a/v1/zarr.json", "zarr.json"],
  ["attachments/a/v1/data/c/0/0", "data/c/0/0"],
  ["attachments/a/v1/attachments/x.txt", "attachments/x.txt"],
  ["attachments/a/v1/elsewhere/x", undefined],
  ["attachments/a/v1", undefined],
  ["attachments/a", undefined],
  ["attachments/a.json/v1/zarr.json", undefined],
])("the path %s means the object %s of a kept image", (path, key) => {
  const meaning = meaningOf(path);
  expect(meaning?.kind === "kept" ? meaning.key : undefined).toBe(key);
});

it("a folder of a kept image has a name that every file system takes", () => {
  expect(() => keptImageFolder("a", "../b")).toThrow();
  const refusal = ((): unknown => {
    try {
      return keptImageFolder("a/b", "v");
    } catch (error) {
      return error;
    }
  })();
  expect(isZarrStoreError(refusal, "invalid_name")).toBe(true);
});
