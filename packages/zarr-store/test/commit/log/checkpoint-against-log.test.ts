import { beforeEach, describe, expect, it } from "vitest";
import { CHECKPOINT, COMMITS, OLD_CHECKPOINT } from "../../../src/commit/records/control-keys.ts";
import {
  checkDataset,
  type KeyValueStore,
  memoryStore,
  openDataset,
  parseStoreKey,
  type ZarrDataset,
} from "../../../src/index.ts";
import { countingStore } from "../../../src/testing/index.ts";
import { asVersion2 } from "../../support/as-version-2.ts";
import { readTree } from "../../support/audit-store.ts";
import { forgeCheckpoint, turnIntoOldCheckpoint } from "../../support/forge-checkpoint.ts";
import { type CollectedLog, collectLog, testRuntime } from "../../support/test-runtime.ts";

const P = parseStoreKey("images/a/analysis/p.json");

const isOfB = ({ path }: { readonly path: string }): boolean => path.startsWith("images/b/");

let store: KeyValueStore;
let logger: CollectedLog;

async function open(mode: "r" | "a" = "a", at = store): Promise<ZarrDataset> {
  return openDataset(at, { mode, logger, runtime: testRuntime() });
}

async function copyOf(original: KeyValueStore): Promise<KeyValueStore> {
  const copy = memoryStore();
  for (const [path, bytes] of await readTree(original, "")) {
    await copy.put(parseStoreKey(path), bytes);
  }
  return copy;
}

/** One more commit to a dataset, and a checkpoint after it. */
async function saveP(at: KeyValueStore, value: unknown): Promise<void> {
  const dataset = await open("a", at);
  await dataset.record("a").saveJson("p", value);
  await dataset.updateManifest();
}

beforeEach(async () => {
  store = memoryStore();
  logger = collectLog();
  const dataset = await open();
  await dataset.transaction(async (contents) => {
    for (const id of ["a", "b"]) {
      await contents.addImage({ dtype: "uint8", shape: [2, 2], data: new Uint8Array(4) }, { id });
      await contents.record(id).saveJson("p", { v: 0 });
    }
  });
});

const problems = async (): Promise<unknown> =>
  (await checkDataset(store, { runtime: testRuntime() })).problems;

describe.each([
  ["of a dataset of version 3", async (): Promise<void> => undefined],
  ["of a dataset of version 2 that is upgraded", asVersion2],
])("a checkpoint %s that does not follow from the log", (_name, inForm) => {
  it("a checkpoint of a copy that went its own way is ignored with a warning, and the log is read", async () => {
    const copy = await copyOf(store);
    await saveP(store, { who: "A" });
    await saveP(copy, { who: "B", longer: true });
    await inForm(store);
    await inForm(copy);
    for (const key of [CHECKPOINT, OLD_CHECKPOINT]) {
      const bytes = await copy.get(key);
      await (bytes && store.put(key, bytes));
    }
    const reader = await open("r");
    expect(await reader.record("a").loadJson("p")).toEqual({ who: "A" });
    expect(logger.warnings).toEqual([
      expect.stringContaining("does not match commit record 2, reading the whole log"),
    ]);
    const writer = await open();
    await writer.record("a").saveJson("p", { who: "A", again: true });
    await writer.updateManifest();
    expect(await problems()).toEqual([]);
  });

  it("a checkpoint that lacks an image leads to no commit with a false prev: the log is read again, and the image is there", async () => {
    await saveP(store, 1);
    await forgeCheckpoint(store, ({ groups, images }) => {
      groups.delete("images/b");
      images.delete("b");
    });
    await inForm(store);
    const writer = await open();
    const pixels = { dtype: "uint8", shape: [2, 2], data: Uint8Array.of(1, 2, 3, 4) } as const;
    const adding = writer.transaction(async (contents) => {
      await contents.addImage(pixels, { id: "b" });
    });
    await expect(adding).rejects.toMatchObject({ code: "already_exists" });
    expect(logger.warnings).toContainEqual(expect.stringContaining("does not follow from the log"));
    expect((await Array.fromAsync(writer.log())).flatMap(({ ops }) => ops).filter(isOfB)).toHaveLength(4);
    expect(await writer.listImageIds()).toEqual(["a", "b"]);
    await writer.record("b").saveJson("p", { v: 1 });
    await writer.close();
    expect(await problems()).toEqual([]);
  });

  it("a checkpoint with another hash for a file leads to no commit that says it replaced that hash", async () => {
    await saveP(store, 1);
    await forgeCheckpoint(store, ({ groups }) => {
      const objects = groups.get("images/a");
      const object = objects?.get(P);
      if (object !== undefined) {
        objects?.set(P, { ...object, sha256: "0".repeat(64) });
      }
    });
    await inForm(store);
    const writer = await open();
    await writer.record("a").saveJson("p", 2);
    expect(logger.warnings).toContainEqual(expect.stringContaining("does not follow from the log"));
    const record = (await Array.fromAsync(writer.log())).at(-1);
    expect(record).toMatchObject({ ops: [{ path: P, prev: expect.not.stringMatching(/^0+$/) }] });
    await writer.updateManifest();
    expect(await problems()).toEqual([]);
  });

  it("a checkpoint that lacks a file does not make a commit write over the file as if it were new", async () => {
    await saveP(store, 1);
    await forgeCheckpoint(store, ({ groups }) => {
      groups.get("images/a")?.delete(P);
    });
    await inForm(store);
    const writer = await open();
    // The bytes that stand there already: they must not pass as the commit's own.
    await writer.record("a").saveJson("p", 1);
    await writer.record("a").saveJson("p", 2);
    await writer.updateManifest();
    expect(await problems()).toEqual([]);
  });
});

it("what a commit replaces is looked up in the log once, by one read", async () => {
  await saveP(store, 1);
  const { store: counted, take } = countingStore(store);
  const writer = await open("a", counted);
  await writer.record("b").saveJson("q", 1);
  const gets = async (): Promise<number> => {
    take();
    await writer.record("b").saveJson("p", { n: Math.random() });
    return take().byMethod.get ?? 0;
  };
  const [first, second, third] = [await gets(), await gets(), await gets()];
  expect(first - second).toBeLessThanOrEqual(2);
  expect(first).toBeGreaterThan(second);
  expect(third).toBe(second);
});

it("an upgraded dataset reads the checkpoint of version 2 until it has one of its own, and never writes to it", async () => {
  await saveP(store, 1);
  await asVersion2(store);
  const old = await store.get(OLD_CHECKPOINT);
  const { store: counted, take } = countingStore(store);
  const dataset = await open("a", counted);
  // Both checkpoints, the record of the one that is there, and the root.
  expect(take().byMethod.get).toBe(4);
  await dataset.record("a").saveJson("p", 2);
  const again = await open("r");
  expect([again.version, await again.record("a").loadJson("p")]).toEqual([4, 2]);
  await dataset.updateManifest();
  expect(await store.get(CHECKPOINT)).toBeDefined();
  expect(await store.get(OLD_CHECKPOINT)).toEqual(old);
  expect(logger.warnings).toEqual([]);
  expect(await problems()).toEqual([]);
});

it("a new dataset has no checkpoint in the form of version 2", async () => {
  const fresh = memoryStore();
  const made = await open("a", fresh);
  await made.saveTable("t", [{ a: 1 }], { schema: { columns: [{ name: "a", type: "float64" }] } });
  await made.close();
  expect((await fresh.list(COMMITS)).map(({ name }) => name)).toEqual([
    "00000000000000000001.json",
    "checkpoint",
    "latest.json",
  ]);
});

it("a checkpoint in the form of version 2 that lies beside a newer log is ignored with a warning", async () => {
  await saveP(store, 1);
  await turnIntoOldCheckpoint(store);
  const dataset = await open();
  expect(logger.warnings).toEqual([expect.stringContaining("does not match commit record 2")]);
  await dataset.record("a").saveJson("p", 2);
  expect(dataset.version).toBe(3);
});
