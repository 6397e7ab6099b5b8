import { afterAll, describe, expect, it } from "vitest";
import { isZarrStoreError, ZarrStoreError } from "../../src/errors.ts";
import type { KeyValueStore } from "../../src/store/key-value-store.ts";
import { faultyStore, interceptStore, type StoreFault } from "../../src/testing/index.ts";
import { auditStore } from "./audit.ts";
import {
  addLine,
  applyChanges,
  type Changes,
  deletionOf,
  inWorld,
  record,
  type World,
  type Writer,
} from "./world.ts";

interface Operation {
  readonly name: string;
  readonly changes?: Changes;
  readonly lines?: Readonly<Record<string, string>>;
}

const BEFORE: Readonly<Record<string, string>> = {
  "zarr.json": "root",
  "tables/t": "zero\n",
  "tables/u": "old",
  ...record("x", { "analysis/a.json": "a", "analysis/deep/b.json": "b" }),
};

const IMAGE = record("y", {
  "analysis/metadata.json": "{}",
  "analysis/events.parquet": "rows",
  "attachments/h.txt": "h",
});

const OPERATIONS: readonly Operation[] = [
  { name: "a new image of six objects", changes: IMAGE },
  { name: "a table merge", lines: { "tables/t": "one" } },
  {
    name: "a replacement of three objects",
    changes: { "tables/u": "new", "images/x/analysis/a.json": "a2", "images/x/data/c.0.0": "p2" },
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
async function readState(world: World): Promise<Readonly<Record<string, string>>> {
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
  world: World,
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
    if (method === "putNew" && keys[0]?.startsWith("__commits/") && result === true) {
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

const counts = { crashes: 0, double: 0, failures: 0 };

describe.each(OPERATIONS)("the writer crashes during $name", (operation) => {
  it.each(["fails", "tears"] as const)("and its last call %s", async (fault) => {
    const { calls } = await inWorld("memory", (world) => runFaulty(world, operation, () => undefined));
    expect(calls).toBeGreaterThan(15);
    const versions = new Set<number>();
    let nameless = 0;
    for (let last = 0; last < calls; last++) {
      await inWorld("memory", async (world) => {
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
          fault === "tears" &&
          /^__staging\/1-2-1(\/__owner\.json is left in staging| is left)$/.test(problem);
        expect(
          problems.filter((problem) => !isNameless(problem)),
          `after a crash at call ${last}`,
        ).toEqual([]);
        nameless += problems.length > 0 ? 1 : 0;
        expect(foreign).toEqual({});
        expect(objects).toEqual({ ...expected, "tables/settled-5": "settled" });
      });
      counts.crashes++;
    }
    expect([...versions]).toEqual([1, 2]);
    expect(nameless).toBe(fault === "tears" ? 1 : 0);
  });
});

it("the writer crashes after the link, and the one who finishes its commit crashes too", async () => {
  const operation = OPERATIONS.at(-1);
  if (operation === undefined) {
    throw new Error("there are operations");
  }
  const { calls, linkedAt } = await inWorld("memory", (world) =>
    runFaulty(world, operation, () => undefined),
  );
  const crashFrom =
    (last: number) =>
    (index: number): StoreFault | undefined =>
      index < last ? undefined : { fault: "fails", errno: "EIO" };
  for (let first = linkedAt; first < calls; first++) {
    for (let second = first % 5, isOver = false; !isOver; second += 5) {
      await inWorld("memory", async (world) => {
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
      counts.double++;
    }
  }
});

describe.each(OPERATIONS)("one call fails during $name", (operation) => {
  it.each(["ENOSPC", "EIO", "EACCES"] as const)("with %s", async (errno) => {
    const { calls, linkedAt } = await inWorld("memory", (world) =>
      runFaulty(world, operation, () => undefined),
    );
    for (let failing = 0; failing < calls; failing++) {
      await inWorld("memory", async (world) => {
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
      counts.failures++;
    }
  });
});

it.each([
  ["ETIMEDOUT", "may still come, and keeps what is staged"],
  ["ENOSPC", "never comes, and what is staged goes"],
])("a link that is reported as failed with %s %s", async (errno) => {
  await inWorld("memory", async (world) => {
    const setup = await world.writer();
    await setup.commit(BEFORE);
    let late: () => Promise<boolean> = async () => false;
    const store: KeyValueStore = {
      ...interceptStore(world.store, (_call, runCall) => runCall()),
      putNew: async (path, from) => {
        late = () => world.store.putNew(path, from);
        throw new ZarrStoreError("io", `cannot link: ${errno}`, { path, found: errno });
      },
    };
    const writer = await world.writer({ store });
    await expect(writer.commit(IMAGE)).rejects.toMatchObject({ code: "io", details: { found: errno } });
    if (errno === "ENOSPC") {
      expect((await auditStore(world.store)).problems).toEqual([]);
      return;
    }
    expect(await late()).toBe(true);
    expect(await readState(world)).toEqual({ ...BEFORE, ...IMAGE });
    expect((await world.auditAfterNextWriter()).problems).toEqual([]);
  });
});

it("staging is empty after a failure before the link, when the medium works again", async () => {
  await inWorld("memory", async (world) => {
    const setup = await world.writer();
    await setup.commit(BEFORE);
    const store = faultyStore(world.store, ({ method, keys }) =>
      method === "put" && keys[0]?.endsWith("events.parquet")
        ? { fault: "tears", errno: "ENOSPC" }
        : undefined,
    );
    const writer = await world.writer({ store });
    await expect(writer.commit(IMAGE)).rejects.toMatchObject({ code: "io", details: { found: "ENOSPC" } });
    expect((await auditStore(world.store)).problems).toEqual([]);
  });
});

afterAll(() => {
  const { crashes, double, failures } = counts;
  console.log(
    `crashed at ${crashes} (operation, call) points and ${double} pairs of them, failed once at ${failures}`,
  );
});
