import { describe, expect, it } from "vitest";
import type { CommitContext } from "../../../src/commit/commit-context.ts";
import { type WriterLockOptions, withWriterLock } from "../../../src/commit/lock/writer-lock.ts";
import { CommitLog } from "../../../src/commit/log/commit-log.ts";
import { LOCK, STAGING } from "../../../src/commit/records/control-keys.ts";
import type { KeyValueStore } from "../../../src/store/key-value-store.ts";
import { memoryStore } from "../../../src/store/memory-store.ts";
import { faultyStore, interceptStore } from "../../../src/testing/index.ts";
import { key, type Medium, withSimulatedWriters } from "../../support/simulated-writers.ts";
import { type CollectedLog, collectLog, sha256, TestClock, testRuntime } from "../../support/test-runtime.ts";

interface Process {
  readonly context: CommitContext;
  readonly log: CollectedLog;
  readonly clock: TestClock;
  /** Takes the lock and keeps it until told. */
  hold(options?: WriterLockOptions): Promise<{ release(): Promise<void> }>;
}

const NOBODY: ReadonlySet<number> = new Set();

function processOn(store: KeyValueStore, pid: number, dead = NOBODY, clock = new TestClock()): Process {
  const log = collectLog();
  const context: CommitContext = {
    session: { isHistoryNamed: false, canRenameFolders: true, kept: [] },
    store,
    log: new CommitLog(store, sha256),
    runtime: testRuntime({ pid, dead, clock }),
    logger: log,
    onStep: () => undefined,
  };
  return {
    context,
    log,
    clock,
    hold: async (options = {}) => {
      const got = Promise.withResolvers<void>();
      const end = Promise.withResolvers<void>();
      const held = withWriterLock(context, `0-${pid}`, options, async () => {
        got.resolve();
        await end.promise;
      });
      await Promise.race([got.promise, held]);
      return {
        release: async () => {
          end.resolve();
          await held;
        },
      };
    },
  };
}

async function namesIn(store: KeyValueStore, prefix: string): Promise<readonly string[]> {
  return (await store.list(key(prefix))).map(({ name }) => name);
}

async function wait(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

describe.each<Medium>(["memory", "local"])("the writer lock, in %s", (medium) => {
  it("is held by one at a time, and leaves nothing", async () => {
    await withSimulatedWriters(medium, async ({ store }) => {
      let inside = 0;
      let most = 0;
      const once = (pid: number): Promise<void> =>
        withWriterLock(processOn(store, pid).context, `0-${pid}`, {}, async () => {
          inside++;
          most = Math.max(most, inside);
          await wait(1);
          inside--;
        });
      await Promise.all(Array.from({ length: 8 }, (_, pid) => once(pid)));
      expect(most).toBe(1);
      expect(await namesIn(store, STAGING)).toEqual([]);
    });
  });

  it("of a dead process of this host is replaced at once, by one of those who wait", async () => {
    await withSimulatedWriters(medium, async ({ store }) => {
      const dead = new Set<number>();
      await processOn(store, 1).hold();
      const others = [2, 3, 4, 5].map((pid) => processOn(store, pid, dead));
      dead.add(1);
      let inside = 0;
      const order = others.map(({ context }, index) =>
        withWriterLock(context, `0-${index + 2}`, {}, async () => {
          expect(++inside).toBe(1);
          await wait(2);
          inside--;
        }),
      );
      await Promise.all(order);
      const takeOvers = others.flatMap(({ log }) => log.warnings);
      expect(takeOvers).toEqual([`took over ${LOCK}: its holder, process 1 on this host, is gone`]);
      expect(await namesIn(store, STAGING)).toEqual([]);
    });
  });

  it("is refreshed while it is held, and a holder that lost it touches nothing", async () => {
    await withSimulatedWriters(medium, async ({ store }) => {
      const dead = new Set<number>();
      const first = processOn(store, 1, dead);
      const holding = await first.hold({ staleAfterMs: 60 });
      const turns = new Set<string>();
      for (let look = 0; look < 200 && turns.size < 2; look++) {
        for (const name of await namesIn(store, LOCK)) {
          turns.add(name);
        }
        await wait(1);
      }
      expect([...turns].sort()).toEqual(["owner-0-1.0", "owner-0-1.1"]);
      dead.add(1);
      const second = await processOn(store, 2, dead).hold();
      // Several times in which the first would refresh.
      await wait(50);
      expect(await namesIn(store, LOCK)).toEqual(["owner-0-2.0"]);
      await holding.release();
      expect(await namesIn(store, LOCK)).toEqual(["owner-0-2.0"]);
      expect(first.log.warnings).toEqual([`${LOCK} was taken over by another writer while this one held it`]);
      await second.release();
      expect(await namesIn(store, STAGING)).toEqual([]);
    });
  });

  it("stays with the one who took it over when the other, who has not noticed, gives it up", async () => {
    await withSimulatedWriters(medium, async ({ store }) => {
      const dead = new Set([1]);
      const first = processOn(store, 1);
      const holding = await first.hold();
      const second = await processOn(store, 2, dead).hold();
      await holding.release();
      expect(await namesIn(store, LOCK)).toEqual(["owner-0-2.0"]);
      expect(first.log.warnings).toEqual([`${LOCK} was taken over by another writer while this one held it`]);
      await second.release();
      expect(await namesIn(store, STAGING)).toEqual([]);
    });
  });

  it("does not come back when its holder lost it and nobody holds it", async () => {
    await withSimulatedWriters(medium, async ({ store }) => {
      const first = processOn(store, 1);
      const holding = await first.hold({ staleAfterMs: 60 });
      for (const name of await namesIn(store, LOCK)) {
        await store.remove(key(`${LOCK}/${name}`));
      }
      await store.remove(LOCK);
      await wait(50);
      expect(await namesIn(store, STAGING)).toEqual([]);
      await holding.release();
      expect(await namesIn(store, STAGING)).toEqual([]);
    });
  });

  it("goes also when something else lies in it", async () => {
    await withSimulatedWriters(medium, async ({ store }) => {
      const holding = await processOn(store, 1).hold();
      await store.put(key(`${LOCK}/.DS_Store`), new Uint8Array(3));
      await holding.release();
      expect(await store.stat(LOCK)).toBeUndefined();
      await (await processOn(store, 2).hold()).release();
    });
  });
});

/** A store with a clock of its own, and a process of another host that took the lock long ago. */
async function lockedElsewhere(): Promise<{ store: KeyValueStore; storeClock: { nowMs: number } }> {
  const storeClock = { nowMs: 0 };
  const store = memoryStore({ nowEpochMs: () => storeClock.nowMs });
  await store.put(
    key(`${LOCK}/owner-0-9.0`),
    new TextEncoder().encode(JSON.stringify({ host: "elsewhere", pid: 9, started: "then", txid: "0-9" })),
  );
  return { store, storeClock };
}

describe("the lock of a process on another host", () => {
  it("is taken over when the store's own clock says that it was not refreshed for a minute", async () => {
    const { store, storeClock } = await lockedElsewhere();
    storeClock.nowMs = 61_000;
    const second = processOn(store, 2);
    const startedMs = second.clock.nowEpochMs;
    const holding = await second.hold();
    expect(second.clock.nowEpochMs - startedMs).toBeLessThan(2_000);
    expect(second.log.warnings).toEqual([
      `took over ${LOCK}: elsewhere, process 9, did not refresh it for 61 s`,
    ]);
    await holding.release();
    expect(await namesIn(store, STAGING)).toEqual([]);
  });

  it("is waited for, and then refused, while the store's clock says that it is fresh, whatever our clock says", async () => {
    const { store, storeClock } = await lockedElsewhere();
    storeClock.nowMs = 59_000;
    const second = processOn(store, 2);
    second.clock.nowEpochMs += 10 * 3_600_000;
    await expect(second.hold()).rejects.toMatchObject({
      code: "conflict",
      details: { found: { host: "elsewhere", pid: 9 } },
    });
    expect(await namesIn(store, LOCK)).toEqual(["owner-0-9.0"]);
    expect(second.log.warnings).toEqual([]);
  });

  it("is waited for aloud: for whom, and how long at most, within 2 s", async () => {
    const { store, storeClock } = await lockedElsewhere();
    storeClock.nowMs = 59_000;
    const second = processOn(store, 2);
    const startedMs = second.clock.nowEpochMs;
    const said: (readonly [string, number])[] = [];
    const info = (message: string): void => void said.push([message, second.clock.nowEpochMs - startedMs]);
    const waiting = withWriterLock(
      { ...second.context, logger: { ...second.log, info } },
      "0-2",
      { timeoutMs: 10_000 },
      async () => undefined,
    );
    await expect(waiting).rejects.toMatchObject({ code: "conflict" });
    expect(said).toEqual([
      [
        `waiting for process 9 on elsewhere, which holds ${LOCK}: at most 10 s, or until it has not refreshed it for 60 s`,
        expect.any(Number),
      ],
    ]);
    expect(said[0]?.[1]).toBeLessThan(2_000);
  });

  it("is not taken over when it is refreshed between the look and the taking", async () => {
    const { store, storeClock } = await lockedElsewhere();
    storeClock.nowMs = 61_000;
    const late = interceptStore(store, async ({ method, keys }, run) => {
      if (method === "remove" && keys[0] === `${LOCK}/owner-0-9.0`) {
        await store.move(key(`${LOCK}/owner-0-9.0`), key(`${LOCK}/owner-0-9.1`));
      }
      return run();
    });
    await expect(processOn(late, 2).hold({ timeoutMs: 3_000 })).rejects.toMatchObject({ code: "conflict" });
    expect(await namesIn(store, LOCK)).toEqual(["owner-0-9.1"]);
  });

  it("that died before it could write its name is replaced after five seconds", async () => {
    const storeClock = { nowMs: 0 };
    const store = memoryStore({ nowEpochMs: () => storeClock.nowMs });
    await store.makeDirectory(LOCK);
    await expect(processOn(store, 2).hold({ timeoutMs: 1_000 })).rejects.toMatchObject({ code: "conflict" });
    storeClock.nowMs = 5_001;
    await (await processOn(store, 3).hold()).release();
    expect(await namesIn(store, STAGING)).toEqual([]);
  });

  it("is not waited for any longer when the wait is aborted", async () => {
    const { store } = await lockedElsewhere();
    const controller = new AbortController();
    const waiting = processOn(store, 2).hold({ signal: controller.signal });
    controller.abort("enough");
    await expect(waiting).rejects.toMatchObject({ code: "aborted", details: { cause: "enough" } });
    expect(await namesIn(store, LOCK)).toEqual(["owner-0-9.0"]);
  });
});

it("a lock whose name cannot be written is given back", async () => {
  const store = memoryStore();
  const full = faultyStore(store, ({ method }) =>
    method === "put" ? { fault: "tears", errno: "ENOSPC" } : undefined,
  );
  await expect(processOn(full, 1).hold()).rejects.toMatchObject({ code: "io", details: { found: "ENOSPC" } });
  expect(await store.stat(LOCK)).toBeUndefined();
});

it.each([0, 1])("a lock is released although removal %i failed once", async (failing) => {
  const store = memoryStore();
  let removals = 0;
  const faulty = faultyStore(store, ({ method }) =>
    method === "remove" && removals++ === failing ? { fault: "fails", errno: "EIO" } : undefined,
  );
  const first = processOn(faulty, 1);
  await (await first.hold()).release();
  expect(await store.stat(LOCK)).toBeUndefined();
  expect(first.log.warnings).toEqual([]);
});

it("a lock that cannot be released for good is said aloud, and the work that was done under it counts", async () => {
  const store = memoryStore();
  const broken = faultyStore(store, ({ method }) =>
    method === "remove" ? { fault: "fails", errno: "EIO" } : undefined,
  );
  const first = processOn(broken, 1);
  await (await first.hold()).release();
  expect(first.log.warnings).toEqual([expect.stringMatching(/^could not release __staging\/lock: .*EIO/)]);
});

it("the owner of a lock that is half written or another's file is nobody known", async () => {
  const { decodeOwner, encodeOwner } = await import("../../../src/commit/records/lock-owner.ts");
  const owner = { host: "h", pid: 1, started: "s", txid: "0-1", pidNamespace: "pid:[7]" };
  expect(decodeOwner(encodeOwner({ host: "h", pid: 1, started: "s", txid: "0-1" }))).toEqual({
    host: "h",
    pid: 1,
    started: "s",
    txid: "0-1",
  });
  expect(decodeOwner(encodeOwner(owner))).toEqual(owner);
  const whole = new TextDecoder().decode(encodeOwner(owner));
  for (let length = 0; length < whole.length; length++) {
    expect(decodeOwner(new TextEncoder().encode(whole.slice(0, length)))).toBeUndefined();
  }
  for (const other of [
    "null",
    "7",
    "[]",
    "{}",
    '{"host":"h","pid":"1","started":"s","txid":"t"}',
    '{"host":"h","pid":1.5,"started":"s","txid":"t"}',
  ]) {
    expect(decodeOwner(new TextEncoder().encode(other))).toBeUndefined();
  }
});
