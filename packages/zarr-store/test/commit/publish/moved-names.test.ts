import { expect } from "vitest";
import { commitKey } from "../../../src/commit/records/control-keys.ts";
import { itCloses, type RaceWindow, X } from "../../support/race-window.ts";
import { key, record } from "../../support/simulated-writers.ts";

/** Paths that are files once and directories then, and what was staged and is not committed. */
const HOLES: readonly RaceWindow[] = [
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
  ...(["above", "below"] as const).map(
    (where): RaceWindow => ({
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
];

itCloses(HOLES);
