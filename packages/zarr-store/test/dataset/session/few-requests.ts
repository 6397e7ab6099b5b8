/** What opening one image of a large dataset asks of a store that only reads, as one on the web does. */
import { expect } from "vitest";
import { memoryStore, readOnlyStore } from "../../../src/index.ts";
import { openLocalDataset } from "../../../src/node/index.ts";
import { countingStore } from "../../../src/testing/index.ts";

/** After a checkpoint, an image of `count` is opened and read by five calls of the store. */
export async function expectFewRequests(count: number): Promise<void> {
  const plane = (first: number) => ({
    dtype: "uint8" as const,
    shape: [2, 2],
    data: Uint8Array.of(first, 1, 2, 3),
  });
  const store = memoryStore();
  const writer = await openLocalDataset(store);
  await writer.transaction(async (contents) => {
    for (let index = 0; index < count; index++) {
      await contents.addImage(plane(index % 256), { id: `image-${index}` });
    }
  });
  await writer.close();
  const counting = countingStore(store);
  const dataset = await openLocalDataset(readOnlyStore(counting.store), { mode: "r" });
  const asked = Math.floor(count / 2);
  const image = dataset.record(`image-${asked}`);
  expect((await image.attributes())["axes"]).toEqual((await image.getAxes()) ?? []);
  expect((await image.loadArray()).data).toEqual(plane(asked % 256).data);
  const { byMethod, bytesRead } = counting.take();
  // The checkpoint and its record, and two of the image.
  expect(byMethod).toEqual({ get: 4, list: 1 });
  console.log(`one image of ${count}: 5 requests, ${bytesRead} bytes`);
}
