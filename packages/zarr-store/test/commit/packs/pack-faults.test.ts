import { describe, expect, it } from "vitest";
import {
  CHECKPOINT,
  COMMITS,
  commitKey,
  heldRecordKey,
  packKey,
} from "../../../src/commit/records/control-keys.ts";
import { checkDataset, type KeyValueStore, memoryStore, openDataset } from "../../../src/index.ts";
import { asVersion2 } from "../../support/as-version-2.ts";
import { collectLog, testRuntime } from "../../support/test-runtime.ts";
import { endSession, growLog, startDataset } from "./long-log.ts";

const NEWEST = 2200;

/** A dataset whose first block is packed. */
async function packed(): Promise<KeyValueStore> {
  const store = memoryStore();
  await startDataset(store, testRuntime());
  await growLog(store, testRuntime(), NEWEST - 1);
  await endSession(store, testRuntime());
  expect(await store.get(packKey(1))).toBeDefined();
  return store;
}

async function problemsOf(store: KeyValueStore): Promise<readonly string[]> {
  const { problems } = await checkDataset(store, { level: "structure", runtime: testRuntime() });
  return problems.map(({ path, message, remedy }) => `${path}: ${message} → ${remedy}`);
}

async function recordFiles(store: KeyValueStore): Promise<readonly number[]> {
  return (await store.list(COMMITS)).flatMap(({ name }) =>
    /^\d/.test(name) ? [Number.parseInt(name, 10)] : [],
  );
}

describe("a pack that is damaged or lost", () => {
  it.each<readonly [string, (store: KeyValueStore) => Promise<void>, string]>([
    [
      "a damaged pack",
      async (store) => {
        const bytes = (await store.get(packKey(1))) ?? new Uint8Array();
        await store.put(packKey(1), bytes.with(700, (bytes[700] ?? 0) ^ 1));
      },
      `${packKey(1)}: ${packKey(1)} is damaged: its bytes do not match its seal → restore`,
    ],
    [
      "a pack that was removed",
      async (store) => void (await store.remove(packKey(1))),
      `${commitKey(2)}: the log has a gap: commit record 2 to 1000 are missing → restore`,
    ],
  ])(
    "check names %s, readers go on by the checkpoint, and without one read what is before",
    async (_name, harm, problem) => {
      const store = await packed();
      await harm(store);
      expect(await problemsOf(store)).toEqual([problem]);
      const reader = await openDataset(store, { mode: "r", runtime: testRuntime() });
      expect([reader.version, await reader.record("one").loadJson("n0")]).toEqual([NEWEST, NEWEST]);
      await store.remove(CHECKPOINT);
      const logger = collectLog();
      const without = await openDataset(store, { mode: "r", runtime: testRuntime(), logger });
      expect(without.version).toBe(1);
      expect(logger.warnings).toEqual([
        expect.stringContaining("nothing can be written until this is repaired"),
      ]);
      const writer = await openDataset(store, { runtime: testRuntime() });
      await expect(writer.record("one").saveJson("n1", 1)).rejects.toMatchObject({ code: "integrity" });
      expect(await recordFiles(store)).toHaveLength(1 + NEWEST - 1000);
    },
  );

  it("nothing is committed over a damaged pack, also where the checkpoint hides it from readers", async () => {
    const store = await packed();
    const bytes = (await store.get(packKey(1))) ?? new Uint8Array();
    await store.put(packKey(1), bytes.with(700, (bytes[700] ?? 0) ^ 1));
    await store.remove(commitKey(NEWEST));
    await expect(
      (await openDataset(store, { runtime: testRuntime() })).record("one").saveJson("n1", 1),
    ).rejects.toMatchObject({ code: "integrity" });
  });

  it("a record that is missing from a block keeps the block from being packed, and is named", async () => {
    const store = memoryStore();
    await startDataset(store, testRuntime());
    await growLog(store, testRuntime(), NEWEST);
    const writer = await openDataset(store, { runtime: testRuntime() });
    await writer.record("one").saveJson("n1", 1);
    await store.remove(commitKey(77));
    await writer.close();
    expect(await store.get(packKey(1))).toBeUndefined();
    expect(await problemsOf(store)).toEqual([
      `${commitKey(77)}: the log has a gap: commit record 77 is missing → restore`,
    ]);
  });

  it("a damaged record keeps its block from being packed, with a warning, and no file goes", async () => {
    const store = memoryStore();
    const logger = collectLog();
    await startDataset(store, testRuntime());
    await growLog(store, testRuntime(), NEWEST);
    const writer = await openDataset(store, { runtime: testRuntime(), logger });
    await writer.record("one").saveJson("n1", 1);
    const bytes = (await store.get(commitKey(77))) ?? new Uint8Array();
    await store.put(commitKey(77), bytes.with(40, 0x20));
    await writer.close();
    expect(logger.warnings).toEqual([expect.stringContaining("old commit records were not packed")]);
    expect(await store.get(packKey(1))).toBeUndefined();
    expect(await recordFiles(store)).toHaveLength(NEWEST + 1);
  });
});

describe("what is packed", () => {
  it("the record of an upgrade and all before it stay files, in a block of which the rest is packed", async () => {
    const store = memoryStore();
    await startDataset(store, testRuntime());
    await growLog(store, testRuntime(), 500);
    await asVersion2(store);
    const writer = await openDataset(store, { runtime: testRuntime() });
    await writer.record("one").saveJson("n3", "upgraded first");
    await growLog(store, testRuntime(), NEWEST);
    await endSession(store, testRuntime());
    const files = await recordFiles(store);
    expect(files.slice(0, 503)).toEqual([
      ...Array.from({ length: 501 }, (_, index) => index + 1),
      1001,
      1002,
    ]);
    expect(await problemsOf(store)).toEqual([]);
    await store.remove(CHECKPOINT);
    const reader = await openDataset(store, { mode: "r", runtime: testRuntime() });
    expect(reader.version).toBe(NEWEST + 1);
    const versions = await Array.fromAsync(reader.log(), ({ version, format }) => [version, format]);
    expect(versions.slice(499, 503)).toEqual([
      [500, 1],
      [501, 2],
      [502, 2],
      [503, 2],
    ]);
    // A gap among the records that stay is seen in spite of the pack of their block.
    await store.remove(commitKey(400));
    const logger = collectLog();
    await openDataset(store, { mode: "r", runtime: testRuntime(), logger });
    expect(logger.warnings).toContainEqual(expect.stringContaining("commit record 400 is missing"));
    expect(await problemsOf(store)).toContain(
      `${commitKey(400)}: the log has a gap: commit record 400 is missing → restore`,
    );
  });

  it("records that were claimed by folders are packed as well, and their folders go", async () => {
    const store = memoryStore();
    await startDataset(store, testRuntime());
    await growLog(store, testRuntime(), NEWEST);
    const writer = await openDataset(store, { runtime: testRuntime() });
    await writer.record("one").saveJson("n1", 1);
    for (let version = 2; version <= 1200; version += 3) {
      const bytes = (await store.get(commitKey(version))) ?? new Uint8Array();
      await store.remove(commitKey(version));
      await store.put(heldRecordKey(version), bytes);
    }
    await writer.close();
    expect((await recordFiles(store)).slice(0, 3)).toEqual([1, 1001, 1002]);
    expect(await problemsOf(store)).toEqual([]);
    expect((await openDataset(store, { mode: "r", runtime: testRuntime() })).version).toBe(NEWEST + 1);
  });

  it("a file of an old commit is known for what it is although its record is packed", async () => {
    const store = await packed();
    const writer = await openDataset(store, { runtime: testRuntime() });
    const path = writer.record("one");
    const old = new TextEncoder().encode("41\n");
    await store.put(`images/one/analysis/n1.json` as never, old);
    await path.saveJson("n1", "over an old version of it");
    await store.put(`images/one/analysis/n2.json` as never, new TextEncoder().encode("foreign"));
    await expect(path.saveJson("n2", 1)).rejects.toMatchObject({ code: "modified_outside" });
    expect(await problemsOf(store)).toEqual([expect.stringContaining("n2.json")]);
  });
});
