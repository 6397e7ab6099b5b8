/** A second writer comes before each call that the first makes of its store, in turn. */
import { expect } from "vitest";
import { isZarrStoreError } from "../../../src/errors.ts";
import { interceptStore } from "../../../src/testing/index.ts";
import {
  addLine,
  applyChanges,
  type Changes,
  deletionOf,
  type Medium,
  record,
  type SimulatedWriters,
  type Writer,
  withSimulatedWriters,
} from "../../support/simulated-writers.ts";

interface Plan {
  readonly changes?: Changes;
  /** Lines added to objects, by path. */
  readonly lines?: Readonly<Record<string, string>>;
}

export interface Pair {
  readonly name: string;
  readonly before: Readonly<Record<string, string>>;
  readonly first: Plan;
  readonly second: Plan;
}

const X = record("x", { "analysis/a.json": "a" });

export const PAIRS: readonly Pair[] = [
  {
    name: "two new objects",
    before: {},
    first: { changes: { "tables/a": "1" } },
    second: { changes: { "tables/b": "2" } },
  },
  {
    name: "the same new object",
    before: {},
    first: { changes: { "tables/a": "1" } },
    second: { changes: { "tables/a": "2" } },
  },
  {
    name: "the same object with equal bytes",
    before: {},
    first: { changes: { "tables/a": "1" } },
    second: { changes: { "tables/a": "1" } },
  },
  {
    name: "two objects, both replaced by both",
    before: { "tables/a": "0", "tables/b": "0" },
    first: { changes: { "tables/a": "1", "tables/b": "1" } },
    second: { changes: { "tables/b": "2", "tables/a": "2" } },
  },
  {
    name: "deleted, and put with the same bytes",
    before: { "tables/a": "0" },
    first: { changes: { "tables/a": null } },
    second: { changes: { "tables/a": "0" } },
  },
  {
    name: "deleted, and put with other bytes",
    before: { "tables/a": "0" },
    first: { changes: { "tables/a": null } },
    second: { changes: { "tables/a": "1" } },
  },
  {
    name: "put, and deleted",
    before: { "tables/a": "0" },
    first: { changes: { "tables/a": "1" } },
    second: { changes: { "tables/a": null } },
  },
  {
    name: "deleted twice",
    before: { "tables/a": "0" },
    first: { changes: { "tables/a": null } },
    second: { changes: { "tables/a": null } },
  },
  { name: "the same new record", before: {}, first: { changes: X }, second: { changes: X } },
  {
    name: "two new records",
    before: {},
    first: { changes: record("y") },
    second: { changes: record("z", { "analysis/b.json": "b" }) },
  },
  {
    name: "a record deleted, an object added to it",
    before: X,
    first: { changes: deletionOf(X) },
    second: { changes: { "images/x/analysis/b.json": "b" } },
  },
  {
    name: "an object added to a record, the record deleted",
    before: X,
    first: { changes: { "images/x/analysis/b.json": "b" } },
    second: { changes: deletionOf(X) },
  },
  {
    name: "a record deleted, and made again as it was",
    before: X,
    first: { changes: deletionOf(X) },
    second: { changes: X },
  },
  {
    name: "lines added to one table",
    before: {},
    first: { lines: { "tables/t": "first" } },
    second: { lines: { "tables/t": "second" } },
  },
  {
    name: "a new record each and lines in one table",
    before: { "tables/t": "zero\n" },
    first: { changes: record("y"), lines: { "tables/t": "y" } },
    second: { changes: record("z"), lines: { "tables/t": "z" } },
  },
];

/** What a plan makes of a state; undefined if it cannot hold there. */
function applied(
  state: ReadonlyMap<string, string>,
  { changes = {}, lines = {} }: Plan,
): ReadonlyMap<string, string> | undefined {
  const next = new Map(state);
  for (const [path, value] of Object.entries(changes)) {
    if (value === null) {
      next.delete(path);
    } else {
      next.set(path, value);
    }
  }
  for (const [path, line] of Object.entries(lines)) {
    next.set(path, `${next.get(path) ?? ""}${line}\n`);
  }
  const hasItsRecord = [...next.keys()].every((path) => {
    const [top, id] = path.split("/");
    return top !== "images" || next.has(`images/${id}/zarr.json`);
  });
  return hasItsRecord ? next : undefined;
}

async function run(writer: Writer, { changes = {}, lines = {} }: Plan): Promise<"committed" | "conflict"> {
  try {
    await writer.transact(
      async (transaction) => {
        await applyChanges(transaction, changes);
        for (const [path, line] of Object.entries(lines)) {
          addLine(transaction, path, line);
        }
      },
      { retries: 3 },
    );
    return "committed";
  } catch (error) {
    if (isZarrStoreError(error, "conflict")) {
      return "conflict";
    }
    throw error;
  }
}

/** A reader that comes now finds every object of the head that it sees. */
async function readEverything(world: SimulatedWriters): Promise<void> {
  const reader = await world.second();
  const { head } = reader.engine.log;
  for (const group of [...head.groups()]) {
    for (const path of [...head.objectsOf(group).keys()]) {
      expect(await reader.read(path)).toBeDefined();
    }
  }
}

function plain(state: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  return Object.fromEntries([...state].sort());
}

/** Runs the first plan, the others at the given calls of its store; returns how many calls there were. */
export async function interleave(
  world: SimulatedWriters,
  pair: Pair,
  others: ReadonlyMap<number, Plan>,
): Promise<number> {
  const setup = await world.writer();
  await setup.commit({ "tables/base": "base", ...pair.before });
  let calls = 0;
  let isArmed = false;
  const plans = [...others].map(([at, plan]) => ({
    at,
    plan,
    outcome: "conflict" as "committed" | "conflict",
  }));
  const store = interceptStore(world.store, async (_call, runCall) => {
    calls += isArmed ? 1 : 0;
    for (const other of plans.filter(({ at }) => isArmed && at === calls)) {
      await readEverything(world);
      other.outcome = await run(await world.second(), other.plan);
      await readEverything(world);
    }
    return runCall();
  });
  const first = await world.writer({ store });
  isArmed = true;
  const firstOutcome = await run(first, pair.first);
  isArmed = false;
  const total = calls;
  const audit = await world.auditAfterNextWriter();
  expect(audit.problems).toEqual([]);
  expect(audit.foreign).toEqual({});
  const settled = Object.keys(audit.objects).filter((path) => path.startsWith("tables/settled"));
  const found = Object.fromEntries(
    Object.entries(audit.objects)
      .filter(([path]) => !settled.includes(path))
      .sort(),
  );
  const done = [{ outcome: firstOutcome, plan: pair.first }, ...plans.filter(({ at }) => at <= total)];
  const committed = done.filter(({ outcome }) => outcome === "committed").map(({ plan }) => plan);
  const before = new Map(Object.entries({ "tables/base": "base", ...pair.before }));
  const orders = permutations(committed).map((plans) =>
    plans.reduce<ReadonlyMap<string, string> | undefined>(
      (state, plan) => state && applied(state, plan),
      before,
    ),
  );
  expect(orders.flatMap((state) => (state ? [plain(state)] : []))).toContainEqual(found);
  const fits = permutations(done.map(({ plan }) => plan)).some((plans) =>
    plans.reduce<ReadonlyMap<string, string> | undefined>(
      (state, plan) => state && applied(state, plan),
      before,
    ),
  );
  expect(committed.length, "a plan failed that some order allows").toBe(fits ? done.length : 1);
  return total;
}

function permutations<T>(items: readonly T[]): readonly (readonly T[])[] {
  return items.length === 0
    ? [[]]
    : items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}

/** Lets the second of a pair come before every `stride`-th call of the first, from the `offset`-th on; at how many calls. */
export async function interleaveAlong(
  medium: Medium,
  pair: Pair,
  { stride, offset }: { readonly stride: number; readonly offset: number },
): Promise<number> {
  const total = await withSimulatedWriters(medium, (world) => interleave(world, pair, new Map()));
  expect(total).toBeGreaterThan(10);
  let points = 0;
  for (let at = 1 + (offset % stride); at <= total; at += stride) {
    await withSimulatedWriters(medium, (world) => interleaveAt(world, pair, new Map([[at, pair.second]])));
    points++;
  }
  return points;
}

/** Lets two more writers come before every two calls of a deletion, of which the first is every `stride`-th. */
export async function interleaveTwo(stride: number): Promise<void> {
  const pair: Pair = {
    name: "deleted, put with the same bytes, deleted",
    before: { "tables/a": "0" },
    first: { changes: { "tables/a": null } },
    second: { changes: { "tables/a": "0" } },
  };
  const total = await withSimulatedWriters("memory", (world) => interleave(world, pair, new Map()));
  for (let at = 1; at <= total; at += stride) {
    for (let later = at + 1; later <= total; later++) {
      const others = new Map([
        [at, pair.second],
        [later, pair.first],
      ]);
      await withSimulatedWriters("memory", (world) => interleaveAt(world, pair, others));
    }
  }
}

async function interleaveAt(
  world: SimulatedWriters,
  pair: Pair,
  others: ReadonlyMap<number, Plan>,
): Promise<void> {
  try {
    await interleave(world, pair, others);
  } catch (error) {
    throw new Error(`with other writers before the calls ${[...others.keys()].join(", ")}`, { cause: error });
  }
}
