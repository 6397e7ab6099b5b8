import { describe, expect, it } from "vitest";
import type { CommitStep } from "../../../src/commit/commit-context.ts";
import { X } from "../../support/race-window.ts";
import { MEDIA, type Medium, record, withSimulatedWriters } from "../../support/simulated-writers.ts";

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

describe.each<Medium>(MEDIA)("a second writer at each step, in %s", (medium) => {
  it.each(STEPS)("%s", async (step) => {
    await withSimulatedWriters(medium, async (world) => {
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
