import { memoryStore, openDataset } from "@kym/zarr-store";
import { interceptStore } from "@kym/zarr-store/testing";
import { expect, it, vi } from "vitest";
import { buildDatasetViewTable, KymDataset, radonIndexer, velocityEventIndexer } from "../../src/index.ts";
import { addAnalysedImage } from "../support/image-fixture.ts";

it.each([
  ["kym_velocity_events", "kym_radon"],
  ["kym_radon", "kym_velocity_events"],
])(
  "a view whose table %s cannot be read fails when %s was read, and reads nothing more",
  async (bad, slow) => {
    let underWay = 0;
    let isSlowReached = false;
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isWatching = false;
    const store = interceptStore(memoryStore(), async ({ keys }, run) => {
      if (isWatching && keys.includes(`tables/${bad}.parquet`)) {
        throw new Error("EIO");
      }
      underWay++;
      try {
        if (isWatching && keys.includes(`tables/${slow}.parquet`)) {
          isSlowReached = true;
          await gate;
        }
        return await run();
      } finally {
        underWay--;
      }
    });
    const dataset = await openDataset(store);
    await addAnalysedImage(dataset, "one", 1);
    const kym = new KymDataset(dataset);
    await kym.updateIndex(velocityEventIndexer);
    await kym.updateIndex(radonIndexer);
    isWatching = true;
    let isSettled = false;
    const view = buildDatasetViewTable(dataset).finally(() => {
      isSettled = true;
    });
    const failure = expect(view).rejects.toThrow("EIO");
    await vi.waitFor(() => expect(isSlowReached).toBe(true));
    for (let turn = 0; turn < 20; turn++) {
      await new Promise((resolve) => setTimeout(resolve));
    }
    expect(isSettled).toBe(false);
    release();
    await failure;
    expect(underWay).toBe(0);
  },
);
