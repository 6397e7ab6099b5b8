import { expect } from "vitest";
import { STAGING } from "../../../src/commit/records/control-keys.ts";
import type { StoreCall } from "../../../src/testing/index.ts";
import { auditStore } from "../../support/audit-store.ts";
import { itCloses, type RaceWindow } from "../../support/race-window.ts";
import { die, key, type Writer } from "../../support/simulated-writers.ts";

/** A writer that is taken for dead, and is not. */
const HOLES: readonly RaceWindow[] = [
  ...(["staged", "synced", "locked", "finished-head", "checked", "before-link"] as const).map(
    (step): RaceWindow => ({
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
    (step): RaceWindow => ({
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
];

itCloses(HOLES);
