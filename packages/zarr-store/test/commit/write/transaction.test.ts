import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { STAGING } from "../../../src/commit/records/control-keys.ts";
import type { Transaction } from "../../../src/commit/write/transaction.ts";
import { faultyStore, interceptStore } from "../../../src/testing/index.ts";
import { auditStore } from "../../support/audit-store.ts";
import {
  addLine,
  applyChanges,
  bytes,
  deletionOf,
  key,
  record,
  type SimulatedWriters,
  text,
  withSimulatedWriters,
} from "../../support/simulated-writers.ts";

async function stagedNames(world: SimulatedWriters): Promise<readonly string[]> {
  return (await world.store.list(key(STAGING))).map(({ name }) => name);
}

describe("a transaction", () => {
  it("sees its own changes, which nobody else does", async () => {
    await withSimulatedWriters("memory", async (world) => {
      const writer = await world.writer();
      await writer.commit({ "tables/a": "0", "tables/b": "0", ...record("x") });
      const reader = await world.second();
      await writer.transact(async (transaction) => {
        await applyChanges(transaction, { "tables/a": "1", "tables/b": null, ...record("y") });
        expect(text(await transaction.read(key("tables/a")))).toBe("1");
        expect(await transaction.read(key("tables/b"))).toBeUndefined();
        expect(await transaction.hash(key("tables/b"))).toBeUndefined();
        expect(await transaction.hash(key("tables/a"))).toMatch(/^[0-9a-f]{64}$/);
        expect(await transaction.paths("images/y")).toEqual(Object.keys(record("y")).sort());
        expect(await transaction.paths("")).toEqual(["tables/a"]);
        expect(await reader.read("tables/a")).toBe("0");
        expect(await reader.read("tables/b")).toBe("0");
      });
      expect(await reader.read("tables/a")).toBe("1");
    });
  });

  it("that throws leaves nothing, also when it does not wait for what it asked for", async () => {
    await withSimulatedWriters("memory", async (world) => {
      let puts = 0;
      const slow = interceptStore(world.store, async ({ method, keys }, run) => {
        if (method === "put" && keys[0]?.includes("tables%2F")) {
          await new Promise((resolve) => setTimeout(resolve, puts++));
        }
        return run();
      });
      const writer = await world.writer({ store: slow });
      const attempt = writer.transact(async (transaction) => {
        const changes = Array.from({ length: 20 }, (_, index) =>
          transaction.put(key(`tables/${index}`), bytes(String(index))),
        );
        await Promise.race(changes);
        throw new Error("on second thought");
      });
      await expect(attempt).rejects.toThrow("on second thought");
      expect(puts).toBe(20);
      expect(await stagedNames(world)).toEqual([]);
      await new Promise((resolve) => setTimeout(resolve, 40));
      expect(await stagedNames(world)).toEqual([]);
      expect(writer.engine.log.head.version).toBe(0);
    });
  });

  it("without changes commits nothing and writes nothing", async () => {
    await withSimulatedWriters("memory", async (world) => {
      const writer = await world.writer();
      await writer.commit({ "tables/a": "1" });
      for (const change of [{}, { "tables/a": "1" }, { "tables/gone": null }]) {
        expect(await writer.commit(change)).toMatchObject({ committed: false, version: 1, ops: [] });
      }
      expect(await stagedNames(world)).toEqual([]);
      expect((await auditStore(world.store)).version).toBe(1);
    });
  });

  it("commits all that was put at the same time", async () => {
    await withSimulatedWriters("local", async (world) => {
      const writer = await world.writer();
      const changes = Object.fromEntries(
        Array.from({ length: 50 }, (_, index) => [`tables/${index % 7}/${index}`, String(index)]),
      );
      await writer.transact(async (transaction) => {
        await Promise.all(
          Object.entries(changes).map(([path, value]) => transaction.put(key(path), bytes(value))),
        );
      });
      const { objects, problems } = await auditStore(world.store);
      expect(problems).toEqual([]);
      expect(objects).toEqual(changes);
    });
  });

  it("makes changes of one path in the order in which they were asked for, waited for or not", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(
            fc.constantFrom("tables/a", "tables/b"),
            fc.option(fc.constantFrom("0", "1", "22"), { nil: null }),
          ),
          {
            minLength: 1,
            maxLength: 8,
          },
        ),
        (changes) =>
          withSimulatedWriters("memory", async (world) => {
            // Each put takes another while, so that disorder would show.
            let turn = 0;
            const store = interceptStore(world.store, async ({ method }, run) => {
              for (let pause = method === "put" ? (++turn * 3) % 5 : 0; pause > 0; pause--) {
                await Promise.resolve();
              }
              return run();
            });
            const writer = await world.writer({ store });
            await writer.commit({ "tables/a": "0" });
            await writer.transact(async (transaction) => {
              const asked = changes.map(([path, value]) =>
                value === null ? transaction.delete(key(path)) : transaction.put(key(path), bytes(value)),
              );
              void Promise.allSettled(asked);
            });
            const expected = Object.fromEntries(
              [["tables/a", "0"] as const, ...changes]
                .filter(([path], index, all) => all.findLastIndex(([other]) => other === path) === index)
                .filter(([, value]) => value !== null),
            );
            const { objects, problems } = await auditStore(world.store);
            expect(problems).toEqual([]);
            expect(objects).toEqual(expected);
          }),
      ),
      { numRuns: 100 },
    );
  });

  it("that could not stage something cannot be committed, even if nobody cared", async () => {
    await withSimulatedWriters("memory", async (world) => {
      const setup = await world.writer();
      await setup.commit({ "tables/a": "0" });
      const store = faultyStore(world.store, ({ method, keys }) =>
        method === "put" && keys[0]?.endsWith("tables%2Fb") ? { fault: "tears", errno: "EIO" } : undefined,
      );
      const writer = await world.writer({ store });
      const attempt = writer.transact(async (transaction) => {
        await transaction.put(key("tables/a"), bytes("1"));
        await transaction.put(key("tables/b"), bytes("torn")).catch(() => undefined);
      });
      await expect(attempt).rejects.toMatchObject({ code: "io", details: { found: "EIO" } });
      const { objects, problems } = await auditStore(world.store);
      expect(problems).toEqual([]);
      expect(objects).toEqual({ "tables/a": "0" });
    });
  });

  it.each(["__commits/00000000000000000002.json", "__staging/lock/owner", "__anything"])(
    "does not take %s for an object",
    async (path) => {
      await withSimulatedWriters("memory", async (world) => {
        const writer = await world.writer();
        await expect(writer.commit({ [path]: "mine" })).rejects.toMatchObject({ code: "invalid_name" });
        expect(await stagedNames(world)).toEqual([]);
      });
    },
  );

  it("runs again as often as it is allowed to", async () => {
    await withSimulatedWriters("memory", async (world) => {
      const other = await world.second();
      let runs = 0;
      const writer = await world.second();
      const attempt = writer.transact(
        async (transaction) => {
          runs++;
          await transaction.read(key("tables/a"));
          await other.commit({ "tables/a": `other ${runs}` });
          await transaction.put(key("tables/a"), bytes("mine"));
        },
        { retries: 3 },
      );
      await expect(attempt).rejects.toMatchObject({ code: "conflict", details: { paths: ["tables/a"] } });
      expect(runs).toBe(4);
      expect(await stagedNames(world)).toEqual([]);
    });
  });

  it("that is isolated runs again after any other commit, and one that is not does not", async () => {
    await withSimulatedWriters("memory", async (world) => {
      const other = await world.second();
      const writer = await world.second();
      for (const isolated of [false, true]) {
        let runs = 0;
        await writer.transact(
          async (transaction) => {
            runs++;
            await transaction.put(key("tables/mine"), bytes(`mine ${isolated} ${runs}`));
            if (runs === 1) {
              await other.commit({ "tables/elsewhere": `other ${isolated}` });
            }
          },
          { isolated },
        );
        expect(runs).toBe(isolated ? 2 : 1);
      }
    });
  });

  it("that is aborted commits nothing, before it runs, while it runs and while it waits for the lock", async () => {
    await withSimulatedWriters("memory", async (world) => {
      const holder = await world.writer({
        onStep: async (step) => void (step === "locked" && (await new Promise(() => undefined))),
      });
      const writer = await world.writer();
      await expect(writer.commit({ "tables/a": "1" }, { signal: AbortSignal.abort() })).rejects.toMatchObject(
        { code: "aborted" },
      );
      const during = new AbortController();
      const running = writer.transact(
        async (transaction) => {
          await transaction.put(key("tables/a"), bytes("1"));
          during.abort();
        },
        { signal: during.signal },
      );
      await expect(running).rejects.toMatchObject({ code: "aborted" });
      void holder.commit({ "tables/b": "1" });
      const waiting = new AbortController();
      const commit = writer.commit({ "tables/a": "1" }, { signal: waiting.signal });
      for (let pause = 0; pause < 50; pause++) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      waiting.abort();
      await expect(commit).rejects.toMatchObject({ code: "aborted" });
      expect((await stagedNames(world)).filter((name) => name.includes(`-${writer.pid}-`))).toEqual([]);
    });
  });

  it("is one of many in a process, each of which gets its turn", async () => {
    await withSimulatedWriters("memory", async (world) => {
      const writer = await world.writer();
      await Promise.all(
        Array.from({ length: 30 }, (_, index) =>
          writer.transact(async (t) => addLine(t, "tables/t", String(index))),
        ),
      );
      const lines = (await world.get("tables/t"))?.trimEnd().split("\n").map(Number);
      expect(lines?.toSorted((a, b) => a - b)).toEqual([...Array(30).keys()]);
    });
  });
});

describe("a merge", () => {
  it("is applied to what the transaction itself has put, or deleted", async () => {
    await withSimulatedWriters("memory", async (world) => {
      const writer = await world.writer();
      await writer.commit({ "tables/a": "old\n", "tables/b": "old\n", "tables/c": "old\n" });
      const other = await world.second();
      const merging = await world.second({
        onStep: world.atStep("before-link", () => other.commit({ "tables/x": "x" })),
      });
      await merging.transact(async (transaction) => {
        await applyChanges(transaction, { "tables/a": "new\n", "tables/b": null });
        for (const path of ["tables/a", "tables/b", "tables/c"]) {
          addLine(transaction, path, "line");
        }
      });
      expect([...world.unreached]).toEqual([]);
      const { objects } = await auditStore(world.store);
      expect(objects).toMatchObject({
        "tables/a": "new\nline\n",
        "tables/b": "line\n",
        "tables/c": "old\nline\n",
      });
    });
  });

  it("is replaced by what the transaction puts after it", async () => {
    await withSimulatedWriters("memory", async (world) => {
      const writer = await world.writer();
      await writer.commit({ "tables/a": "old\n", "tables/b": "old\n" });
      await writer.transact(async (transaction) => {
        addLine(transaction, "tables/a", "line");
        addLine(transaction, "tables/b", "line");
        await applyChanges(transaction, { "tables/a": "new\n", "tables/b": null });
      });
      expect((await auditStore(world.store)).objects).toEqual({ "tables/a": "new\n" });
    });
  });

  it("names the images of all merges of an object, or none if one may concern all", async () => {
    await withSimulatedWriters("memory", async (world) => {
      const writer = await world.writer();
      const mergeFor = (path: string, imageIds: readonly string[] | undefined) => ({
        path: key(path),
        merge: async (current: Uint8Array | undefined) => ({
          bytes: bytes(`${text(current) ?? ""}${imageIds?.join() ?? "all"}\n`),
          ...(imageIds && { imageIds }),
        }),
      });
      const { ops } = await writer.transact(async (transaction) => {
        transaction.merge(mergeFor("tables/a", ["y", "x"]));
        transaction.merge(mergeFor("tables/a", ["z", "x"]));
        transaction.merge(mergeFor("tables/b", ["y"]));
        transaction.merge(mergeFor("tables/b", undefined));
      });
      expect(ops.map((op) => (op.op === "put" ? [op.path, op.imageIds] : op))).toEqual([
        ["tables/a", ["x", "y", "z"]],
        ["tables/b", undefined],
      ]);
    });
  });

  /** Takes a file in as an image, unless another has done so. */
  const takeIn = async (transaction: Transaction, id: string): Promise<void> => {
    await applyChanges(transaction, record(id));
    transaction.merge({
      path: key("tables/sources"),
      merge: async (current) => {
        const rows = text(current)?.trimEnd().split("\n") ?? [];
        return rows.some((row) => row.startsWith("file-1 "))
          ? { bytes: undefined, droppedGroups: [`images/${id}`] }
          : { bytes: bytes(`${[...rows, `file-1 ${id}`].join("\n")}\n`) };
      },
    });
  };

  it("that drops an image takes it out of the transaction, its staging included", async () => {
    await withSimulatedWriters("memory", async (world) => {
      const first = await world.second({
        onStep: world.atStep("synced", async () =>
          (await world.second()).transact((t) => takeIn(t, "by-second")),
        ),
      });
      const commit = await first.transact((t) => takeIn(t, "by-first"));
      expect(commit).toMatchObject({ committed: false, droppedImageIds: ["by-first"] });
      const { objects, problems } = await auditStore(world.store);
      expect(problems).toEqual([]);
      expect(objects).toEqual({ ...record("by-second"), "tables/sources": "file-1 by-second\n" });
    });
  });

  it("that dropped an image, which the other then deleted, makes the transaction run again", async () => {
    await withSimulatedWriters("memory", async (world) => {
      const other = await world.second();
      const dropped = world.atStep("synced", () => other.transact((t) => takeIn(t, "by-second")));
      const revived = world.atStep("before-link", () =>
        other.commit({ ...deletionOf(record("by-second")), "tables/sources": null }),
      );
      const first = await world.second({
        onStep: async (step) => {
          await dropped(step);
          await revived(step);
        },
      });
      let runs = 0;
      const commit = await first.transact(async (transaction) => {
        runs++;
        await applyChanges(transaction, { "tables/a": "1" });
        await takeIn(transaction, "by-first");
      });
      expect([...world.unreached]).toEqual([]);
      expect(runs).toBe(2);
      expect(commit).toMatchObject({ committed: true, droppedImageIds: [] });
      const { objects, problems } = await auditStore(world.store);
      expect(problems).toEqual([]);
      expect(objects).toEqual({
        ...record("by-first"),
        "tables/a": "1",
        "tables/sources": "file-1 by-first\n",
      });
    });
  });

  it("that throws fails the transaction before the link", async () => {
    await withSimulatedWriters("memory", async (world) => {
      const writer = await world.writer();
      const attempt = writer.transact(async (transaction) => {
        await transaction.put(key("tables/a"), bytes("1"));
        transaction.merge({
          path: key("tables/t"),
          merge: () => Promise.reject(new Error("no such column")),
        });
      });
      await expect(attempt).rejects.toThrow("no such column");
      expect(await stagedNames(world)).toEqual([]);
      expect(writer.engine.log.head.version).toBe(0);
    });
  });
});
