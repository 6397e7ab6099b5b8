import { describe, expect, it } from "vitest";
import { LOCK, versionOfRecord } from "../../../src/commit/records/control-keys.ts";
import type { KeyValueStore } from "../../../src/store/key-value-store.ts";
import { interceptStore } from "../../../src/testing/index.ts";
import { type SimulatedWriters, withSimulatedWriters } from "../../support/simulated-writers.ts";

const COMMITS = 60;
const PATHS = ["tables/a", "tables/b", "tables/c", "tables/d", "tables/e"];
const MODIFIED = { code: "modified_outside" };

/** A store that notes each old record that is read, apart for those read while the lock is held. */
function watched(world: SimulatedWriters): {
  store: KeyValueStore;
  underLock: number[];
  without: number[];
} {
  const [underLock, without]: [number[], number[]] = [[], []];
  const store = interceptStore(world.store, async ({ method, keys }, run) => {
    const version = versionOfRecord(keys[0]?.split("/")[1] ?? "");
    if (method === "get" && version !== undefined && version <= COMMITS) {
      ((await world.store.stat(LOCK)) === undefined ? without : underLock).push(version);
    }
    return run();
  });
  return { store, underLock, without };
}

/** A log of {@link COMMITS} records, and a writer that has read them. */
async function inLongLog(
  run: (world: SimulatedWriters, watch: ReturnType<typeof watched>) => Promise<void>,
): Promise<void> {
  await withSimulatedWriters("memory", async (world) => {
    const before = await world.writer();
    await before.commit(Object.fromEntries(PATHS.map((path) => [path, "first"])));
    for (let index = 1; index < COMMITS; index++) {
      await before.commit({ "tables/other": String(index) });
    }
    await run(world, watched(world));
  });
}

describe("a commit over files that another program edited, in a long log", () => {
  it("reads the log once for all of them, and lets other writers through meanwhile", async () => {
    await inLongLog(async (world, { store, underLock, without }) => {
      const other = await world.writer();
      const onStep = world.atStep("traced", () => other.commit({ "tables/beside": "1" }));
      const writer = await world.writer({ store, onStep });
      for (const path of PATHS) {
        await world.put(path, "by hand");
      }
      without.length = 0;
      const changes = Object.fromEntries(PATHS.map((path) => [path, "second"]));
      await expect(writer.commit(changes)).rejects.toMatchObject({ ...MODIFIED, details: { paths: PATHS } });
      expect(without.toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: COMMITS }, (_, index) => index + 1),
      );
      // Under the lock: the newest, of the log's end.
      expect(underLock.every((version) => version === COMMITS)).toBe(true);
    });
  });

  it.each([
    ["deletes one", { "tables/a": null }, "tables/a"],
    ["puts a file where another program has put one", { "tables/new": "1" }, "tables/new"],
  ])("holds no lock for long if it %s", async (_, changes, path) => {
    await inLongLog(async (world, { store, underLock, without }) => {
      const writer = await world.writer({ store });
      await world.put(path, "by hand");
      without.length = 0;
      await expect(writer.commit(changes)).rejects.toMatchObject(MODIFIED);
      expect([without.length, underLock.filter((version) => version < COMMITS)]).toEqual([COMMITS, []]);
    });
  });

  it("ends although others commit much meanwhile, again and again", async () => {
    await inLongLog(async (world) => {
      const other = await world.writer();
      let walks = 0;
      const writer = await world.writer({
        onStep: async (step) => {
          if (step === "traced") {
            walks++;
            for (let index = 0; index < 40; index++) {
              await other.commit({ "tables/other": `${walks} ${index}` });
            }
          }
        },
      });
      await world.put("tables/a", "by hand");
      await expect(writer.commit({ "tables/a": "second" })).rejects.toMatchObject(MODIFIED);
      expect(walks).toBe(3);
    });
  });

  it("sees what a commit puts there while the log is read", async () => {
    await inLongLog(async (world) => {
      const other = await world.writer();
      // The other writer adopts the edit, so to say: its commit has the very bytes.
      const onStep = world.atStep("traced", () => other.commit({ "tables/a": "by hand" }));
      const writer = await world.writer({ onStep });
      await world.put("tables/a", "by hand");
      await writer.transact(async (transaction) => {
        await transaction.put(PATHS[0] as never, new TextEncoder().encode("second"));
      });
      expect(await world.get("tables/a")).toBe("second");
    });
  });
});
