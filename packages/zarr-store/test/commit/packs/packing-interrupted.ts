/** Packing that ends at any call of the store: by a death, or because the call fails. */
import { expect } from "vitest";
import { COMMITS } from "../../../src/commit/records/control-keys.ts";
import { checkDataset, memoryStore, openDataset, parseStoreKey } from "../../../src/index.ts";
import type { KeyValueStore } from "../../../src/store/key-value-store.ts";
import { faultyStore, type StoreCall } from "../../../src/testing/index.ts";
import { readTree } from "../../support/audit-store.ts";
import { TestClock, testRuntime } from "../../support/test-runtime.ts";
import { endSession, growLog, startDataset } from "./long-log.ts";

const NEWEST = 2050;

type Tree = Awaited<ReturnType<typeof readTree>>;
let packable: Promise<Tree> | undefined;
/** The files of a log of which one block can be packed. */
function packableTree(): Promise<Tree> {
  packable ??= (async () => {
    const store = memoryStore();
    await startDataset(store, testRuntime());
    await growLog(store, testRuntime(), NEWEST);
    return readTree(store, "");
  })();
  return packable;
}

export interface InterruptedPacking {
  readonly calls: number;
  readonly trials: number;
  /** How often records were found both in the pack and as files. */
  readonly halfRemoved: number;
}

/**
 * Ends a session at each call of its packing, but only at every `every`-th read or removal of a record. After each, all records are there once, the log is whole to a reader and
 * to a check, and the next session finishes the pack.
 */
export async function interruptPacking(
  every: number,
  how: "dies" | "one call fails",
): Promise<InterruptedPacking> {
  const clock = new TestClock();
  const before = await packableTree();
  const restore = async (): Promise<KeyValueStore> => {
    const store = memoryStore({ nowEpochMs: clock.look });
    for (const [path, bytes] of before) {
      await store.put(parseStoreKey(path), bytes);
    }
    return store;
  };
  const calls: StoreCall[] = [];
  const counted = faultyStore(await restore(), (call) => {
    calls.push(call);
    return undefined;
  });
  await endSession(counted, testRuntime());
  const begin = calls.findLastIndex(({ method, keys }) => method === "list" && keys[0] === COMMITS);
  // One of a thousand reads or removals of a record is like the others, so only every so many are chosen.
  const isOfRecord = ({ method, keys }: StoreCall): boolean =>
    (method === "get" || method === "remove") && /^__commits\/\d/.test(keys[0] ?? "");
  const chosen = [...calls.entries()]
    .filter(([index, call]) => index >= begin && (index % every === 0 || !isOfRecord(call)))
    .map(([index]) => index);
  let trials = 0;
  let halfRemoved = 0;
  for (const at of chosen) {
    const store = await restore();
    const broken = faultyStore(store, (_call, index) =>
      (how === "dies" ? index >= at : index === at) ? { fault: "tears", errno: "EIO" } : undefined,
    );
    await endSession(broken, testRuntime({ clock, pid: 2 })).catch(() => undefined);
    const where = `${how} at call ${at} of ${calls.length}, ${calls[at]?.method} ${calls[at]?.keys.join(" ")}`;
    const names = (await store.list(COMMITS)).map(({ name }) => name);
    const records = names.filter((name) => /^\d/.test(name)).length;
    halfRemoved += names.some((name) => name.startsWith("pack-")) && records > 1051 ? 1 : 0;
    const dead = new Set([2]);
    const reader = await openDataset(store, { mode: "r", runtime: testRuntime({ clock, pid: 3, dead }) });
    expect(reader.version, where).toBeGreaterThanOrEqual(NEWEST);
    expect(
      (await checkDataset(store, { level: "structure", runtime: testRuntime() })).problems,
      where,
    ).toEqual([]);
    await endSession(store, testRuntime({ clock, pid: 4, dead }));
    const after = (await store.list(COMMITS)).map(({ name }) => name);
    expect(after, where).toContain("pack-00000000000000000001");
    expect(after.filter((name) => /^\d/.test(name)).length, where).toBe(reader.version + 1 - 999);
    trials++;
  }
  return { calls: calls.length, trials, halfRemoved };
}
