/** Writers whose calls of the store go wrong: one after the other all fail, or one alone does. */
import { expect } from "vitest";
import { isZarrStoreError } from "../../../src/errors.ts";
import type { KeyValueStore } from "../../../src/store/key-value-store.ts";
import { faultyStore, interceptStore, type StoreFault } from "../../../src/testing/index.ts";
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

export interface Operation {
  readonly name: string;
  readonly changes?: Changes;
  readonly lines?: Readonly<Record<string, string>>;
}

export const BEFORE: Readonly<Record<string, string>> = {
  "zarr.json": "root",
  "tables/t": "zero\n",
  "tables/u": "old",
  ...record("x", { "analysis/a.json": "a", "analysis/deep/b.json": "b" }),
};

export const IMAGE: Changes = record("y", {
  "analysis/metadata.json": "{}",
  "analysis/events.parquet": "rows",
  "attachments/h.txt": "h",
});

export const OPERATIONS: readonly Operation[] = [
  { name: "a new image of six objects", changes: IMAGE },
  { name: "a table merge", lines: { "tables/t": "one" } },
  {
    name: "a replacement of three objects",
    changes: { "tables/u": "new", "images/x/analysis/a.json": "a2", "images/x/data/c/0/0": "p2" },
  },
  {
    name: "the deletion of a record",
    changes: deletionOf(record("x", { "analysis/a.json": "a", "analysis/deep/b.json": "b" })),
  },
  { name: "an image and its row", changes: IMAGE, lines: { "tables/t": "y" } },
  {
    name: "a record that takes the place of another",
    changes: {
      ...deletionOf(record("x", { "analysis/a.json": "a", "analysis/deep/b.json": "b" })),
      ...IMAGE,
      "tables/u": null,
    },
  },
];

function stateAfter({ changes = {}, lines = {} }: Operation): Readonly<Record<string, string>> {
  const state = new Map(Object.entries(BEFORE));
  for (const [path, value] of Object.entries(changes)) {
    if (value === null) {
      state.delete(path);
    } else {
      state.set(path, value);
    }
  }
  for (const [path, line] of Object.entries(lines)) {
    state.set(path, `${state.get(path) ?? ""}${line}\n`);
  }
  return Object.fromEntries(state);
}

async function run(writer: Writer, { changes = {}, lines = {} }: Operation): ReturnType<Writer["transact"]> {
  return writer.transact(async (transaction) => {
    await applyChanges(transaction, changes);
    for (const [path, line] of Object.entries(lines)) {
      addLine(transaction, path, line);
    }
  });
}

/** Everything that a reader who comes now is given. */
export async function readState(world: SimulatedWriters): Promise<Readonly<Record<string, string>>> {
  const reader = await world.second();
  const { head } = reader.engine.log;
  const state: Record<string, string> = {};
  for (const group of [...head.groups()]) {
    for (const path of [...head.objectsOf(group).keys()]) {
      state[path] = (await reader.read(path)) ?? "missing";
    }
  }
  return state;
}

/** Runs the operation on a store whose calls go wrong as told; how many calls there were, and what became of it. */
async function runFaulty(
  world: SimulatedWriters,
  operation: Operation,
  faultOf: (index: number) => StoreFault | undefined,
): Promise<{
  calls: number;
  linkedAt: number;
  writer: Writer;
  outcome: { published: boolean } | { error: unknown };
}> {
  const setup = await world.writer();
  await setup.commit(BEFORE);
  let isArmed = false;
  let calls = 0;
  let linkedAt = Number.POSITIVE_INFINITY;
  const counted = interceptStore(world.store, async ({ method, keys }, runCall) => {
    const result = await runCall();
    const isClaim =
      (method === "putNew" && keys[0]?.startsWith("__commits/") && result === true) ||
      (method === "move" && keys[1]?.startsWith("__commits/0") && result === "moved");
    if (isClaim) {
      linkedAt = calls;
    }
    return result;
  });
  const store: KeyValueStore = faultyStore(counted, () => (isArmed ? faultOf(calls++) : undefined));
  const writer = await world.writer({ store });
  isArmed = true;
  const outcome = await run(writer, operation).catch((error: unknown) => ({ error }));
  isArmed = false;
  return { calls, linkedAt, writer, outcome };
}

/** Which calls go wrong: every `stride`-th, from the `offset`-th on. */
export interface Calls {
  readonly stride: number;
  readonly offset: number;
  /** Default: memory. */
  readonly medium?: Medium;
}

/** The operation's writer crashes at each of the calls in turn; a reader and the next writer find everything as it was or is to be. */
export async function crashAtCalls(
  operation: Operation,
  fault: "fails" | "tears",
  { stride, offset, medium = "memory" }: Calls,
): Promise<{ readonly versions: ReadonlySet<number>; readonly nameless: number; readonly crashes: number }> {
  const { calls } = await withSimulatedWriters(medium, (world) =>
    runFaulty(world, operation, () => undefined),
  );
  expect(calls).toBeGreaterThan(15);
  const versions = new Set<number>();
  let nameless = 0;
  let crashes = 0;
  for (let last = offset % stride; last < calls; last += stride) {
    await withSimulatedWriters(medium, async (world) => {
      const crash = (index: number): StoreFault | undefined =>
        index < last ? undefined : { fault: index === last ? fault : "fails", errno: "EIO" };
      const { writer } = await runFaulty(world, operation, crash);
      world.kill(writer);
      const seen = await world.second();
      const { version } = seen.engine.log.head;
      versions.add(version);
      const expected = version === 1 ? BEFORE : stateAfter(operation);
      expect(await readState(world), `read after a crash at call ${last}`).toEqual(expected);
      const { problems, objects, foreign } = await world.auditAfterNextWriter();
      // Whose a staging directory is that holds half a name and nothing else, only its age tells: it is left to gc.
      const isNameless = (problem: string): boolean =>
        fault === "tears" && /^__staging\/1-2-1(\/__owner\.json is left in staging| is left)$/.test(problem);
      expect(
        problems.filter((problem) => !isNameless(problem)),
        `after a crash at call ${last}`,
      ).toEqual([]);
      nameless += problems.length > 0 ? 1 : 0;
      expect(foreign).toEqual({});
      expect(objects).toEqual({ ...expected, "tables/settled-5": "settled" });
    });
    crashes++;
  }
  return { versions, nameless, crashes };
}

/** The writer crashes at every `stride`-th call after the link, and the one who finishes its commit at every `secondStride`-th. */
export async function crashTwice(
  stride: number,
  secondStride: number,
  medium: Medium = "memory",
): Promise<void> {
  const operation = OPERATIONS.at(-1);
  if (operation === undefined) {
    throw new Error("there are operations");
  }
  const { calls, linkedAt } = await withSimulatedWriters(medium, (world) =>
    runFaulty(world, operation, () => undefined),
  );
  const crashFrom =
    (last: number) =>
    (index: number): StoreFault | undefined =>
      index < last ? undefined : { fault: "fails", errno: "EIO" };
  for (let first = linkedAt; first < calls; first += stride) {
    for (let second = first % secondStride, isOver = false; !isOver; second += secondStride) {
      await withSimulatedWriters(medium, async (world) => {
        const { writer } = await runFaulty(world, operation, crashFrom(first));
        world.kill(writer);
        let count = 0;
        const store = faultyStore(world.store, () => crashFrom(second)(count++));
        const helper = await world.writer({ store }).catch(() => undefined);
        isOver =
          (await helper?.commit({ "tables/helper": "helped" }).catch(() => undefined))?.published === true;
        if (helper !== undefined) {
          world.kill(helper);
        }
        const where = `after crashes at ${first} and ${second}`;
        const helped = isOver || (await world.second()).engine.log.head.version === 3;
        const expected = { ...stateAfter(operation), ...(helped && { "tables/helper": "helped" }) };
        expect(await readState(world), where).toEqual(expected);
        const { problems, objects } = await world.auditAfterNextWriter();
        expect(problems, where).toEqual([]);
        expect(
          Object.fromEntries(Object.entries(objects).filter(([path]) => !path.includes("settled"))),
        ).toEqual(expected);
      });
    }
  }
}

/** One call of the operation's writer fails, each of the calls in turn; the commit fails as if it had not begun, or stands. */
export async function failOneCall(
  operation: Operation,
  errno: "ENOSPC" | "EIO" | "EACCES",
  { stride, offset, medium = "memory" }: Calls,
): Promise<void> {
  const { calls, linkedAt } = await withSimulatedWriters(medium, (world) =>
    runFaulty(world, operation, () => undefined),
  );
  for (let failing = offset % stride; failing < calls; failing += stride) {
    await withSimulatedWriters(medium, async (world) => {
      const faultOf = (index: number): StoreFault | undefined =>
        index === failing ? { fault: "tears", errno } : undefined;
      const { outcome, writer } = await runFaulty(world, operation, faultOf);
      const where = `${errno} at call ${failing} of ${calls}, linked at ${linkedAt}`;
      const { version } = (await world.second()).engine.log.head;
      if ("error" in outcome) {
        expect(version, where).toBe(1);
        expect(isZarrStoreError(outcome.error, "io"), where).toBe(true);
        expect(await readState(world), where).toEqual(BEFORE);
      } else {
        expect(version, where).toBe(2);
        expect(await readState(world), where).toEqual(stateAfter(operation));
      }
      // From the link on nothing fails the commit.
      expect(failing >= linkedAt && "error" in outcome, where).toBe(false);
      // The same writer goes on as if nothing had been.
      await writer.commit({ "tables/again": "again" });
      expect(await writer.read("tables/again")).toBe("again");
      world.kill(writer);
      const audit = await world.auditAfterNextWriter();
      expect(audit.problems, where).toEqual([]);
      expect(audit.foreign, where).toEqual({});
    });
  }
}
