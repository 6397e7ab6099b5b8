import { expect } from "vitest";
import { interceptStore, type StoreCall } from "../../../src/testing/index.ts";
import { isBeforeMoveAside, itCloses, type RaceWindow, X } from "../../support/race-window.ts";
import { deletionOf, die, key } from "../../support/simulated-writers.ts";

/** What a deletion, or the record of a deleted image, does to those who come at the same time. */
const HOLES: readonly RaceWindow[] = [
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
    (fate): RaceWindow => ({
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
];

itCloses(HOLES);
