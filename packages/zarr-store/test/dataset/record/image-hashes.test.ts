import { expect, it } from "vitest";
import { memoryStore, openDataset, type ZarrDataset } from "../../../src/index.ts";
import { testRuntime } from "../../support/test-runtime.ts";

const IMAGE = { dtype: "uint8", shape: [1, 1], data: new Uint8Array(1) } as const;

async function openTwo(): Promise<readonly [ours: ZarrDataset, theirs: ZarrDataset]> {
  const store = memoryStore();
  const [ours, theirs] = [
    await openDataset(store, { runtime: testRuntime({ pid: 1 }) }),
    await openDataset(store, { runtime: testRuntime({ pid: 2 }) }),
  ];
  for (const id of ["b", "a"]) {
    await ours.addImage(IMAGE, { id });
    await ours.record(id).saveJson("x", id);
  }
  return [ours, theirs];
}

it("the hashes of all images are those of each, and the same map until the image changes", async () => {
  const [ours, theirs] = await openTwo();
  const before = await ours.imageObjectHashes();
  expect([...before.keys()]).toEqual(["a", "b"]);
  for (const [id, hashes] of before) {
    expect([...hashes]).toEqual([...(await ours.record(id).objectHashes())]);
    expect([...hashes.keys()]).toEqual([...hashes.keys()].sort());
  }
  await theirs.record("b").saveJson("x", "changed");
  await theirs.addImage(IMAGE, { id: "c" });
  const after = await ours.imageObjectHashes();
  expect([...after.keys()]).toEqual(["a", "b", "c"]);
  expect(after.get("a")).toBe(before.get("a"));
  expect(after.get("b")?.get("analysis/x.json")).not.toBe(before.get("b")?.get("analysis/x.json"));
  await theirs.deleteImage("a");
  expect([...(await ours.imageObjectHashes()).keys()]).toEqual(["b", "c"]);
  expect(before.get("a")?.has("analysis/x.json")).toBe(true);
});

it("a transaction has the hashes of what it has changed itself", async () => {
  const [ours] = await openTwo();
  await ours.transaction(async (transaction) => {
    await transaction.addImage(IMAGE, { id: "c" });
    await transaction.record("a").saveJson("y", 1);
    const hashes = await transaction.imageObjectHashes();
    expect([...hashes.keys()]).toEqual(["a", "b", "c"]);
    expect(hashes.get("a")?.has("analysis/y.json")).toBe(true);
  });
});

it("a record as of the last look has what the session knew, and the rest after another look", async () => {
  const [ours, theirs] = await openTwo();
  const record = ours.record("a", { asOf: "last look" });
  await ours.refresh();
  await theirs.record("a").saveJson("y", 1);
  expect(await record.json.list()).toEqual(["x"]);
  expect([...(await record.objectHashes()).keys()]).not.toContain("analysis/y.json");
  await expect(record.loadJson("y")).rejects.toMatchObject({ code: "not_found" });
  expect(await ours.record("c", { asOf: "last look" }).exists()).toBe(false);
  await ours.refresh();
  expect(await record.loadJson("y")).toBe(1);
});

it("what a record has, and another session has changed, is read as it is now", async () => {
  const [ours, theirs] = await openTwo();
  await ours.refresh();
  await theirs.record("a").saveJson("x", "changed");
  expect(await ours.record("a", { asOf: "last look" }).loadJson("x")).toBe("changed");
});
