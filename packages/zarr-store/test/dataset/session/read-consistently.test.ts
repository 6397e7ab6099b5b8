import { expect, it } from "vitest";
import { memoryStore, openDataset, type ZarrDataset } from "../../../src/index.ts";
import { testRuntime } from "../../support/test-runtime.ts";

async function openTwo(): Promise<readonly [ZarrDataset, ZarrDataset]> {
  const store = memoryStore();
  const [reader, writer] = [
    await openDataset(store, { runtime: testRuntime({ pid: 1 }) }),
    await openDataset(store, { runtime: testRuntime({ pid: 2 }) }),
  ];
  const image = { dtype: "uint8", shape: [1, 1], data: new Uint8Array(1) } as const;
  await writer.transaction(async (transaction) => {
    const record = await transaction.addImage(image, { id: "one" });
    await record.saveJson("a", 0);
    await record.saveJson("b", 0);
  });
  return [reader, writer];
}

async function write(writer: ZarrDataset, value: number): Promise<void> {
  await writer.transaction(async (transaction) => {
    await transaction.record("one").saveJson("a", value);
    await transaction.record("one").saveJson("b", value);
  });
}

it("several objects are of one version, however often others commit between two reads", async () => {
  const [reader, writer] = await openTwo();
  let runs = 0;
  const pair = await reader.readConsistently(async () => {
    const a = await reader.record("one").loadJson("a");
    if (++runs <= 3) {
      await write(writer, runs);
    }
    return [a, await reader.record("one").loadJson("b")];
  });
  expect([runs, pair]).toEqual([4, [3, 3]]);
});

it("a consistent read runs again, and does not end, where something is deleted that was there a moment ago", async () => {
  const [reader, writer] = await openTwo();
  const loaded = await reader.readConsistently(async () => {
    const ids = await reader.listImageIds();
    if (ids.length > 0) {
      await writer.deleteImage("one");
    }
    return Promise.all(ids.map((id) => reader.record(id).loadArray()));
  });
  expect(loaded).toEqual([]);
});

it("an error of its own ends a consistent read at once", async () => {
  const [reader] = await openTwo();
  let runs = 0;
  const failing = reader.readConsistently(() => {
    runs++;
    return Promise.reject(new Error("the caller's own"));
  });
  await expect(failing).rejects.toThrow("the caller's own");
  expect(runs).toBe(1);
});

it("a consistent read is a conflict if the dataset changes during every attempt", async () => {
  const [reader, writer] = await openTwo();
  let value = 0;
  const never = reader.readConsistently(() => write(writer, ++value), { attempts: 5 });
  await expect(never).rejects.toMatchObject({ code: "conflict", details: { found: 5 } });
  expect(value).toBe(5);
});
