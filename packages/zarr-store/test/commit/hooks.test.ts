import { describe, expect, it } from "vitest";
import type { CommitStep } from "../../src/commit/commit-context.ts";
import { commitKey, STAGING, stagedKey, stagingEntryKind } from "../../src/commit/control-keys.ts";
import type { KeyValueStore } from "../../src/store/key-value-store.ts";
import { interceptStore, type StoreCall } from "../../src/testing/index.ts";
import { type Audit, auditStore } from "./audit.ts";
import {
  addLine,
  deletionOf,
  die,
  inWorld,
  key,
  type Medium,
  record,
  text,
  type World,
  type Writer,
} from "./world.ts";

/** The last moment at which a deleter knows nothing of what comes: it has asked the log, and moves the file next. */
const isBeforeMoveAside = ({ method, keys }: StoreCall): boolean =>
  method === "makeDirectory" && keys[0]?.startsWith(`${STAGING}/aside-`) === true;

const X = record("x", { "analysis/a.json": "a" });

interface Hole {
  readonly name: string;
  readonly before?: Readonly<Record<string, string>>;
  /** Does what opens the hole; its end is looked at after one more writer came. */
  readonly run: (world: World, setup: Writer) => Promise<unknown>;
  /** The objects, but for those of the setup and of the last writer. */
  readonly objects: Readonly<Record<string, string>>;
  readonly foreign?: Readonly<Record<string, string>>;
  readonly obstacles?: Readonly<Record<string, string>>;
}

const HOLES: readonly Hole[] = [
  {
    name: "H1: a peer removes the empty directory between its making and the move",
    before: { "tables/b": "b" },
    objects: { "tables/deep/er/a": "1", "tables/b": "b" },
    run: async (world) => {
      let removals = 0;
      const store = interceptStore(world.store, async ({ method, keys }, runCall) => {
        if (method === "move" && keys[1] === "tables/deep/er/a" && removals < 5) {
          removals += (await world.store.remove(key("tables/deep/er"))) === "removed" ? 1 : 0;
        }
        return runCall();
      });
      await (await world.writer({ store })).commit({ "tables/deep/er/a": "1" });
      expect(removals).toBe(5);
    },
  },
  {
    name: "H2: a deleter that is late meets the same bytes, made again",
    before: { "tables/a": "0" },
    objects: { "tables/a": "0" },
    run: async (world) => {
      const other = await world.second();
      const store = world.beforeCall(isBeforeMoveAside, () => other.commit({ "tables/a": "0" }));
      await (await world.writer({ store })).commit({ "tables/a": null });
      expect(await world.get("tables/a")).toBe("0");
    },
  },
  {
    name: "H2: a deleter that is late meets other bytes",
    before: { "tables/a": "0" },
    objects: { "tables/a": "1" },
    run: async (world) => {
      const other = await world.second();
      const store = world.beforeCall(isBeforeMoveAside, () => other.commit({ "tables/a": "1" }));
      await (await world.writer({ store })).commit({ "tables/a": null });
      expect(await world.get("tables/a")).toBe("1");
    },
  },
  {
    name: "H3: a reader comes while a late deleter holds the new file aside",
    before: { "tables/a": "0" },
    objects: { "tables/a": "1" },
    run: async (world) => {
      const other = await world.second();
      const store = world.beforeCall(isBeforeMoveAside, () => other.commit({ "tables/a": "1" }));
      const onStep = world.atStep("delete-moved", async () => {
        expect(await world.get("tables/a")).toBeUndefined();
        const reader = await world.second();
        expect(await reader.read("tables/a")).toBe("1");
        expect(reader.engine.reader.counts).toMatchObject({ fromPlace: 0, fromStaging: 0, fromAside: 1 });
      });
      await (await world.writer({ store, onStep })).commit({ "tables/a": null });
    },
  },
  {
    name: "H3: that deleter is killed with the file in its hands, and the head has moved on",
    before: { "tables/a": "0" },
    objects: { "tables/a": "1", "tables/b": "2" },
    run: async (world) => {
      const other = await world.second();
      const store = world.beforeCall(isBeforeMoveAside, async () => {
        await other.commit({ "tables/a": "1" });
        await other.commit({ "tables/b": "2" });
      });
      const late = await world.writer({ store, onStep: world.atStep("delete-moved", die) });
      await late.commit({ "tables/a": null });
      world.kill(late);
      expect(await (await world.second()).read("tables/a")).toBe("1");
    },
  },
  {
    name: "H4: the file that goes back was deleted by a third commit meanwhile",
    before: { "tables/a": "0" },
    objects: {},
    run: async (world) => {
      const other = await world.second();
      const isPutBack = ({ method, keys }: StoreCall): boolean =>
        method === "putNew" && keys[0] === "tables/a";
      const withGap = world.beforeCall(isPutBack, () => other.commit({ "tables/a": null }));
      const store = world.beforeCall(isBeforeMoveAside, () => other.commit({ "tables/a": "0" }), withGap);
      await (await world.writer({ store })).commit({ "tables/a": null });
      expect(await world.get("tables/a")).toBeUndefined();
    },
  },
  ...(["goes on", "is killed"] as const).map(
    (fate): Hole => ({
      name: `H4: it goes back after the third commit found nothing to delete, and its mover ${fate}`,
      before: { "tables/a": "0" },
      objects: {},
      run: async (world) => {
        const other = await world.second();
        const putsBack = Promise.withResolvers<void>();
        const isFenced = Promise.withResolvers<void>();
        // The third has looked at staging before anything was aside, and links when the late one has read the log.
        const third = await world.second({
          onStep: world.atStep("before-link", async () => {
            isFenced.resolve();
            await putsBack.promise;
          }),
        });
        let deletion: Promise<unknown> = Promise.resolve();
        const isPutBack = ({ method, keys }: StoreCall): boolean =>
          method === "putNew" && keys[0] === "tables/a";
        const withGap = world.beforeCall(isPutBack, async () => {
          putsBack.resolve();
          await deletion;
          expect(await world.get("tables/a")).toBeUndefined();
        });
        const store = world.beforeCall(
          isBeforeMoveAside,
          async () => {
            await other.commit({ "tables/a": "0" });
            deletion = third.commit({ "tables/a": null });
            await isFenced.promise;
          },
          withGap,
        );
        const onStep = world.atStep("delete-putback", async () => {
          expect(await world.get("tables/a")).toBe("0");
          await (fate === "is killed" ? die() : undefined);
        });
        const late = await world.second({ store, onStep });
        await late.commit({ "tables/a": null });
        expect(await world.get("tables/a")).toBe(fate === "is killed" ? "0" : undefined);
      },
    }),
  ),
  {
    name: "deleted, made again, deleted: all movers at once",
    before: { "tables/a": "0" },
    objects: {},
    run: async (world) => {
      const other = await world.second();
      const third = await world.second();
      const onStep = world.atStep("delete-moved", () => third.commit({ "tables/a": null }));
      const between = await world.second({ onStep });
      const store = world.beforeCall(isBeforeMoveAside, async () => {
        await other.commit({ "tables/a": "0" });
        await between.commit({ "tables/a": null });
      });
      await (await world.writer({ store })).commit({ "tables/a": null });
    },
  },
  ...(["staged", "synced", "locked", "finished-head", "checked", "before-link"] as const).map(
    (step): Hole => ({
      name: `H5: a writer that is taken for dead is fenced off when it has ${step}`,
      objects: { "tables/a": "1", "tables/b": "2" },
      run: async (world) => {
        let runs = 0;
        const paused: Writer = await world.writer({
          lock: { disabled: true },
          onStep: world.atStep(step, async () => {
            world.kill(paused);
            await (await world.second()).commit({ "tables/b": "2" });
          }),
        });
        await paused.transact(async (transaction) => {
          runs++;
          await transaction.put(key("tables/a"), new TextEncoder().encode("1"));
        });
        expect(runs).toBe(2);
      },
    }),
  ),
  {
    name: "H5: it is fenced off between two staged files",
    objects: { "tables/a": "1", "tables/b": "2", "tables/c": "3" },
    run: async (world) => {
      let runs = 0;
      const paused = await world.writer();
      await paused.transact(async (transaction) => {
        runs++;
        await transaction.put(key("tables/a"), new TextEncoder().encode("1"));
        if (runs === 1) {
          world.kill(paused);
          await (await world.second()).commit({ "tables/b": "2" });
        }
        await transaction.put(key("tables/c"), new TextEncoder().encode("3"));
      });
      expect(runs).toBe(2);
    },
  },
  {
    name: "H5: the fence stands before the staging goes: a writer that wakes between the two runs again",
    objects: { "tables/a": "1", "tables/b": "2" },
    run: async (world) => {
      const isStaged = Promise.withResolvers<void>();
      const mayGoOn = Promise.withResolvers<void>();
      let runs = 0;
      const paused = await world.second({
        onStep: world.atStep("synced", async () => {
          isStaged.resolve();
          await mayGoOn.promise;
        }),
      });
      const commit = paused.transact(async (transaction) => {
        runs++;
        await transaction.put(key("tables/a"), new TextEncoder().encode("1"));
      });
      await isStaged.promise;
      world.kill(paused);
      const isRemoval = ({ method, keys }: StoreCall): boolean =>
        method === "list" && keys[0]?.startsWith(`${STAGING}/`) === true && keys[0] !== `${STAGING}/lock`;
      const store = world.beforeCall(isRemoval, async () => {
        mayGoOn.resolve();
        await commit;
      });
      await (await world.second({ store })).commit({ "tables/b": "2" });
      expect(runs).toBe(2);
    },
  },
  ...(["linked", "committed", "publish-put", "published"] as const).map(
    (step): Hole => ({
      name: `H5: a writer that has ${step} is not fenced off`,
      objects: { "tables/a": "1", "tables/b": "2", "tables/c": "3" },
      run: async (world) => {
        const paused: Writer = await world.writer({
          lock: { disabled: true },
          onStep: world.atStep(step, async () => {
            world.kill(paused);
            await (await world.second()).commit({ "tables/b": "2" });
          }),
        });
        const { version } = await paused.commit({ "tables/a": "1", "tables/c": "3" });
        expect(version).toBe(2);
      },
    }),
  ),
  {
    name: "H5: it commits between being taken for dead and being fenced off",
    objects: { "tables/a": "1", "tables/b": "2" },
    run: async (world) => {
      let goOn: () => void = () => undefined;
      const mayGoOn = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      let staged: () => void = () => undefined;
      const isStaged = new Promise<void>((resolve) => {
        staged = resolve;
      });
      const paused = await world.second({
        onStep: async (step) => {
          if (step === "staged") {
            staged();
            await mayGoOn;
          }
          // Nothing is in place yet: all that is left of its commit lies in staging.
          if (step === "committed") {
            await die();
          }
        },
      });
      const commit = paused.commit({ "tables/a": "1" });
      await isStaged;
      world.kill(paused);
      const other = await world.second({
        onStep: world.atStep("locked", async () => {
          goOn();
          expect((await commit).published).toBe(false);
        }),
      });
      await other.commit({ "tables/b": "2" });
      const { records } = await auditStore(world.store);
      expect(
        records.flatMap(({ abort }) => abort),
        "what is committed is not said to be aborted",
      ).toEqual([]);
    },
  },
  {
    name: "H6: an object comes in below a record that is being deleted",
    before: X,
    objects: { ...X, "images/x/analysis/b.json": "b" },
    run: async (world) => {
      const onStep = world.atStep("finished-head", async () =>
        (await world.second()).commit({ "images/x/analysis/b.json": "b" }),
      );
      const deleting = (await world.second({ onStep })).commit(deletionOf(X), { retries: 0 });
      await expect(deleting).rejects.toMatchObject({ code: "conflict" });
      const again = (await world.second()).commit(deletionOf(X), { retries: 0 });
      await expect(again).rejects.toMatchObject({
        code: "conflict",
        details: { paths: ["images/x/analysis/b.json"] },
      });
    },
  },
  {
    name: "H6: the record of an object that is being added is deleted",
    before: X,
    objects: {},
    run: async (world) => {
      const onStep = world.atStep("finished-head", async () => (await world.second()).commit(deletionOf(X)));
      const adding = (await world.second({ onStep })).commit(
        { "images/x/analysis/b.json": "b" },
        { retries: 1 },
      );
      await expect(adding).rejects.toMatchObject({
        code: "conflict",
        details: { paths: ["images/x/analysis/b.json"] },
      });
    },
  },
  {
    name: "H7: somebody's notes lie where a new record goes",
    objects: X,
    foreign: { "images/x/analysis/notes.txt": "mine" },
    run: async (world) => {
      const onStep = world.atStep("committed", () => world.put("images/x/analysis/notes.txt", "mine"));
      const commit = await (await world.writer({ onStep })).commit(X);
      expect(commit).toMatchObject({ committed: true, published: true });
    },
  },
  {
    name: "H7: recovery moves one file of a record while its owner moves the directory",
    objects: X,
    run: async (world) => {
      const slow = await world.writer({
        onStep: world.atStep("publish-put", async () => {
          await world.store.makeDirectory(key("images/x"));
          const { head } = slow.engine.log;
          await world.store.move(stagedKey(head.txid, "images/x/zarr.json"), key("images/x/zarr.json"));
        }),
      });
      expect(await slow.commit(X)).toMatchObject({ published: true });
    },
  },
  {
    name: "H8: a folder is named like a table",
    objects: { "tables/t.parquet": "table" },
    obstacles: { "tables/t.parquet/part-0.parquet": "from spark" },
    run: async (world) => {
      await world.put("tables/t.parquet/part-0.parquet", "from spark");
      const writer = await world.writer();
      expect(await writer.commit({ "tables/t.parquet": "table" })).toMatchObject({ published: true });
      expect(writer.log.warnings.join()).toMatch(/tables\/t.parquet stood in the way/);
    },
  },
  {
    name: "H8: a file is where a directory goes, below a record",
    before: record("y"),
    objects: { ...record("y"), "images/y/analysis/a.json": "a" },
    obstacles: { "images/y/analysis": "a file" },
    run: async (world) => {
      await world.put("images/y/analysis", "a file");
      expect(await (await world.writer()).commit({ "images/y/analysis/a.json": "a" })).toMatchObject({
        published: true,
      });
    },
  },
  {
    name: "H8: a file is where the first record goes",
    objects: X,
    obstacles: { images: "a file" },
    run: async (world) => {
      await world.put("images", "a file");
      expect(await (await world.writer()).commit(X)).toMatchObject({ published: true });
    },
  },
  {
    name: "H9: somebody's notes lie in a record that is deleted",
    before: X,
    objects: {},
    foreign: { "images/x/notes.txt": "mine", "images/x/analysis/a.txt": "mine too" },
    run: async (world) => {
      await world.put("images/x/notes.txt", "mine");
      await world.put("images/x/analysis/a.txt", "mine too");
      expect(await (await world.writer()).commit(deletionOf(X))).toMatchObject({ published: true });
      expect((await world.store.list(key("images/x"))).map(({ name }) => name)).toEqual([
        "analysis",
        "notes.txt",
      ]);
    },
  },
  {
    name: "H9: an object is edited between the check of its deletion and the move",
    before: { "tables/a": "0" },
    objects: {},
    foreign: { "tables/a": "mine" },
    run: async (world) => {
      const onStep = world.atStep("committed", () => world.put("tables/a", "mine"));
      const writer = await world.writer({ onStep });
      expect(await writer.commit({ "tables/a": null })).toMatchObject({ published: true });
      expect(writer.log.warnings.join()).toMatch(/its bytes are no commit's/);
    },
  },
  {
    name: "H10: a path is a file in one commit and a directory in the next",
    before: { "tables/a": "0" },
    objects: { "tables/a/b": "1" },
    run: async (world) => {
      await (await world.writer()).commit({ "tables/a": null, "tables/a/b": "1" });
    },
  },
  {
    name: "H10: a path is a directory in one commit and a file in the next",
    before: { "tables/a/b": "0" },
    objects: { "tables/a": "1" },
    run: async (world) => {
      await (await world.writer()).commit({ "tables/a": "1", "tables/a/b": null });
    },
  },
  {
    name: "H10: a deleter that is late meets a directory",
    before: { "tables/a": "0" },
    objects: { "tables/a/b": "1" },
    run: async (world) => {
      const other = await world.second();
      const isLook = ({ method, keys }: StoreCall): boolean => method === "stat" && keys[0] === "tables/a";
      const store = world.beforeCall(isLook, () => other.commit({ "tables/a/b": "1" }));
      await (await world.writer({ store })).commit({ "tables/a": null });
      expect(await world.get("tables/a/b")).toBe("1");
    },
  },
  {
    name: "H10: a deleter that is later still moves the directory, with what is in it",
    before: { "tables/a": "0" },
    objects: { "tables/a/b": "1", "tables/a/c/d": "2" },
    run: async (world) => {
      const other = await world.second();
      const store = world.beforeCall(isBeforeMoveAside, () =>
        other.commit({ "tables/a/b": "1", "tables/a/c/d": "2" }),
      );
      await (await world.writer({ store })).commit({ "tables/a": null });
      const reader = await world.second();
      expect([await reader.read("tables/a/b"), await reader.read("tables/a/c/d")]).toEqual(["1", "2"]);
    },
  },
  ...(["above", "below"] as const).map(
    (where): Hole => ({
      name: `H10: an object ${where} a live one is refused before the link`,
      before: { "tables/m/n": "0" },
      objects: { "tables/m/n": "0" },
      run: async (world, setup) => {
        const path = where === "above" ? "tables/m" : "tables/m/n/o";
        await expect(setup.commit({ [path]: "1" })).rejects.toMatchObject({ code: "invalid_argument" });
        expect(await world.store.get(commitKey(2))).toBeUndefined();
      },
    }),
  ),
  {
    name: "H11: a put is taken back before the commit",
    objects: record("x"),
    run: async (_world, setup) => {
      await setup.transact(async (transaction) => {
        for (const [path, value] of Object.entries(X)) {
          await transaction.put(key(path), new TextEncoder().encode(value));
        }
        expect(await transaction.delete(key("images/x/analysis/a.json"))).toBe(true);
      });
    },
  },
  {
    name: "H11: the run that lost had staged more than the one that won",
    before: { "tables/a": "0" },
    objects: { "tables/a": "2", ...record("x") },
    run: async (world) => {
      let runs = 0;
      const onStep = world.atStep("finished-head", async () =>
        (await world.second()).commit({ "tables/a": "1" }),
      );
      const writer = await world.second({ onStep });
      await writer.transact(async (transaction) => {
        runs++;
        await transaction.put(key("tables/a"), new TextEncoder().encode("2"));
        for (const [path, value] of Object.entries(runs === 1 ? X : record("x"))) {
          await transaction.put(key(path), new TextEncoder().encode(value));
        }
      });
      expect(runs).toBe(2);
    },
  },
  {
    name: "H12: an object was edited outside: nothing is committed, the edit stays",
    before: { "tables/a": "0", "tables/b": "0" },
    objects: { "tables/a": "0", "tables/b": "1" },
    run: async (world, setup) => {
      await world.put("tables/a", "edited");
      for (const change of ["1", null]) {
        const attempt = setup.commit({ "tables/a": change, "tables/b": "9" });
        await expect(attempt).rejects.toMatchObject({
          code: "modified_outside",
          details: { paths: ["tables/a"] },
        });
      }
      expect(await world.store.get(commitKey(2))).toBeUndefined();
      expect(await world.get("tables/a")).toBe("edited");
      expect(await world.get("tables/b")).toBe("0");
      await setup.commit({ "tables/b": "1" });
      await world.put("tables/a", "0");
    },
  },
  {
    name: "H12: a file lies where a new object goes: nothing is committed",
    objects: { "tables/a": "1" },
    run: async (world, setup) => {
      await world.put("tables/a", "mine");
      await expect(setup.commit({ "tables/a": "1" })).rejects.toMatchObject({ code: "modified_outside" });
      await world.store.remove(key("tables/a"));
      await setup.commit({ "tables/a": "1" });
    },
  },
  {
    name: "H12: the newer bytes of another commit are no edit",
    before: { "tables/a": "0" },
    objects: { "tables/a": "2" },
    run: async (world) => {
      const other = await world.second();
      const isCheck = ({ method, keys }: StoreCall): boolean => method === "get" && keys[0] === "tables/a";
      const store = world.beforeCall(isCheck, () => other.commit({ "tables/a": "1" }));
      await (await world.second({ store })).commit({ "tables/a": "2" });
    },
  },
  {
    name: "H12: an object is edited after a commit that was killed before it was in place",
    before: { "tables/a": "0" },
    objects: { "tables/a": "1" },
    obstacles: { "tables/a": "edited" },
    run: async (world) => {
      const writer = await world.writer({ onStep: world.atStep("committed", die) });
      expect(await writer.commit({ "tables/a": "1" })).toMatchObject({ committed: true, published: false });
      world.kill(writer);
      await world.put("tables/a", "edited");
    },
  },
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
  ...(["says that the name is taken", "says EIO"] as const).map(
    (lie): Hole => ({
      name: `H14: a link works, and ${lie}`,
      objects: { "tables/a": "1" },
      run: async (world) => {
        const store: KeyValueStore = {
          ...interceptStore(world.store, (_call, runCall) => runCall()),
          putNew: async (path, from) => {
            const isLinked = await world.store.putNew(path, from);
            if (lie === "says EIO") {
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
  ...(["finished-head", "checked", "before-link"] as const).map(
    (step): Hole => ({
      name: `a reader of the writer's own process sees another commit when the writer has ${step}`,
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
        const writer: Writer = await world.second({
          onStep: world.atStep(step, async () => {
            await append(await world.second(), "+1");
            expect(await writer.read("tables/a")).toBe("0+1");
          }),
        });
        await append(writer, "+2");
        expect(runs).toBe(3);
      },
    }),
  ),
  {
    name: "a reader of the writer's own process sees another commit while the writer merges",
    before: { "tables/t": "zero\n" },
    objects: { "tables/t": "zero\nsecond\nfirst\n" },
    run: async (world) => {
      let runs = 0;
      let merges = 0;
      const writer = await world.second();
      await writer.transact(async (transaction) => {
        runs++;
        transaction.merge({
          path: key("tables/t"),
          merge: async (current) => {
            merges++;
            if (merges === 1) {
              await (await world.second()).transact(async (other) => addLine(other, "tables/t", "second"));
              expect(await writer.read("tables/t")).toBe("zero\nsecond\n");
            }
            return { bytes: new TextEncoder().encode(`${text(current)}first\n`) };
          },
        });
      });
      expect(merges).toBe(2);
      expect(runs, "a lost race alone is no conflict").toBe(1);
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
  {
    name: "a reader between commit and publication reads from staging",
    before: { "tables/a": "0", ...X },
    objects: { "tables/a": "1", ...X, "images/x/analysis/b.json": "b", ...record("y") },
    run: async (world) => {
      const changes = { "tables/a": "1", "images/x/analysis/b.json": "b", ...record("y") };
      const onStep = world.atStep("committed", async () => {
        const reader = await world.second();
        for (const [path, value] of Object.entries(changes)) {
          expect(await reader.read(path)).toBe(value);
        }
        expect(reader.engine.reader.counts).toMatchObject({
          fromPlace: 0,
          fromStaging: Object.keys(changes).length,
        });
      });
      await (await world.writer({ onStep })).commit(changes);
    },
  },
];

describe.each<Medium>(["memory", "local"])("the holes of the prototype, in %s", (medium) => {
  it.each(HOLES)("$name", async ({ before = {}, run, objects, foreign = {}, obstacles = {} }) => {
    await inWorld(medium, async (world) => {
      const setup = await world.writer();
      await setup.commit({ "tables/base": "base", ...before });
      await run(world, setup);
      expect(world.failures).toEqual([]);
      expect([...world.unreached]).toEqual([]);
      const audit = await world.auditAfterNextWriter();
      expect(audit.problems).toEqual([]);
      expect(withoutSetup(audit)).toEqual(objects);
      expect(audit.foreign).toEqual(foreign);
      expect(audit.obstacles).toEqual(obstacles);
    });
  });
});

const STEPS: readonly CommitStep[] = [
  "staged",
  "synced",
  "locked",
  "finished-head",
  "checked",
  "before-link",
  "linked",
  "committed",
  "delete-before",
  "delete-moved",
  "publish-put",
  "publish-made-directory",
  "published",
];

describe.each<Medium>(["memory", "local"])("a second writer at each step, in %s", (medium) => {
  it.each(STEPS)("%s", async (step) => {
    await inWorld(medium, async (world) => {
      const setup = await world.writer();
      await setup.commit({ "tables/a": "0", "tables/b": "0", ...X });
      const onStep = world.atStep(step, async () => {
        const second = await world.second();
        await second.commit({ "tables/b": "2", "images/x/analysis/b.json": "2" });
        expect(await second.read("tables/b")).toBe("2");
      });
      // It holds the lock, which the second does not wait for.
      const first = await world.writer({ onStep });
      const changes = { "tables/a": null, "tables/b": "1", "tables/deep/c": "1", ...record("y") };
      const commit = await first.commit(changes);
      expect(world.failures).toEqual([]);
      expect([...world.unreached]).toEqual([]);
      const { objects, problems, foreign } = await world.auditAfterNextWriter();
      expect(problems).toEqual([]);
      expect(foreign).toEqual({});
      expect(objects).toMatchObject({
        ...X,
        ...record("y"),
        "tables/deep/c": "1",
        "images/x/analysis/b.json": "2",
        // The one that committed later has the last word.
        "tables/b": commit.version === 2 ? "2" : "1",
      });
      expect(objects).not.toHaveProperty(["tables/a"]);
    });
  });
});

function withoutSetup(audit: Audit): Readonly<Record<string, string>> {
  const isOfSetup = (path: string): boolean => path === "tables/base" || path.startsWith("tables/settled");
  return Object.fromEntries(Object.entries(audit.objects).filter(([path]) => !isOfSetup(path)));
}

it("H16: a part of the dataset on another device is refused before anything is staged for good", async () => {
  await inWorld("memory", async (world) => {
    const store: KeyValueStore = {
      ...interceptStore(world.store, (_call, runCall) => runCall()),
      stat: async (path) => {
        const stat = await world.store.stat(path);
        return stat && (path === "images" ? { ...stat, device: "another" } : stat);
      },
    };
    await (await world.writer()).commit(X);
    const writer = await world.writer({ store });
    await expect(writer.commit({ "tables/a": "1" })).rejects.toMatchObject({ code: "not_supported" });
    expect(await world.store.get(commitKey(2))).toBeUndefined();
    const left = (await world.store.list(key(STAGING))).filter(
      ({ name }) => stagingEntryKind(name) === "transaction",
    );
    expect(left).toEqual([]);
  });
});

it("a writer whose staging was removed by hand runs again", async () => {
  await inWorld("memory", async (world) => {
    let runs = 0;
    const writer = await world.writer({
      onStep: world.atStep("checked", async () => {
        for (const { name } of await world.store.list(key(STAGING))) {
          if (stagingEntryKind(name) === "transaction") {
            await world.store.remove(key(`${STAGING}/${name}/tables/a`));
            await world.store.remove(key(`${STAGING}/${name}/__owner.json`));
          }
        }
      }),
    });
    await writer.transact(async (transaction) => {
      runs++;
      await transaction.put(key("tables/a"), new TextEncoder().encode("1"));
    });
    expect(runs).toBe(2);
    expect((await world.auditAfterNextWriter()).objects["tables/a"]).toBe("1");
  });
});
