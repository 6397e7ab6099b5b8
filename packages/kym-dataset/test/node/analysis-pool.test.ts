import { memoryStore, openDataset, type ZarrDataset } from "@kym/zarr-store";
import { afterAll, expect, test } from "vitest";
import { analyzeImages, isKymDatasetError } from "../../src/index.ts";
import { analysisPool } from "../../src/node/index.ts";
import { addScan, rect, streaks } from "../support/streaks.ts";

const pool = analysisPool(2);
afterAll(() => pool.close());

async function study(): Promise<ZarrDataset> {
  const dataset = await openDataset(memoryStore());
  for (const id of ["a", "b", "c"]) {
    const rois = [rect(1, [0, 96], [0, 20]), rect(2, [8, 72], [2, 18])];
    await addScan(dataset, id, { rois, pixels: streaks(96, 20, id === "c" ? -0.75 : 0.5) });
  }
  return dataset;
}

/** An image's own node has the time at which it was added. */
async function resultsOf(dataset: ZarrDataset, id: string): Promise<ReadonlyMap<string, string>> {
  const hashes = await dataset.record(id).objectHashes();
  return new Map([...hashes].filter(([key]) => key !== "zarr.json"));
}

test("worker threads give the same bytes as one thread, however many images there are at once", async () => {
  const [alone, pooled] = [await study(), await study()];
  const kinds = ["velocity", "events", "heartRate", "diameter"] as const;
  const { compute, concurrency } = pool;
  const lines: number[] = [];
  await analyzeImages(alone, { kinds });
  const report = await analyzeImages(pooled, {
    ...{ kinds, compute, concurrency },
    onEvent: (event) => lines.push(event.kind === "progress" ? event.done : -event.imageIds.length),
  });
  expect(report.images.map(({ outcome }) => outcome)).toEqual(["analysed", "analysed", "analysed"]);
  expect(lines.slice(0, -1)).toEqual(lines.slice(0, -1).toSorted((a, b) => a - b));
  expect(lines.slice(-2)).toEqual([480, -3]);
  for (const id of ["a", "b", "c"]) {
    expect(await resultsOf(pooled, id)).toEqual(await resultsOf(alone, id));
  }
});

test("an abort reaches the threads, which serve the next run", async () => {
  const dataset = await openDataset(memoryStore());
  await addScan(dataset, "long", { pixels: streaks(20_000, 60, 0.5), rois: [rect(1, [0, 20_000], [0, 60])] });
  const controller = new AbortController();
  const { compute, concurrency } = pool;
  const run = analyzeImages(dataset, {
    ...{ compute, concurrency, kinds: ["velocity"], windowLines: 64, signal: controller.signal },
    onEvent: () => controller.abort(),
  });
  await expect(run).rejects.toSatisfy((error) => isKymDatasetError(error, "aborted"));
  const { images } = await analyzeImages(await study(), { compute, concurrency, kinds: ["velocity"] });
  expect(images.every(({ outcome }) => outcome === "analysed")).toBe(true);
});
