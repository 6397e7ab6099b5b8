import { describe, expect, it } from "vitest";
import { COMMITS, STAGING } from "../../../src/commit/records/control-keys.ts";
import { interceptStore, type StoreCall } from "../../../src/testing/index.ts";
import {
  addLine,
  applyChanges,
  die,
  record,
  type SimulatedWriters,
  type WriterOptions,
  withSimulatedWriters,
} from "../../support/simulated-writers.ts";

/** The calls of one commit that makes an image, merges a table and deletes an object. */
async function callsOf(world: SimulatedWriters, options: WriterOptions = {}): Promise<readonly StoreCall[]> {
  const setup = await world.writer();
  await setup.commit({ "tables/t": "zero\n", "tables/old": "old" });
  const calls: StoreCall[] = [];
  const store = interceptStore(world.store, (call, run) => {
    calls.push(call);
    return run();
  });
  const writer = await world.writer({ ...options, store });
  calls.length = 0;
  await writer.transact(async (transaction) => {
    await applyChanges(transaction, { ...record("x"), "tables/old": null });
    addLine(transaction, "tables/t", "one");
  });
  return calls;
}

const isLink = ({ method, keys }: StoreCall): boolean =>
  method === "putNew" && keys[0]?.startsWith(COMMITS) === true;
const isSync = ({ method }: StoreCall): boolean => method === "sync";

describe("what would survive a power cut", () => {
  it("every staged file and directory, and the record, are flushed before the link", async () => {
    await withSimulatedWriters("memory", async (world) => {
      const calls = await callsOf(world);
      const linked = calls.findIndex(isLink);
      const synced = new Set(
        calls
          .slice(0, linked)
          .filter(isSync)
          .flatMap(({ keys }) => keys),
      );
      const staged = calls
        .slice(0, linked)
        .flatMap(({ method, keys }) => (method === "put" ? keys : []))
        .filter((key) => key.startsWith(`${STAGING}/`) && !/^__staging\/(lock|probe-)/.test(key));
      expect(staged.length).toBeGreaterThan(5);
      for (const key of staged.filter((path) => !path.endsWith("/__owner.json"))) {
        expect(synced).toContain(key);
      }
      const directories = staged
        .filter((key) => !/\/__(owner|commit|history)/.test(key))
        .flatMap((key) => key.split("/").map((_, depth, segments) => segments.slice(0, depth).join("/")))
        .filter((directory) => directory !== "");
      for (const directory of directories) {
        expect(synced).toContain(directory);
      }
    });
  });

  it("nothing is written to a file after it was flushed", async () => {
    await withSimulatedWriters("memory", async (world) => {
      const flushed = new Set<string>();
      for (const { method, keys } of await callsOf(world)) {
        for (const key of keys) {
          expect(method === "put" && flushed.has(key), key).toBe(false);
          if (method === "sync") {
            flushed.add(key);
          }
        }
      }
    });
  });

  it("the log is flushed after the link and before anything is moved", async () => {
    await withSimulatedWriters("memory", async (world) => {
      const calls = await callsOf(world);
      const [next] = calls.slice(calls.findIndex(isLink) + 1);
      expect(next).toMatchObject({ method: "sync", keys: [COMMITS] });
      expect(calls.findIndex(({ method }) => method === "move")).toBeGreaterThan(calls.findIndex(isLink));
    });
  });

  it("the first commit flushes the root, where the log's own directory is", async () => {
    await withSimulatedWriters("memory", async (world) => {
      const calls: StoreCall[] = [];
      const store = interceptStore(world.store, (call, run) => {
        calls.push(call);
        return run();
      });
      await (await world.writer({ store })).commit({ "tables/a": "1" });
      const synced = calls.slice(0, calls.findIndex(isLink)).filter(isSync);
      expect(synced.flatMap(({ keys }) => keys)).toContain("");
      const made = calls.findIndex(({ method, keys }) => method === "makeDirectory" && keys[0] === COMMITS);
      expect(made).toBeLessThan(
        calls.findIndex(({ method, keys }) => method === "sync" && keys.includes("")),
      );
    });
  });

  it("one who finishes another's commit flushes the log before it moves anything", async () => {
    await withSimulatedWriters("memory", async (world) => {
      const killed = await world.writer({ onStep: world.atStep("committed", die) });
      await killed.commit(record("y"));
      world.kill(killed);
      const calls: StoreCall[] = [];
      const store = interceptStore(world.store, (call, run) => {
        calls.push(call);
        return run();
      });
      await (await world.writer({ store })).commit({ "tables/next": "next" });
      const flushed = calls.findIndex(({ method, keys }) => method === "sync" && keys.includes(COMMITS));
      const moved = calls.findIndex(({ method, keys }) => method === "move" && keys[1] === "images/y");
      expect(moved).toBeGreaterThan(-1);
      expect(flushed).toBeGreaterThan(-1);
      expect(flushed).toBeLessThan(moved);
    });
  });

  it("without durability nothing is flushed", async () => {
    await withSimulatedWriters("memory", async (world) => {
      expect((await callsOf(world, { durability: "none" })).filter(isSync)).toEqual([]);
    });
  });
});
