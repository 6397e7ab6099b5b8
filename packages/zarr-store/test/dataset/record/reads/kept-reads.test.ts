/** A record that keeps what it read, for several readers of one image. */
import { beforeEach, expect, test } from "vitest";
import { memoryStore, openDataset, rowsOf, type ZarrDataset } from "../../../../src/index.ts";
import { countingStore } from "../../../../src/testing/index.ts";

const SCHEMA = { columns: [{ name: "v", type: "int64" }] } as const;
const KEEPS = { asOf: "last look", keepsReads: true } as const;
const SHARED = { memory: "shared" } as const;

const counting = { take: (): number => 0 };
let dataset: ZarrDataset;
beforeEach(async () => {
  const { store, take } = countingStore(memoryStore());
  counting.take = () => take().byMethod.get ?? 0;
  dataset = await openDataset(store);
  const image = { dtype: "uint8", shape: [2, 3], data: new Uint8Array(6) } as const;
  const record = await dataset.addImage(image, { id: "one" });
  await record.saveJson("a", { b: [1] });
  await record.saveParquet("t", [{ v: 1n }], { schema: SCHEMA });
  await record.saveCsvGz("t", [{ v: 2n }], { schema: SCHEMA });
  await dataset.refresh();
  counting.take();
});

test("it reads each artifact once, also for readers that come while it is read", async () => {
  const record = dataset.record("one", KEEPS);
  expect(record.keepsReads).toBe(true);
  const [a, b] = await Promise.all([record.loadParquet("t", SHARED), record.tables.load("t", SHARED)]);
  expect(a).toBe(b);
  expect(await record.loadJson("a")).toEqual(await record.loadJson("a"));
  expect(await record.loadJson("a")).not.toBe(await record.loadJson("a"));
  expect(Array.from(rowsOf(await record.loadCsvGz("t")))).toEqual([{ v: 2n }]);
  expect(counting.take()).toBe(3);
  await record.loadJsonText("a");
  expect(counting.take()).toBe(0);
});

test("a table whose columns must own their memory is read for its reader alone", async () => {
  const record = dataset.record("one", KEEPS);
  const shared = await record.loadParquet("t", SHARED);
  expect(await record.loadParquet("t")).not.toBe(shared);
  expect(counting.take()).toBe(2);
});

test("a failure is kept as well: all readers see the same", async () => {
  const record = dataset.record("one", KEEPS);
  await expect(record.loadParquet("none", SHARED)).rejects.toMatchObject({ code: "not_found" });
  await expect(record.loadParquet("none", SHARED)).rejects.toMatchObject({ code: "not_found" });
});

test("what it kept ends with a change through it", async () => {
  const record = dataset.record("one", KEEPS);
  await record.loadJson("a");
  await record.saveJson("a", { b: 2 });
  expect(await record.loadJson("a")).toEqual({ b: 2 });
});

test("a record as of now keeps nothing", async () => {
  const record = dataset.record("one", { keepsReads: true });
  expect(record.keepsReads).toBe(false);
  await dataset.record("one").saveJson("a", { b: 3 });
  expect(await record.loadJson("a")).toEqual({ b: 3 });
});
