import { describe, expect, it } from "vitest";
import { memoryStore } from "../../src/store/memory-store.ts";
import { joinKey } from "../../src/store/store-key.ts";
import { faultyStore, type StoreFault } from "../../src/testing/faulty-store.ts";

const A = joinKey("a");
const TEN = Uint8Array.from({ length: 10 }, (_, index) => index);

/** A store whose second call goes wrong. */
function secondCall(fault: StoreFault["fault"], errno = "ENOSPC") {
  const inner = memoryStore();
  return { inner, store: faultyStore(inner, (_call, index) => (index === 1 ? { fault, errno } : undefined)) };
}

describe("a store with faults", () => {
  it.each(["ENOSPC", "EIO", "EACCES"])(
    "says %s at the call that was asked for, and at no other",
    async (errno) => {
      const { store } = secondCall("fails", errno);
      await store.put(A, TEN);
      await expect(store.remove(A)).rejects.toMatchObject({
        code: "io",
        details: { path: "a", found: errno },
      });
      expect(await store.get(A)).toEqual(TEN);
    },
  );

  it("writes half of what is put where it tears", async () => {
    const { store, inner } = secondCall("tears");
    await store.get(A);
    await expect(store.put(A, TEN)).rejects.toMatchObject({ code: "io" });
    expect(await inner.get(A)).toEqual(TEN.slice(0, 5));
  });

  it("does what it reports as failed", async () => {
    const { store, inner } = secondCall("reports");
    await store.put(A, TEN);
    await expect(store.remove(A)).rejects.toMatchObject({ code: "io" });
    expect(await inner.get(A)).toBeUndefined();
  });

  it("lets the caller abort at a call", async () => {
    const controller = new AbortController();
    const store = faultyStore(memoryStore(), (_call, index) => {
      if (index === 1) {
        controller.abort();
      }
      return undefined;
    });
    await store.put(A, TEN);
    await expect(store.get(A, { signal: controller.signal })).rejects.toMatchObject({ code: "aborted" });
  });

  it("is told each call with its keys and bytes", async () => {
    const seen: unknown[] = [];
    const store = faultyStore(memoryStore(), (call, index) => {
      seen.push([index, call.method, call.keys, call.bytes?.length]);
      return undefined;
    });
    await store.put(A, TEN);
    await store.move(A, joinKey("b"));
    await store.sync([joinKey("b"), ""]);
    expect(seen).toEqual([
      [0, "put", ["a"], 10],
      [1, "move", ["a", "b"], undefined],
      [2, "sync", ["b", ""], undefined],
    ]);
  });
});
