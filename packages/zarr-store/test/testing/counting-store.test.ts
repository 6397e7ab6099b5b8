import { expect, it } from "vitest";
import { memoryStore } from "../../src/store/memory-store.ts";
import { joinKey } from "../../src/store/store-key.ts";
import { countingStore } from "../../src/testing/counting-store.ts";

const A = joinKey("a");
const B = joinKey("b");

it("counts calls by method, bytes both ways and what is flushed, and begins anew when they are taken", async () => {
  const { store, take } = countingStore(memoryStore());
  await store.put(A, new Uint8Array(10));
  await store.put(B, new Uint8Array(5));
  await store.sync([A, B, ""]);
  await store.get(A);
  await store.getRange(B, { offset: 1, length: 3 });
  await store.get(joinKey("nothing"));
  expect(take()).toEqual({
    calls: 6,
    byMethod: { put: 2, sync: 1, get: 2, getRange: 1 },
    synced: 3,
    bytesRead: 13,
    bytesWritten: 15,
  });
  expect(take()).toEqual({ calls: 0, byMethod: {}, synced: 0, bytesRead: 0, bytesWritten: 0 });
});

it("counts a call that fails", async () => {
  const { store, take } = countingStore(memoryStore());
  await expect(store.putNew(A, B)).rejects.toMatchObject({ code: "not_found" });
  expect(take()).toMatchObject({ calls: 1, byMethod: { putNew: 1 } });
});
