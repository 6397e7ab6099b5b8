import { describe, expect, it } from "vitest";
import type { CommitStep } from "../../../src/commit/commit-context.ts";
import type { StoreCall } from "../../../src/testing/index.ts";
import { itCloses, type RaceWindow } from "../../support/race-window.ts";
import {
  die,
  key,
  type Medium,
  record,
  type SimulatedWriters,
  withSimulatedWriters,
} from "../../support/simulated-writers.ts";

const PATH = "tables/qc";

/** How another program saves a file: into it, or beside it and then by a rename. */
const EDITORS: Readonly<Record<string, (world: SimulatedWriters, text: string) => Promise<void>>> = {
  "writes into the file": (world, text) => world.put(PATH, text),
  "saves by a rename": async (world, text) => {
    await world.put("tables/.qc.swp", text);
    await world.store.move(key("tables/.qc.swp"), key(PATH));
  },
};

/** Every step at which the check for edits lies behind, and the rename ahead. */
const STEPS: readonly CommitStep[] = ["checked", "before-link", "linked", "committed", "publish-put"];

const BEFORE = { [PATH]: "0" };
const KEPT = { objects: { [PATH]: "1" }, obstacles: { [PATH]: "scored by hand" } } as const;

const WINDOWS: readonly RaceWindow[] = Object.entries(EDITORS).flatMap(([editor, edit]) => [
  ...STEPS.map(
    (step): RaceWindow => ({
      name: `another program ${editor} at "${step}": the edit is kept and named`,
      before: BEFORE,
      ...KEPT,
      run: async (world) => {
        const onStep = world.atStep(step, () => edit(world, "scored by hand"));
        const writer = await world.writer({ onStep });
        const commit = await writer.commit({ [PATH]: "1" });
        expect(commit).toMatchObject({ committed: true, published: true, kept: [{ path: PATH }] });
        expect(await world.get(commit.kept[0]?.keptAs ?? "nowhere")).toBe("scored by hand");
        expect(writer.log.warnings.join()).toMatch(
          /tables\/qc was changed outside .* kept as __staging\/obst/,
        );
      },
    }),
  ),
  {
    name: `another program ${editor} where a commit puts a new file`,
    ...KEPT,
    run: async (world) => {
      const onStep = world.atStep("committed", () => edit(world, "scored by hand"));
      const { kept } = await (await world.writer({ onStep })).commit({ [PATH]: "1" });
      expect(kept.map(({ path }) => path)).toEqual([PATH]);
    },
  },
  {
    name: `another program ${editor}, and the writer dies after the rename`,
    before: BEFORE,
    ...KEPT,
    run: async (world) => {
      const edited = world.atStep("committed", () => edit(world, "scored by hand"));
      const dead = world.atStep("published", die);
      const writer = await world.writer({
        onStep: async (step, path) => {
          await edited(step, path);
          await dead(step, path);
        },
      });
      await writer.commit({ [PATH]: "1" });
      world.kill(writer);
    },
  },
  {
    name: `another program ${editor} with the bytes that the commit writes, or that it replaces: no edit`,
    before: BEFORE,
    objects: { [PATH]: "2" },
    run: async (world) => {
      for (const [bytes, next] of [
        ["1", "1"],
        ["1", "2"],
      ] as const) {
        const onStep = world.atStep("checked", () => edit(world, bytes));
        expect((await (await world.writer({ onStep })).commit({ [PATH]: next })).kept).toEqual([]);
      }
    },
  },
]);

itCloses(WINDOWS);

const isRename = ({ method, keys }: StoreCall): boolean => method === "move" && keys[1] === PATH;

/** What only a second name can keep: what is written into the file after the last look at it. */
const WITH_LINKS: readonly RaceWindow[] = [
  {
    name: "an edit goes into the file right before the rename",
    before: BEFORE,
    ...KEPT,
    run: async (world) => {
      const store = world.beforeCall(isRename, () => world.put(PATH, "scored by hand"));
      expect((await (await world.writer({ store })).commit({ [PATH]: "1" })).kept).toHaveLength(1);
    },
  },
  {
    name: "an edit goes into the file, and the writer dies before the rename",
    before: BEFORE,
    ...KEPT,
    run: async (world) => {
      const store = world.beforeCall(isRename, async () => {
        await world.put(PATH, "scored by hand");
        await die();
      });
      const writer = await world.writer({ store });
      expect(await writer.commit({ [PATH]: "1" })).toMatchObject({ published: false });
      world.kill(writer);
    },
  },
  {
    name: "the writer dies between the rename and the look at what it replaced",
    before: BEFORE,
    ...KEPT,
    run: async (world) => {
      const edit = world.atStep("checked", () => world.put(PATH, "scored by hand"));
      const dead = world.atStep("publish-replaced", die);
      const writer = await world.writer({
        onStep: async (step, path) => {
          await edit(step, path);
          await dead(step, path);
        },
      });
      expect(await writer.commit({ [PATH]: "1" })).toMatchObject({ published: false });
      world.kill(writer);
      const next = await world.writer();
      const { kept } = await next.commit({ "tables/settled-by-next": "next" });
      expect(kept.map(({ path }) => path)).toEqual([PATH]);
    },
  },
];

itCloses(WITH_LINKS, ["local"]);

describe.each<Medium>(["memory", "local", "local without hard links"])("in %s", (medium) => {
  it("what is written after the publication stays at its path, and the next commit says modified_outside", async () => {
    await withSimulatedWriters(medium, async (world) => {
      const onStep = world.atStep("published", () => world.put(PATH, "later"));
      const writer = await world.writer({ onStep });
      expect(await writer.commit({ [PATH]: "1" })).toMatchObject({ kept: [] });
      await expect(writer.commit({ [PATH]: "2" })).rejects.toMatchObject({ code: "modified_outside" });
      expect(await world.get(PATH)).toBe("later");
    });
  });

  it("an edit of a file whose path is too long for one name is kept, and no empty folder stays", async () => {
    await withSimulatedWriters(medium, async (world) => {
      const path = `images/${"x".repeat(100)}/analysis/${"y".repeat(80)}/a.json`;
      await (await world.writer()).commit({ ...record("x".repeat(100)), [path]: "0" });
      const onStep = world.atStep("committed", () => world.put(path, "mine"));
      const { kept } = await (await world.writer({ onStep })).commit({ [path]: "1" });
      expect(await world.get(kept[0]?.keptAs ?? "nowhere")).toBe("mine");
      await (await world.writer()).commit({ [path]: "2" });
      expect((await world.store.list(key("__staging"))).map(({ name }) => name)).toEqual([
        expect.stringMatching(/^obstacle-[^h]/),
      ]);
    });
  });

  it("a deletion leaves the edit at its path, and the commit says so", async () => {
    await withSimulatedWriters(medium, async (world) => {
      await (await world.writer()).commit({ [PATH]: "0" });
      const onStep = world.atStep("committed", () => world.put(PATH, "mine"));
      const { kept } = await (await world.writer({ onStep })).commit({ [PATH]: null });
      expect(kept).toEqual([{ path: PATH, keptAs: PATH }]);
      expect(await world.get(PATH)).toBe("mine");
    });
  });
});
