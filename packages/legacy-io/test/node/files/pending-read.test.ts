// A file that gives nothing, as one on a share that is gone, is given up after a minute.
import fileSystem, { rm } from "node:fs/promises";
import { basename } from "node:path";
import { memoryStore, openDataset } from "@kym/zarr-store";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { ingestLegacyFolder } from "../../../src/node/index.ts";
import { waitAtMost } from "../../../src/tiff/header/wait-at-most.ts";
import { caught } from "../../support/caught.ts";
import { replaceExports } from "../../support/replace-exports.ts";
import { makeLabFolder, tinyTiff } from "../lab-folder.ts";

/** What never ends, by the name of the file. */
const stuck = new Map<string, "open" | "read" | "stat">();
const forever = (): Promise<never> => new Promise(() => undefined);

const openFile = fileSystem.open;
const open: typeof openFile = async (path, ...rest) => {
  const what = stuck.get(basename(String(path)));
  if (what === "open") {
    return forever();
  }
  const handle = await openFile(path, ...rest);
  if (what === undefined) {
    return handle;
  }
  const close = handle.close.bind(handle);
  // Node closes a file only after its pending reads.
  return Object.assign(handle, {
    [what]: forever,
    close: async () => {
      await close();
      return forever();
    },
  });
};
let restore = (): void => undefined;
beforeAll(() => {
  restore = replaceExports(fileSystem, { open });
});
afterAll(() => restore());
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  stuck.clear();
  vi.useRealTimers();
});

const realTimeout = globalThis.setTimeout;

/** Lets a minute go by, again and again, until a promise is settled. The files that can be read take some real time. */
async function minutesUntil<T>(pending: Promise<T>): Promise<T> {
  let isSettled = false;
  const settle = (): void => {
    isSettled = true;
  };
  pending.then(settle, settle);
  while (!isSettled) {
    await new Promise((resolve) => realTimeout(resolve, 15));
    await vi.advanceTimersByTimeAsync(2000);
  }
  return pending;
}

it.each(["open", "read", "stat"] as const)("a pending %s fails its image alone", async (what) => {
  const folder = await makeLabFolder({ "a.tif": tinyTiff(1), "b.tif": tinyTiff(2) });
  stuck.set("a.tif", what);
  const dataset = await openDataset(memoryStore());
  const report = await minutesUntil(ingestLegacyFolder(dataset, folder));
  expect(report.failed).toEqual([
    { path: "a.tif", reason: "cannot read a.tif: the file gave nothing for 60000 ms, the limit maxWaitMs" },
  ]);
  expect(report.ingested.map(({ path }) => path)).toEqual(["b.tif"]);
  await rm(folder, { recursive: true });
});

it("a short wait is not as long as a longer one before it", async () => {
  const ends: string[] = [];
  const long = caught(() => waitAtMost(forever(), 100_000)).then(() => ends.push("long"));
  const short = caught(() => waitAtMost(forever(), 1000)).then(() => ends.push("short"));
  await vi.advanceTimersByTimeAsync(1000);
  expect(ends).toEqual(["short"]);
  await vi.advanceTimersByTimeAsync(99_000);
  expect(ends).toEqual(["short", "long"]);
  await Promise.all([long, short]);
});

it("a wait without an end does not keep the processor busy", async () => {
  void waitAtMost(forever(), Number.POSITIVE_INFINITY);
  const timers = vi.getTimerCount();
  await vi.advanceTimersByTimeAsync(100);
  expect(vi.getTimerCount()).toBe(timers);
});
