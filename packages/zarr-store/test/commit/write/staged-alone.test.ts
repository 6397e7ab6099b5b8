import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  heldKey,
  keyInAside,
  obstacleKey,
  pathOfHeld,
  pathOfStaged,
  STAGING,
  stagedAloneKey,
  stagedKey,
  stagedKeys,
  stagingEntryKind,
} from "../../../src/commit/records/control-keys.ts";
import { isStoreKey, joinKey } from "../../../src/store/store-key.ts";
import { auditStore } from "../../support/audit-store.ts";
import {
  applyChanges,
  deletionOf,
  die,
  key,
  MEDIA,
  record,
  withSimulatedWriters,
} from "../../support/simulated-writers.ts";

const TXID = "7-00000000-0000-4000-8000-000000000005";
const OLD = "images/x/analysis/a.json";

describe("the file of an object that is staged alone", () => {
  it("says the object's path by its name, and lies directly in the transaction's folder", () => {
    const paths = fc
      .string({ maxLength: 60 })
      .map((text) => `a%2F/${text}`)
      .filter(isStoreKey);
    fc.assert(
      fc.property(paths, (path) => {
        const staged = stagedAloneKey(TXID, path);
        const [top, txid, ...file] = staged.split("/");
        expect([top, txid, file.length]).toEqual([STAGING, TXID, 1]);
        expect(pathOfStaged(file.join("/"))).toBe(path);
      }),
    );
  });

  it("is in the folders of its path if its name would be too long, or has none", () => {
    for (const path of [joinKey("zarr.json"), joinKey("images", "x".repeat(128), "y".repeat(128))]) {
      expect(stagedAloneKey(TXID, path)).toBe(stagedKey(TXID, path));
      expect(stagedKeys(TXID, path)).toEqual([stagedKey(TXID, path)]);
    }
    expect(pathOfStaged("images/x/%2F")).toBe("images/x/%2F");
  });
});

describe("the second name of a file that is replaced", () => {
  it("says the path, lies directly in staging, and is settled like an aside", () => {
    const paths = fc.string({ maxLength: 50 }).filter(isStoreKey);
    fc.assert(
      fc.property(paths, (path) => {
        const held = heldKey(TXID, path);
        const [top, name = "", ...below] = held.split("/");
        expect([top, below]).toEqual([STAGING, []]);
        expect([pathOfHeld(name), stagingEntryKind(name)]).toEqual([path, "aside"]);
        expect(keyInAside(name, joinKey(path))).toBe(held);
        expect(keyInAside(name, joinKey(`${path}x`))).toBeUndefined();
      }),
    );
  });

  it("lies in the folders of an aside if it would be too long, and a folder of obstacles is none", () => {
    const path = joinKey("images", "x".repeat(128), "y".repeat(128));
    expect(heldKey("7", path)).toBe(joinKey(STAGING, "aside-7", path));
    expect(keyInAside("aside-7", path)).toBe(heldKey("7", path));
    for (const name of [obstacleKey("held-7").split("/")[1] ?? "", "obstacle-7", "aside-7"]) {
      expect(pathOfHeld(name)).toBeUndefined();
    }
  });
});

describe.each(MEDIA)("a commit that was killed before its files were moved, in %s,", (medium) => {
  it.each(["alone", "in folders, as earlier builds did"])(
    "is finished if they are staged %s",
    async (form) => {
      await withSimulatedWriters(medium, async (world) => {
        const before = await world.writer();
        await before.commit(record("x", { "analysis/a.json": "1" }));
        const dead = await world.writer({ onStep: world.atStep("linked", die) });
        await dead.commit({ [OLD]: "2", "images/x/analysis/b.json": "3" }).catch(() => undefined);
        world.kill(dead);
        const { txid } = (await world.writer()).engine.log.head;
        const staged = stagedAloneKey(txid, key(OLD));
        expect(await world.store.stat(staged)).toMatchObject({ kind: "file" });
        if (form !== "alone") {
          await world.store.makeDirectory(stagedKey(txid, "images/x/analysis"));
          await world.store.move(staged, stagedKey(txid, OLD));
        }
        const next = await world.writer();
        expect(await next.read(OLD)).toBe("2");
        await next.commit({ "tables/t": "4" });
        const { objects, problems } = await auditStore(world.store);
        expect(problems).toEqual([]);
        expect(objects).toMatchObject({ [OLD]: "2", "images/x/analysis/b.json": "3", "tables/t": "4" });
      });
    },
  );
});

describe.each(MEDIA)("an image that another writer deletes, in %s,", (medium) => {
  it("while this one replaces it as a whole, is a conflict; the second run writes all of it", async () => {
    await withSimulatedWriters(medium, async (world) => {
      const writer = await world.writer();
      await writer.commit(record("x", { "analysis/a.json": "1" }));
      const other = await world.second();
      let runs = 0;
      const commit = await writer.transact(async (transaction) => {
        runs++;
        await applyChanges(transaction, { "images/x/analysis/b.json": "2" });
        if (runs === 1) {
          await other.commit(deletionOf(record("x", { "analysis/a.json": "1" })));
          await writer.engine.log.refresh();
        }
        await applyChanges(transaction, record("x", { "analysis/c.json": "3" }));
      });
      expect([runs, commit.committed]).toEqual([2, true]);
      const { objects, problems } = await auditStore(world.store);
      expect(problems).toEqual([]);
      expect(objects).toEqual({
        ...record("x", { "analysis/c.json": "3" }),
        "images/x/analysis/b.json": "2",
      });
    });
  });
});
