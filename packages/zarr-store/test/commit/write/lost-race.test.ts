import { expect } from "vitest";
import { commitKey } from "../../../src/commit/records/control-keys.ts";
import type { KeyValueStore } from "../../../src/store/key-value-store.ts";
import { interceptStore } from "../../../src/testing/index.ts";
import { itCloses, type RaceWindow } from "../../support/race-window.ts";
import { addLine, key, text, type Writer } from "../../support/simulated-writers.ts";

/** Two commits for one path, and links that tell lies. */
const HOLES: readonly RaceWindow[] = [
  {
    name: "H13: two writers count up the same object",
    before: { "tables/count": "0" },
    objects: { "tables/count": "2" },
    run: async (world) => {
      const countUp = async (writer: Writer): Promise<void> => {
        await writer.transact(async (transaction) => {
          const count = Number(text(await transaction.read(key("tables/count"))));
          await transaction.put(key("tables/count"), new TextEncoder().encode(String(count + 1)));
        });
      };
      const onStep = world.atStep("synced", async () => countUp(await world.second()));
      await countUp(await world.second({ onStep }));
    },
  },
  {
    name: "H17: an object changes while a writer reads it, and is as before when the writer commits",
    before: { "tables/count": "0" },
    objects: { "tables/count": "1" },
    run: async (world) => {
      const count = key("tables/count");
      const set = async (value: string): Promise<unknown> =>
        (await world.second()).commit({ "tables/count": value });
      const store = world.beforeCall(
        ({ method, keys }) => method === "get" && keys[0] === count,
        () => set("9"),
      );
      const read: string[] = [];
      const writer = await world.second({ store });
      await writer.transact(async (transaction) => {
        const value = text(await transaction.read(count)) ?? "";
        read.push(value);
        if (value === "9") {
          // What it read is undone before its commit: `0` is there again, with the hash that it met first.
          await set("0");
        }
        await transaction.put(count, new TextEncoder().encode(String(Number(value) + 1)));
      });
      expect(read).toEqual(["9", "0"]);
    },
  },
  ...(["says that the name is taken", "says EIO"] as const).map(
    (lie): RaceWindow => ({
      name: `H14: a link works, and ${lie}`,
      objects: { "tables/a": "1" },
      run: async (world) => {
        const store: KeyValueStore = {
          ...interceptStore(world.store, (_call, runCall) => runCall()),
          putNew: async (path, from) => {
            const isLinked = await world.store.putNew(path, from);
            if (lie === "says EIO" && path.startsWith("__commits/")) {
              throw Object.assign(new Error("EIO"), { code: "EIO", errno: -5 });
            }
            return isLinked && !path.startsWith("__commits/");
          },
        };
        const commit = await (await world.writer({ store })).commit({ "tables/a": "1" });
        expect(commit).toMatchObject({ version: 2, committed: true, published: true });
      },
    }),
  ),
  {
    name: "H14: a link works, says that the name is taken, and the record cannot be seen yet",
    objects: { "tables/a": "1" },
    run: async (world) => {
      let hidden = 1;
      const store: KeyValueStore = {
        ...interceptStore(world.store, (_call, runCall) => runCall()),
        get: async (path, options) => {
          if (path === commitKey(2) && (await world.store.get(path)) !== undefined && hidden > 0) {
            hidden--;
            return undefined;
          }
          return world.store.get(path, options);
        },
        putNew: async (path, from) => (await world.store.putNew(path, from)) && path !== commitKey(2),
      };
      const commit = await (await world.writer({ store })).commit({ "tables/a": "1" });
      expect(commit).toMatchObject({ version: 2, committed: true, published: true });
      expect(hidden).toBe(0);
    },
  },
  {
    name: "H14: a link works, says that the name is taken, and is hidden for long: its record keeps its bytes",
    objects: { "tables/a": "1" },
    run: async (world) => {
      let hidden = 0;
      const seen = new Set<string | undefined>();
      const look = async (): Promise<unknown> => seen.add(text(await world.store.get(commitKey(2))));
      const store: KeyValueStore = {
        ...interceptStore(world.store, async (call, runCall) => {
          const result = await runCall();
          await (call.method === "put" && look());
          return result;
        }),
        get: async (path, options) =>
          path === commitKey(2) && hidden-- > 0 ? undefined : world.store.get(path, options),
        putNew: async (path, from) => {
          const isLinked = await world.store.putNew(path, from);
          hidden = isLinked && path === commitKey(2) ? 4 : hidden;
          return isLinked && path !== commitKey(2);
        },
      };
      const commit = await (await world.writer({ store })).commit({ "tables/a": "1" });
      await look();
      expect(commit).toMatchObject({ version: 2, committed: true, published: true });
      seen.delete(undefined);
      expect([...seen], "contents seen under one name").toHaveLength(1);
    },
  },
  {
    name: "H14: a link is really lost, to another commit",
    before: { "tables/a": "0" },
    objects: { "tables/a": "1", "tables/b": "2" },
    run: async (world) => {
      let runs = 0;
      const onStep = world.atStep("before-link", async () =>
        (await world.second()).commit({ "tables/b": "2" }),
      );
      const writer = await world.second({ onStep });
      const commit = await writer.transact(async (transaction) => {
        runs++;
        await transaction.put(key("tables/a"), new TextEncoder().encode("1"));
      });
      expect(commit.version).toBe(3);
      expect(runs, "a lost race alone is no conflict").toBe(1);
    },
  },
  {
    name: "a lost race merges again: both lines are there, and the function ran once",
    before: { "tables/t": "zero\n" },
    objects: { "tables/t": "zero\nsecond\nfirst\n" },
    run: async (world) => {
      let runs = 0;
      const onStep = world.atStep("before-link", async () => {
        await (await world.second()).transact(async (transaction) =>
          addLine(transaction, "tables/t", "second"),
        );
      });
      const writer = await world.second({ onStep });
      await writer.transact(async (transaction) => {
        runs++;
        addLine(transaction, "tables/t", "first");
      });
      expect(runs).toBe(1);
    },
  },
  {
    name: "a conflict runs the function again, on what the winner made",
    before: { "tables/a": "0" },
    objects: { "tables/a": "0+1+2" },
    run: async (world) => {
      let runs = 0;
      const append = async (writer: Writer, part: string): Promise<void> => {
        await writer.transact(async (transaction) => {
          runs++;
          const before = text(await transaction.read(key("tables/a")));
          await transaction.put(key("tables/a"), new TextEncoder().encode(before + part));
        });
      };
      const onStep = world.atStep("before-link", async () => append(await world.second(), "+1"));
      await append(await world.second({ onStep }), "+2");
      expect(runs).toBe(3);
    },
  },
  {
    name: "equal bytes are no conflict",
    before: { "tables/a": "0" },
    objects: { "tables/a": "1", "tables/b": "2" },
    run: async (world) => {
      let runs = 0;
      const onStep = world.atStep("before-link", async () =>
        (await world.second()).commit({ "tables/a": "1" }),
      );
      const writer = await world.second({ onStep });
      const commit = await writer.transact(async (transaction) => {
        runs++;
        await transaction.put(key("tables/a"), new TextEncoder().encode("1"));
        await transaction.put(key("tables/b"), new TextEncoder().encode("2"));
      });
      expect(runs).toBe(1);
      expect(commit.ops.map(({ path }) => path)).toEqual(["tables/b"]);
    },
  },
  {
    name: "an equal change that was left out is undone by a third commit: the function runs again",
    before: { "tables/a": "0" },
    objects: { "tables/a": "1", "tables/b": "2" },
    run: async (world) => {
      let runs = 0;
      let rounds = 0;
      const writer = await world.second({
        onStep: async (step) => {
          rounds += step === "finished-head" ? 1 : 0;
          if (step === "finished-head" && rounds === 1) {
            await (await world.second()).commit({ "tables/a": "1" });
          }
          if (step === "before-link" && rounds === 2) {
            await (await world.second()).commit({ "tables/a": "0" });
          }
        },
      });
      await writer.transact(async (transaction) => {
        runs++;
        await transaction.put(key("tables/a"), new TextEncoder().encode("1"));
        await transaction.put(key("tables/b"), new TextEncoder().encode("2"));
      });
      expect(runs).toBe(2);
    },
  },
];

/** Only a place with hard links can lie about one. */
itCloses(HOLES, ["memory", "local"]);
itCloses(
  HOLES.filter(({ name }) => !name.includes("a link works")),
  ["memory without hard links", "local without hard links"],
);
