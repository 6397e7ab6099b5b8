import { createNdArray, memoryStore, openDataset } from "@kym/zarr-store";
import { expect } from "vitest";
import { AcqImageList } from "../../src/index.ts";
import { countReads } from "../support/counting-store.ts";

/** Lists a dataset of so many images, each with a summary, and looks at what was read for it. */
export async function checkListReads(count: number): Promise<void> {
  const store = memoryStore();
  const writer = await openDataset(store);
  const pixel = createNdArray("uint8", [1, 1]);
  await writer.transaction(async (transaction) => {
    for (let index = 0; index < count; index += 1) {
      await transaction.addImage(pixel, {
        id: `image-${String(index).padStart(6, "0")}`,
        summary: { n: index },
      });
    }
  });
  await writer.updateManifest();
  const counting = countReads(store);
  const list = AcqImageList.from((await openDataset(counting.store)).openImages({ orderBy: "n" }));
  expect(await list.count()).toBe(count);
  expect((await list.get(count - 1))?.displayName).toBe(`image-${String(count - 1).padStart(6, "0")}`);
  const reads = counting.takeReads();
  expect(reads.filter((key) => key.startsWith("images/"))).toEqual([]);
  expect(reads.filter((key) => key === "__commits/checkpoint")).toHaveLength(1);
  // The root, the checkpoint and its record, and the commit after it and a pack with it, which are asked for again and
  // again and are not there.
  const files = [...new Set(reads)].sort();
  console.log(`a list of ${count} images: ${files.length} paths asked for`);
  expect(files).toEqual([
    "__commits/00000000000000000001.json",
    "__commits/00000000000000000002.json",
    "__commits/checkpoint",
    "__commits/pack-00000000000000000001",
    "zarr.json",
  ]);
}
