import { expect, it } from "vitest";
import { commitKey, STAGING, stagedKey, stagingEntryKind } from "../../../src/commit/records/control-keys.ts";
import type { KeyValueStore } from "../../../src/store/key-value-store.ts";
import { interceptStore, type StoreCall } from "../../../src/testing/index.ts";
import { itCloses, type RaceWindow, X } from "../../support/race-window.ts";
import { deletionOf, die, key, record, withSimulatedWriters } from "../../support/simulated-writers.ts";

/** What others put, edit or take away where a commit goes. */
const HOLES: readonly RaceWindow[] = [
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
      expect(writer.log.warnings.join()).toMatch(/another program had changed it: the file stays/);
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
];

itCloses(HOLES);

it("H16: a part of the dataset on another device is refused before anything is staged for good", async () => {
  await withSimulatedWriters("memory", async (world) => {
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
  await withSimulatedWriters("memory", async (world) => {
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
