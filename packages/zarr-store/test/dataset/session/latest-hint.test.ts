import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CHECKPOINT, LATEST } from "../../../src/commit/records/control-keys.ts";
import { openDataset, parseStoreKey, type ZarrDataset } from "../../../src/index.ts";
import { localStore, openLocalDataset } from "../../../src/node/index.ts";
import { faultyStore } from "../../../src/testing/index.ts";
import { type Answer, says, type WebServer, webServer } from "../../http/web-server.ts";
import { asVersion2 } from "../../support/as-version-2.ts";
import { collectLog } from "../../support/test-runtime.ts";

const GOLDEN_VERSION_2 = "../../../../../test/golden-datasets/version-2.zarr";

let folder: string;
let web: WebServer;
let missing: string[];

/** Serves as before, and notes what was answered with 404. */
const notesMissing: Answer = async (request, response, serve) => {
  await serve();
  if (response.statusCode === 404) {
    missing.push(request.url ?? "");
  }
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kym-latest-"));
  web = await webServer(folder);
  web.answer = notesMissing;
  missing = [];
});

afterEach(async () => {
  await web[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const writer = (): Promise<ZarrDataset> => openLocalDataset(folder, { durability: "none" });
const plane = { dtype: "uint8", shape: [2, 2], data: Uint8Array.of(1, 2, 3, 4) } as const;

async function save(dataset: ZarrDataset, n: number): Promise<void> {
  await dataset.record("one").saveJson("n", n);
}

async function expectN(n: number, version: number): Promise<ZarrDataset> {
  const logger = collectLog();
  const dataset = await openDataset(web.origin, { mode: "r", logger });
  expect(dataset.version).toBe(version);
  expect(await dataset.record("one").loadJson("n")).toBe(n);
  expect(logger.warnings).toEqual([]);
  return dataset;
}

describe("a reader over HTTP", () => {
  it.each<readonly [string, (dataset: ZarrDataset) => Promise<void>]>([
    ["without a checkpoint", async () => undefined],
    ["with a checkpoint of the head", async (dataset) => void (await dataset.updateManifest())],
    [
      "with a checkpoint and later records",
      async (dataset) => {
        await dataset.close();
        await save(dataset, 2);
        await save(dataset, 3);
        await save(dataset, 1);
      },
    ],
  ])(
    "opens a dataset %s without a request that ends in 404, and looks for news without one",
    async (_name, more) => {
      const dataset = await writer();
      await dataset.addImage(plane, { id: "one" });
      await save(dataset, 1);
      await more(dataset);
      const reader = await expectN(1, dataset.version);
      expect(await reader.refresh()).toBe(false);
      await save(dataset, 7);
      expect(await reader.refresh()).toBe(true);
      expect([reader.version, await reader.record("one").loadJson("n")]).toEqual([dataset.version, 7]);
      expect(missing).toEqual([]);
    },
  );

  it("opens an upgraded dataset that has only the checkpoint of version 2 without a request that ends in 404", async () => {
    const old = await writer();
    await old.addImage(plane, { id: "one" });
    await old.close();
    await asVersion2(localStore(folder));
    await save(await writer(), 1);
    await expectN(1, 3);
    expect(missing).toEqual([]);
  });

  it("asks for the records of a dataset of version 2 one after the other, and for none after the first that is missing", async () => {
    const golden = await webServer(resolve(import.meta.dirname, GOLDEN_VERSION_2));
    const records = (): readonly string[] => [
      ...new Set(golden.requests.flatMap((path) => /\d{20}\.json$/.exec(path) ?? [])),
    ];
    const numbered = (first: number, last: number): readonly string[] =>
      Array.from(
        { length: last - first + 1 },
        (_, index) => `${String(first + index).padStart(20, "0")}.json`,
      );
    const { version } = await openDataset(golden.origin, { mode: "r" });
    // The record of the checkpoint, the one after it, and one that is not there.
    expect(records()).toEqual(numbered(version - 1, version + 1));
    const before = golden.requests.length;
    golden.answer = (request, response, serve) =>
      request.url?.includes("checkpoint") ? says(404)(request, response, serve) : serve();
    expect((await openDataset(golden.origin, { mode: "r" })).version).toBe(version);
    expect(golden.requests.length).toBeGreaterThan(before + version);
    expect(records().toSorted()).toEqual(numbered(1, version + 1));
    await golden[Symbol.asyncDispose]();
  });

  it("reads the same as ever where the hint is missing, behind the checkpoint, ahead, torn or of another dataset", async () => {
    const dataset = await writer();
    await dataset.addImage(plane, { id: "one" });
    const store = localStore(folder);
    await save(dataset, 1);
    await dataset.updateManifest();
    const behind = (await store.get(LATEST)) ?? new Uint8Array();
    await save(dataset, 2);
    await dataset.updateManifest();
    const latest = (await store.get(LATEST)) ?? new Uint8Array();
    const text = new TextDecoder().decode(latest);
    const hints: readonly string[] = [
      new TextDecoder().decode(behind),
      text.replace('"v":3', '"v":9'),
      text.replace('"v":3', '"v":2'),
      text.replace(/[0-9a-f]{64}/, "0".repeat(64)),
      text.replace('checkpoint"}', 'checkpoint.json.gz"}'),
      text.replace('"checkpoint":"checkpoint"', '"checkpoint":null'),
      "",
      "\0".repeat(text.length),
      ...Array.from({ length: text.length - 1 }, (_, length) => text.slice(0, length + 1)),
    ];
    for (const hint of hints) {
      await store.put(LATEST, new TextEncoder().encode(hint));
      await expectN(2, 3);
    }
    for (let bit = 0; bit < latest.length * 8; bit += 5) {
      const flipped = new Uint8Array(latest);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await store.put(LATEST, flipped);
      await expectN(2, 3);
    }
    await store.remove(LATEST);
    await expectN(2, 3);
    expect(missing).not.toEqual([]);
  });

  it("finds a checkpoint that another session wrote, once a commit has named it", async () => {
    const dataset = await writer();
    await dataset.addImage(plane, { id: "one" });
    await save(dataset, 1);
    await expectN(1, 2);
    expect(web.requests).not.toContain(`/${CHECKPOINT}`);
    await dataset.close();
    await expectN(1, 2);
    expect(web.requests).toContain(`/${CHECKPOINT}`);
    expect(missing).toEqual([]);
  });
});

it("a local reader does not look at the hint", async () => {
  const dataset = await writer();
  await dataset.addImage(plane, { id: "one" });
  const store = localStore(folder);
  const latest = (await store.get(LATEST)) ?? new Uint8Array();
  await save(dataset, 5);
  await store.put(LATEST, latest);
  const reader = await openLocalDataset(folder, { mode: "r" });
  expect([reader.version, await reader.record("one").loadJson("n")]).toEqual([2, 5]);
});

it("a commit stands although its hint cannot be written, with a warning", async () => {
  const logger = collectLog();
  const dataset = await openLocalDataset(folder, { durability: "none", logger });
  await dataset.addImage(plane, { id: "one" });
  const store = localStore(folder);
  await store.remove(LATEST);
  await store.put(parseStoreKey(`${LATEST}/file`), new Uint8Array());
  await save(dataset, 5);
  expect(dataset.version).toBe(2);
  expect(logger.warnings).toEqual([expect.stringContaining(`${LATEST} was not written`)]);
});

it("a hint that cannot be written goes, so that readers over HTTP miss no commit", async () => {
  const local = localStore(folder);
  let isFull = false;
  const full = faultyStore(local, ({ method, keys }) =>
    isFull && method === "put" && keys[0]?.endsWith("latest.json") === true
      ? { fault: "tears", errno: "ENOSPC" }
      : undefined,
  );
  const dataset = await openLocalDataset(full, { durability: "none" });
  await dataset.addImage(plane, { id: "one" });
  isFull = true;
  await save(dataset, 5);
  expect(await local.get(LATEST)).toBeUndefined();
  await expectN(5, 2);
});
