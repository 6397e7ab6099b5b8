import { expect, it } from "vitest";
import { openDataset } from "../../src/index.ts";
import { isWritableStore } from "../../src/store/key-value-store.ts";
import { memoryStore } from "../../src/store/memory-store.ts";
import { readOnlyStore } from "../../src/store/read-only-store.ts";
import { joinKey } from "../../src/store/store-key.ts";

it("lists and stats as the store does, and has no way to write", async () => {
  const store = memoryStore();
  await store.put(joinKey("dir/file"), new Uint8Array(3));
  const readOnly = readOnlyStore(store);
  expect(await readOnly.list("")).toEqual(await store.list(""));
  expect(await readOnly.stat(joinKey("dir/file"))).toEqual(await store.stat(joinKey("dir/file")));
  expect(isWritableStore(readOnly)).toBe(false);
  for (const method of ["put", "putNew", "makeDirectory", "move", "remove", "sync"]) {
    expect(method in readOnly, method).toBe(false);
  }
});

it("opens in mode r only", async () => {
  const store = memoryStore();
  const dataset = await openDataset(store);
  await dataset.addImage({ dtype: "uint8", shape: [1, 2], data: new Uint8Array([1, 2]) }, { id: "x" });
  const readOnly = readOnlyStore(store);
  await expect(openDataset(readOnly)).rejects.toMatchObject({ code: "read_only" });
  const opened = await openDataset(readOnly, { mode: "r" });
  expect((await opened.record("x").loadArray()).data).toEqual(new Uint8Array([1, 2]));
  await expect(opened.record("x").saveJson("a", 1)).rejects.toMatchObject({ code: "read_only" });
});
