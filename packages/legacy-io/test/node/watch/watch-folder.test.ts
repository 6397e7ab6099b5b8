import { appendFileSync, writeFileSync } from "node:fs";
import { chmod, mkdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { writeImageJRoi } from "@kym/roi/imagej";
import { memoryStore, openDataset, parseStoreKey, type ZarrDataset, ZarrStoreError } from "@kym/zarr-store";
import { afterAll, describe, expect, it } from "vitest";
import {
  exportLegacyFolder,
  ingestLegacyFolder,
  type WatchEvent,
  type WatchOptions,
  watchFolder,
} from "../../../src/node/index.ts";
import { writeImageJTiff } from "../../../src/tiff/index.ts";
import { prairieTiff, prairieXml } from "../../support/prairie-files.ts";
import { makeLabFolder, tinyTiff } from "../lab-folder.ts";

const QUICK = { settleMs: 120, lookEveryMs: 30, commitEveryMs: 0 } as const;

const made: string[] = [];
afterAll(async () => {
  for (const folder of made.splice(0)) {
    await rm(folder, { recursive: true, force: true });
  }
});
async function lab(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await makeLabFolder(files);
  made.push(folder);
  return folder;
}

/** Watches until nothing has changed for a while. `onEvent` may write to the folder, which keeps the watch going. */
async function watchUntilIdle(
  dataset: ZarrDataset,
  folder: string,
  onEvent: (event: WatchEvent, count: number) => unknown = () => undefined,
  options: WatchOptions = {},
): Promise<readonly WatchEvent[]> {
  const events: WatchEvent[] = [];
  for await (const event of watchFolder(dataset, folder, { ...QUICK, untilIdleMs: 300, ...options })) {
    if (event.type !== "status") {
      events.push(event);
    }
    await onEvent(event, events.length);
  }
  return events;
}

/** `ingested a.tif`, without commits. */
function words(events: readonly WatchEvent[]): readonly string[] {
  return events.flatMap((event) => ("path" in event ? [`${event.type} ${event.path}`] : []));
}

async function firstPixel(dataset: ZarrDataset, id: string): Promise<unknown> {
  const array = await dataset.record(id).loadArray();
  return array.data[0];
}

/** The tests mostly wait, so they run beside each other. */
describe.concurrent("a watched folder", () => {
  it("a recording of Prairie View gets its scale from an XML of another name, and frames of others are left alone", async () => {
    const folder = await lab({
      [prairieTiff("run", 1, 1)]: tinyTiff(1),
      "notes.xml": prairieXml(),
      [prairieTiff("T", 1, 1)]: tinyTiff(2),
      "T.xml": prairieXml({ base: "T", type: "TSeries Timed Element" }),
    });
    const dataset = await openDataset(memoryStore());
    const events = await watchUntilIdle(dataset, folder);
    expect(words(events)).toEqual([`ingested ${prairieTiff("run", 1, 1)}`]);
    const [id = ""] = await dataset.listImageIds();
    expect(await dataset.record(id).loadJson("metadata")).toMatchObject({ header: { voxels: [0.008, 0.5] } });
  });

  it("what is there and what comes later are ingested, each once, and a second watch has nothing to do", async () => {
    const folder = await lab({
      "a.tif": tinyTiff(1),
      "day/b.tif": tinyTiff(2),
      "day/b.score.json": '{"n": 1}',
    });
    const dataset = await openDataset(memoryStore());
    const events = await watchUntilIdle(dataset, folder, async ({ type }, count) => {
      if (type === "committed" && count === 3) {
        await writeFile(join(folder, "c.tif"), tinyTiff(3));
      }
    });
    expect(words(events)).toEqual(["ingested a.tif", "ingested day/b.tif", "ingested c.tif"]);
    expect(events.filter(({ type }) => type === "committed")).toEqual([
      { type: "committed", version: 1, imageIds: [expect.any(String), expect.any(String)] },
      { type: "committed", version: 2, imageIds: [expect.any(String)] },
    ]);
    expect(await watchUntilIdle(dataset, folder)).toEqual([]);
    expect(dataset.version).toBe(2);
    expect((await ingestLegacyFolder(dataset, folder)).unchanged).toHaveLength(3);
  });

  it("a TIFF that changes after it was ingested takes the place of its record, which keeps `accepted`", async () => {
    const folder = await lab({ "a.tif": tinyTiff(1) });
    const dataset = await openDataset(memoryStore());
    const ids: string[] = [];
    const events = await watchUntilIdle(dataset, folder, async (event, count) => {
      if (event.type === "ingested") {
        ids.push(event.imageId ?? "");
      }
      if (event.type === "committed" && count === 2) {
        const record = dataset.record(ids[0] ?? "");
        const metadata = await record.loadJson("metadata");
        await record.saveJson("metadata", { ...Object(metadata), accepted: false });
        await writeFile(join(folder, "a.tif"), tinyTiff(7));
      }
    });
    expect(words(events)).toEqual(["ingested a.tif", "ingested a.tif"]);
    expect(await dataset.listImageIds()).toEqual([ids[1]]);
    expect(await firstPixel(dataset, ids[1] ?? "")).toBe(700);
    expect(await dataset.record(ids[1] ?? "").loadJson("metadata")).toMatchObject({ accepted: false });
  });

  it("sidecars that come late or change update the record, and a renamed TIFF is followed", async () => {
    const folder = await lab({ "a.tif": tinyTiff(1) });
    const dataset = await openDataset(memoryStore());
    let commits = 0;
    const steps = [
      () => writeFile(join(folder, "a.score.json"), '{"n": 1}'),
      () => writeFile(join(folder, "a.score.json"), '{"n": 22}'),
      async () => {
        await rename(join(folder, "a.tif"), join(folder, "z.tif"));
        await rename(join(folder, "a.score.json"), join(folder, "z.score.json"));
      },
    ];
    const events = await watchUntilIdle(dataset, folder, async ({ type }) => {
      if (type === "committed") {
        await steps[commits++]?.();
      }
    });
    expect(
      events.flatMap((event) => ("path" in event ? [[event.type, event.path, event.reason]] : [])),
    ).toEqual([
      ["ingested", "a.tif", undefined],
      ["updated", "a.tif", "new beside it: a.score.json"],
      ["updated", "a.tif", "changed beside it: a.score.json"],
      ["updated", "z.tif", "moved from a.tif"],
    ]);
    const [id = ""] = await dataset.listImageIds();
    expect(await dataset.record(id).loadJson("score")).toEqual({ n: 22 });
  });

  it("a TIFF that Fiji saves again with the same pixels stays the record that it is, with its new ROIs", async () => {
    const data = Uint16Array.from({ length: 12 }, (_, index) => index);
    const nothing = { properties: [], labels: [], ranges: [], luts: [], others: [], overlay: [] };
    const saved = (names: readonly string[]): Uint8Array => {
      const bounds = { x: 0, y: 0, width: 2, height: 2 };
      const overlay = names.map((name) => writeImageJRoi({ type: "rect", name, bounds }));
      const imageJMetadata = { ...nothing, info: undefined, selection: undefined, overlay };
      return writeImageJTiff({ dtype: "uint16", shape: [4, 3], data }, { imageJMetadata });
    };
    const folder = await lab({ "a.tif": saved([]), "b.tif": tinyTiff(1) });
    const dataset = await openDataset(memoryStore());
    let commits = 0;
    const events = await watchUntilIdle(dataset, folder, async ({ type }) => {
      if (type === "committed" && commits++ === 0) {
        await writeFile(join(folder, "a.tif"), saved(["vessel"]));
      }
    });
    expect(words(events)).toEqual(["ingested a.tif", "ingested b.tif", "updated a.tif"]);
    expect(await dataset.listImageIds()).toHaveLength(2);
    const [row] = (await dataset.loadSourcesIndex()).filter(({ source_rel_path: path }) => path === "a.tif");
    const metadata = await dataset.record(row?.image_id ?? "").loadJson("metadata");
    expect(metadata).toMatchObject({ rois: [{ name: "vessel" }] });
  });

  it("a sidecar that never rests does not keep its scan out, and joins it when it rests", async () => {
    const folder = await lab({ "a.tif": tinyTiff(1), "a.score.json": "{}" });
    const dataset = await openDataset(memoryStore());
    let count = 0;
    const timer = setInterval(() => writeFileSync(join(folder, "a.score.json"), `{"n": ${++count}}`), 20);
    try {
      const events = await watchUntilIdle(dataset, folder, ({ type }) => {
        if (type === "ingested") {
          clearInterval(timer);
        }
      });
      expect(words(events)).toEqual(["ingested a.tif", "updated a.tif"]);
    } finally {
      clearInterval(timer);
    }
    const [id = ""] = await dataset.listImageIds();
    expect(await dataset.record(id).loadJson("score")).toEqual({ n: count });
  });

  it("a broken file is named once, also while it grows, and ingested when it is mended", async () => {
    const whole = tinyTiff(1, 40);
    const folder = await lab({ "a.tif": whole.subarray(0, 200), "b.tif": tinyTiff(2) });
    const dataset = await openDataset(memoryStore());
    const bytes = [210, 220, whole.length];
    let timer: NodeJS.Timeout | undefined;
    const grow = (): void => {
      const length = bytes.shift();
      if (length !== undefined) {
        writeFileSync(join(folder, "a.tif"), whole.subarray(0, length));
      }
    };
    try {
      const events = await watchUntilIdle(
        dataset,
        folder,
        ({ type }) => {
          if (type === "failed") {
            timer ??= setInterval(grow, 300);
          }
        },
        { untilIdleMs: 3500 },
      );
      expect(words(events)).toEqual(["ingested b.tif", "failed a.tif", "ingested a.tif"]);
    } finally {
      clearInterval(timer);
    }
    expect(dataset.version).toBe(2);
  });

  it("a TIFF that changes while it is read is not ingested in that state, whatever its size and time", async () => {
    const folder = await lab({ "a.tif": tinyTiff(1) });
    const path = join(folder, "a.tif");
    const dataset = await openDataset(memoryStore());
    const { atime, mtime } = await stat(path);
    let reads = 0;
    const newId = (): string => {
      if (++reads === 1) {
        writeFileSync(path, tinyTiff(5));
      }
      return `image_${reads}`;
    };
    const restored = setInterval(() => void utimes(path, atime, mtime), 15);
    setTimeout(() => clearInterval(restored), 400);
    const events = await watchUntilIdle(dataset, folder, () => undefined, { newId, untilIdleMs: 800 });
    clearInterval(restored);
    expect(words(events)).toEqual(["ingested a.tif"]);
    expect(await firstPixel(dataset, "image_2")).toBe(500);
    expect(await dataset.listImageIds()).toEqual(["image_2"]);
  });

  it("a sidecar that changes while it is read is left for a later look", async () => {
    const folder = await lab({ "a.tif": tinyTiff(1) });
    const dataset = await openDataset(memoryStore());
    const path = join(folder, "a_log.txt2");
    let parsed = 0;
    const format = {
      name: "growing",
      endings: ["_log.txt2"],
      artifacts: [{ kind: "json", name: "log" }],
      parse: (bytes: Uint8Array) => {
        if (++parsed === 1) {
          appendFileSync(path, "more");
        }
        return {
          artifacts: [{ kind: "json" as const, name: "log", text: JSON.stringify({ bytes: bytes.length }) }],
        };
      },
    } as const;
    const events = await watchUntilIdle(
      dataset,
      folder,
      ({ type }, count) => (type === "committed" && count === 2 ? writeFile(path, "some") : undefined),
      { formats: [format] },
    );
    expect(words(events)).toEqual(["ingested a.tif", "updated a.tif"]);
    const [id = ""] = await dataset.listImageIds();
    expect(await dataset.record(id).loadJson("log")).toEqual({ bytes: 8 });
  });

  it("an image that was deleted from the dataset is named and does not come back", async () => {
    const folder = await lab({ "a.tif": tinyTiff(1) });
    const dataset = await openDataset(memoryStore());
    const { newImageIds } = await ingestLegacyFolder(dataset, folder);
    await dataset.deleteImage(newImageIds[0] ?? "");
    expect(words(await watchUntilIdle(dataset, folder))).toEqual(["skipped a.tif"]);
    expect(await dataset.listImageIds()).toEqual([]);
  });

  it("commits are at least `commitEveryMs` apart, however often scans come", {
    timeout: 20_000,
  }, async () => {
    const folder = await lab({ "0.tif": tinyTiff(0), "0.score.json": "{}" });
    const dataset = await openDataset(memoryStore());
    let count = 0;
    const timer = setInterval(() => {
      if (++count < 20) {
        writeFileSync(join(folder, `${count}.tif`), tinyTiff(count));
        writeFileSync(join(folder, `${count - 1}.score.json`), `{"n": ${count}}`);
      }
    }, 100);
    try {
      await watchUntilIdle(dataset, folder, () => undefined, { commitEveryMs: 700, untilIdleMs: 900 });
    } finally {
      clearInterval(timer);
    }
    const times: number[] = [];
    for await (const { committedUtc } of dataset.log()) {
      times.push(Date.parse(committedUtc));
    }
    expect(await dataset.listImageIds()).toHaveLength(20);
    expect(times.length).toBeGreaterThan(1);
    for (const [index, time] of times.slice(1).entries()) {
      expect(time - (times[index] ?? 0)).toBeGreaterThanOrEqual(690);
    }
  });

  it("no lock is held while an event is handled, so other writers commit between its commits", async () => {
    const store = memoryStore();
    const folder = await lab({ "a.tif": tinyTiff(1) });
    const dataset = await openDataset(store);
    const other = await openDataset(store);
    let notes = 0;
    const locks: string[] = [];
    const lock = parseStoreKey("__staging/lock");
    await watchUntilIdle(dataset, folder, async ({ type }) => {
      locks.push((await store.stat(lock)) === undefined ? "free" : "held");
      if (type === "committed") {
        const [id = ""] = await other.listImageIds();
        await other.record(id).saveJson("by_another_writer", { notes: ++notes });
      }
    });
    expect([new Set(locks), notes]).toEqual([new Set(["free"]), 1]);
  });

  it("an abort lets the current commit finish, tells what it did, then ends with `aborted`", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`${index}.tif`, tinyTiff(index)]),
    );
    const folder = await lab(files);
    const dataset = await openDataset(memoryStore());
    const controller = new AbortController();
    let ids = 0;
    const newId = (): string => {
      if (++ids === 3) {
        controller.abort();
      }
      return `image_${ids}`;
    };
    const events: WatchEvent[] = [];
    const watching = (async () => {
      for await (const event of watchFolder(dataset, folder, {
        ...QUICK,
        jobs: 2,
        newId,
        signal: controller.signal,
      })) {
        events.push(event);
      }
    })();
    await expect(watching).rejects.toMatchObject({ name: "LegacyIoError", code: "aborted" });
    const ingested = events.filter(({ type }) => type === "ingested");
    expect(ingested.length).toBeGreaterThanOrEqual(3);
    expect(ingested.length).toBeLessThan(30);
    expect(events.at(-1)?.type).toBe("committed");
    expect(await dataset.listImageIds()).toHaveLength(ingested.length);
    expect(words(await watchUntilIdle(dataset, folder))).toHaveLength(30 - ingested.length);
  });

  it("a dry run says what would be ingested and writes nothing", async () => {
    const folder = await lab({ "a.tif": tinyTiff(1) });
    const store = memoryStore();
    const dataset = await openDataset(store);
    expect(words(await watchUntilIdle(dataset, folder, () => undefined, { dryRun: true }))).toEqual([
      "ingested a.tif",
    ]);
    expect(await store.list("")).toEqual([]);
  });

  it("the options of an ingest hold: a pattern, sizes that are too large, and TIFFs without their sidecars", async () => {
    const folder = await lab({
      "a.tif": tinyTiff(1),
      "a.score.json": "{}",
      "b.tif": tinyTiff(2, 900),
      "c.tiff": tinyTiff(3),
    });
    const dataset = await openDataset(memoryStore());
    const options = { pattern: "*.tif", includeSidecars: false, limits: { maxDecodedBytes: 100 } };
    expect(words(await watchUntilIdle(dataset, folder, () => undefined, options))).toEqual([
      "ingested a.tif",
      "failed b.tif",
    ]);
    const [id = ""] = await dataset.listImageIds();
    await expect(dataset.record(id).loadJson("score")).rejects.toMatchObject({ code: "not_found" });
  });

  it("a folder that goes away for a while is told once, and the watch goes on when it is back", async () => {
    const parent = await lab({ "lab/a.tif": tinyTiff(1) });
    const folder = join(parent, "lab");
    const dataset = await openDataset(memoryStore());
    const events = await watchUntilIdle(dataset, folder, async (event) => {
      if (event.type === "committed" && event.version === 1) {
        await rename(folder, join(parent, "away"));
      } else if (event.type === "delayed") {
        await writeFile(join(parent, "away", "b.tif"), tinyTiff(2));
        setTimeout(() => void rename(join(parent, "away"), folder), 200);
      }
    });
    expect(events.filter(({ type }) => type === "delayed")).toEqual([
      { type: "delayed", reason: `cannot read the folder ${folder}: ENOENT` },
    ]);
    expect(words(events)).toEqual(["ingested a.tif", "ingested b.tif"]);
  });

  it("a dataset that cannot be written for a while is told once, and the scan is ingested when it can", async () => {
    const folder = await lab({ "a.tif": tinyTiff(1) });
    const store = memoryStore();
    let failures = 0;
    const failing = new Proxy(store, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== "function") {
          return method;
        }
        return (...args: readonly unknown[]) => {
          if (name === "put" && failures < 3) {
            throw new ZarrStoreError("io", `cannot write: attempt ${++failures}`);
          }
          return Reflect.apply(method, target, args);
        };
      },
    });
    const dataset = await openDataset(failing);
    const events = await watchUntilIdle(dataset, folder, () => undefined, { untilIdleMs: 1500 });
    expect(events.filter(({ type }) => type === "delayed")).toHaveLength(1);
    expect(words(events)).toEqual(["ingested a.tif"]);
    expect([failures, await dataset.listImageIds()]).toEqual([3, [expect.any(String)]]);
  });

  it.skipIf(process.platform === "win32" || process.getuid?.() === 0)(
    "a file without permission is named once and ingested when it may be read [skipped on Windows and for root]",
    async () => {
      const folder = await lab({ "a.tif": tinyTiff(1) });
      const path = join(folder, "a.tif");
      await chmod(path, 0);
      const dataset = await openDataset(memoryStore());
      const events = await watchUntilIdle(dataset, folder, (event) =>
        event.type === "failed" ? chmod(path, 0o600) : undefined,
      );
      expect(words(events)).toEqual(["failed a.tif", "ingested a.tif"]);
    },
  );

  it("an entry that cannot be an image is named once: a folder with the name of a TIFF", async () => {
    const folder = await lab({ "a.tif": tinyTiff(1) });
    await mkdir(join(folder, "b.tif"));
    const events = await watchUntilIdle(await openDataset(memoryStore()), folder);
    expect(words(events).toSorted()).toEqual(["failed b.tif", "ingested a.tif"]);
  });

  it("a missing folder, a file, an export and a time that is no time are refused", async () => {
    const folder = await lab({ "a.tif": tinyTiff(1) });
    const dataset = await openDataset(memoryStore());
    await ingestLegacyFolder(dataset, folder);
    await exportLegacyFolder(dataset, join(folder, "out"));
    const refused = async (path: string, options: WatchOptions = {}): Promise<unknown> =>
      watchFolder(dataset, path, { ...QUICK, ...options })
        .next()
        .catch((error: unknown) => Object(error).code);
    expect(await refused(join(folder, "none"))).toBe("not_found");
    expect(await refused(join(folder, "a.tif"))).toBe("invalid_argument");
    expect(await refused(join(folder, "out"))).toBe("invalid_argument");
    expect(await refused(folder, { settleMs: -1 })).toBe("invalid_argument");
    expect(await refused(folder, { commitEveryMs: Number.NaN })).toBe("invalid_argument");
  });
});
