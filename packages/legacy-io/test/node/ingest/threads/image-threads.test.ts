import { readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createNdArray, type ZarrDataset } from "@kym/zarr-store";
import { nodeRuntime, openLocalDataset } from "@kym/zarr-store/node";
import { afterEach, describe, expect, it } from "vitest";
import type { IngestFolderOptions, IngestReport } from "../../../../src/node/index.ts";
import { syncFolder } from "../../../../src/node/ingest/sync-folder.ts";
import { startImageThreads, type ThreadSettings } from "../../../../src/node/threads/image-threads.ts";
import { withOwnMemory } from "../../../../src/node/threads/with-own-memory.ts";
import { writeImageJTiff } from "../../../../src/tiff/index.ts";
import { CLASSIC_JSON, makeLabFolder, TRACE_CSV, tinyTiff } from "../../lab-folder.ts";

const DYING: Partial<ThreadSettings> = { module: new URL("dying-worker.ts", import.meta.url) };

/** An image that has several chunks, and is read a few rows at a time. */
function largeTiff(): Uint8Array<ArrayBuffer> {
  const [lines, columns] = [140_000, 64];
  const data = Uint16Array.from({ length: lines * columns }, (_, at) => (at * 7) % 4096);
  return writeImageJTiff(createNdArray("uint16", [lines, columns], data));
}

function colours(): Uint8Array<ArrayBuffer> {
  const data = Uint8Array.from({ length: 2 * 5 * 4 }, (_, at) => at);
  return writeImageJTiff(createNdArray("uint8", [2, 5, 4], data), { axes: ["c", "t", "x"] });
}

describe("the threads of an ingest", () => {
  let folder = "";
  const folders: string[] = [];
  afterEach(async () => {
    await Promise.all(
      [...folders.splice(0), folder].map((path) => rm(path, { recursive: true, force: true })),
    );
  });
  const open = async (): Promise<ZarrDataset> => {
    const path = join(tmpdir(), `kym-threads-${crypto.randomUUID()}.zarr`);
    folders.push(path);
    return openLocalDataset(path, {
      durability: "none",
      runtime: { ...nodeRuntime(), nowEpochMs: () => 1e12 },
    });
  };
  const ingest = async (
    dataset: ZarrDataset,
    options: IngestFolderOptions,
    threads: Partial<ThreadSettings> = {},
  ): Promise<IngestReport> => {
    const rules = { mode: "skip", onChange: "new-record" } as const;
    return syncFolder(dataset, folder, rules, {
      ...options,
      threads: { fromBytes: 0, processors: 2, ...threads },
    });
  };
  const leftovers = async (dataset: ZarrDataset): Promise<readonly string[]> =>
    readdir(join(dataset.location, "__staging"));

  /** All that an ingest stores, by the names of the files. */
  async function contentOf(dataset: ZarrDataset): Promise<unknown> {
    const rows = await dataset.loadSourcesIndex();
    const images = rows.map(async ({ image_id: id, ingested_epoch_ns: _, ...source }) => [
      source,
      await dataset.record(id).attributes(),
      [...(await dataset.record(id).objectHashes())].filter(([key]) => key !== "zarr.json").toSorted(),
    ]);
    return (await Promise.all(images)).toSorted((a, b) =>
      JSON.stringify(a[2]) < JSON.stringify(b[2]) ? -1 : 1,
    );
  }

  /** Ingests the folder with and without threads. */
  async function ingestTwice(compression: "none" | "zstd"): Promise<IngestReport> {
    const [without, within] = [await open(), await open()];
    const reports = [await ingest(without, { jobs: 1, compression }), await ingest(within, { compression })];
    const [first, second] = reports.map(({ ingested, newImageIds, notes, ...report }) => ({
      ...report,
      ingested: ingested.map(({ path }) => path),
      notes: notes.map(({ path, reason }) => ({ path, reason })),
      newImageIds: newImageIds.length,
    }));
    expect(second).toEqual(first);
    expect(await contentOf(within)).toEqual(await contentOf(without));
    expect((await within.check()).problems).toEqual([]);
    expect(await leftovers(within)).toEqual([]);
    return reports[1] as IngestReport;
  }

  it("store and say what an ingest without them does", async () => {
    folder = await makeLabFolder({
      "a/scan_1.tif": tinyTiff(1),
      "a/scan_1.json": CLASSIC_JSON,
      "a/flow-analysis/scan_1_radon.csv": TRACE_CSV,
      "a/two_C001T001.tif": tinyTiff(2),
      "a/two_C002T001.tif": tinyTiff(3),
      "b/broken.tif": tinyTiff(4).slice(0, -5),
      "b/empty.tif": new Uint8Array(0),
      "b/colours.tif": colours(),
    });
    const { ingested, failed } = await ingestTwice("none");
    expect([ingested.length, failed.map(({ path }) => path)]).toEqual([3, ["b/broken.tif", "b/empty.tif"]]);
  });

  it("store the same chunks of an image that is read a few rows at a time", async () => {
    folder = await makeLabFolder({ "large.tif": largeTiff() });
    expect((await ingestTwice("zstd")).ingested).toHaveLength(1);
  });

  it("stop after an abort, and what was stored until then is committed", async () => {
    folder = await makeLabFolder(
      Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`${100 + n}.tif`, tinyTiff(n)])),
    );
    const dataset = await open();
    const stop = new AbortController();
    const onEvent = ({ type }: { readonly type: string }): void =>
      type === "read" ? stop.abort() : undefined;
    await expect(ingest(dataset, { signal: stop.signal, onEvent })).rejects.toMatchObject({
      code: "aborted",
    });
    const { length } = await dataset.listImageIds();
    expect([length > 0, length < 30]).toEqual([true, true]);
    expect((await dataset.check()).problems).toEqual([]);
    expect(await leftovers(dataset)).toEqual([]);
  });

  it("cost one image if one dies, which is named, and another takes its place", async () => {
    folder = await makeLabFolder({
      "a.tif": tinyTiff(1),
      "b-dies.tif": tinyTiff(2),
      "c.tif": tinyTiff(3),
      "d-dies.tif": tinyTiff(4),
      "e.tif": tinyTiff(5),
    });
    const dataset = await open();
    const report = await ingest(dataset, { jobs: 2 }, DYING);
    expect(report.ingested.map(({ path }) => path)).toEqual(["a.tif", "c.tif", "e.tif"]);
    expect(report.failed).toEqual(
      ["b-dies.tif", "d-dies.tif"].map((path) => ({
        path,
        reason: expect.stringContaining("died: it ended with code 9"),
      })),
    );
    expect((await dataset.check()).problems).toEqual([]);
    expect(await leftovers(dataset)).toEqual([]);
  });

  it("end the ingest once three have died in a row, and nothing is left of it", async () => {
    folder = await makeLabFolder(Object.fromEntries([1, 2, 3, 4].map((n) => [`${n}-dies.tif`, tinyTiff(n)])));
    const dataset = await open();
    await expect(ingest(dataset, {}, DYING)).rejects.toMatchObject({
      code: "io",
      message: expect.stringMatching(
        /^3 worker threads died one after another, the last at \d-dies.tif: .*code 9/,
      ),
    });
    expect(await dataset.listImageIds()).toEqual([]);
    expect(await leftovers(dataset)).toEqual([]);
  });

  it("are as many as processors, at most 8, or jobs; none for little work, one job or own codecs", () => {
    const sizeOf = (
      sizeBytes: number,
      options: Parameters<typeof startImageThreads>[1],
    ): number | undefined => startImageThreads(sizeBytes, { threads: { processors: 16 }, ...options })?.size;
    const codec = { name: "own", tag: 1, decode: () => new Uint8Array() };
    expect([sizeOf(5e7, {}), sizeOf(5e7, { jobs: 3 }), sizeOf(5e7, { threads: { processors: 2 } })]).toEqual([
      8, 3, 2,
    ]);
    expect([
      sizeOf(5e7 - 1, {}),
      sizeOf(5e7, { jobs: 1 }),
      sizeOf(5e7, { threads: { processors: 1 } }),
    ]).toEqual([undefined, undefined, undefined]);
    expect(sizeOf(5e7, { codecs: [codec as never] })).toBeUndefined();
  });

  it("carry no file with a few bytes of it", () => {
    const file = new Uint8Array(1000);
    const value = {
      tags: [file.subarray(1, 3)],
      map: new Map([["a", { bytes: file.subarray(4, 5), n: 1n }]]),
    };
    const own = withOwnMemory(value);
    expect(own).toEqual(value);
    expect([own.tags[0]?.buffer.byteLength, own.map.get("a")?.bytes.buffer.byteLength]).toEqual([2, 1]);
  });
});
