import { describe, expect, it } from "vitest";
import { CHECKPOINT, COMMITS, commitKey } from "../../../src/commit/records/control-keys.ts";
import { checkDataset, memoryStore, openDataset, parseStoreKey } from "../../../src/index.ts";
import type { KeyValueStore, ReadableStore } from "../../../src/store/key-value-store.ts";
import { interceptStore } from "../../../src/testing/index.ts";
import { readTree } from "../../support/audit-store.ts";
import { collectLog, testRuntime } from "../../support/test-runtime.ts";
import { ARTIFACTS, endSession, growLog, startDataset } from "./long-log.ts";

const NEWEST = 2600;

async function longLog(to = NEWEST): Promise<KeyValueStore> {
  const store = memoryStore();
  await startDataset(store, testRuntime());
  await growLog(store, testRuntime(), to);
  return store;
}

async function names(store: KeyValueStore): Promise<readonly string[]> {
  return (await store.list(COMMITS)).map(({ name }) => name);
}

async function copyOf(store: KeyValueStore): Promise<KeyValueStore> {
  const copy = memoryStore();
  for (const [path, bytes] of await readTree(store, "")) {
    await copy.put(parseStoreKey(path), bytes);
  }
  return copy;
}

/** A store of which only these bytes can be had, as over HTTP. */
function unlisted(store: KeyValueStore): ReadableStore {
  return {
    location: store.location,
    get: (key, options) => store.get(key, options),
    getRange: (key, range, options) => store.getRange(key, range, options),
  };
}

async function expectWhole(store: ReadableStore, newest: number): Promise<void> {
  const logger = collectLog();
  const dataset = await openDataset(store, { mode: "r", runtime: testRuntime(), logger });
  expect(dataset.version).toBe(newest);
  for (let version = newest - ARTIFACTS + 1; version <= newest; version++) {
    expect(await dataset.record("one").loadJson(`n${version % ARTIFACTS}`)).toBe(version);
  }
  const versions = await Array.fromAsync(dataset.log(), ({ version }) => version);
  expect(versions).toEqual(Array.from({ length: newest }, (_, index) => index + 1));
  expect(logger.warnings).toEqual([]);
}

async function problemsOf(store: ReadableStore): Promise<readonly string[]> {
  const report = await checkDataset(store, { runtime: testRuntime() });
  return [
    ...report.problems.map(({ path, message }) => `${path}: ${message}`),
    ...report.notes.map(({ path }) => path),
  ];
}

describe("packing at the end of a session", () => {
  it("moves the records of blocks that end 1 000 versions below the head into a pack, but never record 1", async () => {
    const store = await longLog();
    await endSession(store, testRuntime());
    const left = await names(store);
    expect(left.filter((name) => name.startsWith("pack-"))).toEqual(["pack-00000000000000000001"]);
    expect(left.filter((name) => /^\d/.test(name))).toEqual(
      [1, ...Array.from({ length: NEWEST + 1 - 1000 }, (_, index) => 1001 + index)].map(
        (version) => `${String(version).padStart(20, "0")}.json`,
      ),
    );
    expect(await problemsOf(store)).toEqual([]);
    await expectWhole(store, NEWEST + 1);
    await expectWhole(unlisted(store), NEWEST + 1);
  });

  it("leaves a log alone of which no block is old enough", async () => {
    const store = await longLog(1998);
    await endSession(store, testRuntime());
    expect((await names(store)).filter((name) => name.startsWith("pack-"))).toEqual([]);
    await endSession(store, testRuntime());
    expect((await names(store)).filter((name) => name.startsWith("pack-"))).toHaveLength(1);
  });

  it("opens without a checkpoint from the packs, with a few requests a block", async () => {
    const store = await longLog();
    await endSession(store, testRuntime());
    expect(await store.remove(CHECKPOINT)).toBe("removed");
    let gets = 0;
    const counted = interceptStore(store, (call, run) => {
      gets += call.method === "get" ? 1 : 0;
      return run();
    });
    const dataset = await openDataset(counted, { mode: "r", runtime: testRuntime() });
    expect(dataset.version).toBe(NEWEST + 1);
    // The files of the last 1 601 records, and for each of their batches a look for a pack.
    expect(gets).toBeLessThan(1601 + 1601 / 16 + 60);
  });

  it("leaves a session alone that opened before, slept, and reads on through the pack", async () => {
    const store = await longLog(500);
    const slept = await openDataset(store, { runtime: testRuntime({ pid: 2 }) });
    const far = await openDataset(unlisted(store), { mode: "r", runtime: testRuntime({ pid: 3 }) });
    expect([slept.version, far.version]).toEqual([500, 500]);
    await growLog(store, testRuntime(), NEWEST);
    await endSession(store, testRuntime());
    expect(await store.get(commitKey(501))).toBeUndefined();
    for (const dataset of [slept, far]) {
      expect(await dataset.refresh()).toBe(true);
      expect(dataset.version).toBe(NEWEST + 1);
    }
    await slept.record("one").saveJson("n1", "late");
    expect(slept.version).toBe(NEWEST + 2);
    expect(await problemsOf(store)).toEqual([]);
  });

  it("a file under a number that a pack covers is never believed, and goes when the session after packs", async () => {
    const store = memoryStore();
    await startDataset(store, testRuntime());
    const early = await copyOf(store);
    await growLog(store, testRuntime(), NEWEST);
    const slept = await openDataset(store, { mode: "r", runtime: testRuntime() });
    await endSession(store, testRuntime());
    // What a writer claims that slept at version 1: its record follows record 1 of this very log.
    const sleeper = await openDataset(early, { runtime: testRuntime({ pid: 9 }) });
    await sleeper.record("one").saveJson("n3", "of a sleeper");
    await store.put(commitKey(2), (await early.get(commitKey(2))) ?? new Uint8Array());
    await expectWhole(store, NEWEST + 1);
    await expectWhole(unlisted(store), NEWEST + 1);
    expect(await slept.refresh()).toBe(true);
    expect(await problemsOf(store)).toEqual([]);
    await endSession(store, testRuntime());
    expect(await store.get(commitKey(2))).toBeUndefined();
    await expectWhole(store, NEWEST + 2);
  });

  it("a writer that claims a number which a pack covers takes the claim back, and commits after the head", async () => {
    const store = await longLog(500);
    let isAsleep = true;
    const asleep = interceptStore(store, async (call, run) => {
      if (isAsleep && call.method === "putNew" && call.keys.includes(commitKey(501))) {
        isAsleep = false;
        await growLog(store, testRuntime({ pid: 5 }), NEWEST);
        await endSession(store, testRuntime({ pid: 6 }));
        expect(await store.get(commitKey(501))).toBeUndefined();
      }
      return run();
    });
    const sleeper = await openDataset(asleep, { runtime: testRuntime({ pid: 2 }), lock: { disabled: true } });
    const commit = await sleeper.transaction(async (transaction) => {
      await transaction.record("one").saveJson("late", 1);
    });
    expect(commit).toMatchObject({ version: NEWEST + 2, committed: true });
    expect(await store.get(commitKey(501))).toBeUndefined();
    expect(await problemsOf(store)).toEqual([]);
    const reader = await openDataset(store, { mode: "r", runtime: testRuntime() });
    expect([reader.version, await reader.record("one").loadJson("late")]).toEqual([NEWEST + 2, 1]);
  });
});

it("a packed log takes 60 MB for 100 000 commits at most, counted in blocks of 4 kB", async () => {
  const runtime = { ...testRuntime(), newId: () => crypto.randomUUID() };
  const store = memoryStore();
  await startDataset(store, runtime);
  await growLog(store, runtime, 3999);
  await endSession(store, runtime);
  const onDisk = async (name: string): Promise<number> => {
    const bytes = await store.get(parseStoreKey(`${COMMITS}/${name}`));
    return Math.ceil((bytes?.length ?? 0) / 4096) * 4096;
  };
  const packs = (await names(store)).filter((name) => name.startsWith("pack-"));
  expect(packs).toHaveLength(3);
  const largest = Math.max(...(await Promise.all(packs.map(onDisk))));
  // A hundred packs, and the records that are not old enough: two blocks at most.
  const megabytes = (100 * largest + 2000 * 4096) / 1e6;
  console.log(
    `a pack of 1 000 commits: ${largest} bytes on the disk; 100 000 commits: ${megabytes.toFixed(1)} MB`,
  );
  expect(megabytes).toBeLessThan(60);
  // What opening asks for does not grow with the log: it is the checkpoint, its record, a listing and the root.
  let calls = 0;
  const counted = interceptStore(store, (_call, run) => {
    calls++;
    return run();
  });
  await openDataset(counted, { mode: "r", runtime });
  expect(calls).toBeLessThanOrEqual(5);
});
