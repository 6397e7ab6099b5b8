import { describe, expect, it } from "vitest";
import { isZarrStoreError } from "../../../src/errors.ts";
import { createNdArray, memoryStore, openDataset, type ZarrDataset } from "../../../src/index.ts";
import type { KeyValueStore } from "../../../src/store/key-value-store.ts";
import type { StoreKey } from "../../../src/store/store-key.ts";
import { faultyStore } from "../../../src/testing/faulty-store.ts";

const IMAGE = createNdArray("uint8", [2, 2], new Uint8Array([1, 2, 3, 4]));

async function withCommits(
  count: number,
): Promise<{ readonly store: KeyValueStore; readonly dataset: ZarrDataset }> {
  const store = memoryStore();
  const dataset = await openDataset(store);
  await dataset.addImage(IMAGE, { id: "scan" });
  for (let version = 2; version <= count; version++) {
    await dataset.record("scan").saveJson("qc", { version });
  }
  return { store, dataset };
}

async function copyStore(
  store: KeyValueStore,
  folder: StoreKey | "" = "",
  target = memoryStore(),
): Promise<KeyValueStore> {
  for (const { name, kind } of await store.list(folder)) {
    const key = (folder === "" ? name : `${folder}/${name}`) as StoreKey;
    await (kind === "directory"
      ? copyStore(store, key, target)
      : target.put(key, (await store.get(key)) ?? new Uint8Array()));
  }
  return target;
}

describe("the last common commit", () => {
  it.each([
    [0, 0],
    [3, 0],
    [0, 5],
    [4, 7],
  ])("is found where one copy has %d and the other %d more commits", async (ours, theirs) => {
    const { store, dataset } = await withCommits(5);
    const other = await openDataset(await copyStore(store));
    const newest = await dataset.copies.newest();
    for (let count = 0; count < Math.max(ours, theirs); count++) {
      await (count < ours && dataset.record("scan").saveJson("qc", { ours: count }));
      await (count < theirs && other.record("scan").saveJson("qc", { theirs: count }));
    }
    expect(await dataset.copies.lastCommon(other.copies)).toEqual(newest);
    expect(await other.copies.lastCommon(dataset.copies)).toEqual(newest);
    expect(newest && (await other.copies.has(newest))).toBe(true);
  });

  it("is none for datasets that began apart, and for one without commits", async () => {
    const { dataset } = await withCommits(3);
    const { dataset: other } = await withCommits(3);
    const empty = await openDataset(memoryStore());
    expect(await dataset.copies.lastCommon(other.copies)).toBeUndefined();
    expect(await dataset.copies.lastCommon(empty.copies)).toBeUndefined();
    expect(await empty.copies.newest()).toBeUndefined();
  });

  it("is found with few records read", async () => {
    const { store } = await withCommits(40);
    let reads = 0;
    const counted = faultyStore(await copyStore(store), ({ method, keys: [key = ""] }) => {
      reads += method === "get" && /__commits\/0/.test(key) ? 1 : 0;
      return undefined;
    });
    const [dataset, other] = [await openDataset(store), await openDataset(counted)];
    await dataset.record("scan").saveJson("qc", { ours: 1 });
    await other.record("scan").saveJson("qc", { theirs: 1 });
    reads = 0;
    expect((await dataset.copies.lastCommon(other.copies))?.version).toBe(40);
    expect(reads).toBeLessThan(12);
  });

  it("records after a version are those since, oldest first", async () => {
    const { dataset } = await withCommits(5);
    const versions = [];
    for await (const { version } of dataset.copies.recordsAfter(3)) {
      versions.push(version);
    }
    expect(versions).toEqual([4, 5]);
  });
});

describe("objects are copied byte for byte", () => {
  it("an image comes with the hashes of the original, in one commit", async () => {
    const { dataset: from } = await withCommits(3);
    const to = await openDataset(memoryStore());
    const hashes = await from.record("scan").objectHashes();
    const paths = new Map([...hashes].map(([key, sha256]) => [`images/scan/${key}`, sha256]));
    await to.transaction((transaction) => transaction.exact.copy(from.exact, paths));
    expect(await to.record("scan").objectHashes()).toEqual(hashes);
    expect(await to.record("scan").loadJson("qc")).toEqual({ version: 3 });
    expect((await to.record("scan").loadArray()).data).toEqual(IMAGE.data);
    expect([to.version, (await to.check()).problems]).toEqual([1, []]);
  });

  it("what changed in the other dataset since the plan is a conflict, and null deletes", async () => {
    const { dataset: from } = await withCommits(3);
    const { dataset: to } = await withCommits(2);
    const path = "images/scan/analysis/qc.json";
    const planned = (await from.exact.hash(path)) ?? null;
    await from.record("scan").saveJson("qc", { later: true });
    const copy = (hash: string | null): Promise<unknown> =>
      to.transaction((transaction) => transaction.exact.copy(from.exact, new Map([[path, hash]])), {
        retries: 0,
      });
    const refusal = await copy(planned).catch((error: unknown) => error);
    expect(isZarrStoreError(refusal, "conflict")).toBe(true);
    await copy(null);
    expect(await to.exact.load(path)).toBeUndefined();
  });

  it.each(["zarr.json", "images/zarr.json", "__commits/x", "elsewhere", "../x"])(
    "the path %s is refused: it is no object of an image or table",
    async (path) => {
      const { dataset } = await withCommits(1);
      const refusal = await dataset.exact.load(path).catch((error: unknown) => error);
      expect(isZarrStoreError(refusal, "invalid_name")).toBe(true);
    },
  );
});

describe("a commit that only says something", () => {
  it("is made if its caller wants it even without changes, and not otherwise", async () => {
    const { dataset } = await withCommits(1);
    const nothing = async (): Promise<void> => undefined;
    expect((await dataset.transaction(nothing, { details: { note: 1 } })).committed).toBe(false);
    expect((await dataset.transaction(nothing, { evenIfUnchanged: true })).committed).toBe(false);
    const options = { details: { note: 1 }, evenIfUnchanged: true, message: "says" };
    expect(await dataset.transaction(nothing, options)).toMatchObject({
      committed: true,
      version: 2,
      ops: [],
    });
    const [record] = await Array.fromAsync(dataset.copies.recordsAfter(1));
    expect(record).toMatchObject({ message: "says", details: { note: 1 }, ops: [] });
    expect((await dataset.check()).problems).toEqual([]);
  });
});

it("exact objects are saved byte for byte under any path of an image or table, and a buffer may be reused", async () => {
  const { dataset } = await withCommits(1);
  const bytes = new TextEncoder().encode("not parsed");
  await dataset.transaction(async ({ exact }) => {
    await exact.save("tables/any.parquet", bytes);
    await exact.save("images/scan/analysis/qc.json", bytes);
    bytes.fill(0);
  });
  expect(new TextDecoder().decode(await dataset.exact.load("tables/any.parquet"))).toBe("not parsed");
  expect(await dataset.exact.hash("images/scan/analysis/qc.json")).toBe(
    await dataset.exact.hash("tables/any.parquet"),
  );
  for (const path of ["zarr.json", "images/zarr.json", "__commits/latest.json", "../x"]) {
    await expect(dataset.exact.save(path, bytes)).rejects.toSatisfy((error) => isZarrStoreError(error));
  }
});
