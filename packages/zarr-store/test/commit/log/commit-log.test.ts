import { describe, expect, it } from "vitest";
import { CommitLog } from "../../../src/commit/log/commit-log.ts";
import { CHECKPOINT, commitKey } from "../../../src/commit/records/control-keys.ts";
import type { KeyValueStore } from "../../../src/store/key-value-store.ts";
import { interceptStore } from "../../../src/testing/index.ts";
import { key, withSimulatedWriters } from "../../support/simulated-writers.ts";
import { collectLog, sha256 } from "../../support/test-runtime.ts";

/** A store whose next read of a key waits, with its answer already taken, until it is let go. */
function heldStore(store: KeyValueStore): {
  store: KeyValueStore;
  hold(): { isHeld: Promise<void>; letGo(): void };
} {
  let gate: { held: PromiseWithResolvers<void>; go: PromiseWithResolvers<void> } | undefined;
  return {
    store: interceptStore(store, async (_call, run) => {
      const result = await run();
      const current = gate;
      gate = undefined;
      current?.held.resolve();
      await current?.go.promise;
      return result;
    }),
    hold: () => {
      const held = Promise.withResolvers<void>();
      const go = Promise.withResolvers<void>();
      gate = { held, go };
      return { isHeld: held.promise, letGo: () => go.resolve() };
    },
  };
}

describe("the log", () => {
  it("sees what was linked before it was asked, also while it is reading", async () => {
    await withSimulatedWriters("memory", async (world) => {
      const held = heldStore(world.store);
      const log = new CommitLog(held.store, sha256);
      const writer = await world.writer();
      const { isHeld, letGo } = held.hold();
      const early = log.refresh();
      await isHeld;
      await writer.commit({ "tables/a": "1" });
      const late = log.refresh();
      const later = log.refresh();
      letGo();
      expect(await early).toBe(false);
      expect(await late).toBe(true);
      expect(await later).toBe(true);
      expect(log.head.version).toBe(1);
    });
  });

  it("shares one pass among all who wait for it", async () => {
    await withSimulatedWriters("memory", async (world) => {
      let reads = 0;
      const counted = interceptStore(world.store, (_call, run) => {
        reads++;
        return run();
      });
      const held = heldStore(counted);
      const log = new CommitLog(held.store, sha256);
      const { isHeld, letGo } = held.hold();
      const first = log.refresh();
      await isHeld;
      const rest = Array.from({ length: 20 }, () => log.refresh());
      letGo();
      await Promise.all([first, ...rest]);
      expect(reads).toBe(2);
    });
  });

  it("goes on after a pass that failed", async () => {
    await withSimulatedWriters("memory", async (world) => {
      await (await world.writer()).commit({ "tables/a": "1" });
      let isBroken = true;
      const store = interceptStore(world.store, (_call, run) =>
        isBroken ? Promise.reject(new Error("broken")) : run(),
      );
      const log = new CommitLog(store, sha256);
      const attempts = await Promise.allSettled([log.refresh(), log.refresh()]);
      expect(attempts.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
      isBroken = false;
      expect(await log.refresh()).toBe(true);
      expect(log.head.version).toBe(1);
    });
  });

  it("ends before a record that does not follow the one before, and keeps writers away", async () => {
    await withSimulatedWriters("memory", async (world) => {
      const writer = await world.writer();
      await writer.commit({ "tables/a": "1" });
      await writer.commit({ "tables/a": "2" });
      const sound = await world.store.get(commitKey(2));
      await withSimulatedWriters("memory", async (other) => {
        const stranger = await other.writer();
        await stranger.commit({ "tables/b": "1" });
        await stranger.commit({ "tables/b": "2" });
        const record = await other.store.get(commitKey(2));
        await world.store.put(commitKey(2), record ?? new Uint8Array());
      });
      const { warnings, ...logger } = collectLog();
      const log = new CommitLog(world.store, sha256, logger);
      for (const isNewer of [true, false, false]) {
        expect(await log.refresh()).toBe(isNewer);
        expect(log.head.version).toBe(1);
        expect(() => log.assertWhole()).toThrow(
          expect.objectContaining({
            code: "integrity",
            details: expect.objectContaining({ path: commitKey(2) }),
          }),
        );
      }
      expect(warnings).toEqual([
        "commit record 2 does not follow the one before it: version 1 is read, and nothing can be written until this is repaired",
      ]);
      await world.store.put(commitKey(2), sound ?? new Uint8Array());
      expect(await log.refresh()).toBe(true);
      expect(log.assertWhole()).toBeUndefined();
    });
  });

  it("knows every content that a path ever had, also from before a checkpoint", async () => {
    await withSimulatedWriters("memory", async (world) => {
      const writer = await world.writer();
      for (const value of ["1", "2", null, "3"]) {
        await writer.commit({ "tables/a": value });
      }
      const log = new CommitLog(world.store, sha256);
      await log.refresh();
      const { head } = log;
      const fresh = new CommitLog(world.store, sha256);
      const object = head.object(key("tables/a"));
      fresh.restoreFrom({
        version: head.version,
        recordSha256: head.recordSha256,
        txid: head.txid,
        groups: new Map(object && [["", new Map([[key("tables/a"), object]])]]),
        images: new Map(),
        key: CHECKPOINT,
        storedBytes: 0,
        fault: undefined,
      });
      for (const known of [log, fresh]) {
        for (const value of ["1", "2", "3"]) {
          expect(await known.wasEverCommitted(key("tables/a"), sha256(new TextEncoder().encode(value)))).toBe(
            true,
          );
        }
        expect(await known.wasEverCommitted(key("tables/a"), sha256(new TextEncoder().encode("4")))).toBe(
          false,
        );
        expect(await known.wasEverCommitted(key("tables/b"), sha256(new TextEncoder().encode("1")))).toBe(
          false,
        );
      }
    });
  });
});
