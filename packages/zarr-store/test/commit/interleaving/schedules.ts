import fc from "fast-check";
import { expect } from "vitest";
import { isZarrStoreError } from "../../../src/errors.ts";
import type { KeyValueStore } from "../../../src/store/key-value-store.ts";
import { interceptStore } from "../../../src/testing/index.ts";
import {
  addLine,
  applyChanges,
  bytes,
  key,
  record,
  type SimulatedWriters,
  text,
  type Writer,
  withSimulatedWriters,
} from "../../support/simulated-writers.ts";

type Action = "line" | "count" | "pair" | "make" | "remove" | "re-make";

const ACTIONS: readonly Action[] = ["line", "count", "pair", "make", "remove", "re-make"];

const BEFORE = {
  "tables/lines": "",
  "tables/count": "0",
  "tables/a": "before",
  "tables/b": "before",
  ...record("x", { "analysis/p.json": "p" }),
};

interface Plan {
  /** What each writer does, one after the other. */
  readonly writers: readonly (readonly Action[])[];
  readonly hasLock: boolean;
}

const plan: fc.Arbitrary<Plan> = fc.record({
  writers: fc.array(fc.array(fc.constantFrom(...ACTIONS), { minLength: 1, maxLength: 2 }), {
    minLength: 2,
    maxLength: 3,
  }),
  hasLock: fc.boolean(),
});

export interface ScheduleTally {
  runs: number;
  commits: number;
  /** Reads of a pair that were of one version. */
  pairs: number;
}

/**
 * Runs two or three writers and a reader, whose calls of the store are let go one by one in an order that fast-check
 * chooses. A failure prints that order, and how to repeat it.
 */
export async function exploreSchedules(runs: number): Promise<ScheduleTally> {
  const tally: ScheduleTally = { runs: 0, commits: 0, pairs: 0 };
  await fc.assert(
    fc.asyncProperty(plan, fc.scheduler(), async (chosen, scheduler) => {
      await withSimulatedWriters("memory", async (world) => {
        await (await world.writer()).commit(BEFORE);
        const scheduled = (who: string): KeyValueStore =>
          interceptStore(world.store, async ({ method, keys }, run) => {
            await scheduler.schedule(Promise.resolve(), `${who}: ${method} ${keys.join(" ")}`);
            return run();
          });
        const works = chosen.writers.map((actions, index) =>
          runWriter(world, scheduled(`writer ${index}`), index, actions, chosen.hasLock),
        );
        const reading = readPairs(world, scheduled("reader"));
        const [acknowledged, pairs] = await scheduler.waitFor(Promise.all([Promise.all(works), reading]));
        await expectWhole(world, acknowledged.flat());
        tally.runs++;
        tally.commits += acknowledged.flat().length;
        tally.pairs += pairs;
      });
    }),
    { numRuns: runs },
  );
  return tally;
}

interface Acknowledged {
  readonly action: Action;
  readonly name: string;
  readonly version: number;
  readonly committed: boolean;
}

async function runWriter(
  world: SimulatedWriters,
  store: KeyValueStore,
  index: number,
  actions: readonly Action[],
  hasLock: boolean,
): Promise<readonly Acknowledged[]> {
  const writer = await world.writer({ store, durability: "batched", lock: { disabled: !hasLock } });
  const acknowledged: Acknowledged[] = [];
  for (const [turn, action] of actions.entries()) {
    const name = `${index}/${turn}`;
    try {
      const { version, committed } = await act(writer, action, name);
      acknowledged.push({ action, name, version, committed });
    } catch (error) {
      // Making what is there and removing what is not are the caller's own mistakes, which it may meet.
      if (!isZarrStoreError(error, "conflict")) {
        throw error;
      }
    }
  }
  return acknowledged;
}

function act(writer: Writer, action: Action, name: string): ReturnType<Writer["transact"]> {
  return writer.transact(async (transaction) => {
    switch (action) {
      case "line":
        addLine(transaction, "tables/lines", name);
        return;
      case "count": {
        const count = Number(text(await transaction.read(key("tables/count"))));
        await transaction.put(key("tables/count"), bytes(String(count + 1)));
        return;
      }
      case "pair":
        await applyChanges(transaction, { "tables/a": name, "tables/b": name });
        return;
      case "make":
        await applyChanges(transaction, record(`new-${name.replace("/", "-")}`, { "analysis/q.json": name }));
        return;
      case "remove":
        for (const path of await transaction.paths("images/x")) {
          await transaction.delete(path);
        }
        return;
      case "re-make": {
        // The same bytes come back where they were deleted.
        if ((await transaction.hash(key("images/x/zarr.json"))) === undefined) {
          await applyChanges(transaction, record("x", { "analysis/p.json": "p" }));
        } else {
          await applyChanges(transaction, { "images/x/analysis/p.json": null });
        }
      }
    }
  });
}

/** Reads two objects that every commit writes alike: of one version they are alike. Returns how many such reads. */
async function readPairs(world: SimulatedWriters, store: KeyValueStore): Promise<number> {
  const reader = await world.writer({ store });
  const { log } = reader.engine;
  let pairs = 0;
  for (let round = 0; round < 3; round++) {
    await log.refresh();
    const { version } = log.head;
    const a = await reader.read("tables/a");
    const b = await reader.read("tables/b");
    await log.refresh();
    expect(a).toMatch(/^(before|\d\/\d)$/);
    if (log.head.version === version) {
      expect(b, `at version ${version}`).toBe(a);
      pairs++;
    }
  }
  return pairs;
}

/** What was acknowledged is there, once. */
async function expectWhole(world: SimulatedWriters, acknowledged: readonly Acknowledged[]): Promise<void> {
  const { problems, objects, foreign, records } = await world.auditAfterNextWriter();
  expect(problems).toEqual([]);
  expect(foreign).toEqual({});
  const named = (action: Action): readonly string[] =>
    acknowledged.filter((done) => done.action === action).map(({ name }) => name);
  const lines = objects["tables/lines"]?.split("\n").filter((line) => line !== "") ?? [];
  expect(lines.toSorted()).toEqual([...named("line")].sort());
  expect(objects["tables/count"]).toBe(String(named("count").length));
  for (const name of named("make")) {
    expect(objects[`images/new-${name.replace("/", "-")}/analysis/q.json`]).toBe(name);
  }
  const versions = acknowledged.filter(({ committed }) => committed).map(({ version }) => version);
  expect(new Set(versions).size).toBe(versions.length);
  expect(Math.max(0, ...versions)).toBeLessThan(records.length);
}
