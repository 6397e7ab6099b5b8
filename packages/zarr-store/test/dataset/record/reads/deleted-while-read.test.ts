import { beforeEach, describe, expect, it } from "vitest";
import { memoryStore, openDataset, type ZarrDataset } from "../../../../src/index.ts";
import type { KeyValueStore } from "../../../../src/store/key-value-store.ts";
import type { StoreKey } from "../../../../src/store/store-key.ts";
import { interceptStore } from "../../../../src/testing/index.ts";

const IMAGE = { dtype: "uint8", shape: [2, 2], data: Uint8Array.of(1, 2, 3, 4) } as const;
const WIDER = { dtype: "uint8", shape: [2, 4], data: new Uint8Array(8).fill(7) } as const;

describe("pixels that are read while another process", () => {
  let store: KeyValueStore;
  let writer: ZarrDataset;
  beforeEach(async () => {
    store = memoryStore();
    writer = await openDataset(store);
    await writer.addImage(IMAGE, { id: "a", chunks: [1, 2] });
    await (await writer.addImage(IMAGE, { id: "b" })).saveArrayArtifact("mask", IMAGE);
  });

  /** A reader for whom something happens before its first look at a chunk. */
  async function readerWith(id: string, change: () => Promise<unknown>): Promise<ZarrDataset> {
    let isDone = false;
    const watched = interceptStore(store, async ({ method, keys }, run) => {
      if (!isDone && method === "get" && keys[0]?.startsWith(`images/${id}/`) && keys[0].includes("/c/")) {
        isDone = true;
        await change();
      }
      return run();
    });
    return openDataset(watched, { mode: "r" });
  }

  it("deletes the image are not found, and not damaged", async () => {
    const reader = await readerWith("a", () => writer.deleteImage("a"));
    await expect(reader.record("a").loadArray()).rejects.toMatchObject({ code: "not_found" });
  });

  it("deletes the array artifact are not found either, whole or in part", async () => {
    const reader = await readerWith("b", () => writer.deleteImage("b"));
    await expect(reader.record("b").loadArrayArtifact("mask")).rejects.toMatchObject({ code: "not_found" });
  });

  it("deletes it and adds another one are those of the other one", async () => {
    const reader = await readerWith("a", async () => {
      await writer.deleteImage("a");
      await writer.addImage(WIDER, { id: "a" });
    });
    expect(await reader.record("a").loadArray()).toEqual(WIDER);
  });

  it("deletes another image are read as ever", async () => {
    const reader = await readerWith("a", () => writer.deleteImage("b"));
    expect(await reader.record("a").loadArray()).toEqual(IMAGE);
  });

  it("does nothing, but a chunk is gone, are damaged", async () => {
    const reader = await readerWith("a", () => store.remove("images/a/data/c/0/0" as StoreKey));
    await expect(reader.record("a").loadArray()).rejects.toMatchObject({ code: "integrity" });
  });
});
